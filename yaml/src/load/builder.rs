//! Builds the tree from the parser's events.

use std::collections::HashMap;

use granit_parser::{Event, ScalarStyle, StructureStyle, Tag};

use crate::load::comments;
use crate::load::cursor::{self, Cursor};
use crate::load::{Aliases, Limits, ParseError};
use crate::writing::Context;
use crate::{Comment, Document, Entry, Item, Node, Position, Scalar, Span, Stream, Style, Value};

/// The tree so far: finished documents, and the collections that are still open.
pub(super) struct Builder<'t> {
    text: &'t str,
    cursor: Cursor<'t>,
    limits: Limits,
    aliases: Aliases,
    spent: usize,
    open: Vec<Frame>,
    anchored: HashMap<usize, (Node, usize)>,
    root: Option<Node>,
    comments: Vec<Comment>,
    documents: Vec<Document>,
}

/// A collection whose end is still to come.
struct Frame {
    node: Node,
    anchor: usize,
    flow: bool,
    nodes_before: usize,
    key: Option<Node>,
    keys: HashMap<String, Position>,
}

/// What the parser says of a node besides its value.
struct Properties<'t> {
    anchor: usize,
    tag: Option<&'t Tag>,
    tag_span: Option<Span>,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str, limits: &Limits, aliases: Aliases) -> Self {
        Self {
            text,
            cursor: Cursor::new(text),
            limits: *limits,
            aliases,
            spent: 0,
            open: Vec::new(),
            anchored: HashMap::new(),
            root: None,
            comments: Vec::new(),
            documents: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Stream {
        Stream {
            documents: self.documents,
        }
    }

    /// Takes the next event.
    pub(super) fn take(
        &mut self,
        event: Event<'_>,
        span: granit_parser::Span,
    ) -> Result<(), ParseError> {
        let at = cursor::position(&span.start);
        let bytes = cursor::offset(&span.start)..cursor::offset(&span.end);
        let properties = |anchor, tag| Properties {
            anchor,
            tag,
            tag_span: tag_span(&span),
        };
        match event {
            Event::Comment(text, _) => self.comment(text.into_owned(), bytes, at),
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(
                    text.into_owned(),
                    style,
                    &properties(anchor, tag.as_deref()),
                    bytes,
                    at,
                )?;
                self.cursor.advance(&span.end);
                Ok(())
            }
            Event::SequenceStart(style, anchor, tag) => {
                let (bytes, at) = self.start_of_sequence(style, bytes, at);
                self.cursor.reach(bytes.start, at);
                self.open(
                    Value::Sequence(Vec::new()),
                    style,
                    &properties(anchor, tag.as_deref()),
                    bytes,
                    at,
                )
            }
            Event::MappingStart(style, anchor, tag) => {
                self.cursor.advance(&span.end);
                self.open(
                    Value::Mapping(Vec::new()),
                    style,
                    &properties(anchor, tag.as_deref()),
                    bytes,
                    at,
                )
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.cursor.advance(&span.end);
                self.close(bytes.end)
            }
            Event::Alias(anchor) => {
                self.cursor.advance(&span.end);
                self.alias(anchor, bytes, at)
            }
            Event::DocumentEnd => {
                self.cursor.advance(&span.end);
                self.end_document();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn comment(&mut self, text: String, span: Span, at: Position) -> Result<(), ParseError> {
        self.spend(1, at)?;
        self.comments.push(Comment { text, span, at });
        Ok(())
    }

    fn scalar(
        &mut self,
        text: String,
        style: ScalarStyle,
        properties: &Properties<'_>,
        span: Span,
        at: Position,
    ) -> Result<(), ParseError> {
        self.spend(1, at)?;
        let style = self::style(style);
        let absent = style == Style::Plain && span.is_empty();
        let (span, at) = match style {
            Style::Literal | Style::Folded => self.cursor.block_scalar(&span),
            Style::Plain if absent => self.place_of_absent(span, at),
            Style::Plain | Style::Single | Style::Double => (span, at),
        };
        let text = if absent { String::new() } else { text };
        let node = self.node(Value::Scalar(Scalar { text, style }), properties, span, at);
        self.add(node, properties.anchor, self.spent - 1)
    }

    /// The parser reports a block sequence that is not indented below its key behind the first dash.
    fn start_of_sequence(
        &self,
        style: StructureStyle,
        span: Span,
        at: Position,
    ) -> (Span, Position) {
        let below_key = self.open.last().is_some_and(|frame| frame.key.is_some());
        if style == StructureStyle::Block && below_key {
            self.cursor.first_dash(span, at)
        } else {
            (span, at)
        }
    }

    /// Where an absent value would be written, which is in front of a comment that may follow.
    fn place_of_absent(&self, span: Span, at: Position) -> (Span, Position) {
        match self.open.last() {
            Some(frame) if frame.key.is_some() => self.cursor.absent_value(),
            Some(Frame {
                node:
                    Node {
                        value: Value::Sequence(_),
                        ..
                    },
                flow: false,
                ..
            }) => self.cursor.absent_element(),
            _ => (span, at),
        }
    }

    fn open(
        &mut self,
        value: Value,
        style: StructureStyle,
        properties: &Properties<'_>,
        span: Span,
        at: Position,
    ) -> Result<(), ParseError> {
        self.spend(1, at)?;
        if self.open.len() >= self.limits.depth {
            return Err(ParseError::TooDeep {
                at,
                limit: self.limits.depth,
            });
        }
        self.open.push(Frame {
            node: self.node(value, properties, span, at),
            anchor: properties.anchor,
            flow: style == StructureStyle::Flow,
            nodes_before: self.spent - 1,
            key: None,
            keys: HashMap::new(),
        });
        Ok(())
    }

    fn close(&mut self, end: usize) -> Result<(), ParseError> {
        let frame = self
            .open
            .pop()
            .expect("the parser balances starts and ends");
        let Frame {
            mut node,
            anchor,
            flow,
            nodes_before,
            ..
        } = frame;
        if flow {
            node.span.end = end;
        } else if let Some(last) = last_end(&node) {
            node.span.end = last;
        }
        self.add(node, anchor, nodes_before)
    }

    fn node(&self, value: Value, properties: &Properties<'_>, span: Span, at: Position) -> Node {
        let context = if self.open.last().is_some_and(|frame| frame.flow) {
            Context::Flow
        } else {
            Context::Block
        };
        Node {
            value,
            span,
            at,
            tag: properties.tag.map(short_tag),
            anchor: properties.anchor != 0,
            tag_span: properties.tag_span.clone(),
            context,
        }
    }

    /// Puts a finished node where it belongs, and remembers it if it is anchored.
    fn add(&mut self, node: Node, anchor: usize, nodes_before: usize) -> Result<(), ParseError> {
        if anchor != 0 {
            self.remember(&node, anchor, self.spent - nodes_before)?;
        }
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut frame.node.value, frame.key.take()) {
            (Value::Sequence(items), _) => items.push(Item::Node(node)),
            (Value::Mapping(entries), Some(key)) => entries.push(Entry::Pair { key, value: node }),
            (Value::Mapping(_), None) => frame.take_key(node)?,
            (Value::Scalar(_), _) => unreachable!("only collections are opened"),
        }
        Ok(())
    }

    fn remember(&mut self, node: &Node, anchor: usize, nodes: usize) -> Result<(), ParseError> {
        if self.aliases == Aliases::Refuse {
            return Err(ParseError::Alias { at: node.at });
        }
        self.spend(nodes, node.at)?;
        self.anchored.insert(anchor, (node.clone(), nodes));
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span, at: Position) -> Result<(), ParseError> {
        if self.aliases == Aliases::Refuse {
            return Err(ParseError::Alias { at });
        }
        let Some((named, nodes)) = self.anchored.get(&anchor) else {
            return Err(ParseError::CyclicAlias { at });
        };
        let nodes = *nodes;
        if self.open.len() + depth(named) > self.limits.depth {
            return Err(ParseError::TooDeep {
                at,
                limit: self.limits.depth,
            });
        }
        if nodes > self.limits.nodes - self.spent {
            return Err(ParseError::TooManyNodes {
                at,
                limit: self.limits.nodes,
            });
        }
        let copy = Node {
            span,
            at,
            anchor: true,
            tag_span: None,
            ..named.clone()
        };
        self.spend(nodes, at)?;
        self.add(copy, 0, self.spent)
    }

    fn end_document(&mut self) {
        let mut root = self.root.take().filter(|root| !is_absent(root));
        let mut comments = std::mem::take(&mut self.comments);
        comments.sort_by_key(|comment| comment.span.start);
        if let Some(root) = root.as_mut().filter(|root| root.text().is_none()) {
            comments::place(self.text, root, std::mem::take(&mut comments));
        }
        self.anchored.clear();
        self.documents.push(Document { root, comments });
    }

    fn spend(&mut self, nodes: usize, at: Position) -> Result<(), ParseError> {
        self.spent = self.spent.saturating_add(nodes);
        if self.spent > self.limits.nodes {
            return Err(ParseError::TooManyNodes {
                at,
                limit: self.limits.nodes,
            });
        }
        Ok(())
    }
}

impl Frame {
    fn take_key(&mut self, key: Node) -> Result<(), ParseError> {
        let Some(text) = key.text() else {
            return Err(ParseError::ComplexKey { at: key.at });
        };
        if let Some(first) = self.keys.insert(text.to_owned(), key.at) {
            return Err(ParseError::DuplicateKey {
                key: text.to_owned(),
                at: key.at,
                first,
            });
        }
        self.key = Some(key);
        Ok(())
    }
}

/// `!!name` for YAML's own tags, `!` for the non-specific one, anything else as it resolves.
fn short_tag(tag: &Tag) -> String {
    match tag.suffix_in_namespace("tag:yaml.org,2002:") {
        Some(name) => format!("!!{name}"),
        None => format!("{}{}", tag.handle(), tag.suffix()),
    }
}

fn tag_span(span: &granit_parser::Span) -> Option<Span> {
    let tag = span.tag_span()?;
    Some(cursor::offset(&tag.start)..cursor::offset(&tag.end))
}

fn style(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

/// A document of nothing but markers has an absent scalar as its root.
fn is_absent(node: &Node) -> bool {
    node.span.is_empty() && node.tag.is_none() && matches!(node.value, Value::Scalar(_))
}

fn last_end(node: &Node) -> Option<usize> {
    let end = |node: &Node| node.span.end;
    node.pairs()
        .last()
        .map(|(_, value)| end(value))
        .or_else(|| node.items().last().map(end))
}

fn depth(node: &Node) -> usize {
    let children = node.pairs().map(|(_, value)| value).chain(node.items());
    match node.value {
        Value::Scalar(_) => 0,
        Value::Sequence(_) | Value::Mapping(_) => 1 + children.map(depth).max().unwrap_or(0),
    }
}
