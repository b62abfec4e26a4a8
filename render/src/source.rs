//! What is being rendered.

use signet_provenance::Tree;

use crate::variables::Variables;
use crate::{Escape, Options};

/// A source at a revision.
pub(crate) struct Source<'a, M> {
    pub(crate) tree: &'a Tree<M>,
    /// What the platform and the cluster say of it.
    pub(crate) options: &'a Options,
    /// Of its own `signet-source.yaml`, what counts for every renderer.
    pub(crate) escape: Escape,
    /// For manifests as they are.
    pub(crate) variables: &'a Variables,
}
