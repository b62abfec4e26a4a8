//! The commit that a repository's history is introduced by.

use std::sync::Arc;

use thiserror::Error;

use crate::authority::{self, Authority, Nobody, PolicyReadError};
use crate::commit::{Commit, CommitError};
use crate::object::{self, Kind, ObjectError, Objects};
use crate::signature::{self, KnownKeys, SignatureError};
use crate::verify::Proof;
use crate::{Introduction, ObjectId};

/// What to pin about a commit that introduces a repository.
///
/// # Errors
/// [`IntroductionError`] where the commit is not signed by a member of the root group of its
/// own policy, or that policy may not govern.
#[expect(
    clippy::needless_pass_by_value,
    reason = "stores hand out an Arc, as for `verify`"
)]
pub fn introduction_of(
    objects: Arc<dyn Objects>,
    commit: ObjectId,
) -> Result<Introduction, IntroductionError> {
    introduce(&objects, commit).map(|introduced| introduced.introduction)
}

/// A commit that introduces a repository, with its policy.
pub(crate) struct Introduced {
    pub(crate) introduction: Introduction,
    pub(crate) commit: Commit,
    pub(crate) authority: Arc<Authority>,
    pub(crate) proof: Proof,
}

/// Reads a commit that vouches for itself; only what is pinned elsewhere makes it trustworthy.
pub(crate) fn introduce(
    objects: &Arc<dyn Objects>,
    id: ObjectId,
) -> Result<Introduced, IntroductionError> {
    let bytes = object::read(&**objects, &id, Kind::Commit)?;
    let commit = Commit::parse(&bytes)?;
    let text = commit
        .signature
        .as_deref()
        .ok_or(IntroductionError::Unsigned)?;
    let signature = signature::parse(text)?;
    let authority = authority::of_tree(objects, commit.tree)?;
    let holder = match authority.signer_of(&signature, &commit.payload, &KnownKeys::default()) {
        Ok(holder) => holder.clone(),
        Err(Nobody::Unknown) => {
            let fingerprint = signature.issuer().to_string();
            return Err(IntroductionError::UnknownKey { fingerprint });
        }
        Err(Nobody::Signature(error)) => return Err(error.into()),
    };
    authority.root_met(&holder, &[]).map_err(|needs| {
        let signer = holder.principal.clone();
        IntroductionError::NotRoot {
            signer,
            needs: needs.to_string(),
        }
    })?;
    let payload_sha256 = commit.payload_sha256();
    let introduction = Introduction {
        commit: id,
        payload_sha256: payload_sha256.clone(),
        signer: holder.fingerprint.clone(),
    };
    let proof = Proof {
        signer: holder.signer(),
        algorithm: signature.algorithm(),
        payload_sha256,
    };
    Ok(Introduced {
        introduction,
        commit,
        authority,
        proof,
    })
}

/// Why a commit does not introduce a repository.
#[derive(Debug, Error)]
pub enum IntroductionError {
    /// The commit could not be read.
    #[error("reading the introduction")]
    Object(#[from] ObjectError),
    /// The commit has no single reading.
    #[error("the introduction is malformed")]
    Commit(#[from] CommitError),
    /// The commit is not signed.
    #[error("the introduction is not signed")]
    Unsigned,
    /// The signature does not count.
    #[error("checking the introduction's signature")]
    Signature(#[from] SignatureError),
    /// The policy may not govern.
    #[error("reading the introduction's policy")]
    Policy(#[from] PolicyReadError),
    /// The key is not in the commit's own policy.
    #[error("the introduction is signed by {fingerprint}, a key that its own policy does not name")]
    UnknownKey {
        /// The key.
        fingerprint: String,
    },
    /// The signer cannot speak for the root group.
    #[error("the introduction is signed by {signer}, but changing its policy {needs}")]
    NotRoot {
        /// The principal.
        signer: String,
        /// What it needs.
        needs: String,
    },
}
