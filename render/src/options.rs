//! What rendering must know beside the tree.

use std::sync::Arc;

use signet_api::{Glob, Namespace, RepoPath, SourceName, TenantName};

use crate::Kinds;

/// What a source is rendered with. All of it comes from the Tenant document and the cluster, none from the folder.
#[derive(Clone)]
pub struct Options {
    /// Whose source this is.
    pub tenant: TenantName,
    /// Which of the tenant's sources.
    pub source: SourceName,
    /// The source's folder.
    pub path: RepoPath,
    /// Where an object of a namespaced kind goes that names no namespace; without it, that is an error.
    pub namespace: Option<Namespace>,
    /// What the cluster serves.
    pub kinds: Arc<Kinds>,
    /// The folders that the platform shares: the policy's `spec.shared`.
    pub shared: Vec<Glob>,
}

impl Options {
    /// The folder of everything that is the tenant's: `tenants/<tenant>`, or `clusters/<cluster>` of the platform.
    pub(crate) fn own_folder(&self) -> RepoPath {
        let mut folder = self.path.clone();
        while let Some(parent) = folder.parent().filter(|parent| parent.parent().is_some()) {
            folder = parent;
        }
        folder
    }

    /// The folders that hold all that the source may read, those of shared ones as far as their patterns name them; an empty
    /// text for the root.
    pub fn folders(&self) -> Vec<String> {
        let named = |glob: &Glob| {
            let components = glob.as_str().split('/');
            let literal = components.take_while(|component| !component.contains('*'));
            literal.collect::<Vec<_>>().join("/")
        };
        let own = self.own_folder().to_string();
        self.shared.iter().map(named).chain([own]).collect()
    }

    /// Whether what stands at this path may be read to render the source.
    pub(crate) fn may_read(&self, path: &RepoPath) -> bool {
        let is_shared = |glob: &Glob| glob.matches(path.as_bytes());
        path.starts_with_dir(&self.own_folder()) || self.shared.iter().any(is_shared)
    }
}
