//! Dotenv: a value is the rest of its line, and the lines of the `sops` block stand among the others.

use serde_json::{Value as Json, json};
use signet_envelope::{Content, LeafType, Slot};
use signet_yaml::{Edit, Node, Span, Stream};

use super::flat;

/// The layout of a text of lines.
pub(crate) struct Layout<'a> {
    text: &'a str,
    stream: &'a Stream,
}

pub(super) fn print(block: &Json) -> String {
    let line = |(key, value)| format!("sops_{key}={value}\n");
    flat::fields(block).into_iter().map(line).collect()
}

impl<'a> Layout<'a> {
    pub(super) fn of(text: &'a str, stream: &'a Stream) -> Self {
        Self { text, stream }
    }

    pub(super) fn block(&self) -> Option<String> {
        let runs = self.runs();
        let lines: Vec<&str> = runs
            .iter()
            .flat_map(|run| self.text[run.clone()].lines())
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n") + "\n")
    }

    /// A text that does not end in a line break ends in none afterwards.
    pub(super) fn append(&self, block: &str) -> Vec<Edit> {
        if !flat::has_keys(self.stream) {
            return Vec::new();
        }
        let end = self.text.len();
        let text = if self.text.ends_with('\n') {
            block.to_owned()
        } else {
            format!("\n{}", block.trim_end_matches('\n'))
        };
        vec![Edit {
            span: end..end,
            text,
        }]
    }

    pub(super) fn replace(&self, block: &str) -> Vec<Edit> {
        let runs = self.runs();
        let Some((first, others)) = runs.split_first() else {
            return Vec::new();
        };
        let is_open = !self.text[first.clone()].ends_with('\n');
        let block = if is_open {
            block.trim_end_matches('\n')
        } else {
            block
        };
        let mut edits = vec![Edit {
            span: first.clone(),
            text: block.to_owned(),
        }];
        edits.extend(others.iter().map(|run| self.cut(run)));
        edits
    }

    pub(super) fn remove(&self) -> Vec<Edit> {
        self.runs().iter().map(|run| self.cut(run)).collect()
    }

    pub(super) fn adopt(&self, signet: &Json) -> Vec<Edit> {
        let start = self.runs().first().map(|run| run.start);
        let edit = start.map(|start| Edit {
            span: start..start,
            text: print(&json!({ "signet": signet })),
        });
        edit.into_iter().collect()
    }

    pub(super) fn put_field(field: &Node, text: &str) -> Vec<Edit> {
        vec![Edit {
            span: field.span.clone(),
            text: text.to_owned(),
        }]
    }

    pub(super) fn put_sealed(slot: &Slot<'_>, enc: &str) -> Vec<Edit> {
        vec![Edit {
            span: span(slot),
            text: enc.to_owned(),
        }]
    }

    pub(super) fn put_clear(slot: &Slot<'_>, kind: LeafType, value: &str) -> Option<Vec<Edit>> {
        let text = match slot.content {
            Content::Comment(_) if value.contains('\n') => return None,
            Content::Comment(_) => value.to_owned(),
            Content::Scalar(_) | Content::SealedElement(_) => {
                flat::escaped(&flat::clear(kind, value))
            }
        };
        Some(vec![Edit {
            span: span(slot),
            text,
        }])
    }

    /// The bytes of the lines of metadata, those that follow each other together.
    fn runs(&self) -> Vec<Span> {
        let mut runs: Vec<Span> = Vec::new();
        let mut end = 0;
        for line in self.text.split_inclusive('\n') {
            let start = end;
            end += line.len();
            if !line.starts_with("sops_") {
                continue;
            }
            match runs.last_mut() {
                Some(run) if run.end == start => run.end = end,
                _ => runs.push(start..end),
            }
        }
        runs
    }

    fn cut(&self, run: &Span) -> Edit {
        let before = &self.text[..run.start];
        let is_open = !self.text[run.clone()].ends_with('\n');
        let kept = before.strip_suffix('\n').filter(|_| is_open);
        Edit {
            span: kept.unwrap_or(before).len()..run.end,
            text: String::new(),
        }
    }
}

fn span(slot: &Slot<'_>) -> Span {
    match slot.content {
        Content::Scalar(node) | Content::SealedElement(node) => node.span.clone(),
        Content::Comment(comment) => comment.span.clone(),
    }
}
