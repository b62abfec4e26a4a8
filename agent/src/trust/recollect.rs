//! Finding out again what was known of the history, where the agent's own record of it was lost.

use std::sync::Arc;

use jiff::Timestamp;
use signet_provenance::{Objects, State, TrustRoot, VerifyError, verify};

/// The state to go on from: that which was kept, or what judging the history anew up to its floor comes to.
///
/// The floor is the tip that the anchor's status reports, and has to be good: an older one would undo what is applied.
/// The operator's revocations are not asked on the way. They are held against what comes of this, as against any state,
/// and so stop everything where a key that is revoked for good signed any of it.
///
/// # Errors
/// [`VerifyError`]; [`VerifyError::NotVerified`] where the reported tip cannot have been verified.
pub(super) fn recollect(
    objects: &Arc<dyn Objects>,
    root: &TrustRoot,
    kept: State,
    now: Timestamp,
) -> Result<State, VerifyError> {
    let Some(reported) = kept.floor else {
        return Ok(kept);
    };
    let root = TrustRoot {
        revoked: Vec::new(),
        ..root.clone()
    };
    let verdict = verify(Arc::clone(objects), reported, &root, &kept, now)?;
    if verdict.tree.commit() == reported {
        Ok(verdict.state)
    } else {
        Err(VerifyError::NotVerified { commit: reported })
    }
}
