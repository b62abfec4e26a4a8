//! How go-yaml's scanner cuts the comments between two tokens into groups.
//!
//! A group is cut off, as a *foot*, at the first empty line if it stands directly below what went before or is dedented, and
//! where the column changes and what follows is dedented. What remains is the *head* of what follows. The end of the text
//! counts as an empty line, and so does each `\r\n` behind a comment.

use crate::Comment;

/// What stands in front of comments.
pub(super) struct Before {
    /// Where it ends, in bytes.
    pub(super) end: usize,
    /// The column at which the innermost collection in force begins, from 1.
    pub(super) indent: usize,
    /// Whether a comment directly below it may be its foot: below a colon none is.
    pub(super) takes_foot: bool,
}

/// Comments that hang together.
pub(super) struct Group {
    /// How many.
    pub(super) count: usize,
    pub(super) hangs: Hangs,
    /// The column of the first one.
    pub(super) column: usize,
    /// Where the first one begins.
    pub(super) start: usize,
    /// How far was scanned before, and with it.
    pub(super) scanned: std::ops::Range<usize>,
}

/// On what a group of comments hangs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hangs {
    /// On what follows.
    Head,
    /// On what stands in front of all groups.
    Before,
    /// On the first token that does not begin in front of this place.
    From(usize),
}

/// Cuts comments, which are some, into groups; `next` is the place and column of what follows, unless the text ends.
pub(super) fn cut(
    text: &str,
    comments: &[&Comment],
    before: &Before,
    next: Option<(usize, usize)>,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let (mut first, mut scanned, mut foot) = (0, before.end, Hangs::Before);
    let mut group = |first: usize, end: usize, hangs, scanned| {
        let start = &comments[first];
        groups.push(Group {
            count: end - first,
            hangs,
            column: start.at.column,
            start: start.span.start,
            scanned,
        });
    };
    let mut is_unbroken = comments
        .first()
        .is_some_and(|comment| !has_empty_line(&text[before.end..comment.span.start]));
    let below = is_unbroken && before.takes_foot;
    for (i, comment) in comments.iter().enumerate() {
        let start = &comments[first];
        let dedented = start.at.column < before.indent;
        let follows = comments
            .get(i + 1)
            .map(|comment| (comment.span.start, comment.at.column))
            .or(next);
        let empty = empty_line_behind(text, comment.span.end);
        let cut = match (empty, follows) {
            (Some(at), _) if is_unbroken && dedented => Some((at, Hangs::From(start.span.start))),
            (Some(at), _) if first == 0 && below && is_unbroken => Some((at, foot)),
            (_, Some((at, column))) if column < before.indent && column != start.at.column => {
                Some((at, foot))
            }
            _ => None,
        };
        is_unbroken &= empty.is_none();
        if let Some((at, hangs)) = cut {
            group(first, i + 1, hangs, scanned..at);
            (first, scanned, foot) = (i + 1, at, Hangs::From(at));
        }
    }
    if first < comments.len() {
        group(first, comments.len(), Hangs::Head, scanned..usize::MAX);
    }
    groups
}

fn has_empty_line(between: &str) -> bool {
    let lines: Vec<&str> = between.split('\n').collect();
    let whole = lines.get(1..lines.len() - 1).unwrap_or_default();
    whole.iter().any(|line| line.trim().is_empty())
}

/// Where the line behind a comment is found to be empty: the scanner skips one byte for the line break.
fn empty_line_behind(text: &str, end: usize) -> Option<usize> {
    let line = text.get(end + 1..).unwrap_or_default();
    let found = line.trim_start_matches([' ', '\t']);
    let is_empty = found.is_empty() || found.starts_with(['\n', '\r']);
    is_empty.then(|| end + 1 + line.len() - found.len())
}
