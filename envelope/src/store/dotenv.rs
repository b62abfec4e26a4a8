//! The dotenv store: a key and its value on each line, as SOPS takes it.
//!
//! Nothing is quoted or trimmed: blanks, quotes and a carriage return at the end belong to key and value. `\n` in a value is
//! a line break, and no other character can be escaped. Metadata stands among the keys, each of its own behind `sops_`.

use signet_yaml::{Comment, CommentPlace, Document, Entry, Node, Stream, Style};

use super::ReadError;
use super::flat::{self, Field};
use super::lines::{Line, Lines};
use crate::Store;

const PREFIX: &str = "sops_";

pub(super) fn read(text: &str) -> Result<Stream, ReadError> {
    let mut lines = Lines::of(text)?;
    let mut entries = Vec::new();
    let mut fields = Vec::new();
    while let Some(line) = lines.next() {
        let content = line.text.strip_suffix('\n').unwrap_or(line.text);
        if content.is_empty() {
            continue;
        }
        lines.spend(2, line.at(line.start))?;
        if let Some(comment) = content.strip_prefix('#') {
            entries.push(Entry::Comment(self::comment(&line, comment)));
            continue;
        }
        let (key, value) = content
            .split_once('=')
            .ok_or_else(|| syntax(&line, "a line has neither = nor # in front"))?;
        match key.strip_prefix(PREFIX) {
            Some(path) => fields.push(field(&line, key, path, value)),
            None if key == "sops" => {
                return Err(syntax(&line, "the key sops stands for the metadata"));
            }
            None => entries.push(Entry::Pair {
                key: scalar(&line, key, key.to_owned()),
                value: self::value(&line, value),
            }),
        }
    }
    if let Some(value) = flat::nested(Store::Dotenv, fields)? {
        let key = Node::scalar("sops", Style::Double, value.span.clone(), value.at);
        entries.push(Entry::Pair { key, value });
    }
    Ok(Stream {
        documents: vec![document(entries, text)],
        merges: false,
    })
}

fn document(entries: Vec<Entry>, text: &str) -> Document {
    let root = Node::mapping(entries, 0..text.len(), signet_yaml::Position::START);
    Document {
        root: Some(root),
        comments: Vec::new(),
    }
}

fn comment(line: &Line<'_>, text: &str) -> Comment {
    Comment {
        text: text.to_owned(),
        span: line.span(text),
        at: line.at(line.start),
        place: CommentPlace::OwnLine,
    }
}

fn field<'t>(line: &Line<'_>, key: &str, path: &'t str, value: &str) -> Field<'t> {
    Field {
        path,
        span: line.span(key),
        at: line.at(line.start),
        value: self::value(line, value),
    }
}

fn value(line: &Line<'_>, value: &str) -> Node {
    scalar(line, value, value.replace("\\n", "\n"))
}

/// A string, whatever its text looks like.
fn scalar(line: &Line<'_>, part: &str, text: String) -> Node {
    let span = line.span(part);
    let at = line.at(span.start);
    Node::scalar(text, Style::Double, span, at)
}

fn syntax(line: &Line<'_>, problem: &'static str) -> ReadError {
    ReadError::Syntax {
        at: line.at(line.start),
        store: Store::Dotenv,
        problem,
    }
}

#[cfg(test)]
mod tests;
