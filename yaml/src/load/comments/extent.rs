//! Where the entries of a collection begin and end.

use crate::{Node, Span, Value};

/// The place of an entry.
pub(super) struct Extent {
    /// The key's first byte, or the dash.
    pub(super) start: usize,
    /// The column of that, from 1.
    pub(super) column: usize,
    /// The bytes of the value.
    pub(super) value: Span,
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
    /// A block collection that begins at this column.
    Block { column: usize },
}

/// The entries of a collection that has no comments yet, in file order.
pub(super) fn extents(text: &str, node: &Node) -> Vec<Extent> {
    match &node.value {
        Value::Scalar(_) => Vec::new(),
        Value::Mapping(_) => node
            .pairs()
            .map(|(key, value)| extent(text, key.span.start, key.at.column, value))
            .collect(),
        Value::Sequence(_) if kind(text, node) == Kind::Brackets => node
            .items()
            .map(|item| extent(text, item.span.start, item.at.column, item))
            .collect(),
        Value::Sequence(_) => elements(text, node),
    }
}

/// The elements of a block sequence, whose dashes stand below each other.
fn elements(text: &str, node: &Node) -> Vec<Extent> {
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

fn extent(text: &str, start: usize, column: usize, value: &Node) -> Extent {
    Extent {
        start,
        column,
        value: value.span.clone(),
        kind: kind(text, value),
    }
}

fn kind(text: &str, node: &Node) -> Kind {
    match (&node.value, text[node.span.clone()].chars().next()) {
        (Value::Scalar(_), _) | (_, Some('*')) => Kind::Scalar,
        (_, Some('[' | '{')) => Kind::Brackets,
        _ => Kind::Block {
            column: node.at.column,
        },
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
