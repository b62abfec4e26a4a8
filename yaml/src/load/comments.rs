//! Puts comments into the containers in which SOPS would encrypt them.
//!
//! go-yaml hangs a comment on a node as its head, line or foot, and SOPS makes an entry of that node's container out of
//! it. A sealed comment is bound to its container, so it matters which one it is. Seen from the outside:
//!
//! - A comment behind content on its line belongs to the innermost entry that ends there. Behind a collection in brackets
//!   that is a key's value, it belongs into that collection; behind a bare key, beside the key; behind a bare dash, into
//!   the element.
//! - A comment on a line of its own belongs beside the next entry, unless that entry ends an inner collection and does not
//!   begin at the comment's column. Then it belongs to what went before; see [`trail`] for how deep.
//! - Above the first entry of a collection it belongs into the collection.
//! - Inside brackets it belongs into them.

mod extent;
mod trail;

use crate::load::comments::extent::{Extent, Kind};
use crate::load::comments::trail::Trail;
use crate::{Comment, Entry, Item, Node, Value};

/// Distributes the comments of a document, which are sorted by place, over its tree.
pub(super) fn place(text: &str, root: &mut Node, comments: Vec<Comment>) {
    let comments = lines(text, comments);
    distribute(text, root, comments);
}

/// A comment with what decides about its container.
struct Line {
    comment: Comment,
    /// The column, from 1, if the comment has a line of its own. Below a comment further to the left it counts as standing there too: it
    /// does not go back into what that one has left.
    indent: Option<usize>,
    /// How many collections further in it belongs, each the last in the one before, once that is decided.
    deeper: Option<usize>,
}

fn lines(text: &str, comments: Vec<Comment>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::with_capacity(comments.len());
    for comment in comments {
        let column = comment.at.column;
        let above = lines
            .last()
            .filter(|above| is_blank(&text[above.comment.span.end..comment.span.start]));
        let indent = match above {
            Some(Line {
                indent: Some(above),
                ..
            }) => Some(column.min(*above)),
            _ => has_own_line(text, &comment).then_some(column),
        };
        lines.push(Line {
            comment,
            indent,
            deeper: None,
        });
    }
    lines
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
    let holders: Vec<Option<Holder>> = lines.iter().map(|line| entries.holder_of(line)).collect();
    let starts: Vec<usize> = entries.extents.iter().map(|extent| extent.start).collect();
    let mut own = Vec::new();
    let mut below: Vec<Vec<Line>> = starts.iter().map(|_| Vec::new()).collect();
    for (line, holder) in lines.into_iter().zip(holders) {
        match holder {
            Some(Holder { entry, deeper }) => below[entry].push(Line { deeper, ..line }),
            None => own.push(line.comment),
        }
    }
    for (value, lines) in values(node).zip(below) {
        distribute(text, value, lines);
    }
    insert(node, &starts, own);
}

/// The entry whose value holds a comment.
struct Holder {
    entry: usize,
    deeper: Option<usize>,
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

    /// The entry whose value holds the comment; none if it stands among the entries themselves.
    fn holder_of(&self, line: &Line) -> Option<Holder> {
        let place = line.comment.span.start;
        if let Some(deeper) = line.deeper {
            return Some(Holder {
                entry: self.extents.len().checked_sub(1)?,
                deeper: Some(deeper.checked_sub(1)?),
            });
        }
        if extent::is_brackets(self.text, self.node) && !self.node.span.contains(&place) {
            return None;
        }
        let next = self.extents.partition_point(|extent| extent.start < place);
        let entry = next.checked_sub(1)?;
        let before = &self.extents[entry];
        let holds = match (before.kind, line.indent) {
            (Kind::Scalar, _) => false,
            _ if before.value.span.contains(&place) => true,
            (kind, indent) if place < before.value.span.start => {
                self.holds_in_front(kind, indent.is_none())
            }
            (Kind::Brackets, indent) => indent.is_none() && self.in_mapping(),
            (Kind::Block, None) => true,
            (Kind::Block, Some(indent)) => {
                let levels = self.levels_behind(before, indent, self.extents.get(next));
                return Some(Holder {
                    entry,
                    deeper: Some(levels.checked_sub(1)?),
                });
            }
        };
        holds.then_some(Holder {
            entry,
            deeper: None,
        })
    }

    /// How many levels into the entry `before` a comment between it and `next` belongs.
    fn levels_behind(
        &self,
        before: &Extent<'_>,
        indent: usize,
        next: Option<&Extent<'_>>,
    ) -> usize {
        let trail = Trail::of(self.text, before);
        match next {
            Some(next) => trail.levels_before(indent, next.column),
            None => trail.levels_at_end(indent, self.node.at.column),
        }
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
            *items = merged(std::mem::take(items), starts, own, Item::Comment)
        }
        Value::Mapping(entries) => {
            *entries = merged(std::mem::take(entries), starts, own, Entry::Comment)
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
