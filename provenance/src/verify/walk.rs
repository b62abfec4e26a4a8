//! The walk itself: which commits, in which order, seen when, and what is kept of it.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;

use super::chain::{Mainline, chain};
use super::{Good, Rewrite, Signer, VerifyError, ahead, reset, start};
use crate::approval::Approvals;
use crate::delta::Digests;
use crate::fields::{Comparisons, Spent};
use crate::sighting::{self, Seen};
use crate::signature::KnownKeys;
use crate::step::{self, Step};
use crate::tree::Trees;
use crate::{ObjectId, Objects, State, TrustRoot, Use};

/// How many refused steps say what each of their paths lacks.
const DETAILED: usize = 16;

/// How many refused steps are told one by one, wherever they stand. Behind those, a refused commit takes the place of the one
/// right before it if that is refused too, for whatever reason: who can push could have them alternate.
const REFUSED: usize = 1000;

/// How many bytes the allowed paths of all steps of a walk take that are told: those of some hundred thousand.
const TOLD: usize = 64 << 20;

/// A walk along a history's mainline, up to its tip.
#[derive(Clone)]
pub(crate) struct Walk {
    /// The last good commit.
    pub(crate) good: Good,
    /// Every good commit, from where the walk started.
    pub(crate) passed: Vec<Good>,
    /// Every commit judged.
    pub(crate) steps: Vec<Step>,
    /// How many of them are refused.
    refused: usize,
    /// The numbers of the refused steps that still say what each path lacks.
    detailed: VecDeque<usize>,
    /// How many of the first steps do not say any more which paths were allowed.
    forgotten: usize,
    /// About how many bytes those paths take that the others say.
    told: usize,
    /// How much was compared since the last good commit.
    pub(super) spent: Spent,
    /// What to keep.
    pub(crate) state: State,
    /// What lifted it that the history was rewritten, if it was.
    pub(crate) rewrite: Option<Rewrite>,
}

impl Walk {
    /// Judges every commit from the state's last good one to the tip. Where the history was rewritten and resets lift that, it is
    /// judged from its introduction.
    pub(crate) fn replay(
        objects: &Arc<dyn Objects>,
        tip: ObjectId,
        approvals: &Approvals<'_>,
        root: &TrustRoot,
        last: &State,
        now: Timestamp,
    ) -> Result<Self, VerifyError> {
        match Self::onward(objects, tip, approvals, root, last, now) {
            Err(VerifyError::Rewritten { .. }) => {
                reset::replay(objects, tip, approvals, root, last, now)
            }
            walk => walk,
        }
    }

    /// Judges every commit from the state's last good one to the tip.
    pub(super) fn onward(
        objects: &Arc<dyn Objects>,
        tip: ObjectId,
        approvals: &Approvals<'_>,
        root: &TrustRoot,
        last: &State,
        now: Timestamp,
    ) -> Result<Self, VerifyError> {
        // First, since a store that was filled anew does not have what a rewritten history lacks.
        let Mainline {
            commits: chain,
            mut bytes,
        } = chain(objects, start::commit(root, last), tip)?;
        let good = start::good(objects, root, last)?;
        let floor = floor_of(&chain, &good, last, tip)?;
        let known = sighting::on_chain(&last.seen, &chain);
        let mut walk = Self::begin(good, last.clone());
        let trees = Trees::of(&**objects);
        let keys = KnownKeys::default();
        let (digests, comparisons) = (Digests::default(), Comparisons::default());
        let spent = Spent::default();
        // Commits up to the floor have no such time.
        let first_seen =
            |index: usize| known[index].or_else(|| (index >= floor).then_some(Seen::at(now)));
        let context = |index: usize| step::Context {
            objects,
            trees: &trees,
            keys: &keys,
            digests: &digests,
            comparisons: &comparisons,
            spent: &spent,
            root,
            approvals,
            first_seen: first_seen(index),
            now,
            mainline: &chain[..=index],
            signer: None,
        };
        let mut read = VecDeque::new();
        for (index, commit) in chain.iter().enumerate() {
            if read.is_empty() {
                let good = &walk.good;
                read = ahead::read(objects, &mut bytes, &good.authority, &keys);
                let vouched = read.iter().zip(index..);
                let vouched = vouched
                    .filter_map(|(read, index)| step::vouched_for(&context(index), good, read));
                let neighbours: Vec<_> = std::iter::once(good.tree()).chain(vouched).collect();
                trees.look_ahead(&neighbours);
            }
            let judged = step::judge(&context(index), &walk.good, *commit, read.pop_front());
            let (step, good) = judged?;
            if good.is_some() {
                spent.clear();
            }
            walk.record(step, good, first_seen(index), now);
        }
        walk.state.seen = sighting::bounded(&walk.state.seen);
        walk.spent = spent;
        Ok(walk)
    }

