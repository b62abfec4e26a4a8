//! Walks a history from what is trusted to its tip, and says how far it may be believed.

mod chain;
mod error;
mod start;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use signet_api::Revocation;

use crate::authority::{Authority, revokes};
use crate::commit::Commit;
use crate::step::{self, Step};
use crate::verdict::Verdict;
use crate::{ObjectId, Objects, State, TrustRoot, Use};

pub(crate) use chain::chain;
pub use error::VerifyError;

/// How far the history that ends in `tip` may be believed.
///
/// From the last good commit (or the introduction) along first parents to the tip, each commit
/// is judged against the last good one under that one's policy; the good ones move it on.
/// Starting from the introduction gives the same answer as starting from a later good commit.
/// A history with bad commits at its end is a success too: the verdict names the last good
/// commit and why the newest bad one is refused.
///
/// # Errors
/// [`VerifyError`] where the history as a whole cannot be judged; the last state then stays.
pub fn verify(
    objects: Arc<dyn Objects>,
    tip: ObjectId,
    root: &TrustRoot,
    last: &State,
    now: Timestamp,
) -> Result<Verdict, VerifyError> {
    let walk = Walk::replay(&objects, tip, root, last, now)?;
    check_hard_revocations(root, &walk.good, &walk.state.used)?;
    Ok(Verdict::new(objects, root.clone(), now, walk))
}

/// A commit that was found good, and what later commits are judged by.
#[derive(Debug, Clone)]
pub(crate) struct Good {
    commit: ObjectId,
    tree: ObjectId,
    pub(crate) authority: Arc<Authority>,
    pub(crate) committed: Timestamp,
    pub(crate) signer: Signer,
}

impl Good {
    pub(crate) fn new(
        commit: ObjectId,
        read: &Commit,
        authority: Arc<Authority>,
        signer: Signer,
    ) -> Self {
        Self {
            commit,
            tree: read.tree,
            authority,
            committed: read.committed,
            signer,
        }
    }

    pub(crate) fn commit(&self) -> ObjectId {
        self.commit
    }

    pub(crate) fn tree(&self) -> ObjectId {
        self.tree
    }
}

/// Who signed a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The principal's name in the policy.
    pub principal: String,
    /// The key's fingerprint: `SHA256:` and unpadded base64.
    pub fingerprint: String,
}

/// A walk along a history's mainline, up to its tip.
pub(crate) struct Walk {
    /// The last good commit.
    pub(crate) good: Good,
    /// Every good commit, from where the walk started.
    pub(crate) passed: Vec<Good>,
    /// Every commit judged.
    pub(crate) steps: Vec<Step>,
    /// What to keep.
    pub(crate) state: State,
}

impl Walk {
    /// Judges every commit from the state's last good one to the tip.
    pub(crate) fn replay(
        objects: &Arc<dyn Objects>,
        tip: ObjectId,
        root: &TrustRoot,
        last: &State,
        now: Timestamp,
    ) -> Result<Self, VerifyError> {
        let good = start::good(objects, root, last)?;
        let chain = chain(objects, good.commit, tip)?;
        let floor = floor_of(&chain, &good, last, tip)?;
        let mut state = last.clone();
        state
            .used
            .entry(good.signer.fingerprint.clone())
            .or_insert(Use {
                commit: good.commit,
                time: good.committed,
            });
        let mut walk = Self {
            passed: vec![good.clone()],
            good,
            steps: Vec::new(),
            state,
        };
        for (index, commit) in chain.iter().enumerate() {
            let first_seen = first_seen(last, *commit, index < floor, now);
            let context = step::Context {
                objects,
                root,
                first_seen,
                now,
                mainline: &chain[..=index],
            };
            let (step, good) = step::judge(&context, &walk.good, *commit)?;
            walk.record(step, good, first_seen);
        }
        walk.state.keep_from(&walk.good, &chain);
        Ok(walk)
    }

    fn record(&mut self, step: Step, good: Option<Good>, first_seen: Option<Timestamp>) {
        if let (Some(seen), true) = (first_seen, step.signer.is_some()) {
            self.state.first_seen.insert(step.commit, seen);
        }
        if let Some(good) = good {
            let time = first_seen.map_or(good.committed, |seen| seen.max(good.committed));
            let used = Use {
                commit: good.commit,
                time,
            };
            self.state
                .used
                .insert(good.signer.fingerprint.clone(), used);
            self.passed.push(good.clone());
            self.good = good;
        }
        self.steps.push(step);
    }
}

/// When a commit was first seen: now, unless the state says earlier. Commits up to the floor
/// have no such time.
fn first_seen(
    last: &State,
    commit: ObjectId,
    below_floor: bool,
    now: Timestamp,
) -> Option<Timestamp> {
    let known = last.first_seen.get(&commit).copied();
    known.or_else(|| (!below_floor).then_some(now))
}

impl State {
    /// Drops what no later verification asks for.
    fn keep_from(&mut self, good: &Good, chain: &[ObjectId]) {
        let behind = match chain.iter().position(|commit| *commit == good.commit) {
            Some(index) => &chain[index + 1..],
            None => chain,
        };
        let kept = behind
            .iter()
            .filter_map(|commit| Some((*commit, *self.first_seen.get(commit)?)));
        self.first_seen = kept.collect::<BTreeMap<_, _>>();
        self.verified = Some(good.commit);
        self.floor = None;
    }
}

/// How many commits of the chain lie up to the floor.
fn floor_of(
    chain: &[ObjectId],
    good: &Good,
    last: &State,
    tip: ObjectId,
) -> Result<usize, VerifyError> {
    let Some(floor) = last
        .floor
        .filter(|floor| *floor != good.commit && last.verified.is_none())
    else {
        return Ok(0);
    };
    match chain.iter().position(|commit| *commit == floor) {
        Some(index) => Ok(index + 1),
        None => Err(VerifyError::BelowFloor { floor, tip }),
    }
}

/// A key that was revoked for good must not have signed a good commit since.
fn check_hard_revocations(
    root: &TrustRoot,
    good: &Good,
    used: &BTreeMap<String, Use>,
) -> Result<(), VerifyError> {
    let revocations = root.revoked.iter().chain(&good.authority.policy().revoked);
    for revocation in
        revocations.filter(|revocation| revocation.mode == signet_api::RevocationMode::Hard)
    {
        if let Some((key, last_use)) = used
            .iter()
            .find(|(key, last)| doubtful(revocation, key, **last))
        {
            let (fingerprint, commit, time) = (key.clone(), last_use.commit, last_use.time);
            return Err(VerifyError::Suspended {
                fingerprint,
                commit,
                time,
            });
        }
    }
    Ok(())
}

fn doubtful(revocation: &Revocation, fingerprint: &str, last: Use) -> bool {
    revokes(revocation, fingerprint) && last.time >= revocation.since
}
