//! A node together with what holds it.

use arcstr::Substr;

use crate::load::Cursor;
use crate::writing::Context;
use crate::{Node, Scalar, Span, Style, Value};

/// A node that a path leads to.
#[derive(Clone, Copy)]
pub(super) struct Slot<'n> {
    pub(super) node: &'n Node,
    pub(super) holder: Option<Holder<'n>>,
}

/// The collection that holds a node.
#[derive(Clone, Copy)]
pub(super) struct Holder<'n> {
    pub(super) collection: &'n Node,
    /// The number of the pair or element, comments not counted.
    pub(super) number: usize,
}

impl<'n> Slot<'n> {
    pub(super) fn root(node: &'n Node) -> Self {
        Self { node, holder: None }
    }

    /// The value of a pair, or an element. There must be one of that number.
    pub(super) fn child(self, number: usize) -> Self {
        let pair = self.node.pairs().nth(number).map(|(_, value)| value);
        let node = pair.or_else(|| self.node.items().nth(number));
        Self {
            node: node.expect("the number was found in this collection"),
            holder: Some(Holder {
                collection: self.node,
                number,
            }),
        }
    }

    pub(super) fn is_alias(&self, text: &str) -> bool {
        is_alias(text, self.node)
    }

    /// The place behind the colon or the dash, where a value is written that stands on its line; behind an anchor and a
    /// tag that stand there. Nothing for a root.
    pub(super) fn place(&self, text: &str) -> Option<usize> {
        let holder = self.holder?;
        let (place, _) = match holder.collection.pairs().nth(holder.number) {
            Some((key, _)) => Cursor::behind(text, key.span.end).absent_value(),
            None => Cursor::behind(text, holder.end_before()).absent_element(),
        };
        // A mapping on the line of a dash begins with the anchor or tag of its first key.
        Some(place.start.min(self.node.span.start))
    }

    /// Whether this is a collection with lines of its own.
    pub(super) fn is_block(&self, text: &str) -> bool {
        is_block(text, self.node)
    }
}

impl Holder<'_> {
    /// Where the entry before this one ends; the start of the collection for the first one.
    fn end_before(&self) -> usize {
        let before = self.number.checked_sub(1);
        before.map_or(self.collection.span.start, |number| {
            entry_end(self.collection, number)
        })
    }

    /// The blanks in front of the collection's entries.
    pub(super) fn indent(&self) -> usize {
        self.collection.at.column - 1
    }

    pub(super) fn is_sequence(&self) -> bool {
        matches!(self.collection.value, Value::Sequence(_))
    }
}

/// Where an entry's last value ends.
pub(super) fn entry_end(collection: &Node, number: usize) -> usize {
    let pair = collection.pairs().nth(number);
    let pair = pair.map(|(key, value)| value.span.end.max(key.span.end));
    let item = || collection.items().nth(number).map(|item| item.span.end);
    pair.or_else(item).unwrap_or(collection.span.start)
}

/// How many pairs or elements a collection has.
pub(super) fn entries(collection: &Node) -> usize {
    collection.pairs().count() + collection.items().count()
}

pub(super) fn is_alias(text: &str, node: &Node) -> bool {
    node.anchor && text[node.span.clone()].starts_with('*')
}

/// Whether the node is written in brackets.
pub(super) fn is_brackets(text: &str, node: &Node) -> bool {
    let collection = !matches!(node.value, Value::Scalar(_));
    collection && text[node.span.clone()].starts_with(['[', '{'])
}

/// Whether the node is a collection with lines of its own.
pub(super) fn is_block(text: &str, node: &Node) -> bool {
    let collection = !matches!(node.value, Value::Scalar(_));
    collection
        && node.context == Context::Block
        && !is_brackets(text, node)
        && !is_alias(text, node)
}

/// A plain scalar that stands where `node` does, for edits that do not ask what goes.
pub(super) fn in_place(node: &Node) -> Node {
    written_at(node, node.span.clone(), Style::Plain)
}

/// A scalar with the node's anchor and tag at another place.
pub(super) fn written_at(node: &Node, span: Span, style: Style) -> Node {
    Node {
        value: Value::Scalar(Scalar {
            text: Substr::new(),
            style,
        }),
        span,
        at: node.at,
        tag: node.tag.clone(),
        anchor: node.anchor,
        context: node.context,
        unended: false,
    }
}
