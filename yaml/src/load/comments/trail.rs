//! The collections that end together in front of comments, and which of them the comments belong to.
//!
//! go-yaml puts the end of a block collection in front of the first group of comments that begins at exactly its column, or
//! where the last value ends. A foot hangs on the first end, or next token, that does not stand in front of it: at the end of
//! a mapping it belongs into that, at the end of a sequence into the mapping around it. What is left hangs on the next entry,
//! of which it is the foot if that is an element, or at the end of a document on the document.

use crate::load::comments::extent::{Extent, Kind, kind};
use crate::load::comments::groups::{self, Before, Group, Hangs};
use crate::{Comment, Value};

/// From the outermost collection that ends to the innermost.
pub(super) struct Trail<'t> {
    text: &'t str,
    before: Before,
    levels: Vec<Level>,
    /// Whether the last thing is a bare dash, which takes no comments.
    bare_dash: bool,
    /// Whether the next entry is an element, which keeps a foot; one on a key go-yaml gives to the entry before.
    in_sequence: bool,
}

struct Level {
    column: usize,
    is_sequence: bool,
    /// Whether it is indented further than the key in front: a sequence need not be.
    indented: bool,
}

/// How many levels in a comment belongs.
#[derive(Clone, Copy)]
pub(super) struct Levels {
    pub(super) count: usize,
    /// Whether it is the foot of the next entry, or lost for another foot.
    pub(super) ahead: bool,
}

/// What follows comments.
struct Next {
    /// Its place and column, unless the text ends.
    at: Option<(usize, usize)>,
    /// Its column: collections further in end in front of the comments, others here.
    column: usize,
    /// Where it begins.
    place: usize,
}

impl<'t> Trail<'t> {
    /// What ends with an entry of a collection that begins at the column `around`.
    pub(super) fn of(
        text: &'t str,
        entry: &Extent<'_>,
        around: usize,
        among_elements: bool,
    ) -> Self {
        let mut levels = Vec::new();
        let (mut node, mut outer, mut is_element) = (entry.value, entry.column, among_elements);
        while kind(text, node) == Kind::Block {
            let is_sequence = matches!(node.value, Value::Sequence(_));
            levels.push(Level {
                column: node.at.column,
                is_sequence,
                indented: node.at.column > outer,
            });
            let last = node
                .pairs()
                .last()
                .map(|(key, value)| (value, key.at.column));
            let Some(below) =
                last.or_else(|| node.items().last().map(|item| (item, node.at.column)))
            else {
                break;
            };
            is_element = is_sequence;
            (node, outer) = below;
        }
        let is_bare = node.span.is_empty() && node.tag().is_none();
        let innermost = levels.iter().rfind(|level| level.indented);
        Self {
            text,
            before: Before {
                end: entry.value.span.end,
                indent: innermost.map_or(around, |level| level.column),
                takes_foot: !is_bare || is_element,
            },
            bare_dash: is_bare && is_element,
            in_sequence: among_elements,
            levels,
        }
    }

    /// For each comment how many levels in it belongs if `next` follows.
    pub(super) fn levels_before(&self, comments: &[&Comment], next: &Extent<'_>) -> Vec<Levels> {
        self.levels(
            comments,
            &Next {
                at: Some((next.start, next.column)),
                column: next.column,
                place: next.start,
            },
        )
    }

    /// For each comment how many levels in it belongs at the end of a document.
    pub(super) fn levels_at_end(&self, comments: &[&Comment]) -> Vec<Levels> {
        let end = comments.last().map_or(0, |comment| comment.span.end);
        let rest = &self.text[end..];
        let marker = rest.trim_start();
        let place = self.text.len() - marker.len();
        let last_line = self.text.rsplit(['\n', '\r']).next().unwrap_or_default();
        let next = if marker.is_empty() {
            Next {
                at: None,
                column: last_line.chars().count() + 1,
                place,
            }
        } else {
            Next {
                at: Some((place, 1)),
                column: 1,
                place,
            }
        };
        self.levels(comments, &next)
    }

    fn levels(&self, comments: &[&Comment], next: &Next) -> Vec<Levels> {
        let groups = groups::cut(self.text, comments, &self.before, next.at);
        let mut found: Vec<Levels> = groups.iter().map(|group| self.unended(group)).collect();
        let (mut taken, mut waiting) = (0, 0);
        if self.bare_dash {
            taken = groups
                .iter()
                .take_while(|group| group.hangs == Hangs::Before)
                .count();
        }
        let ends = self.ends(&groups, next);
        for (index, (level, end)) in self.levels.iter().zip(ends).enumerate().rev() {
            let reached = |group: &&Group| match group.hangs {
                Hangs::Head => false,
                Hangs::Before => true,
                Hangs::From(place) => end.is_some_and(|end| place <= end),
            };
            taken += groups[taken..].iter().take_while(reached).count();
            if level.is_sequence {
                continue;
            }
            for (levels, group) in found[waiting..taken]
                .iter_mut()
                .zip(&groups[waiting..taken])
            {
                if self.bare_dash || group.hangs != Hangs::Before {
                    (levels.count, levels.ahead) = (index + 1, false);
                }
            }
            waiting = taken;
        }
        self.lose_overwritten(&mut found, &groups);
        let each = found.iter().zip(&groups);
        each.flat_map(|(levels, group)| std::iter::repeat_n(*levels, group.count))
            .collect()
    }

    /// Where a group belongs if no collection ends behind it.
    fn unended(&self, group: &Group) -> Levels {
        let hangs_here = group.hangs == Hangs::Before && !self.bare_dash;
        Levels {
            count: if hangs_here { self.levels.len() } else { 0 },
            ahead: self.in_sequence && !hangs_here && group.hangs != Hangs::Head,
        }
    }

    /// The foot of an entry's value is lost where the entry gets another one.
    fn lose_overwritten(&self, found: &mut [Levels], groups: &[Group]) {
        let innermost_keeps = self
            .levels
            .last()
            .map_or(self.in_sequence, |level| level.is_sequence);
        let is_foot = |group: &Group| matches!(group.hangs, Hangs::From(_));
        if let ([first, others @ ..], [group, behind @ ..]) = (found, groups)
            && group.hangs == Hangs::Before
            && !innermost_keeps
        {
            let mut others = others.iter().zip(behind);
            first.ahead |=
                others.any(|(other, group)| is_foot(group) && other.count == first.count);
        }
    }

    /// Where go-yaml puts the end of each level that has one of its own.
    fn ends(&self, groups: &[Group], next: &Next) -> Vec<Option<usize>> {
        let mut end = self.before.end.saturating_sub(1);
        let mut at_next = false;
        let mut ends: Vec<Option<usize>> = self.levels.iter().map(|_| None).collect();
        for (level, found) in self.levels.iter().zip(&mut ends).rev() {
            if !level.indented {
                continue;
            }
            if level.column <= next.column && !std::mem::replace(&mut at_next, true) {
                end = next.place.saturating_sub(1);
            }
            let mut from = end;
            for group in groups.iter().rev() {
                if group.scanned.end < from {
                    break;
                }
                if group.column == level.column {
                    end = group.start;
                }
                from = group.scanned.start;
            }
            *found = Some(end);
        }
        ends
    }
}
