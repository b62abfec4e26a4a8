//! How what is believed came to be, for people who ask.

use super::{Belief, Judged};
use crate::failure::{Explain, Result};
use signet_provenance::{ObjectId, Review, Sighting, State, Step, VerifyError};

impl Belief {
    /// Every commit of a judged history, from the introduction on.
    ///
    /// What was accepted before is judged once more, the last good ones by committers' dates: when they were seen is not kept. What
    /// was refused between them, and all before them, counts as seen now, which makes nothing of it good that was not.
    ///
    /// # Errors
    /// When the history cannot be judged as a whole.
    pub(crate) fn steps(&self, judged: &Judged) -> Result<Vec<Step>> {
        let before = match judged.verified() {
            Some(good) => self
                .retraced(good)
                .context("judge what was verified before")?,
            None => Vec::new(),
        };
        Ok(before
            .into_iter()
            .chain(judged.review.steps.iter().cloned())
            .collect())
    }

    fn retraced(&self, good: ObjectId) -> std::result::Result<Vec<Step>, VerifyError> {
        let known = self.kept.passed().iter().copied();
        let known = known.take_while(|one| *one != good).chain([good]);
        let known: Vec<ObjectId> = known.collect();
        let first = known[0];
        let mut steps = self.review(first, &self.before_known(first)?)?.steps;
        let later = self.review(good, &on(first, good))?.steps;
        if later.len() == known.len() - 1 {
            // Nothing was refused between them.
            steps.extend(later);
            return Ok(steps);
        }
        for pair in known.windows(2) {
            steps.extend(self.between(pair[0], pair[1])?.steps);
        }
        Ok(steps)
    }

    /// A good commit on top of the good one before it, and what was refused between them.
    pub(super) fn between(
        &self,
        good: ObjectId,
        next: ObjectId,
    ) -> std::result::Result<Review, VerifyError> {
        let mut from = on(good, next);
        let review = self.review(next, &from)?;
        let [.., refused, _] = &review.steps[..] else {
            return Ok(review);
        };
        from.seen = vec![Sighting {
            commit: refused.commit,
            earliest: self.now,
            latest: self.now,
        }];
        self.review(next, &from)
    }
}

/// What a later good commit is judged from by its own date.
fn on(good: ObjectId, later: ObjectId) -> State {
    State {
        verified: Some(good),
        floor: Some(later),
        ..State::default()
    }
}
