//! The policy that a tree holds.

use std::sync::Arc;

use signet_api::{DocumentError, Policy, RepoPath};
use thiserror::Error;

use super::{Authority, Certificates, PolicyError};
use crate::tree::{Tree, TreeError};
use crate::{ObjectId, Objects};

/// The policy of a tree, if it may govern.
///
/// # Errors
/// See [`PolicyReadError`].
pub(crate) fn of_tree(
    objects: &Arc<dyn Objects>,
    tree: ObjectId,
) -> Result<Arc<Authority>, PolicyReadError> {
    let path = policy_path();
    let tree = Tree::of_tree(Arc::clone(objects), tree);
    let text = String::from_utf8(tree.read(&path)?).map_err(|_| PolicyReadError::NotText)?;
    let policy = Policy::parse(&text, &path)?;
    let certificates = Certificates::of(&policy, |path| match tree.read(path) {
        Ok(text) => Ok(Some(text)),
        Err(TreeError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    })?;
    Ok(Arc::new(Authority::new(policy, &certificates)?))
}

/// Where the policy stands.
pub(crate) fn policy_path() -> RepoPath {
    signet_api::POLICY_PATH
        .parse()
        .expect("the policy's path is a path")
}

/// Why the policy of a commit may not govern.
#[derive(Debug, Error)]
pub enum PolicyReadError {
    /// A file could not be read.
    #[error("reading the policy and its certificates")]
    Tree(#[from] TreeError),
    /// The file is not UTF-8.
    #[error("{} is not UTF-8 text", signet_api::POLICY_PATH)]
    NotText,
    /// The document is malformed.
    #[error("parsing the policy")]
    Document(#[from] DocumentError),
    /// The policy would let the fleet be taken over or locked up.
    #[error("the policy may not govern")]
    Refused(#[from] PolicyError),
}
