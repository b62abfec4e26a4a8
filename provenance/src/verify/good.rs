//! A commit that was found good.

use std::sync::Arc;

use jiff::Timestamp;
use signet_api::Revocation;

use crate::ObjectId;
use crate::authority::{Authority, revokes};
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
    /// The signature's algorithm.
    pub(crate) algorithm: String,
    /// SHA-256 of the signed bytes in lower-case hexadecimal.
    pub(crate) payload_sha256: String,
}

/// What a commit's signature says, if it is right.
#[derive(Debug, Clone)]
pub(crate) struct Proof {
    pub(crate) signer: Signer,
    pub(crate) algorithm: String,
    pub(crate) payload_sha256: String,
}

impl Good {
    /// For the two places that find commits good: the start of a walk, and its steps, each of which
    /// stands on the good one before.
    pub(crate) fn new(
        commit: ObjectId,
        read: &Commit,
        authority: Arc<Authority>,
        proof: Proof,
        before: Option<&Self>,
    ) -> Self {
        let Proof {
            signer,
            algorithm,
            payload_sha256,
        } = proof;
        Self {
            commit,
            tree: read.tree,
            authority,
            committed: read.committed,
            reached: before.map_or(read.committed, |good| good.reached.max(read.committed)),
            signer,
            algorithm,
            payload_sha256,
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
    /// The fingerprint of the key that the policy names: `SHA256:` and unpadded base64, or `openpgp:` and that of the primary
    /// key in upper-case hexadecimal.
    pub fingerprint: String,
    /// Likewise that of the subkey that signed, if it was one.
    pub subkey: Option<String>,
}

impl Signer {
    /// The fingerprints of its keys: what revokes one of them revokes it.
    pub(crate) fn fingerprints(&self) -> impl Iterator<Item = &str> {
        let subkey = self.subkey.as_deref();
        std::iter::once(&*self.fingerprint).chain(subkey)
    }

    /// Whether a revocation is of one of its keys.
    pub fn is_named_by(&self, revocation: &Revocation) -> bool {
        self.fingerprints().any(|one| revokes(revocation, one))
    }
}
