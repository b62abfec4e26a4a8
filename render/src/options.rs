//! What rendering must know beside the tree.

use std::sync::Arc;

use signet_api::{Namespace, RepoPath, TenantName};

use crate::Kinds;

/// What a source is rendered with. All of it comes from the Tenant document and the cluster, none from the folder.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whose source this is.
    pub tenant: TenantName,
    /// The source's folder.
    pub path: RepoPath,
    /// Where an object of a namespaced kind goes that names no namespace; without it, that is an error.
    pub namespace: Option<Namespace>,
    /// What the cluster serves.
    pub kinds: Arc<Kinds>,
}
