//! Walks a history from what is trusted to its tip, and says how far it may be believed.

mod ahead;
mod chain;
mod error;
mod good;
mod presume;
mod relation;
mod reset;
mod start;
mod walk;

use std::sync::Arc;

use jiff::Timestamp;
use signet_api::{Revocation, RevocationMode};

use crate::approval::Approvals;
use crate::authority::revokes;
use crate::verdict::{Review, Verdict};
use crate::{ObjectId, Objects, Proposed, State, Step, TagRef, TrustRoot, Use};

pub use chain::{first_parent, newest_on_mainline};
pub use error::VerifyError;
pub use good::Signer;
pub(crate) use good::{Good, Proof};
pub use presume::{Foretold, Presumed, presume};
pub use relation::Relation;
pub use reset::{Outlook, Rewrite, Standing};
pub(crate) use walk::Walk;

/// How far the history that ends in `tip` may be believed.
///
/// From the last good commit (or the introduction) along first parents to the tip, each commit
/// is judged against the last good one under that one's policy; the good ones move it on.
/// The approvals are the tags that the caller found below [`APPROVALS`](crate::APPROVALS), in
/// any order: a step that needed one is good with it and not without. Where the last good commit is not on the history, resets
/// among them may lift that ([`Rewrite`]).
/// Starting from the introduction gives the same answer as starting from a later good commit.
/// A history with bad commits at its end is a success too: the verdict names the last good
/// commit and why the newest bad one is refused.
///
/// # Errors
/// [`VerifyError`] where the history as a whole cannot be judged; the last state then stays.
pub fn verify(
    objects: Arc<dyn Objects>,
    tip: ObjectId,
    approvals: &[TagRef],
    root: &TrustRoot,
    last: &State,
    now: Timestamp,
) -> Result<Verdict, VerifyError> {
    let tags = Approvals::new(&objects, approvals, None);
    let walk = Walk::replay(&objects, tip, &tags, root, last, now)?;
    check_hard_revocations(root, &walk)?;
    Ok(Verdict::new(
        objects,
        approvals.to_vec(),
        root.clone(),
        now,
        walk,
    ))
}

/// What there is to say of the history that ends in `tip`, whether or not a key that was revoked for
/// good casts doubt on it.
///
/// It is for people to look at: whoever goes on from a history asks [`verify`].
///
/// # Errors
/// As [`verify`], but for [`VerifyError::Suspended`], which the review holds.
pub fn review(
    objects: &Arc<dyn Objects>,
    tip: ObjectId,
    approvals: &[TagRef],
    root: &TrustRoot,
    last: &State,
    now: Timestamp,
) -> Result<Review, VerifyError> {
    let tags = Approvals::new(objects, approvals, None);
    let walk = Walk::replay(objects, tip, &tags, root, last, now)?;
    let doubt = check_hard_revocations(root, &walk).err();
    Ok(Review::new(walk, doubt))
}

/// What would be found out about the tip if somebody's approval stood beside the others; `None`
/// where the tip was good before.
///
/// # Errors
/// As [`verify`].
pub fn rehearse(
    objects: &Arc<dyn Objects>,
    tip: ObjectId,
    approvals: &[TagRef],
    proposed: &Proposed,
    root: &TrustRoot,
    last: &State,
    now: Timestamp,
) -> Result<Option<Step>, VerifyError> {
    let tags = Approvals::new(objects, approvals, Some(proposed));
    let walk = Walk::replay(objects, tip, &tags, root, last, now)?;
    Ok(walk.steps.into_iter().next_back())
}

/// What would come of it if a reset to `to` stood beside the others, for whoever verified a history up to what `last` says; of those
/// that stand there where none is proposed.
///
/// # Errors
/// As [`verify`], but for [`VerifyError::Suspended`]. [`VerifyError::Rewritten`] where the introduction is not on both histories.
pub fn rehearse_reset(
    objects: &Arc<dyn Objects>,
    to: ObjectId,
    approvals: &[TagRef],
    proposed: Option<&Proposed>,
    root: &TrustRoot,
    last: &State,
    now: Timestamp,
) -> Result<Outlook, VerifyError> {
    let tags = Approvals::new(objects, approvals, proposed);
    reset::outlook(objects, to, &tags, root, last, now)
}

/// A key that was revoked for good must not have signed or approved a good commit since.
fn check_hard_revocations(root: &TrustRoot, walk: &Walk) -> Result<(), VerifyError> {
    let (policy, used) = (walk.good.authority.policy(), &walk.state.used);
    let revocations = root.revoked.iter().chain(&policy.revoked);
    for revocation in revocations.filter(|revocation| revocation.mode == RevocationMode::Hard) {
        let mut doubtful = used
            .iter()
            .filter(|(key, last)| is_doubtful(revocation, key, **last));
        if let Some((fingerprint, Use { commit, time })) = doubtful.next() {
            let (fingerprint, commit, time) = (fingerprint.clone(), *commit, *time);
            let refused = walk.steps.last().and_then(|step| step.refused.clone());
            return Err(VerifyError::Suspended {
                fingerprint,
                commit,
                time,
                refused: refused.map(Box::new),
            });
        }
    }
    Ok(())
}

fn is_doubtful(revocation: &Revocation, fingerprint: &str, last: Use) -> bool {
    revokes(revocation, fingerprint) && last.time >= revocation.since
}
