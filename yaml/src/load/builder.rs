//! Builds the tree from scalars, comments and the bounds of collections, in the order of the text.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};

use arcstr::{ArcStr, Substr};
use hashbrown::HashTable;
use hashbrown::hash_table;

use crate::load::budget::Budget;
use crate::load::comments;
use crate::load::cursor::Cursor;
use crate::load::token::Token;
use crate::load::{Aliases, Limits, ParseError};
use crate::writing::Context;
use crate::{Comment, Document, Entry, Item, Node, Scalar, Span, Stream, Style, Value};

/// The tree so far: finished documents, and the collections that are still open.
pub(super) struct Builder<'t> {
    pub(super) text: &'t ArcStr,
    pub(super) cursor: Cursor<'t>,
    pub(super) budget: Budget,
    pub(super) open: Vec<Frame>,
    /// Scalars with line breaks that only YAML 1.1 has.
    pub(super) broken: Vec<Span>,
    pub(super) has_tabs: bool,
    /// Whether Kubernetes tries to read it as JSON first.
    pub(super) is_json: bool,
    /// Whether a scalar without quotes is the last that was read.
    pub(super) behind_plain: bool,
    /// Where the text ends but for white space.
    text_end: usize,
    root: Option<Node>,
    comments: Vec<Comment>,
    pub(super) documents: Vec<Document>,
    hasher: RandomState,
}

/// A collection whose end is still to come.
pub(super) struct Frame {
    pub(super) node: Node,
    anchor: usize,
    pub(super) flow: bool,
    spent_before: usize,
    pub(super) key: Option<Node>,
    /// The hash of each key, and where it stands among the entries.
    keys: HashTable<(u64, usize)>,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t ArcStr, limits: &Limits, aliases: Aliases) -> Self {
        Self {
            text,
            cursor: Cursor::new(text),
            budget: Budget::new(limits, aliases),
            open: Vec::new(),
            broken: Vec::new(),
            has_tabs: memchr::memchr(b'\t', text.as_bytes()).is_some(),
            is_json: text.trim_start().starts_with('{'),
            behind_plain: false,
            text_end: text.trim_end().len(),
            root: None,
            comments: Vec::new(),
            documents: Vec::new(),
            hasher: RandomState::new(),
        }
    }

    /// The documents. Comments behind the end of the last one (`...`) are its own, or nobody would see them.
    pub(super) fn finish(mut self) -> Stream {
        if let Some(last) = self.documents.last_mut() {
            last.comments.append(&mut self.comments);
        }
        Stream {
            documents: self.documents,
            merges: true,
        }
    }

    /// A scalar's text, which shares the text that is read where it stands there.
    pub(super) fn part(&self, text: Cow<'_, str>) -> Substr {
        match text {
            Cow::Borrowed(part) => self
                .text
                .try_substr_from(part)
                .unwrap_or_else(|| part.into()),
            Cow::Owned(text) => text.into(),
        }
    }

    /// Takes a comment, whose container is found at the end of its document.
    pub(super) fn comment(&mut self, comment: Comment) -> Result<(), ParseError> {
        self.budget.spend(1, comment.at)?;
        self.comments.push(comment);
        Ok(())
    }

    /// Takes a scalar whose place is known.
    pub(super) fn put(&mut self, scalar: Scalar, token: Token) -> Result<(), ParseError> {
        self.budget.spend(1, token.at)?;
        self.budget.add(token.added())?;
        let anchor = token.anchor;
        let mut node = token.node(Value::Scalar(scalar), self.context());
        node.unended = node.span.end >= self.text_end && takes_line_break_at_end(self.text, &node);
        self.add(node, anchor, self.budget.spent() - 1)
    }

    /// Opens a collection, in brackets or not.
    pub(super) fn open(
        &mut self,
        value: Value,
        flow: bool,
        token: Token,
    ) -> Result<(), ParseError> {
        self.budget.spend(1, token.at)?;
        self.budget.add(token.added())?;
        self.budget.check_depth(self.open.len() + 1, token.at)?;
        self.open.push(Frame {
            anchor: token.anchor,
            node: token.node(value, self.context()),
            flow,
            spent_before: self.budget.spent() - 1,
            key: None,
            keys: HashTable::new(),
        });
        Ok(())
    }

    fn context(&self) -> Context {
        if self.open.last().is_some_and(|frame| frame.flow) {
            Context::Flow
        } else {
            Context::Block
        }
    }

    /// Closes the innermost open collection, which ends at `end` if it stands in brackets.
    pub(super) fn close(&mut self, end: usize) -> Result<(), ParseError> {
        let frame = self
            .open
            .pop()
            .expect("the parser balances starts and ends");
        let Frame {
            mut node,
            anchor,
            flow,
            spent_before,
            ..
        } = frame;
        match &mut node.value {
            Value::Sequence(items) => items.shrink_to_fit(),
            Value::Mapping(entries) => entries.shrink_to_fit(),
            Value::Scalar(_) => {}
        }
        if flow {
            node.span.end = end;
        } else if let Some(last) = last_end(&node) {
            node.span.end = last;
        }
        self.add(node, anchor, spent_before)
    }

    /// Puts a finished node where it belongs, and remembers it if it is anchored.
    pub(super) fn add(
        &mut self,
        node: Node,
        anchor: usize,
        spent_before: usize,
    ) -> Result<(), ParseError> {
        if anchor != 0 {
            self.budget
                .remember(&node, anchor, self.budget.spent() - spent_before)?;
        }
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        frame.add(node, &self.hasher)
    }

    /// Ends a document.
    pub(super) fn end_document(&mut self) {
        let mut root = self.root.take().filter(|root| !is_absent(root));
        let mut comments = std::mem::take(&mut self.comments);
        comments.sort_by_key(|comment| comment.span.start);
        if let Some(root) = root.as_mut().filter(|root| root.text().is_none()) {
            comments::place(self.text, root, std::mem::take(&mut comments));
        }
        self.budget.forget_anchors();
        self.documents.push(Document { root, comments });
    }
}

