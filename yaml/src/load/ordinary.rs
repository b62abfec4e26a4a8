//! Reads what most files are made of, line by line: block mappings and sequences whose keys are words and whose scalars
//! stand on one line, literal blocks, comments, documents.
//!
//! The parser knows all of YAML and pays for it with every token. This reader knows little and is several times as fast;
//! where a text has anything else, or anything wrong, it has no say and the parser reads that text from its beginning.
//! What it does read, it reads as the parser does: tests and a fuzz target compare the trees.

mod literal;
mod scalar;

use std::borrow::Cow;

use arcstr::{ArcStr, Substr};
use memchr::memchr2;

use crate::load::builder::Builder;
use crate::load::token::Token;
use crate::load::{Aliases, Limits};
use crate::{Comment, CommentPlace, Position, Scalar, Stream, Style, Value};

/// The documents of an ordinary text; nothing where the parser has to read it.
pub(super) fn read(text: &ArcStr, limits: &Limits, aliases: Aliases) -> Option<Stream> {
    let is_ordinary =
        text.ends_with('\n') && text.is_ascii() && memchr2(b'\t', b'\r', text.as_bytes()).is_none();
    if !is_ordinary {
        return None;
    }
    let mut reader = Reader::new(text, limits, aliases);
    while reader.next_line().is_some() {
        reader.take_line()?;
    }
    reader.end_document()?;
    Some(reader.builder.finish())
}

struct Reader<'t> {
    builder: Builder<'t>,
    /// Where the line begins.
    start: usize,
    /// The line without its break.
    line: &'t str,
    /// Where the next one begins.
    next: usize,
    number: usize,
    /// Whether the document has its marker and nothing else so far.
    marked: bool,
    /// Behind the colon of a key whose value is still to come.
    owed: Option<Token>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mapping,
    Sequence,
}

impl<'t> Reader<'t> {
    fn new(text: &'t ArcStr, limits: &Limits, aliases: Aliases) -> Self {
        Self {
            builder: Builder::new(text, limits, aliases),
            start: 0,
            line: "",
            next: 0,
            number: 0,
            marked: false,
            owed: None,
        }
    }

    /// Moves to the next line; nothing at the end of the text.
    fn next_line(&mut self) -> Option<()> {
        self.line = self.peek_line()?;
        self.start = self.next;
        self.next += self.line.len() + 1;
        self.number += 1;
        Some(())
    }

