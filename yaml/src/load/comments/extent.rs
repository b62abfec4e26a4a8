//! Where the entries of a collection begin and end.

use crate::{Node, Value};

/// The place of an entry.
pub(super) struct Extent<'n> {
    /// The key's first byte, or the dash.
    pub(super) start: usize,
    /// The column of that, from 1.
    pub(super) column: usize,
    /// The entry's value.
    pub(super) value: &'n Node,
    /// What the value is.
    pub(super) kind: Kind,
}

/// What a value is, as far as comments go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A scalar, or an alias.
    Scalar,
    /// A collection in brackets.
    Brackets,
    /// A collection in block style.
    Block,
}

/// Whether the node is a collection in brackets.
pub(super) fn is_brackets(text: &str, node: &Node) -> bool {
    kind(text, node) == Kind::Brackets
}

/// The kind of a value.
pub(super) fn kind(text: &str, node: &Node) -> Kind {
    match (&node.value, text[node.span.clone()].chars().next()) {
        (Value::Scalar(_), _) | (_, Some('*')) => Kind::Scalar,
        (_, Some('[' | '{')) => Kind::Brackets,
        _ => Kind::Block,
    }
}

/// The entries of a collection that has no comments yet, in file order.
pub(super) fn extents<'n>(text: &str, node: &'n Node) -> Vec<Extent<'n>> {
    match &node.value {
        Value::Scalar(_) => Vec::new(),
        Value::Mapping(_) => node
            .pairs()
            .map(|(key, value)| extent(text, key.span.start, key.at.column, value))
            .collect(),
        Value::Sequence(_) if is_brackets(text, node) => node
            .items()
            .map(|item| extent(text, item.span.start, item.at.column, item))
            .collect(),
        Value::Sequence(_) => elements(text, node),
    }
}

/// The elements of a block sequence, whose dashes stand below each other.
fn elements<'n>(text: &str, node: &'n Node) -> Vec<Extent<'n>> {
    let mut from = node.span.start;
    let mut extents = Vec::new();
    for item in node.items() {
        extents.push(extent(
            text,
            dash(text, from, item.span.start),
            node.at.column,
            item,
        ));
        from = item.span.end;
    }
    extents
}

fn extent<'n>(text: &str, start: usize, column: usize, value: &'n Node) -> Extent<'n> {
    Extent {
        start,
        column,
        value,
        kind: kind(text, value),
    }
}

/// The dash in front of an element: the first one behind the element before that is not in a comment.
fn dash(text: &str, from: usize, element: usize) -> usize {
    let mut at = from;
    while at < element {
        match text.as_bytes()[at] {
            b'-' => return at,
            b'#' => at += text[at..].find(['\n', '\r']).unwrap_or(element - at),
            _ => at += 1,
        }
    }
    element
}
