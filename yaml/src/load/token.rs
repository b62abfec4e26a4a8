//! What the parser says of a node besides its value.

use granit_parser::{ScalarStyle, Tag};

use crate::load::cursor;
use crate::writing::Context;
use crate::{Node, Position, Span, Style, Value};

/// A node's place and properties.
pub(super) struct Token {
    pub(super) span: Span,
    pub(super) at: Position,
    /// The anchor's number, or 0.
    pub(super) anchor: usize,
    tag: Option<String>,
    tag_span: Option<Span>,
}

impl Token {
    pub(super) fn new(span: &granit_parser::Span, anchor: usize, tag: Option<&Tag>) -> Self {
        let tag_span = span.tag_span();
        Self {
            span: bytes(span),
            at: cursor::position(&span.start),
            anchor,
            tag: tag.map(short_tag),
            tag_span: tag_span.as_ref().map(bytes),
        }
    }

    /// How many bytes longer the tag is than it was written: the prefix of a directive, once more for each node.
    pub(super) fn added(&self) -> usize {
        let written = self.tag_span.as_ref().map_or(0, Span::len);
        let resolved = self.tag.as_ref().map_or(0, String::len);
        resolved.saturating_sub(written)
    }

    /// The same token at another place.
    pub(super) fn moved(self, (span, at): (Span, Position)) -> Self {
        Self { span, at, ..self }
    }

    pub(super) fn node(self, value: Value, context: Context) -> Node {
        let Self {
            span,
            at,
            anchor,
            tag,
            tag_span,
        } = self;
        Node {
            value,
            span,
            at,
            tag,
            anchor: anchor != 0,
            tag_span,
            context,
            unended: false,
        }
    }
}

/// The bytes of a parser's span.
pub(super) fn bytes(span: &granit_parser::Span) -> Span {
    cursor::offset(&span.start)..cursor::offset(&span.end)
}

/// `!!name` for YAML's own tags, `!` for the non-specific one, anything else as it resolves.
fn short_tag(tag: &Tag) -> String {
    match tag.suffix_in_namespace("tag:yaml.org,2002:") {
        Some(name) => format!("!!{name}"),
        None => format!("{}{}", tag.handle(), tag.suffix()),
    }
}

pub(super) fn style(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}
