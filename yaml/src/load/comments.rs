//! Puts comments into the containers in which SOPS would encrypt them.
//!
//! go-yaml hangs a comment on a node as its head, line or foot, and SOPS makes an entry of that node's container out of
//! it. A sealed comment is bound to its container, so it matters which one it is. Seen from the outside:
//!
//! - A comment behind content on its line belongs to the innermost entry that ends there. Behind a collection in brackets
//!   that is a key's value, it belongs into that collection; behind a bare key, beside the key; behind a bare dash, into
//!   the element.
//! - A comment on a line of its own belongs beside the next entry, unless that entry ends an inner collection and does not
//!   begin at the comment's column. Then it belongs to what went before; see `trail` for how deep.
//! - Above the first entry of a collection it belongs into the collection.
//! - Inside brackets it belongs into them.

mod extent;
mod groups;
mod trail;

use std::ops::Range;

use crate::load::comments::extent::{Extent, Kind};
use crate::load::comments::groups::{Before, Hangs};
use crate::load::comments::trail::{Levels, Trail};
use crate::{Comment, CommentPlace, Entry, Item, Node, Value};

/// Distributes the comments of a document, which are sorted by place, over its tree.
pub(super) fn place(text: &str, root: &mut Node, comments: Vec<Comment>) {
    let ahead = of_document_before(text, root, &comments);
    let line = |(index, comment)| Line {
        alone: has_own_line(text, &comment),
        comment,
        deeper: None,
        ahead: ahead.contains(&index),
    };
    distribute(
        text,
        root,
        comments.into_iter().enumerate().map(line).collect(),
    );
}

/// Which comments stand below a document's `---`, and above an empty line: to go-yaml they are at the foot of the one before.
fn of_document_before(text: &str, root: &Node, comments: &[Comment]) -> Range<usize> {
    let head = &text[..root.span.start];
    let Some(marker) = head.rfind("\n---").map(|line_break| line_break + 1) else {
        return 0..0;
    };
    let is_in_front = |comment: &&Comment| comment.span.start < root.span.start;
    let above = comments.partition_point(|comment| comment.span.start < marker);
    let beside = comments[above..]
        .iter()
        .take_while(|comment| !has_own_line(text, comment));
    let first = above + beside.count();
    let below: Vec<&Comment> = comments[first..].iter().take_while(is_in_front).collect();
    let before = Before {
        end: marker,
        indent: 1,
        takes_foot: true,
    };
    let next = Some((root.span.start, root.at.column));
    let groups = groups::cut(text, &below, &before, next);
    let cut = groups.iter().filter(|group| group.hangs != Hangs::Head);
    first..first + cut.map(|group| group.count).sum::<usize>()
}

/// A comment with what decides about its container.
struct Line {
    comment: Comment,
    /// Whether nothing stands in front of it.
    alone: bool,
    /// How many collections further in it belongs, each the last in the one before, once that is decided.
    deeper: Option<usize>,
    /// Whether it is the foot of what follows.
    ahead: bool,
}

fn has_own_line(text: &str, comment: &Comment) -> bool {
    is_blank(
        text[..comment.span.start]
            .rsplit(['\n', '\r'])
            .next()
            .unwrap_or_default(),
    )
}

fn is_blank(text: &str) -> bool {
    text.trim_matches([' ', '\t', '\n', '\r', '\u{FEFF}'])
        .is_empty()
}

fn distribute(text: &str, node: &mut Node, lines: Vec<Line>) {
    if lines.is_empty() {
        return;
    }
    let entries = Entries::of(text, node);
    let holders = entries.holders_of(&lines);
    let starts: Vec<usize> = entries.extents.iter().map(|extent| extent.start).collect();
    let in_brackets = extent::is_brackets(text, node);
    let mut own = Vec::new();
    let mut below: Vec<Vec<Line>> = starts.iter().map(|_| Vec::new()).collect();
    for (line, found) in lines.into_iter().zip(holders) {
        let ahead = line.ahead || found.ahead;
        match found.holder {
            Some(Holder { entry, deeper }) => below[entry].push(Line {
                deeper,
                ahead,
                ..line
            }),
            None => own.push(entries.placed(Line { ahead, ..line }, in_brackets)),
        }
    }
    for (value, lines) in values(node).zip(below) {
        distribute(text, value, lines);
    }
    insert(node, &starts, own);
}

