//! A history that was rewritten, and the root group's word that this was meant.
//!
//! Resets let a history be judged that does not go on from what was verified last, and vouch for nothing in it: it is judged from
//! its introduction by the same rules as ever, what both histories have by its own dates, since it was accepted before, and what
//! lies behind as seen now. So whoever begins at the introduction comes to the same commit without any reset. What the resets are
//! needed for is known only to whoever verified the other history: nobody else is held to its policy's version.
//!
//! The tags last, so whoever holds the remote can show them again. A reset holds for one commit alone, and is of no use once one that
//! was agreed to later was gone on with: opposite resets lead nobody back and forth.

mod count;
mod outlook;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::chain::{chain, newest_on_mainline};
use super::{Good, VerifyError, Walk, start};
use crate::approval::{Approvals, FoundReset};
use crate::object::ObjectError;
use crate::step::Approved;
use crate::{ObjectId, Objects, State, TrustRoot};
use count::{Count, counted};
pub use outlook::{Outlook, Standing};

/// How many resets that do not help a message names.
const NAMED: usize = 3;
/// How many tips of histories that were left are known.
const LEFT: usize = 16;

/// A rewritten history that the root group lets be gone on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// The commit that was verified last.
    pub from: ObjectId,
    /// The commit that the root group names in its place.
    pub to: ObjectId,
    /// The last commit that both histories have.
    pub parted: ObjectId,
    /// How many commits both have behind the introduction, up to and with that.
    pub shared: usize,
    /// The resets by which the threshold of one policy or the other is met, in the order of their refs.
    pub approvals: Vec<Approved>,
}

/// What resets are judged by.
#[derive(Clone, Copy)]
struct Question<'a> {
    objects: &'a Arc<dyn Objects>,
    approvals: &'a Approvals<'a>,
    root: &'a TrustRoot,
    last: &'a State,
    now: Timestamp,
}

/// Two histories that part.
struct Parted {
    /// The last commit that both have.
    at: ObjectId,
    /// The places of the commits behind the introduction on the new mainline.
    places: HashMap<ObjectId, usize>,
}

/// Judges the history up to `tip`, which does not go on from what was verified last, from its introduction on, where resets to
/// one of its good commits count.
///
/// # Errors
/// [`VerifyError::Rewritten`] with what there is to say of resets where none do.
pub(super) fn replay(
    objects: &Arc<dyn Objects>,
    tip: ObjectId,
    approvals: &Approvals<'_>,
    root: &TrustRoot,
    last: &State,
    now: Timestamp,
) -> Result<Walk, VerifyError> {
    let question = Question {
        objects,
        approvals,
        root,
        last,
        now,
    };
    let from = start::commit(root, last);
    let stays = |why: &str| VerifyError::Rewritten {
        last: from,
        tip,
        told: format!(
            "; the root group lifts that, where it is meant, by `signet approve --reset={from} {tip}`{why}"
        ),
    };
    if from == root.introduction.commit {
        return Err(VerifyError::rewritten(from, tip));
    }
    if question.was_verified(tip)? {
        return Err(VerifyError::Rewritten {
            last: from,
            tip,
            told: format!("; {}", undone(from, tip)),
        });
    }
    let resets = question.resets(from)?;
    if resets.is_empty() {
        return Err(stays(""));
    }
    let (left, parted) = match question.both(tip)? {
        Ok(both) => both,
        Err(why) => return Err(stays(&why)),
    };
    let mut told = Vec::new();
    if let Some(walk) = question.gone_on(tip, &resets, &left, &parted, &mut told)? {
        return Ok(walk);
    }
    told.truncate(NAMED);
    Err(stays(&told.concat()))
}

/// What would come of resetting what was verified last to a commit.
///
/// # Errors
/// [`VerifyError`] where one of both histories cannot be judged.
pub(super) fn outlook(
    objects: &Arc<dyn Objects>,
    to: ObjectId,
    approvals: &Approvals<'_>,
    root: &TrustRoot,
    last: &State,
    now: Timestamp,
) -> Result<Outlook, VerifyError> {
    let question = Question {
        objects,
        approvals,
        root,
        last,
        now,
    };
    outlook::of(question, to)
}

