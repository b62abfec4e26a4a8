//! What would become of a commit that nobody has made yet.

use std::sync::Arc;

use jiff::Timestamp;

use super::chain::{chain, first_parent};
use super::{VerifyError, Walk};
use crate::approval::Approvals;
use crate::delta::Digests;
use crate::sighting::Seen;
use crate::signature::KnownKeys;
use crate::step::{self, Step};
use crate::tree::Trees;
use crate::{ObjectId, Objects, State, TagRef, TrustRoot};

/// A commit that somebody would sign now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presumed {
    /// The commit whose tree it would have. Behind that one's own first parent it would be that commit anew, with what it merges;
    /// behind another it would have no other parent.
    pub like: ObjectId,
    /// The commit that it would stand on.
    pub onto: ObjectId,
    /// The principal who would sign it.
    pub signer: String,
}

/// What would be found out about a commit if it were signed and pushed now: its signature and date are taken to be right, and
/// all else is judged as [`verify`](crate::verify()) judges it, on top of the last good commit up to where it would stand.
///
/// # Errors
/// As [`verify`](crate::verify()), but for [`VerifyError::Suspended`].
pub fn presume(
    objects: &Arc<dyn Objects>,
    presumed: &Presumed,
    approvals: &[TagRef],
    root: &TrustRoot,
    last: &State,
    now: Timestamp,
) -> Result<Step, VerifyError> {
    let Presumed { like, onto, signer } = presumed;
    let approvals = Approvals::new(objects, approvals, None);
    let walk = Walk::replay(objects, *onto, &approvals, root, last, now)?;
    let mut mainline = chain(objects, walk.good.commit(), *onto)?.commits;
    if first_parent(objects, *like)? == Some(*onto) {
        mainline.push(*like);
    }
    let context = step::Context {
        objects,
        trees: &Trees::of(&**objects),
        keys: &KnownKeys::default(),
        digests: &Digests::default(),
        root,
        approvals: &approvals,
        first_seen: Some(Seen::at(now)),
        now,
        mainline: &mainline,
        signer: Some(signer),
    };
    let (step, _) = step::judge(&context, &walk.good, *like, None)?;
    Ok(step)
}
