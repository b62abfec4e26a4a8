//! How a text is laid out: what an edit in place has to know beyond the spans of its nodes, for each store.

mod dotenv;
pub(crate) mod flat;
pub(crate) mod ini;
mod json;
pub(crate) mod lines;
mod yaml;

use serde_json::Value as Json;
use signet_envelope::{Content, LeafType, Sealed, Slot, Store};
use signet_yaml::{Edit, Node, Position, Stream};
use zeroize::Zeroizing;

use crate::unlock::Value;

/// A document whose layout leaves no place for a `sops` block, or to which one belongs that cannot be cut out.
pub(crate) struct NoPlace(pub(crate) Position);

/// The layout of a text.
pub(crate) enum Layout<'a> {
    Yaml(yaml::Layout<'a>),
    /// An envelope of the binary store is one as well.
    Json(json::Layout<'a>),
    Dotenv(dotenv::Layout<'a>),
    Ini(ini::Layout<'a>),
}

impl<'a> Layout<'a> {
    /// The layout of a text of the store, which was read into the stream.
    pub(crate) fn of(store: Store, text: &'a str, stream: &'a Stream) -> Self {
        match store {
            Store::Yaml => Self::Yaml(yaml::Layout::of(text, stream)),
            Store::Json | Store::Binary => Self::Json(json::Layout::of(text, stream)),
            Store::Dotenv => Self::Dotenv(dotenv::Layout::of(text, stream)),
            Store::Ini => Self::Ini(ini::Layout::of(text, stream)),
        }
    }

    /// The layout of a sealed file.
    pub(crate) fn of_sealed(sealed: &'a Sealed) -> Self {
        Self::of(sealed.store(), sealed.text(), sealed.stream())
    }

    /// A `sops` block as the store writes it, without the margin that it gets in its place.
    pub(crate) fn print(&self, block: &Json) -> String {
        match self {
            Self::Yaml(_) => yaml::print(block),
            Self::Json(layout) => layout.print(block),
            Self::Dotenv(_) => dotenv::print(block),
            Self::Ini(_) => ini::print(block),
        }
    }

    /// The block of the first document as it stands, without its margin; nothing if there is none.
    pub(crate) fn block(&self) -> Result<Option<String>, NoPlace> {
        match self {
            Self::Yaml(layout) => layout.block(),
            Self::Json(layout) => Ok(layout.block()),
            Self::Dotenv(layout) => Ok(layout.block()),
            Self::Ini(layout) => Ok(layout.block()),
        }
    }

    /// The edits that put a block behind everything else of each document that has keys, and of those that had one in the
    /// earlier text that this one was made of.
    pub(crate) fn append(&self, block: &str, earlier: Option<&Self>) -> Result<Vec<Edit>, NoPlace> {
        match self {
            Self::Yaml(layout) => {
                let earlier = earlier.and_then(Self::yaml);
                layout.append(block, earlier)
            }
            Self::Json(layout) => layout.append(block),
            Self::Dotenv(layout) => Ok(layout.append(block)),
            Self::Ini(layout) => layout.append(block),
        }
    }

    /// The edits that put a block in the place of each one that is there.
    pub(crate) fn replace(&self, block: &str) -> Result<Vec<Edit>, NoPlace> {
        match self {
            Self::Yaml(layout) => layout.replace(block),
            Self::Json(layout) => Ok(layout.replace(block)),
            Self::Dotenv(layout) => Ok(layout.replace(block)),
            Self::Ini(layout) => Ok(layout.replace(block)),
        }
    }

    /// The edits that cut out each block.
    pub(crate) fn remove(&self) -> Result<Vec<Edit>, NoPlace> {
        match self {
            Self::Yaml(layout) => layout.remove(),
            Self::Json(layout) => Ok(layout.remove()),
            Self::Dotenv(layout) => Ok(layout.remove()),
            Self::Ini(layout) => Ok(layout.remove()),
        }
    }

    /// The edits that add our part to each block.
    pub(crate) fn adopt(&self, signet: &Json) -> Result<Vec<Edit>, NoPlace> {
        match self {
            Self::Yaml(layout) => layout.adopt(signet),
            Self::Json(layout) => layout.adopt(signet),
            Self::Dotenv(layout) => Ok(layout.adopt(signet)),
            Self::Ini(layout) => Ok(layout.adopt(signet)),
        }
    }

    /// The edits that put another text in the place of a field of a block; it has neither quotes nor backslashes.
    pub(crate) fn put_field(&self, field: &Node, text: &str) -> Vec<Edit> {
        match self {
            Self::Yaml(layout) => layout.put_field(field, text),
            Self::Json(_) => json::put_field(field, text),
            Self::Dotenv(_) => dotenv::Layout::put_field(field, text),
            Self::Ini(layout) => layout.put_field(field, text),
        }
    }

    /// The edits that put a sealed value where the clear one stands.
    pub(crate) fn put_sealed(&self, slot: &Slot<'_>, enc: &str) -> Vec<Edit> {
        match self {
            Self::Yaml(layout) => layout.put_sealed(slot, enc),
            Self::Json(_) => json::put_sealed(slot, enc),
            Self::Dotenv(_) => dotenv::Layout::put_sealed(slot, enc),
            Self::Ini(layout) => layout.put_sealed(slot, enc),
        }
    }

    /// The edits that put an opened value where the sealed one stands; nothing if it cannot stand there.
    pub(crate) fn put_clear(
        &self,
        slot: &Slot<'_>,
        kind: LeafType,
        value: &str,
    ) -> Option<Vec<Edit>> {
        match self {
            Self::Yaml(layout) => layout.put_clear(slot, kind, value),
            Self::Json(_) => json::put_clear(slot, kind, value),
            Self::Dotenv(_) => dotenv::Layout::put_clear(slot, kind, value),
            Self::Ini(layout) => layout.put_clear(slot, kind, value),
        }
    }

    fn yaml(&self) -> Option<&yaml::Layout<'a>> {
        match self {
            Self::Yaml(layout) => Some(layout),
            Self::Json(_) | Self::Dotenv(_) | Self::Ini(_) => None,
        }
    }

    /// Whether opening leaves brackets behind a slot, for the list of comments that it ends.
    pub(crate) fn leaves_brackets(&self, slot: &Slot<'_>) -> bool {
        match (self, slot.content) {
            (Self::Yaml(layout), Content::SealedElement(node)) => layout.ends_bare(node),
            _ => false,
        }
    }

    /// The edits that put opened bytes that are no text where the sealed value stands; nothing if the store cannot say them.
    pub(crate) fn put_bytes(&self, slot: &Slot<'_>, bytes: &[u8]) -> Option<Vec<Edit>> {
        match (self, slot.content) {
            (Self::Yaml(_), Content::Scalar(node)) => yaml::put_bytes(node, bytes),
            _ => None,
        }
    }
}

/// Whether two values are the same to who opens files of the store: of one type and the same bytes, or written alike. In JSON
/// a float without fraction is written as an integer, and in dotenv and INI all values are text.
pub(crate) fn reads_as(store: Store, one: &Value, other: &Value) -> bool {
    let written = |value: &Value| {
        let text = str::from_utf8(&value.bytes).ok()?;
        match store {
            Store::Json => json::clear(value.kind, text),
            Store::Dotenv | Store::Ini => Some(flat::clear(value.kind, text)),
            Store::Yaml | Store::Binary => None,
        }
        .map(Zeroizing::new)
    };
    one.is(other) || written(one).is_some_and(|text| Some(text) == written(other))
}

#[cfg(test)]
mod tests;
