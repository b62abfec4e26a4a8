//! What the two typings share: how Go reads numbers, and how a tag may contradict its text.

mod number;
mod timestamp;

pub(crate) use number::{Number, number};
pub(crate) use timestamp::{Timestamp, timestamp};

use crate::{Node, Position, Scalar, Style, Value};

/// Why a node has no value in the typing asked for. No variant quotes a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypeError {
    /// JSON has no infinity and no "not a number".
    #[error("{at}: infinity and NaN cannot be written as JSON")]
    NotFinite {
        /// The number.
        at: Position,
    },
    /// An integer beyond 64 bits with sign, which SOPS cannot hold.
    #[error("{at}: the integer does not fit into 64 bits with a sign")]
    TooBig {
        /// The number.
        at: Position,
    },
    /// An integer with a leading zero and an 8 or 9, so that it is not octal and SOPS makes a float of it.
    #[error("{at}: a number with a leading zero is octal, and this one has an 8 or 9")]
    NotOctal {
        /// The number.
        at: Position,
    },
    /// A key that is null, or that no string stands for.
    #[error("{at}: a key must be a string, a number or a boolean")]
    Key {
        /// The key.
        at: Position,
    },
    /// Two keys that are one after typing, such as `on` and `true`.
    #[error("{at}: the key reads as {key:?}, which stands already at {first}")]
    DuplicateKey {
        /// The key as a string.
        key: String,
        /// The second one.
        at: Position,
        /// The first one.
        first: Position,
    },
    /// A tag that its text contradicts, such as `!!int x`.
    #[error("{at}: the text cannot be read as {tag}")]
    Tag {
        /// The node.
        at: Position,
        /// Its tag.
        tag: String,
    },
    /// `!!binary` that is not UTF-8, which JSON cannot hold.
    #[error("{at}: the !!binary is no text, and has no place in JSON")]
    NotText {
        /// The node.
        at: Position,
    },
    /// The value of a merge key `<<` is neither a mapping nor a list of mappings.
    #[error("{at}: a merge key wants a mapping, or a list of mappings")]
    Merge {
        /// The value.
        at: Position,
    },
    /// A sequence or mapping where a scalar is wanted.
    #[error("{at}: expected a scalar")]
    NotScalar {
        /// The collection.
        at: Position,
    },
}

impl TypeError {
    /// Where the offending node begins.
    pub fn at(&self) -> Position {
        match self {
            Self::NotFinite { at }
            | Self::TooBig { at }
            | Self::NotOctal { at }
            | Self::Key { at }
            | Self::DuplicateKey { at, .. }
            | Self::Tag { at, .. }
            | Self::NotText { at }
            | Self::Merge { at }
            | Self::NotScalar { at } => *at,
        }
    }

    /// What is wrong, without the place.
    pub fn problem(&self) -> String {
        let (text, place) = (self.to_string(), format!("{}: ", self.at()));
        text.strip_prefix(&place).unwrap_or(&text).to_owned()
    }
}

/// Which go-yaml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// Kubernetes' tools.
    Two,
    /// SOPS.
    Three,
}

/// What style and tag leave of a text before a typing looks at it.
pub(crate) enum Hint<'t> {
    /// A string, whatever it looks like.
    String,
    /// Whatever the text looks like.
    Look,
    /// What the text looks like, if that agrees with the tag.
    Tagged(&'t str),
    /// Base64.
    Binary,
}

/// How go-yaml takes a scalar's style and tag. The non-specific tag `!` makes a string in version 2, nothing in version 3.
pub(crate) fn hint<'n>(node: &'n Node, scalar: &Scalar, version: Version) -> Hint<'n> {
    let plain = scalar.style == Style::Plain;
    match node.tag() {
        None if plain => Hint::Look,
        Some("!") if plain && version == Version::Three => Hint::Look,
        Some("!!binary") => Hint::Binary,
        Some(tag @ ("!!bool" | "!!int" | "!!float" | "!!null" | "!!timestamp")) => {
            Hint::Tagged(tag)
        }
        _ => Hint::String,
    }
}

/// Whether a plain text is anything but a string to Kubernetes or to SOPS.
pub(crate) fn is_typed(text: &str) -> bool {
    let special = matches!(text, "<<" | "=");
    special || crate::kubernetes::is_typed(text) || crate::sops::is_typed(text)
}

/// Whether the key is the merge key `<<`.
pub(crate) fn is_merge(key: &Node) -> bool {
    let Value::Scalar(scalar) = &key.value else {
        return false;
    };
    let says_so = match key.tag() {
        None => scalar.style == Style::Plain,
        Some(tag) => tag == "!!merge",
    };
    says_so && scalar.text == "<<"
}
