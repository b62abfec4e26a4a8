//! The walk itself: which commits, in which order, seen when, and what is kept of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::chain::chain;
use super::{Good, VerifyError, start};
use crate::step::{self, Step};
use crate::{ObjectId, Objects, State, TrustRoot, Use};

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
        let chain = chain(objects, good.commit(), tip)?;
        let floor = floor_of(&chain, &good, last, tip)?;
        let mut walk = Self::begin(good, last.clone());
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

    fn begin(good: Good, mut state: State) -> Self {
        let used = Use {
            commit: good.commit(),
            time: good.committed,
        };
        state
            .used
            .entry(good.signer.fingerprint.clone())
            .or_insert(used);
        Self {
            passed: vec![good.clone()],
            good,
            steps: Vec::new(),
            state,
        }
    }

    fn record(&mut self, step: Step, good: Option<Good>, first_seen: Option<Timestamp>) {
        if let (Some(seen), true) = (first_seen, step.signer.is_some()) {
            self.state.first_seen.insert(step.commit, seen);
        }
        if let Some(good) = good {
            let time = first_seen.map_or(good.committed, |seen| seen.max(good.committed));
            let used = Use {
                commit: good.commit(),
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
        let behind = match chain.iter().position(|commit| *commit == good.commit()) {
            Some(index) => &chain[index + 1..],
            None => chain,
        };
        let kept = behind
            .iter()
            .filter_map(|commit| Some((*commit, *self.first_seen.get(commit)?)));
        self.first_seen = kept.collect::<BTreeMap<_, _>>();
        self.verified = Some(good.commit());
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
        .filter(|floor| *floor != good.commit() && last.verified.is_none())
    else {
        return Ok(0);
    };
    match chain.iter().position(|commit| *commit == floor) {
        Some(index) => Ok(index + 1),
        None => Err(VerifyError::BelowFloor { floor, tip }),
    }
}
