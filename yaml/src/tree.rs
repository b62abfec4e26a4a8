//! The tree of a stream: nodes and comments, each with its place.

use std::fmt;

use arcstr::Substr;

use crate::writing::Context;

/// A range of bytes of the text that was parsed.
pub type Span = std::ops::Range<usize>;

/// All documents of a text, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// One for each document, empty ones included.
    pub documents: Vec<Document>,
    /// Whether `<<` is YAML's merge key; in what other stores have read into such a tree it is a key like another.
    pub merges: bool,
}

impl Stream {
    /// What the documents hold that are not empty, in order.
    pub fn roots(&self) -> impl Iterator<Item = &Node> {
        let documents = self.documents.iter();
        documents.filter_map(|document| document.root.as_ref())
    }
}

/// One document of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What the document holds; nothing if it is empty or has only comments.
    pub root: Option<Node>,
    /// The comments of a document that is no sequence or mapping, and those behind the end (`...`) of the last one; others of
    /// a collection stand inside it.
    pub comments: Vec<Comment>,
}

/// A scalar, sequence or mapping with its place in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What the node holds.
    pub value: Value,
    /// The bytes of the value: quotes, brackets and a block scalar's header included, tag and anchor excluded.
    /// An absent value (`key:`) has an empty span behind the indicator. A block collection ends where its last value
    /// ends. What an alias expands to keeps the spans of its anchor, but for the outermost node, which has the alias'.
    pub span: Span,
    /// Where [`Self::span`] begins.
    pub at: Position,
    /// Whether the node carries an anchor (`&name`) or stands for an alias.
    pub anchor: bool,
    /// Rare, so it takes little room in a node that has none.
    pub(crate) tag: Option<Box<Tag>>,
    /// Whether the node stands inside brackets.
    pub(crate) context: Context,
    /// Whether the text ends in this block scalar, so that a line break at its end would be one more in the scalar.
    pub(crate) unended: bool,
}

/// The tag of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    /// As it resolves, in its short form where there is one: `!!binary`, `!local`.
    pub(crate) name: String,
    /// Its bytes; nothing for what an alias expands to, whose tag stands at the anchor.
    pub(crate) span: Option<Span>,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text, not typed yet.
    Scalar(Scalar),
    /// Items and comments, in file order.
    Sequence(Vec<Item>),
    /// Pairs and comments, in file order.
    Mapping(Vec<Entry>),
}

/// The text of a scalar after unescaping and folding, and how it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text without quotes, indentation and escapes: a part of the text that was parsed, where it stands there as it is.
    pub text: Substr,
    /// How it was written.
    pub style: Style,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: the only style whose text decides the type.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// A block after `|`.
    Literal,
    /// A block after `>`.
    Folded,
}

/// A part of a sequence.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// An element.
    Node(Node),
    /// A comment among the elements.
    Comment(Comment),
}

/// A part of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A key with its value.
    Pair {
        /// The key, mostly a scalar.
        key: Node,
        /// Its value; an empty plain scalar where nothing is written.
        value: Node,
    },
    /// A comment among the pairs.
    Comment(Comment),
}

/// One line of comment, in the container in which SOPS would encrypt it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// What follows the `#`, leading blanks included.
    pub text: String,
    /// From the `#` to the end of the line, the line break excluded.
    pub span: Span,
    /// Where the `#` stands.
    pub at: Position,
    /// What stands around it.
    pub place: CommentPlace,
}

/// What stands around a comment: readers do not go by its bytes alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentPlace {
    /// Nothing: it has a line of its own.
    OwnLine,
    /// What follows: it has a line of its own, but go-yaml hangs it behind the first value below.
    Ahead,
    /// The entry before it, behind which it stands on a line, or between whose key and value.
    Beside,
    /// The brackets of its container, or it stands behind them.
    Brackets,
}

/// A place for people: both numbers start at 1, columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

impl Position {
    /// The first character of a text.
    pub const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl Node {
    /// A scalar that was read from something else than YAML. Quoted styles make it a string, [`Style::Plain`] what its text
    /// looks like.
    pub fn scalar(text: impl Into<Substr>, style: Style, span: Span, at: Position) -> Self {
        let text = text.into();
        Self::of(Value::Scalar(Scalar { text, style }), span, at)
    }

    /// A sequence that was read from something else than YAML.
    pub fn sequence(items: Vec<Item>, span: Span, at: Position) -> Self {
        Self::of(Value::Sequence(items), span, at)
    }

    /// A mapping that was read from something else than YAML.
    pub fn mapping(entries: Vec<Entry>, span: Span, at: Position) -> Self {
        Self::of(Value::Mapping(entries), span, at)
    }

    fn of(value: Value, span: Span, at: Position) -> Self {
        Self {
            value,
            span,
            at,
            anchor: false,
            tag: None,
            context: Context::Flow,
            unended: false,
        }
    }

    /// The text, if this is a scalar of any style.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// The tag as it resolves, in its short form where there is one: `!!binary`, `!local`.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_ref().map(|tag| tag.name.as_str())
    }

    /// The bytes of the tag.
    pub fn tag_span(&self) -> Option<&Span> {
        self.tag.as_ref()?.span.as_ref()
    }

    /// Makes it a text in double quotes without a tag, whatever it held.
    pub fn become_text(&mut self, text: String) {
        let (text, style) = (text.into(), Style::Double);
        self.value = Value::Scalar(Scalar { text, style });
        self.tag = None;
    }

    /// The value of the pair whose key has this text; nothing if this is no mapping or has no such key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.pairs()
            .find_map(|(k, value)| (k.text() == Some(key)).then_some(value))
    }

    /// The pairs of a mapping in file order, comments left out; none for other nodes.
    pub fn pairs(&self) -> impl Iterator<Item = (&Node, &Node)> {
        let entries = match &self.value {
            Value::Mapping(entries) => entries.as_slice(),
            Value::Scalar(_) | Value::Sequence(_) => &[],
        };
        entries.iter().filter_map(|entry| match entry {
            Entry::Pair { key, value } => Some((key, value)),
            Entry::Comment(_) => None,
        })
    }

    /// Takes the pair of a key out of a mapping.
    pub fn remove(&mut self, key: &str) -> Option<(Node, Node)> {
        let Value::Mapping(entries) = &mut self.value else {
            return None;
        };
        let is_it =
            |entry: &Entry| matches!(entry, Entry::Pair { key: k, .. } if k.text() == Some(key));
        match entries.remove(entries.iter().position(is_it)?) {
            Entry::Pair { key, value } => Some((key, value)),
            Entry::Comment(_) => None,
        }
    }

    /// The elements of a sequence in file order, comments left out; none for other nodes.
    pub fn items(&self) -> impl Iterator<Item = &Node> {
        let items = match &self.value {
            Value::Sequence(items) => items.as_slice(),
            Value::Scalar(_) | Value::Mapping(_) => &[],
        };
        items.iter().filter_map(|item| match item {
            Item::Node(node) => Some(node),
            Item::Comment(_) => None,
        })
    }
}
