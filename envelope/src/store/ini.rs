//! The INI store, as SOPS takes it: what go-ini reads.
//!
//! Keys before the first section belong to the section `DEFAULT`, metadata stands flat in the section `sops`. Each comment
//! belongs to the section or key below it, or in whose line it stands, and follows that key in the tree: SOPS visits it there.
//! Comments below the last key go with the last section; sops drops them.

mod comment;
mod key;
mod value;

use std::collections::HashMap;

use signet_yaml::{Comment, Document, Entry, Node, ParseError, Position, Span, Stream, Style};

use super::ReadError;
use super::flat::{self, Field};
use super::lines::{Line, Lines};
use crate::Store;

pub use comment::{CommentLines, comment_lines};
use value::Value;

const DEFAULT: &str = "DEFAULT";

pub(super) fn read(text: &str) -> Result<Stream, ReadError> {
    let start = Node::scalar(DEFAULT, Style::Double, 0..0, Position::START);
    let mut reader = Reader {
        text,
        lines: Lines::of(text)?,
        sections: vec![Section::under(start)],
        metadata: None,
        in_metadata: false,
        pending: Vec::new(),
    };
    while let Some(line) = reader.lines.next() {
        reader.line(line)?;
    }
    reader.finish()
}

/// The value that stands behind a delimiter; nothing if the text is not one value and nothing else.
pub fn value(written: &str) -> Option<String> {
    let stream = read(&format!("key ={written}\n")).ok()?;
    let root = stream.documents.into_iter().next()?.root?;
    let mut pairs = root.get(DEFAULT)?.pairs();
    let value = pairs.next()?.1;
    let alone = pairs.next().is_none() && value.span == (5..5 + written.len());
    alone.then(|| value.text().map(str::to_owned)).flatten()
}

struct Reader<'t> {
    text: &'t str,
    lines: Lines<'t>,
    sections: Vec<Section>,
    metadata: Option<Metadata<'t>>,
    in_metadata: bool,
    /// Lines of comment that belong to what comes next.
    pending: Vec<(Line<'t>, &'t str)>,
}

struct Section {
    name: Node,
    entries: Vec<Entry>,
    keys: HashMap<String, Position>,
}

struct Metadata<'t> {
    span: Span,
    at: Position,
    fields: Vec<Field<'t>>,
}

impl<'t> Reader<'t> {
    fn line(&mut self, line: Line<'t>) -> Result<(), ReadError> {
        let mark = if line.start == 0 { "\u{feff}" } else { "" };
        let content = line.text.strip_prefix(mark).unwrap_or(line.text);
        let content = content.trim_start();
        match content.as_bytes().first() {
            None => return Ok(()),
            Some(b'#' | b';') => self.pending.push((line, content)),
            Some(b'[') => self.section(line, content)?,
            Some(_) => self.pair(line, content)?,
        }
        Ok(self.lines.spend(2, line.at(line.start))?)
    }

    fn section(&mut self, line: Line<'t>, content: &'t str) -> Result<(), ReadError> {
        let wrong = |problem| syntax(&line, content, problem);
        let end = content.rfind(']');
        let end = end.ok_or_else(|| wrong("a section has no closing bracket"))?;
        let (name, rest) = (&content[1..end], &content[end + 1..]);
        if name.is_empty() {
            return Err(wrong("a section has no name"));
        }
        let behind = behind(line, rest)?;
        let mut comments = self.take_comments();
        let span = line.span(name);
        let at = line.at(span.start);
        self.in_metadata = name == "sops";
        if !self.in_metadata {
            let mut section = Section::under(Node::scalar(name, Style::Double, span, at));
            if let Some(rest) = behind
                && !comment::join(comments.last_mut(), &line, rest)
            {
                comments.push(comment::behind_section(&line, content, rest));
            }
            section.add(comments);
            self.sections.push(section);
            return Ok(());
        }
        self.last().add(comments);
        if self.metadata.is_some() {
            return Err(wrong("a second section holds metadata"));
        }
        self.metadata = Some(Metadata {
            span,
            at,
            fields: Vec::new(),
        });
        Ok(())
    }

