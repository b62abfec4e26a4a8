//! Puts comments into the containers in which SOPS would encrypt them.
//!
//! go-yaml hangs a comment on a node as its head, line or foot, and SOPS makes an entry of that node's container out of
//! it. A sealed comment is bound to its container, so it matters which one it is. Seen from the outside:
//!
//! - A comment behind content on its line belongs to the innermost entry that ends there. Behind a collection in brackets
//!   that is a key's value, it belongs into that collection; behind a bare key, beside the key; behind a bare dash, into
//!   the element.
//! - A comment on a line of its own belongs beside the next entry if it is not indented further than that, else into
//!   what went before: as deep as a collection begins at its column or left of it.
//! - Above the first entry of a collection it belongs into the collection.
//! - Inside brackets it belongs into them.

mod extent;

use crate::load::comments::extent::{Extent, Kind};
use crate::{Comment, Entry, Item, Node, Value};

/// Distributes the comments of a document, which are sorted by place, over its tree.
pub(super) fn place(text: &str, root: &mut Node, comments: Vec<Comment>) {
    let comments = comments
        .into_iter()
        .map(|comment| Line::of(text, comment))
        .collect();
    distribute(text, root, comments);
}

/// A comment and whether something stands in front of it on its line.
struct Line {
    comment: Comment,
    inline: bool,
}

impl Line {
    fn of(text: &str, comment: Comment) -> Self {
        let line = text[..comment.span.start]
            .rsplit(['\n', '\r'])
            .next()
            .unwrap_or_default();
        let inline = !line.trim_matches([' ', '\t', '\u{FEFF}']).is_empty();
        Self { comment, inline }
    }
}

fn distribute(text: &str, node: &mut Node, comments: Vec<Line>) {
    if comments.is_empty() {
        return;
    }
    let entries = Entries {
        extents: extent::extents(text, node),
        in_mapping: matches!(node.value, Value::Mapping(_)),
    };
    let mut own = Vec::new();
    let mut below: Vec<Vec<Line>> = entries.extents.iter().map(|_| Vec::new()).collect();
    for line in comments {
        match entries.holder_of(&line) {
            Some(number) => below[number].push(line),
            None => own.push(line.comment),
        }
    }
    for (value, comments) in values(node).zip(below) {
        distribute(text, value, comments);
    }
    insert(node, &entries.extents, own);
}

/// The entries of one collection.
struct Entries {
    extents: Vec<Extent>,
    in_mapping: bool,
}

impl Entries {
    /// The entry whose value holds the comment; none if it stands among the entries themselves.
    fn holder_of(&self, line: &Line) -> Option<usize> {
        let place = line.comment.span.start;
        let next = self.extents.partition_point(|extent| extent.start < place);
        let before = &self.extents[next.checked_sub(1)?];
        let inside = match before.kind {
            Kind::Scalar => false,
            _ if before.value.contains(&place) => true,
            kind if place < before.value.start => self.holds_in_front(kind, line.inline),
            Kind::Brackets => line.inline && self.in_mapping,
            Kind::Block { .. } if line.inline => true,
            Kind::Block { column } => {
                let indent = line.comment.at.column;
                self.extents
                    .get(next)
                    .map_or(column <= indent, |next| next.column < indent)
            }
        };
        inside.then(|| next - 1)
    }

    /// Whether a value takes a comment that stands between its key, or its dash, and itself.
    fn holds_in_front(&self, value: Kind, inline: bool) -> bool {
        match value {
            Kind::Scalar => false,
            Kind::Brackets => self.in_mapping && !inline,
            Kind::Block { .. } => !self.in_mapping || !inline,
        }
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
fn insert(node: &mut Node, extents: &[Extent], own: Vec<Comment>) {
    match &mut node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => {
            *items = merged(std::mem::take(items), extents, own, Item::Comment)
        }
        Value::Mapping(entries) => {
            *entries = merged(std::mem::take(entries), extents, own, Entry::Comment)
        }
    }
}

fn merged<T>(
    entries: Vec<T>,
    extents: &[Extent],
    own: Vec<Comment>,
    wrap: fn(Comment) -> T,
) -> Vec<T> {
    let mut result = Vec::with_capacity(entries.len() + own.len());
    let mut own = own.into_iter().peekable();
    for (entry, extent) in entries.into_iter().zip(extents) {
        while let Some(comment) = own.next_if(|comment| comment.span.start < extent.start) {
            result.push(wrap(comment));
        }
        result.push(entry);
    }
    result.extend(own.map(wrap));
    result
}

#[cfg(test)]
mod tests;
