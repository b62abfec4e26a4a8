//! What would become of a commit that nobody has made yet.

use std::sync::Arc;

use jiff::Timestamp;

use super::chain::{chain, first_parent};
use super::{VerifyError, Walk, check_hard_revocations};
use crate::approval::Approvals;
use crate::authority::Holder;
use crate::delta::Digests;
use crate::fields::Comparisons;
use crate::sighting::Seen;
use crate::signature::KnownKeys;
use crate::step::{self, Signing, Step};
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

/// What would become of a commit by a key of its signer.
#[derive(Debug)]
pub struct Foretold {
    /// What would be found out about it.
    pub step: Step,
    /// Why nobody would go on from the history up to it, good or not: [`VerifyError::Suspended`], if so.
    pub doubt: Option<VerifyError>,
}

impl Foretold {
    /// Whether agents would go on from the commit.
    pub fn passes(&self) -> bool {
        self.step.refused.is_none() && self.doubt.is_none()
    }
}

/// What would become of a commit if it were signed and pushed now, by a key with which it passes if there is one, and by each
/// other key of the signer whose signatures count: its signature and date are taken to be right, and
/// all else is judged as [`verify`](crate::verify()) judges it, on top of the last good commit up to where it would stand.
///
/// # Errors
/// As [`verify`](crate::verify()), but for [`VerifyError::Suspended`], which this holds.
pub fn presume(
    objects: &Arc<dyn Objects>,
    presumed: &Presumed,
    approvals: &[TagRef],
    root: &TrustRoot,
    last: &State,
    now: Timestamp,
) -> Result<(Foretold, Vec<Foretold>), VerifyError> {
    let Presumed { like, onto, signer } = presumed;
    let approvals = Approvals::new(objects, approvals, None);
    let walk = Walk::replay(objects, *onto, &approvals, root, last, now)?;
    let mut mainline = chain(objects, walk.good.commit(), *onto)?.commits;
    if first_parent(objects, *like)? == Some(*onto) {
        mainline.push(*like);
    }
    let first_seen = Some(Seen::at(now));
    let (trees, known) = (Trees::of(&**objects), KnownKeys::default());
    let (digests, comparisons) = (Digests::default(), Comparisons::default());
    let foretell = |key: Option<&Holder>| -> Result<Foretold, VerifyError> {
        let spent = walk.spent.clone();
        let context = step::Context {
            objects,
            trees: &trees,
            keys: &known,
            digests: &digests,
            comparisons: &comparisons,
            spent: &spent,
            root,
            approvals: &approvals,
            first_seen,
            now,
            mainline: &mainline,
            signer: Some(Signing {
                principal: signer,
                key,
            }),
        };
        let (step, good) = step::judge(&context, &walk.good, *like, None)?;
        // A good one may cast doubt, or be what takes it away.
        let mut walk = walk.clone();
        walk.record(step.clone(), good, first_seen, now);
        let doubt = check_hard_revocations(root, &walk).err();
        Ok(Foretold { step, doubt })
    };
    let keys = walk.good.authority.presumed_signers(signer, now);
    let mut keys = keys.into_iter();
    let (mut one, mut others) = (foretell(keys.next())?, Vec::new());
    for key in keys {
        let mut other = foretell(Some(key))?;
        if other.passes() && !one.passes() {
            std::mem::swap(&mut one, &mut other);
        }
        others.push(other);
    }
    Ok((one, others))
}
