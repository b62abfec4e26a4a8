//! A commit that was found good.

use std::sync::Arc;

use jiff::Timestamp;

use crate::ObjectId;
use crate::authority::Authority;
use crate::commit::Commit;

/// A commit that was found good, and what later commits are judged by.
#[derive(Debug, Clone)]
pub(crate) struct Good {
    commit: ObjectId,
    tree: ObjectId,
    pub(crate) authority: Arc<Authority>,
    pub(crate) committed: Timestamp,
    /// The latest date of it and of the good commits before it.
    pub(crate) reached: Timestamp,
    pub(crate) signer: Signer,
}

impl Good {
    /// For the two places that find commits good: the start of a walk, and its steps, each of which
    /// stands on the good one before.
    pub(crate) fn new(
        commit: ObjectId,
        read: &Commit,
        authority: Arc<Authority>,
        signer: Signer,
        before: Option<&Self>,
    ) -> Self {
        Self {
            commit,
            tree: read.tree,
            authority,
            committed: read.committed,
            reached: before.map_or(read.committed, |good| good.reached.max(read.committed)),
            signer,
        }
    }

    /// The commit.
    pub(crate) fn commit(&self) -> ObjectId {
        self.commit
    }

    /// Its tree.
    pub(crate) fn tree(&self) -> ObjectId {
        self.tree
    }
}

/// Who signed a commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signer {
    /// The principal's name in the policy.
    pub principal: String,
    /// The key's fingerprint: `SHA256:` and unpadded base64.
    pub fingerprint: String,
}
