//! Where a walk starts: at the last good commit, or at the pinned introduction.

use std::sync::Arc;

use super::{Good, Proof, Signer, VerifyError};
use crate::authority;
use crate::commit::Commit;
use crate::introduction::{self, Introduced};
use crate::object::{self, Kind};
use crate::signature::{self, KnownKeys};
use crate::{ObjectId, Objects, State, TrustRoot};

/// The commit that the state trusts, or else the introduction.
pub(super) fn commit(root: &TrustRoot, last: &State) -> ObjectId {
    last.verified.unwrap_or(root.introduction.commit)
}

/// That commit with its policy.
pub(super) fn good(
    objects: &Arc<dyn Objects>,
    root: &TrustRoot,
    last: &State,
) -> Result<Good, VerifyError> {
    let commit = commit(root, last);
    let good = if commit == root.introduction.commit {
        introduce(objects, root)?
    } else {
        let mut good = resume(objects, commit)?;
        good.reached = last
            .reached
            .map_or(good.reached, |time| time.max(good.reached));
        good
    };
    let policy = good.authority.policy();
    if policy.repository != root.repository {
        let (expected, found) = (root.repository.clone(), policy.repository.clone());
        return Err(VerifyError::OtherRepository { expected, found });
    }
    if policy.reference != root.reference {
        let (expected, found) = (root.reference.clone(), policy.reference.clone());
        return Err(VerifyError::OtherRef { expected, found });
    }
    Ok(good)
}

/// The introduction, compared with what is pinned about it.
fn introduce(objects: &Arc<dyn Objects>, root: &TrustRoot) -> Result<Good, VerifyError> {
    let pinned = &root.introduction;
    let Introduced {
        introduction: found,
        commit,
        authority,
        proof,
    } = introduction::introduce(objects, pinned.commit)?;
    for (what, expected, found) in [
        ("payload", &pinned.payload_sha256, &found.payload_sha256),
        ("signer", &pinned.signer, &found.signer),
    ] {
        if expected != found {
            let (expected, found) = (expected.clone(), found.clone());
            return Err(VerifyError::IntroductionMismatch {
                what,
                expected,
                found,
            });
        }
    }
    Ok(Good::new(found.commit, &commit, authority, proof, None))
}

/// A commit that was verified before: read again, not judged again.
fn resume(objects: &Arc<dyn Objects>, id: ObjectId) -> Result<Good, VerifyError> {
    let bytes = object::read(&**objects, &id, Kind::Commit)?;
    let commit =
        Commit::parse(&bytes).map_err(|source| VerifyError::Commit { commit: id, source })?;
    let authority = authority::of_tree(objects, commit.tree)
        .map_err(|source| VerifyError::Policy { commit: id, source })?;
    let signature = commit.signature.as_deref().map(signature::parse);
    let Some(Ok(signature)) = signature else {
        return Err(VerifyError::NotVerified {
            commit: id,
            why: None,
        });
    };
    // A signer who left with this very commit is in no policy any more.
    let signer = match authority.signer_of(&signature, &commit.payload, &KnownKeys::default()) {
        Ok(holder) => holder.signer(),
        Err(_) => Signer {
            principal: signature.issuer().to_string(),
            fingerprint: signature.issuer().to_string(),
            subkey: None,
        },
    };
    let proof = Proof {
        signer,
        algorithm: signature.algorithm(),
        payload_sha256: commit.payload_sha256(),
    };
    Ok(Good::new(id, &commit, authority, proof, None))
}