impl Question<'_> {
    /// Whether a tip lies on the history of what was verified last.
    fn was_verified(&self, tip: ObjectId) -> Result<bool, VerifyError> {
        let introduction = self.root.introduction.commit;
        let from = start::commit(self.root, self.last);
        let is_end = |one| one == tip || one == introduction;
        match newest_on_mainline(self.objects, from, is_end) {
            Err(VerifyError::Object(ObjectError::Missing { .. })) => Ok(false),
            end => Ok(end? == Some(tip)),
        }
    }

    /// The resets from a commit.
    fn resets(&self, from: ObjectId) -> Result<Vec<&FoundReset>, VerifyError> {
        let resets = self.approvals.resets()?.iter();
        Ok(resets.filter(|one| one.signed.says.from == from).collect())
    }

    /// What was verified last, and where the history up to a tip parts from that; why no reset counts, where that is so.
    fn both(&self, tip: ObjectId) -> Result<Result<(Good, Parted), String>, VerifyError> {
        let left = self.left();
        let both = left.and_then(|left| Ok((left, self.parted(tip)?)));
        match both {
            Ok(both) => Ok(Ok(both)),
            Err(VerifyError::Object(ObjectError::Missing { id, kind })) => Ok(Err(format!(
                "; nothing tells whether resets count, since {kind} {id} is not here"
            ))),
            Err(VerifyError::Rewritten { .. }) => {
                let why = "; no reset helps where the introduction is on one of both alone";
                Ok(Err(why.to_owned()))
            }
            Err(error) => Err(error),
        }
    }

    /// The walk that the first of the resets that help has taken, the one to the newest commit; what there is to say of the others
    /// is told.
    fn gone_on(
        &self,
        tip: ObjectId,
        resets: &[&FoundReset],
        left: &Good,
        parted: &Parted,
        told: &mut Vec<String>,
    ) -> Result<Option<Walk>, VerifyError> {
        let mut met = Vec::new();
        for to in self.destinations(resets, parted, told) {
            let count = counted(*self, resets, to, &left.authority)?;
            match &count.lacking {
                None => met.push((to, count)),
                Some(need) => told.push(count.told(to, &need.to_string())),
            }
        }
        if met.is_empty() {
            return Ok(None);
        }
        let walk = self.walk(tip, parted)?;
        for (to, count) in met {
            match self.there(resets, to, left, &walk)? {
                Ok(there) => return Ok(Some(self.taken(walk, to, parted, count.and(there)))),
                Err(why) => told.push(count.told(to, &format!("does not help: {why}"))),
            }
        }
        Ok(None)
    }

    /// What was verified last.
    fn left(&self) -> Result<Good, VerifyError> {
        start::good(self.objects, self.root, self.last)
    }

    /// Where the history up to a tip parts from the one that was verified.
    fn parted(&self, tip: ObjectId) -> Result<Parted, VerifyError> {
        let introduction = self.root.introduction.commit;
        let commits = chain(self.objects, introduction, tip)?.commits;
        let places: HashMap<ObjectId, usize> = commits.into_iter().zip(1..).collect();
        let from = start::commit(self.root, self.last);
        let is_shared = |one| one == introduction || places.contains_key(&one);
        let at = newest_on_mainline(self.objects, from, is_shared)?;
        let at = at.ok_or_else(|| VerifyError::rewritten(from, introduction))?;
        Ok(Parted { at, places })
    }

    /// The commits that resets are to which only the new mainline has, the newest first.
    fn destinations(
        &self,
        resets: &[&FoundReset],
        parted: &Parted,
        told: &mut Vec<String>,
    ) -> Vec<ObjectId> {
        let mut destinations = Vec::new();
        for reset in resets {
            let to = reset.signed.says.to;
            if parted.is_behind(to) {
                destinations.push(to);
            } else if to == self.root.introduction.commit || parted.places.contains_key(&to) {
                let why = undone(reset.signed.says.from, to);
                told.push(format!(
                    "; the reset to {} does not help: {why}",
                    to.short()
                ));
            } else {
                told.push(format!("; a reset is to {to}, which is not on that either"));
            }
        }
        destinations.sort_by_key(|to| std::cmp::Reverse(parted.place(*to)));
        destinations.dedup();
        told.dedup();
        destinations
    }

    /// The new history from its introduction on, with which nobody is kept to what was verified last: up to where they part by its
    /// own dates.
    fn walk(&self, tip: ObjectId, parted: &Parted) -> Result<Walk, VerifyError> {
        let floors = self.last.floor.into_iter().chain([parted.at]);
        let mut left = self.last.left.clone();
        left.extend(self.last.verified);
        left.drain(..left.len().saturating_sub(LEFT));
        let from = State {
            floor: floors.max_by_key(|floor| parted.place(*floor)),
            // A key that is revoked for good casts doubt on what it did, wherever that is.
            used: self.last.used.clone(),
            left,
            ..State::default()
        };
        Walk::onward(
            self.objects,
            tip,
            self.approvals,
            self.root,
            &from,
            self.now,
        )
    }

    /// The resets to a commit by its own policy, whose root group is asked as well; why nobody goes on from it, where that is so.
    fn there(
        &self,
        resets: &[&FoundReset],
        to: ObjectId,
        left: &Good,
        walk: &Walk,
    ) -> Result<Result<Count, String>, VerifyError> {
        let good = match named(to, left, walk) {
            Ok(good) => good,
            Err(why) => return Ok(Err(why)),
        };
        let count = counted(*self, resets, to, &good.authority)?;
        Ok(match &count.lacking {
            None => Ok(count),
            Some(need) => Err(format!("by its own policy it {need}")),
        })
    }

    /// The walk, once resets have taken it.
    fn taken(&self, mut walk: Walk, to: ObjectId, parted: &Parted, count: Count) -> Walk {
        let good = walk.passed.iter().find(|good| good.commit() == to);
        if let Some(good) = good.cloned() {
            let seen = Some(crate::sighting::Seen::at(self.now));
            for approved in &count.approved {
                walk.used(&approved.signer, &good, seen);
            }
        }
        walk.state.reset = count.agreed;
        walk.rewrite = Some(Rewrite {
            from: start::commit(self.root, self.last),
            to,
            parted: parted.at,
            shared: parted.place(parted.at),
            approvals: count.approved,
        });
        walk
    }
}

