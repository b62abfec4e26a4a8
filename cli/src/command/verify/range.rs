//! Which commits are asked about.

use crate::belief::{Belief, Judged};
use crate::failure::{Explain, Result, refused};
use crate::repository;
use crate::revisions::Range;
use signet_git::Store;
use signet_provenance::{ObjectId, Step};

impl Range {
    /// The steps behind the commit where the range begins.
    ///
    /// # Errors
    /// When that is not on the first-parent history from the introduction to the tip.
    pub(super) fn of(
        &self,
        from: &str,
        belief: &Belief,
        judged: &Judged,
        store: &Store,
    ) -> Result<Vec<Step>> {
        let from = repository::resolve(store, from).context("find where the range begins")?;
        if let Some(steps) = behind(from, judged.start(belief), &judged.review.steps) {
            return Ok(steps);
        }
        let steps = belief.steps(judged)?;
        if let Some(steps) = behind(from, belief.root().introduction.commit, &steps) {
            return Ok(steps);
        }
        let tip = repository::resolve(store, &self.tip)?;
        Err(if belief.goes_on_from(from, tip)? {
            let untold: usize = steps.iter().map(|step| step.skipped).sum();
            refused(format!(
                "{from} is one of {untold} refused commits that are not told one by one"
            ))
            .hint("those that are told are shown by: signet verify --explain")
        } else {
            refused(format!(
                "{from} is not on the first-parent history between the introduction and {}",
                self.tip
            ))
            .hint(
                "a branch that is behind, or has it merged in, is put on top of it by: git rebase",
            )
        })
    }
}

/// The steps behind a commit, if it is that before all of them or one of them.
fn behind(from: ObjectId, start: ObjectId, steps: &[Step]) -> Option<Vec<Step>> {
    if from == start {
        return Some(steps.to_vec());
    }
    let index = steps.iter().position(|step| step.commit == from)?;
    Some(steps[index + 1..].to_vec())
}