impl Frame {
    fn add(&mut self, node: Node, hasher: &RandomState) -> Result<(), ParseError> {
        match (&mut self.node.value, self.key.take()) {
            (Value::Sequence(items), _) => items.push(Item::Node(node)),
            (Value::Mapping(entries), Some(key)) => entries.push(Entry::Pair { key, value: node }),
            (Value::Mapping(entries), None) => {
                take_key(&node, entries, &mut self.keys, hasher)?;
                self.key = Some(node);
            }
            (Value::Scalar(_), _) => unreachable!("only collections are opened"),
        }
        Ok(())
    }
}

/// Remembers the key that the next entry will have.
fn take_key(
    key: &Node,
    entries: &[Entry],
    keys: &mut HashTable<(u64, usize)>,
    hasher: &RandomState,
) -> Result<(), ParseError> {
    let Some(text) = key.text() else {
        return Err(ParseError::ComplexKey { at: key.at });
    };
    let hash = hasher.hash_one(text);
    let is_same = |(other, index): &(u64, usize)| {
        *other == hash && key_of(&entries[*index]).text() == Some(text)
    };
    match keys.entry(hash, is_same, |(hash, _)| *hash) {
        hash_table::Entry::Occupied(there) => Err(ParseError::DuplicateKey {
            key: text.to_owned(),
            at: key.at,
            first: key_of(&entries[there.get().1]).at,
        }),
        hash_table::Entry::Vacant(place) => {
            place.insert((hash, entries.len()));
            Ok(())
        }
    }
}

/// The key of an entry; comments come among the entries at the end of a document.
fn key_of(entry: &Entry) -> &Node {
    match entry {
        Entry::Pair { key, .. } => key,
        Entry::Comment(_) => unreachable!("no comment was placed yet"),
    }
}

/// A document of nothing but markers has an absent scalar as its root.
fn is_absent(node: &Node) -> bool {
    node.span.is_empty() && node.tag().is_none() && matches!(node.value, Value::Scalar(_))
}

/// Whether a line break at the end of the text would be one more in this scalar, the last of the text, if it is a block.
fn takes_line_break_at_end(text: &str, node: &Node) -> bool {
    let is_block = matches!(&node.value, Value::Scalar(scalar) if matches!(scalar.style, Style::Literal | Style::Folded));
    let written = &text[node.span.start..];
    if !is_block || text.ends_with(['\n', '\r']) {
        return false;
    }
    let Some(header_end) = written.find(['\n', '\r']) else {
        return false;
    };
    let indicators = written[..header_end]
        .split([' ', '\t'])
        .next()
        .unwrap_or_default();
    let ended = || {
        node.text()
            .is_none_or(|text| text.is_empty() || text.ends_with('\n'))
    };
    !indicators.contains('-') && (indicators.contains('+') || !ended())
}

fn last_end(node: &Node) -> Option<usize> {
    let end = |node: &Node| node.span.end;
    node.pairs()
        .last()
        .map(|(_, value)| end(value))
        .or_else(|| node.items().last().map(end))
}
