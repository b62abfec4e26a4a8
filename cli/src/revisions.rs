//! Which commits a person names.

use std::str::FromStr;

/// A tip, and possibly a commit before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Range {
    /// The revision before the first commit that is asked about.
    pub(crate) from: Option<String>,
    /// The last one.
    pub(crate) tip: String,
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
