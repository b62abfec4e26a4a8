//! INI: a value keeps its quotes, and the `sops` block is the last section.

mod comment;
pub(crate) mod value;

use serde_json::{Value as Json, json};
use signet_envelope::{Content, LeafType, Slot};
use signet_yaml::{Edit, Node, Position, Span, Stream};

use super::lines::{line_break, line_end, line_start};
use super::{NoPlace, flat};
use comment::Owners;

/// The layout of a text of sections.
pub(crate) struct Layout<'a> {
    text: &'a str,
    stream: &'a Stream,
    owners: Owners,
}

pub(super) fn print(block: &Json) -> String {
    format!("[sops]\n{}", lines(block))
}

/// A line for each field, the delimiters below each other.
fn lines(block: &Json) -> String {
    let fields = flat::fields(block);
    let width = fields.iter().map(|(key, _)| key.len()).max();
    let width = width.unwrap_or_default();
    let line = |(key, value): &(String, String)| {
        let value = value::written(value).unwrap_or_default();
        format!("{key:width$} = {value}\n")
    };
    fields.iter().map(line).collect()
}

impl<'a> Layout<'a> {
    pub(super) fn of(text: &'a str, stream: &'a Stream) -> Self {
        let owners = Owners::of(stream);
        Self {
            text,
            stream,
            owners,
        }
    }

    pub(super) fn block(&self) -> Option<String> {
        let lines: Vec<&str> = self.text[self.section()?].lines().collect();
        Some(lines.join("\n") + "\n")
    }

    /// The line break in front of the block is part of it: what is in front of that is what was there before.
    pub(super) fn append(&self, block: &str) -> Result<Vec<Edit>, NoPlace> {
        if !flat::has_keys(self.stream) {
            return Ok(Vec::new());
        }
        let end = self.text.len();
        if let Some(at) = self.goes_on().or_else(|| self.kept_from_going_on()) {
            return Err(NoPlace(at));
        }
        let line_break = if self.text.ends_with('\r') {
            "\r\n"
        } else {
            line_break(self.text)
        };
        Ok(vec![Edit {
            span: end..end,
            text: format!("\n{block}").replace('\n', line_break),
        }])
    }

    pub(super) fn replace(&self, block: &str) -> Vec<Edit> {
        let edit = self.section().map(|span| {
            let block = block.replace('\n', line_break(self.text));
            let is_open = !self.text[span.clone()].ends_with('\n');
            let text = if is_open { block.trim_end() } else { &block };
            Edit {
                span,
                text: text.to_owned(),
            }
        });
        edit.into_iter().collect()
    }

    pub(super) fn remove(&self) -> Vec<Edit> {
        let edit = self.section().map(|Span { start, end }| {
            let before = &self.text[..start];
            let kept = before
                .strip_suffix("\r\n")
                .or_else(|| before.strip_suffix('\n'))
                .unwrap_or(before);
            Edit {
                span: kept.len()..end,
                text: String::new(),
            }
        });
        edit.into_iter().collect()
    }

    pub(super) fn adopt(&self, signet: &Json) -> Vec<Edit> {
        let edit = self.section().map(|Span { start, .. }| {
            let below = line_end(self.text, start);
            let text = lines(&json!({ "signet": signet }));
            Edit {
                span: below..below,
                text: text.replace('\n', line_break(self.text)),
            }
        });
        edit.into_iter().collect()
    }

    pub(super) fn put_field(&self, field: &Node, text: &str) -> Vec<Edit> {
        vec![value::put(self.text, field, text)]
    }

    pub(super) fn put_sealed(&self, slot: &Slot<'_>, enc: &str) -> Vec<Edit> {
        match slot.content {
            Content::Scalar(node) | Content::SealedElement(node) => {
                vec![value::put(self.text, node, enc)]
            }
            Content::Comment(comment) => self.owners.put_sealed(self.text, comment, enc.to_owned()),
        }
    }

    pub(super) fn put_clear(
        &self,
        slot: &Slot<'_>,
        kind: LeafType,
        value: &str,
    ) -> Option<Vec<Edit>> {
        match slot.content {
            Content::Scalar(node) | Content::SealedElement(node) => {
                let edit = value::put_clear(self.text, node, &flat::clear(kind, value))?;
                Some(vec![edit])
            }
            Content::Comment(comment) => Some(self.owners.put_clear(self.text, comment, value)),
        }
    }

    /// Where the text begins, if its last line goes on in the next one, which would be the block's.
    fn goes_on(&self) -> Option<Position> {
        let start = line_start(self.text, self.text.len());
        let last = self.text[start..].trim();
        let root = self.stream.documents.first()?.root.as_ref()?;
        // What begins as a comment does may be the rest of a value that went on before.
        let is_comment = last.starts_with(['#', ';']) && last_byte(root) <= start;
        (last.ends_with('\\') && !is_comment).then_some(Position::START)
    }

    /// Where a value ends in a backslash and nothing but a comment behind keeps it from going on in the next line. Opened, the
    /// value would need quotes, which the comment may hold as well.
    fn kept_from_going_on(&self) -> Option<Position> {
        let root = self.stream.documents.first()?.root.as_ref()?;
        let mut values = root.pairs().flat_map(|(_, section)| section.pairs());
        let is_kept = |span: &Span| {
            let behind = self.text[span.end..].trim_start_matches([' ', '\t']);
            self.text[span.clone()].ends_with('\\') && behind.starts_with(['#', ';'])
        };
        let (_, value) = values.find(|(_, value)| is_kept(&value.span))?;
        Some(value.at)
    }

    /// The lines of the block: from its name to its last field.
    fn section(&self) -> Option<Span> {
        let root = self.stream.documents.first()?.root.as_ref()?;
        let (name, block) = root.pairs().find(|(key, _)| key.text() == Some("sops"))?;
        let last = last_byte(block).max(name.span.end);
        Some(line_start(self.text, name.span.start)..line_end(self.text, last))
    }
}

fn last_byte(node: &Node) -> usize {
    let values = node.pairs().map(|(_, value)| value).chain(node.items());
    values.map(last_byte).max().unwrap_or(node.span.end)
}