    fn begin(good: Good, mut state: State) -> Self {
        let used = Use {
            commit: good.commit(),
            time: good.committed,
        };
        for fingerprint in good.signer.fingerprints() {
            state.used.entry(fingerprint.to_owned()).or_insert(used);
        }
        state.verified = Some(good.commit());
        state.reached = Some(good.reached);
        state.floor = None;
        state.seen.clear();
        Self {
            passed: vec![good.clone()],
            good,
            steps: Vec::new(),
            refused: 0,
            detailed: VecDeque::new(),
            forgotten: 0,
            told: 0,
            spent: Spent::default(),
            state,
            rewrite: None,
        }
    }

    pub(super) fn record(
        &mut self,
        step: Step,
        good: Option<Good>,
        first_seen: Option<Seen>,
        now: Timestamp,
    ) {
        match good {
            Some(good) => {
                // When they were first seen is not kept: they may have come just now.
                let seen = first_seen.map(|_| Seen::at(now));
                let approvers = step.approvals.iter().map(|approved| &approved.signer);
                for signer in approvers.chain(&step.side_signers) {
                    self.used(signer, &good, seen);
                }
                self.advance(good, first_seen);
            }
            None => self.remember(&step, first_seen),
        }
        self.push(step);
    }

    /// Anybody who is known can push commits without end: of old ones the verdict stays, and not each path.
    fn push(&mut self, mut step: Step) {
        if step.refused.is_some() {
            step.skipped = self.skip();
            self.refused += 1;
        }
        self.told += step.bytes_of_paths();
        while self.told > TOLD
            && let Some(old) = self.steps.get_mut(self.forgotten)
        {
            self.told -= old.bytes_of_paths();
            old.forget_paths();
            self.forgotten += 1;
        }
        if !step.denied.is_empty() || !step.discounted.is_empty() {
            self.detailed.push_back(self.steps.len());
        }
        self.steps.push(step);
        if self.detailed.len() > DETAILED
            && let Some(old) = self.detailed.pop_front()
        {
            let old = &mut self.steps[old];
            old.untold += std::mem::take(&mut old.denied).len();
            old.discounted = Vec::new();
        }
    }

    /// Makes room for a refused step, and says how many commits right before it are not told then.
    fn skip(&mut self) -> usize {
        let is_refused = |last: &mut Step| last.refused.is_some();
        if self.refused < REFUSED {
            return 0;
        }
        let Some(last) = self.steps.pop_if(is_refused) else {
            return 0;
        };
        self.refused -= 1;
        self.told -= last.bytes_of_paths();
        self.forgotten = self.forgotten.min(self.steps.len());
        self.detailed
            .pop_back_if(|number| *number == self.steps.len());
        last.skipped + 1
    }

    /// A good commit: what was seen before it is never judged again.
    fn advance(&mut self, good: Good, first_seen: Option<Seen>) {
        let signer = good.signer.clone();
        self.used(&signer, &good, first_seen);
        self.state.verified = Some(good.commit());
        self.state.reached = Some(good.reached);
        self.state.seen.clear();
        self.passed.push(good.clone());
        self.good = good;
    }

    /// A key signed or approved a good commit, or signed one of a side branch that had to be signed.
    pub(super) fn used(&mut self, signer: &Signer, good: &Good, seen: Option<Seen>) {
        let time = seen.map_or(good.reached, |seen| seen.latest.max(good.reached));
        let used = Use {
            commit: good.commit(),
            time,
        };
        for fingerprint in signer.fingerprints() {
            // Somebody who approved just now may have signed before.
            let latest = self.state.used.entry(fingerprint.to_owned());
            let latest = latest.or_insert(used);
            if used.time >= latest.time {
                *latest = used;
            }
        }
    }

    /// A bad commit by somebody who is known: the others' are refused at whatever time.
    fn remember(&mut self, step: &Step, first_seen: Option<Seen>) {
        if let (Some(seen), Some(_)) = (first_seen, &step.signer) {
            sighting::add(&mut self.state.seen, step.commit, seen);
        }
    }
}

/// How many commits of the chain lie up to the floor.
fn floor_of(
    chain: &[ObjectId],
    good: &Good,
    last: &State,
    tip: ObjectId,
) -> Result<usize, VerifyError> {
    let Some(floor) = last.floor.filter(|floor| *floor != good.commit()) else {
        return Ok(0);
    };
    match chain.iter().position(|commit| *commit == floor) {
        Some(index) => Ok(index + 1),
        None => Err(VerifyError::BelowFloor { floor, tip }),
    }
}
