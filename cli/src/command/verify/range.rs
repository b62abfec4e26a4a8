//! Which commits are asked about.

use crate::failure::{Explain, Result, refused};
use crate::repository;
use signet_git::Store;
use signet_provenance::{Step, Verdict};
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
    /// The steps of the verdict that are asked about.
    ///
    /// # Errors
    /// When the range begins at a commit that is not on the first-parent history from the introduction to the tip.
    pub(super) fn of<'a>(&self, verdict: &'a Verdict, store: &Store) -> Result<&'a [Step]> {
        let Some(from) = &self.from else {
            return Ok(&verdict.steps);
        };
        let from = repository::resolve(store, from).context("find where the range begins")?;
        if let Some(index) = verdict.steps.iter().position(|step| step.commit == from) {
            return Ok(&verdict.steps[index + 1..]);
        }
        let is_introduction = match verdict.steps.first() {
            Some(first) => first.against == from,
            None => verdict.tree.commit() == from,
        };
        if is_introduction {
            return Ok(&verdict.steps);
        }
        Err(refused(format!(
            "{from} is not on the first-parent history between the introduction and {}",
            self.tip
        ))
        .hint("a branch that is behind, or has it merged in, is put on top of it by: git rebase"))
    }
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
