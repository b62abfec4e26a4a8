//! YAML: values keep their quotes or their block, the `sops` block stands at the end of each document.

mod bare;
mod block;
mod flow;
mod metadata;
mod scalar;

use data_encoding::BASE64;
use serde_json::{Value as Json, json};
use signet_envelope::{Content, LeafType, Slot};
use signet_yaml::{Edit, Node, Scalar, Stream, Style, Value, comment_edit};

use super::NoPlace;
use super::lines::{line_break, line_start};
use bare::Bare;
use flow::Flow;

/// The layout of a stream of documents.
pub(crate) struct Layout<'a> {
    text: &'a str,
    stream: &'a Stream,
    flow: Flow,
    bare: Bare,
}

pub(super) fn print(block: &Json) -> String {
    signet_yaml::emit(&json!({ "sops": block }))
}

/// As `!!binary`, which is how sops prints them; nothing where another tag stands.
pub(super) fn put_bytes(node: &Node, bytes: &[u8]) -> Option<Vec<Edit>> {
    let Value::Scalar(Scalar { style, .. }) = &node.value else {
        return None;
    };
    let is_block = matches!(style, Style::Literal | Style::Folded);
    let edit = Edit {
        span: node.span.clone(),
        text: format!("!!binary {}", BASE64.encode(bytes)),
    };
    (node.tag().is_none() && !is_block).then(|| vec![edit])
}

impl<'a> Layout<'a> {
    pub(super) fn of(text: &'a str, stream: &'a Stream) -> Self {
        let flow = Flow::of(text, stream);
        let bare = Bare::default();
        Self {
            text,
            stream,
            flow,
            bare,
        }
    }

    pub(super) fn block(&self) -> Result<Option<String>, NoPlace> {
        metadata::lines(self.text, self.stream)
    }

    pub(super) fn append(&self, block: &str, earlier: Option<&Self>) -> Result<Vec<Edit>, NoPlace> {
        let earlier = earlier.map(|earlier| (earlier.text, earlier.stream));
        metadata::append(self.text, self.stream, block, earlier)
    }

    pub(super) fn replace(&self, block: &str) -> Result<Vec<Edit>, NoPlace> {
        metadata::replace(self.text, self.stream, block)
    }

    pub(super) fn remove(&self) -> Result<Vec<Edit>, NoPlace> {
        metadata::remove(self.text, self.stream)
    }

    pub(super) fn adopt(&self, signet: &Json) -> Result<Vec<Edit>, NoPlace> {
        metadata::adopt(self.text, &self.flow, self.stream, signet)
    }

    pub(super) fn put_field(&self, field: &Node, text: &str) -> Vec<Edit> {
        scalar::put_text(self.text, &self.flow, field, text)
    }

    pub(super) fn put_sealed(&self, slot: &Slot<'_>, enc: &str) -> Vec<Edit> {
        match slot.content {
            Content::Comment(comment) => vec![comment_edit(comment, enc)],
            Content::Scalar(node) | Content::SealedElement(node) => {
                scalar::put_sealed(self.text, &self.flow, node, enc)
            }
        }
    }

    pub(super) fn put_clear(
        &self,
        slot: &Slot<'_>,
        kind: LeafType,
        value: &str,
    ) -> Option<Vec<Edit>> {
        match slot.content {
            Content::Scalar(node) => Some(scalar::put_clear(self.text, node, kind, value)),
            Content::Comment(comment) if !value.contains('\n') => {
                Some(vec![comment_edit(comment, value)])
            }
            Content::SealedElement(node) if !value.contains('\n') => {
                Some(vec![self.comment_for(node, value)?])
            }
            Content::Comment(_) | Content::SealedElement(_) => None,
        }
    }

    /// Whether an element is the last of a list that holds sealed comments alone.
    pub(super) fn ends_bare(&self, node: &Node) -> bool {
        self.bare.ends_at(self.stream, node)
    }

    /// The edit that makes a comment of an element: its dash goes with it. The last of a list of comments leaves brackets
    /// behind, for a list it stays.
    fn comment_for(&self, node: &Node, value: &str) -> Option<Edit> {
        let start = line_start(self.text, node.span.start);
        let dash = start + self.text[start..node.span.start].rfind('-')?;
        let brackets = if self.ends_bare(node) {
            let indent = self.text[start..dash].chars().count();
            format!("{}{:indent$}[]", line_break(self.text), "")
        } else {
            String::new()
        };
        Some(Edit {
            span: dash..node.span.end,
            text: format!("#{value}{brackets}"),
        })
    }
}