    /// The line behind this one.
    fn peek_line(&self) -> Option<&'t str> {
        let rest = &self.builder.text[self.next..];
        let length = memchr::memchr(b'\n', rest.as_bytes())?;
        Some(&rest[..length])
    }

    fn take_line(&mut self) -> Option<()> {
        let indent = blanks(self.line);
        match self.line.as_bytes().get(indent) {
            None => Some(()),
            Some(b'#') => self.comment(indent),
            Some(b'-') if self.line == "---" => self.begin_document(),
            Some(b'-' | b'.') if self.line.starts_with("---") || self.line.starts_with("...") => {
                None
            }
            Some(_) => self.entry(indent),
        }
    }

    /// Takes an element or a pair that begins in a column.
    fn entry(&mut self, column: usize) -> Option<()> {
        if !self.line[column..].starts_with("- ") {
            self.settle(column, Kind::Mapping)?;
            return self.pair(column);
        }
        self.settle(column, Kind::Sequence)?;
        let element = column + 1 + blanks(&self.line[column + 1..]);
        if scalar::key(&self.line[element..]).is_none() {
            return self.value(element);
        }
        self.push(element, Kind::Mapping)?;
        self.pair(element)
    }

    fn pair(&mut self, column: usize) -> Option<()> {
        let key = scalar::key(&self.line[column..])?;
        let colon = column + key.len();
        self.put(column, colon, Cow::Borrowed(key), Style::Plain)?;
        let value = colon + 1 + blanks(&self.line[colon + 1..]);
        if matches!(self.line.as_bytes().get(value), None | Some(b'#')) {
            self.owed = Some(self.token(colon + 1, colon + 1));
            return self.end_of_line(colon + 1);
        }
        self.value(value)
    }

    /// Takes a value that begins in a column and is not absent.
    fn value(&mut self, column: usize) -> Option<()> {
        let rest = &self.line[column..];
        let (length, text, style) = match *rest.as_bytes().first()? {
            b'|' => return self.literal(column),
            b'[' | b'{' => return self.empty(column),
            b'"' => scalar::double_quoted(rest)?,
            b'\'' => scalar::single_quoted(rest)?,
            _ => scalar::plain(rest)?,
        };
        let end = column + length;
        self.put(column, end, text, style)?;
        self.end_of_line(end)
    }

    /// Takes `[]` or `{}`.
    fn empty(&mut self, column: usize) -> Option<()> {
        let value = match self.line.get(column..column + 2)? {
            "[]" => Value::Sequence(Vec::new()),
            "{}" => Value::Mapping(Vec::new()),
            _ => return None,
        };
        let end = column + 2;
        let token = self.token(column, end);
        self.builder.open(value, true, token).ok()?;
        self.builder.close(self.start + end).ok()?;
        self.end_of_line(end)
    }

    /// Takes what follows a value or a colon: nothing, or a comment behind a blank.
    fn end_of_line(&mut self, column: usize) -> Option<()> {
        let rest = &self.line[column..];
        let behind = blanks(rest);
        match rest.as_bytes().get(behind) {
            None => Some(()),
            Some(b'#') if behind > 0 => self.comment(column + behind),
            Some(_) => None,
        }
    }

    fn comment(&mut self, column: usize) -> Option<()> {
        let Token { span, at, .. } = self.token(column, self.line.len());
        let text = self.line[column + 1..].to_owned();
        self.builder
            .comment(Comment {
                text,
                span,
                at,
                place: CommentPlace::OwnLine,
            })
            .ok()
    }

    fn put(&mut self, column: usize, end: usize, text: Cow<'_, str>, style: Style) -> Option<()> {
        let token = self.token(column, end);
        let text = self.builder.part(text);
        self.builder.put(Scalar { text, style }, token).ok()
    }

    /// Closes and opens collections until an entry of this kind can follow in this column.
    fn settle(&mut self, column: usize, kind: Kind) -> Option<()> {
        if let Some(absent) = self.owed.take() {
            let (indent, _) = self.innermost()?;
            if column > indent || (column == indent && kind == Kind::Sequence) {
                return self.push(column, kind);
            }
            self.put_absent(absent)?;
        }
        if self.innermost().is_none() {
            return if column == 0 {
                self.push(0, kind)
            } else {
                None
            };
        }
        // A sequence may stand in the column of the key that it belongs to: a pair there ends it.
        let ends = |(indent, open)| {
            indent > column || (indent == column && open == Kind::Sequence && kind == Kind::Mapping)
        };
        while self.innermost().is_some_and(ends) {
            self.pop()?;
        }
        (self.innermost()? == (column, kind)).then_some(())
    }

    /// The column and kind of the innermost open collection.
    fn innermost(&self) -> Option<(usize, Kind)> {
        let node = &self.builder.open.last()?.node;
        let kind = match node.value {
            Value::Sequence(_) => Kind::Sequence,
            Value::Mapping(_) | Value::Scalar(_) => Kind::Mapping,
        };
        Some((node.at.column - 1, kind))
    }

    fn put_absent(&mut self, place: Token) -> Option<()> {
        let (text, style) = (Substr::new(), Style::Plain);
        self.builder.put(Scalar { text, style }, place).ok()
    }

    fn push(&mut self, column: usize, kind: Kind) -> Option<()> {
        let value = match kind {
            Kind::Mapping => Value::Mapping(Vec::new()),
            Kind::Sequence => Value::Sequence(Vec::new()),
        };
        let token = self.token(column, column);
        self.builder.open(value, false, token).ok()
    }

    fn pop(&mut self) -> Option<()> {
        self.builder.close(self.start).ok()
    }

    /// Takes a marker, which ends a document or begins the first one. A document of nothing is the parser's.
    fn begin_document(&mut self) -> Option<()> {
        if self.innermost().is_some() {
            self.end_document()?;
        } else if self.marked {
            return None;
        }
        self.marked = true;
        Some(())
    }

    fn end_document(&mut self) -> Option<()> {
        self.innermost()?;
        if let Some(absent) = self.owed.take() {
            self.put_absent(absent)?;
        }
        while self.innermost().is_some() {
            self.pop()?;
        }
        self.builder.end_document();
        Some(())
    }

    fn token(&self, column: usize, end: usize) -> Token {
        let at = Position {
            line: self.number,
            column: column + 1,
        };
        Token::at(self.start + column..self.start + end, at)
    }
}

/// How many blanks a text begins with.
fn blanks(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b' ').count()
}

#[cfg(test)]
mod tests;