/// Where a comment belongs, seen from one collection.
#[derive(Default)]
struct Found {
    /// None if it stands among the entries themselves.
    holder: Option<Holder>,
    /// Whether it is the foot of what follows.
    ahead: bool,
}

impl From<Option<Holder>> for Found {
    fn from(holder: Option<Holder>) -> Self {
        Self {
            holder,
            ahead: false,
        }
    }
}

/// The entry whose value holds a comment.
struct Holder {
    entry: usize,
    deeper: Option<usize>,
}

impl Holder {
    /// So many levels in, the entry's value being the first; none at level 0.
    fn at(entry: usize, levels: usize) -> Option<Self> {
        Some(Self {
            entry,
            deeper: Some(levels.checked_sub(1)?),
        })
    }
}

/// The entries of one collection.
struct Entries<'n> {
    text: &'n str,
    node: &'n Node,
    extents: Vec<Extent<'n>>,
}

impl<'n> Entries<'n> {
    fn of(text: &'n str, node: &'n Node) -> Self {
        Self {
            text,
            node,
            extents: extent::extents(text, node),
        }
    }

    /// Where each comment belongs.
    fn holders_of(&self, lines: &[Line]) -> Vec<Found> {
        let mut holders = Vec::with_capacity(lines.len());
        while let Some(line) = lines.get(holders.len()) {
            let rest = &lines[holders.len()..];
            if let Some(entry) = self.ended_before(line) {
                holders.extend(self.holders_behind(entry, rest));
            } else if let Some(entry) = self.begun_before(line) {
                holders.extend(self.holders_in_front(entry, rest));
            } else {
                holders.push(self.holder_of(line).into());
            }
        }
        holders
    }

    fn holder_of(&self, line: &Line) -> Option<Holder> {
        let place = line.comment.span.start;
        if let Some(deeper) = line.deeper {
            return Holder::at(self.extents.len().checked_sub(1)?, deeper);
        }
        if extent::is_brackets(self.text, self.node) && !self.node.span.contains(&place) {
            return None;
        }
        let entry = self.entry_before(place)?;
        let before = &self.extents[entry];
        let holds = match before.kind {
            Kind::Scalar => false,
            _ if before.value.span.contains(&place) => true,
            kind if place < before.value.span.start => self.holds_in_front(kind, !line.alone),
            Kind::Brackets => !line.alone && self.in_mapping(),
            Kind::Block => true,
        };
        holds.then_some(Holder {
            entry,
            deeper: None,
        })
    }

    /// A comment that stands among the entries, with what stands around it.
    fn placed(&self, line: Line, in_brackets: bool) -> Comment {
        let start = line.comment.span.start;
        let ends_behind = |entry: usize| self.extents[entry].value.span.end > start;
        let place = if in_brackets {
            CommentPlace::Brackets
        } else if line.ahead {
            CommentPlace::Ahead
        } else if line.alone && !self.entry_before(start).is_some_and(ends_behind) {
            CommentPlace::OwnLine
        } else {
            CommentPlace::Beside
        };
        Comment {
            place,
            ..line.comment
        }
    }

    /// The last entry that begins in front of a place.
    fn entry_before(&self, place: usize) -> Option<usize> {
        self.extents
            .partition_point(|extent| extent.start < place)
            .checked_sub(1)
    }

    /// The entry of a block collection that ends in front of a comment on a line of its own.
    fn ended_before(&self, line: &Line) -> Option<usize> {
        let place = line.comment.span.start;
        let entry = self.entry_before(place)?;
        let before = &self.extents[entry];
        let is_block = !extent::is_brackets(self.text, self.node);
        let ended = is_block && before.value.span.end <= place;
        (ended && line.alone && line.deeper.is_none()).then_some(entry)
    }

