//! What the parser says of a node besides its value.

use granit_parser::ScalarStyle;

use crate::load::cursor;
use crate::tree::Tag;
use crate::writing::Context;
use crate::{Node, Position, Span, Style, Value};

/// A node's place and properties.
pub(super) struct Token {
    pub(super) span: Span,
    pub(super) at: Position,
    /// The anchor's number, or 0.
    pub(super) anchor: usize,
    tag: Option<Box<Tag>>,
}

impl Token {
    pub(super) fn new(
        span: &granit_parser::Span,
        anchor: usize,
        tag: Option<&granit_parser::Tag>,
    ) -> Self {
        let named = |tag| {
            let span = span.tag_span();
            Box::new(Tag {
                name: short_tag(tag),
                span: span.as_ref().map(bytes),
            })
        };
        Self {
            span: bytes(span),
            at: cursor::position(&span.start),
            anchor,
            tag: tag.map(named),
        }
    }

    /// A node's place without properties.
    pub(super) fn at(span: Span, at: Position) -> Self {
        Self {
            span,
            at,
            anchor: 0,
            tag: None,
        }
    }

    /// How many bytes longer the tag is than it was written: the prefix of a directive, once more for each node.
    pub(super) fn added(&self) -> usize {
        self.tag.as_ref().map_or(0, |tag| {
            let written = tag.span.as_ref().map_or(0, Span::len);
            tag.name.len().saturating_sub(written)
        })
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
        } = self;
        Node {
            value,
            span,
            at,
            anchor: anchor != 0,
            tag,
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
fn short_tag(tag: &granit_parser::Tag) -> String {
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