    fn pair(&mut self, line: Line<'t>, content: &'t str) -> Result<(), ReadError> {
        let key = key::read(content).map_err(|problem| syntax(&line, content, problem))?;
        let value = value::read(self.text, &mut self.lines, line, key.rest)?;
        let span = line.span(key.written);
        let at = line.at(span.start);
        if self.in_metadata {
            self.pending.clear();
            if let Some(metadata) = &mut self.metadata {
                let path = key.name;
                let value = value.node(|text| text.replace("\\n", "\n"));
                metadata.fields.push(Field {
                    path,
                    span,
                    at,
                    value,
                });
            }
            return Ok(());
        }
        let mut comments = self.take_comments();
        if let Some(rest) = behind(value.line, value.rest)?
            && !comment::join(comments.last_mut(), &value.line, rest)
        {
            comments.push(comment::of_line(&value.line, rest.trim()));
        }
        let name = Node::scalar(key.name, Style::Double, span, at);
        self.last().add_pair(name, value)?;
        self.last().add(comments);
        Ok(())
    }

    fn take_comments(&mut self) -> Vec<Comment> {
        comment::blocks(self.text, std::mem::take(&mut self.pending))
    }

    fn last(&mut self) -> &mut Section {
        self.sections
            .last_mut()
            .expect("there is one from the start")
    }

    fn finish(mut self) -> Result<Stream, ReadError> {
        let comments = self.take_comments();
        self.last().add(comments);
        let mut sections = self.sections.into_iter();
        let first = sections.next().filter(|first| !first.entries.is_empty());
        let mut entries: Vec<Entry> = first
            .into_iter()
            .chain(sections)
            .map(Section::pair)
            .collect();
        if let Some(Metadata { span, at, fields }) = self.metadata {
            let block = flat::nested(Store::Ini, fields)?;
            entries.push(Entry::Pair {
                key: Node::scalar("sops", Style::Double, span.clone(), at),
                value: block.unwrap_or_else(|| Node::mapping(Vec::new(), span, at)),
            });
        }
        let root = Node::mapping(entries, 0..self.text.len(), Position::START);
        Ok(Stream {
            documents: vec![Document {
                root: Some(root),
                comments: Vec::new(),
            }],
            merges: false,
        })
    }
}

impl Section {
    fn under(name: Node) -> Self {
        Self {
            name,
            entries: Vec::new(),
            keys: HashMap::new(),
        }
    }

    fn add(&mut self, comments: impl IntoIterator<Item = Comment>) {
        self.entries
            .extend(comments.into_iter().map(Entry::Comment));
    }

    /// Adds a key. Of a key that stands twice, SOPS would drop a value.
    fn add_pair(&mut self, key: Node, value: Value<'_>) -> Result<(), ParseError> {
        let name = key.text().unwrap_or_default().to_owned();
        if let Some(first) = self.keys.insert(name.clone(), key.at) {
            return Err(ParseError::DuplicateKey {
                key: name,
                at: key.at,
                first,
            });
        }
        let value = value.node(|text| text);
        self.entries.push(Entry::Pair { key, value });
        Ok(())
    }

    fn pair(self) -> Entry {
        let Self { name, entries, .. } = self;
        let (span, at) = (name.span.clone(), name.at);
        Entry::Pair {
            key: name,
            value: Node::mapping(entries, span, at),
        }
    }
}

/// The rest of a line behind a value or a section's name, if it is a comment.
fn behind<'t>(line: Line<'t>, rest: &'t str) -> Result<Option<&'t str>, ReadError> {
    let blanks = rest.trim_start_matches([' ', '\t']);
    match blanks.as_bytes().first() {
        _ if blanks.trim().is_empty() => Ok(None),
        Some(b'#' | b';') => Ok(Some(rest)),
        _ => Err(syntax(&line, blanks, "only a comment may follow here")),
    }
}

fn syntax(line: &Line<'_>, part: &str, problem: &'static str) -> ReadError {
    ReadError::Syntax {
        at: line.at(line.span(part).start),
        store: Store::Ini,
        problem,
    }
}

#[cfg(test)]
mod tests;
