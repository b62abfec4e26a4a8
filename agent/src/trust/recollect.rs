//! Finding out again what was known of the history, where the agent's own record of it was lost.

use std::sync::Arc;

use jiff::Timestamp;
use signet_provenance::{ObjectId, Objects, State, TagRef, TrustRoot, VerifyError, verify};

/// The state to go on from: that which was kept, or what judging the history anew up to its floor comes to.
///
/// The floor is the tip that the anchor's status reports, and has to be good: an older one would undo what is applied.
/// The operator's revocations are not asked on the way. They are held against what comes of this, as against any state,
/// and so stop everything where a key that is revoked for good signed any of it.
///
/// # Errors
/// [`VerifyError`]; [`VerifyError::BelowFloor`] where nothing that was fetched contains the reported tip, and
/// [`VerifyError::NotVerified`] where the reported tip cannot have been verified.
pub(super) fn recollect(
    objects: &Arc<dyn Objects>,
    tip: ObjectId,
    approvals: &[TagRef],
    root: &TrustRoot,
    kept: State,
    now: Timestamp,
) -> Result<State, VerifyError> {
    let Some(reported) = kept.floor else {
        return Ok(kept);
    };
    if reported != tip && is_unknown(objects, reported) {
        return Err(VerifyError::BelowFloor {
            floor: reported,
            tip,
        });
    }
    let root = TrustRoot {
        revoked: Vec::new(),
        ..root.clone()
    };
    let verdict = verify(Arc::clone(objects), reported, approvals, &root, &kept, now)?;
    if verdict.tree.commit() == reported {
        Ok(verdict.state)
    } else {
        Err(VerifyError::NotVerified {
            commit: reported,
            why: verdict.refused.map(|refusal| refusal.to_string()),
        })
    }
}

/// The store has everything that the remote's branch contains.
fn is_unknown(objects: &Arc<dyn Objects>, commit: ObjectId) -> bool {
    matches!(objects.read(&commit), Ok(None))
}

#[cfg(test)]
mod tests {
    use signet_provenance::{Introduction, Kind, MemoryObjects};

    use super::*;

    #[test]
    fn a_history_without_the_reported_tip_is_not_taken_for_a_damaged_store() {
        let store = MemoryObjects::default();
        let tip = store.write(Kind::Commit, b"a commit".to_vec());
        let objects: Arc<dyn Objects> = Arc::new(store);
        let reported = ObjectId::new([7; 20]);
        let root = TrustRoot {
            repository: "6f1c0d".into(),
            reference: "refs/heads/main".into(),
            introduction: Introduction {
                commit: tip,
                payload_sha256: String::new(),
                signer: String::new(),
            },
            revoked: Vec::new(),
        };
        let kept = State {
            floor: Some(reported),
            ..State::default()
        };
        let outcome = recollect(&objects, tip, &[], &root, kept, Timestamp::UNIX_EPOCH);
        assert!(matches!(
            outcome,
            Err(VerifyError::BelowFloor { floor, .. }) if floor == reported
        ));
    }
}