    /// The entry of a block collection whose value, or its first one, comes behind a comment on a line of its own.
    fn begun_before(&self, line: &Line) -> Option<usize> {
        let place = line.comment.span.start;
        let entry = self.entry_before(place)?;
        let begun = place < self.extents[entry].value.span.start;
        let is_block = !extent::is_brackets(self.text, self.node);
        (begun && is_block && line.alone && line.deeper.is_none()).then_some(entry)
    }

    /// Where the comments between a key, or a dash, and its value belong, which are the first ones of `lines`. What is cut off
    /// from the value is a foot of something in it.
    fn holders_in_front(&self, entry: usize, lines: &[Line]) -> Vec<Found> {
        let Extent { start, value, .. } = self.extents[entry];
        let run = lines
            .iter()
            .take_while(|line| line.comment.span.start < value.span.start);
        let comments: Vec<&Comment> = run.clone().map(|line| &line.comment).collect();
        let before = Before {
            end: start,
            indent: self.node.at.column,
            takes_foot: !self.in_mapping() || value.tag().is_some() || value.anchor,
        };
        let next = Some((value.span.start, value.at.column));
        let groups = groups::cut(self.text, &comments, &before, next);
        let ahead = groups
            .iter()
            .flat_map(|group| std::iter::repeat_n(group.hangs != Hangs::Head, group.count));
        run.zip(ahead)
            .map(|(line, ahead)| Found {
                holder: self.holder_of(line),
                ahead,
            })
            .collect()
    }

    /// The holders of the comments between an entry and the next one, which are the first ones of `lines`.
    fn holders_behind(&self, entry: usize, lines: &[Line]) -> Vec<Found> {
        let next = self.extents.get(entry + 1);
        let run = lines
            .iter()
            .take_while(|line| next.is_none_or(|next| line.comment.span.start < next.start));
        let comments: Vec<&Comment> = run.map(|line| &line.comment).collect();
        let trail = Trail::of(
            self.text,
            &self.extents[entry],
            self.node.at.column,
            !self.in_mapping(),
        );
        let levels = match next {
            Some(next) => trail.levels_before(&comments, next),
            None => trail.levels_at_end(&comments),
        };
        let found = |level: Levels| Found {
            holder: Holder::at(entry, level.count),
            ahead: level.ahead,
        };
        levels.into_iter().map(found).collect()
    }

    /// Whether a value takes a comment that stands between its key, or its dash, and itself.
    fn holds_in_front(&self, value: Kind, inline: bool) -> bool {
        match value {
            Kind::Scalar => false,
            Kind::Brackets => self.in_mapping() && !inline,
            Kind::Block => !self.in_mapping() || !inline,
        }
    }

    fn in_mapping(&self) -> bool {
        matches!(self.node.value, Value::Mapping(_))
    }
}

fn values(node: &mut Node) -> Box<dyn Iterator<Item = &mut Node> + '_> {
    match &mut node.value {
        Value::Scalar(_) => Box::new(std::iter::empty()),
        Value::Sequence(items) => Box::new(items.iter_mut().filter_map(|item| match item {
            Item::Node(node) => Some(node),
            Item::Comment(_) => None,
        })),
        Value::Mapping(entries) => Box::new(entries.iter_mut().filter_map(|entry| match entry {
            Entry::Pair { value, .. } => Some(value),
            Entry::Comment(_) => None,
        })),
    }
}

/// Merges a collection's own comments among its entries, by place.
fn insert(node: &mut Node, starts: &[usize], own: Vec<Comment>) {
    match &mut node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => {
            *items = merged(std::mem::take(items), starts, own, Item::Comment);
        }
        Value::Mapping(entries) => {
            *entries = merged(std::mem::take(entries), starts, own, Entry::Comment);
        }
    }
}

fn merged<T>(
    entries: Vec<T>,
    starts: &[usize],
    own: Vec<Comment>,
    wrap: fn(Comment) -> T,
) -> Vec<T> {
    let mut result = Vec::with_capacity(entries.len() + own.len());
    let mut own = own.into_iter().peekable();
    for (entry, start) in entries.into_iter().zip(starts) {
        while let Some(comment) = own.next_if(|comment| comment.span.start < *start) {
            result.push(wrap(comment));
        }
        result.push(entry);
    }
    result.extend(own.map(wrap));
    result
}

#[cfg(test)]
mod tests;
