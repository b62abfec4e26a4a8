//! JSON: the `sops` block is the last pair of the object, in the object's own indentation.

pub(in crate::layout) mod print;
mod scalar;

use serde_json::Value as Json;
use signet_envelope::{Content, LeafType, Slot};
use signet_yaml::{Edit, Node, Span, Stream};

use super::NoPlace;
use print::Style;

pub(super) use scalar::clear;

/// The layout of an object.
pub(crate) struct Layout<'a> {
    text: &'a str,
    stream: &'a Stream,
    style: Style<'a>,
}

impl<'a> Layout<'a> {
    pub(super) fn of(text: &'a str, stream: &'a Stream) -> Self {
        let style = root(stream).map_or(Style::COMPACT, |root| Style::of(text, root));
        Self {
            text,
            stream,
            style,
        }
    }

    pub(super) fn print(&self, block: &Json) -> String {
        self.style.pair("sops", block)
    }

    pub(super) fn block(&self) -> Option<String> {
        let Pair { key, value, .. } = self.pair()?;
        let text = &self.text[key.span.start..value.span.end];
        Some(self.style.without_margin(text))
    }

    pub(super) fn append(&self, block: &str) -> Result<Vec<Edit>, NoPlace> {
        let root = root(self.stream).ok_or(NoPlace(signet_yaml::Position::START))?;
        let (_, last) = root.pairs().last().ok_or(NoPlace(root.at))?;
        let end = last.span.end;
        Ok(edit(end..end, self.style.behind(block)))
    }

    pub(super) fn replace(&self, block: &str) -> Vec<Edit> {
        let Some(Pair { key, value, .. }) = self.pair() else {
            return Vec::new();
        };
        edit(
            key.span.start..value.span.end,
            self.style.with_margin(block),
        )
    }

    /// The pair goes with the comma in front of it or, if it is the first one, with the one behind it.
    pub(super) fn remove(&self) -> Vec<Edit> {
        let Some(Pair {
            before,
            key,
            value,
            after,
        }) = self.pair()
        else {
            return Vec::new();
        };
        let span = match (before, after) {
            (Some(before), _) => before.span.end..value.span.end,
            (None, Some(after)) => key.span.start..after.span.start,
            (None, None) => key.span.start..value.span.end,
        };
        edit(span, String::new())
    }

    pub(super) fn adopt(&self, signet: &Json) -> Result<Vec<Edit>, NoPlace> {
        let Some(Pair { value: block, .. }) = self.pair() else {
            return Ok(Vec::new());
        };
        let (first, _) = block.pairs().next().ok_or(NoPlace(block.at))?;
        let style = Style::of(self.text, block);
        let start = first.span.start;
        Ok(edit(start..start, style.in_front("signet", signet)))
    }

    /// The `sops` pair with its neighbours.
    fn pair(&self) -> Option<Pair<'a>> {
        let pairs: Vec<(&Node, &Node)> = root(self.stream)?.pairs().collect();
        let here = pairs
            .iter()
            .position(|(key, _)| key.text() == Some("sops"))?;
        let (key, value) = pairs[here];
        let before = here.checked_sub(1).map(|before| pairs[before].1);
        let after = pairs.get(here + 1).map(|(key, _)| *key);
        Some(Pair {
            before,
            key,
            value,
            after,
        })
    }
}

pub(super) fn put_field(field: &Node, text: &str) -> Vec<Edit> {
    edit(field.span.clone(), format!("\"{text}\""))
}

pub(super) fn put_sealed(slot: &Slot<'_>, enc: &str) -> Vec<Edit> {
    match slot.content {
        Content::Scalar(node) => edit(node.span.clone(), ["\"", enc, "\""].concat()),
        Content::Comment(_) | Content::SealedElement(_) => Vec::new(),
    }
}

pub(super) fn put_clear(slot: &Slot<'_>, kind: LeafType, value: &str) -> Option<Vec<Edit>> {
    match slot.content {
        Content::Scalar(node) => Some(edit(node.span.clone(), clear(kind, value)?)),
        Content::Comment(_) | Content::SealedElement(_) => None,
    }
}

struct Pair<'a> {
    /// The value in front of it.
    before: Option<&'a Node>,
    key: &'a Node,
    value: &'a Node,
    /// The key behind it.
    after: Option<&'a Node>,
}

fn root(stream: &Stream) -> Option<&Node> {
    stream.documents.first()?.root.as_ref()
}

fn edit(span: Span, text: String) -> Vec<Edit> {
    vec![Edit { span, text }]
}

#[cfg(test)]
mod tests;
