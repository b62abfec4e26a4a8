//! Which commits are asked about.

use crate::belief::{Belief, Judged};
use crate::failure::{Explain, Result, refused};
use crate::repository;
use signet_git::Store;
use signet_provenance::{ObjectId, Step};
use std::str::FromStr;

/// A tip, and possibly a commit before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range {
    /// The revision before the first commit that is asked about.
    pub(super) from: Option<String>,
    /// The last one.
    pub(super) tip: String,
}

impl FromStr for Range {
    type Err = String;

    /// `REV` or `A..B`; an absent side is `HEAD`, as for git.
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        if text.contains("...") {
            return Err("a range is A..B; A...B has no meaning here".to_owned());
        }
        let or_head = |side: &str| if side.is_empty() { "HEAD" } else { side }.to_owned();
        Ok(match text.split_once("..") {
            Some((from, tip)) => Self {
                from: Some(or_head(from)),
                tip: or_head(tip),
            },
            None => Self {
                from: None,
                tip: or_head(text),
            },
        })
    }
}

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
        behind(from, belief.root().introduction.commit, &steps).ok_or_else(|| {
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

#[cfg(test)]
mod tests {
    use super::Range;

    #[test]
    fn an_absent_side_is_head() {
        let range: Range = "main..".parse().unwrap();
        assert_eq!(
            (range.from.as_deref(), range.tip.as_str()),
            (Some("main"), "HEAD")
        );
        let range: Range = "..topic".parse().unwrap();
        assert_eq!(
            (range.from.as_deref(), range.tip.as_str()),
            (Some("HEAD"), "topic")
        );
        let range: Range = "v1".parse().unwrap();
        assert_eq!((range.from, range.tip.as_str()), (None, "v1"));
    }

    #[test]
    fn three_dots_mean_nothing() {
        assert!("a...b".parse::<Range>().is_err());
    }
}