/// Why a reset to a commit that was verified before what it is from does not count.
fn undone(from: ObjectId, to: ObjectId) -> String {
    format!(
        "what {} has was verified already, and a push of {} would undo the reset: revert the commits instead (git revert)",
        to.short(),
        from.short()
    )
}

/// The commit that is to be gone on from, or why it cannot be.
fn named<'w>(to: ObjectId, left: &Good, walk: &'w Walk) -> Result<&'w Good, String> {
    let Some(good) = walk.passed.iter().find(|good| good.commit() == to) else {
        let mut steps = walk.steps.iter();
        let refused = steps.find(|step| step.commit == to);
        let why = if let Some(refusal) = refused.and_then(|step| step.refused.as_ref()) {
            format!(": {refusal}")
        } else {
            let untold: usize = walk.steps.iter().map(|step| step.skipped).sum();
            format!(", as one of {untold} commits that are not told one by one")
        };
        return Err(format!("it is refused{why}"));
    };
    let [old, new] = [left, good].map(|one| one.authority.policy().version);
    if new < old {
        return Err(format!(
            "its policy has version {new}, and that of {} version {old}",
            left.commit().short()
        ));
    }
    Ok(good)
}

impl Parted {
    /// Whether only the new mainline has a commit.
    fn is_behind(&self, commit: ObjectId) -> bool {
        self.place(commit) > self.place(self.at)
    }

    /// How far behind the introduction a commit of the new mainline is.
    fn place(&self, commit: ObjectId) -> usize {
        self.places.get(&commit).copied().unwrap_or(0)
    }
}
