//! What the two typings share: how Go reads numbers, and how a tag may contradict its text.

mod number;

pub(crate) use number::{Number, number};

use crate::{Node, Position, Scalar, Style};

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
            | Self::Key { at }
            | Self::DuplicateKey { at, .. }
            | Self::Tag { at, .. }
            | Self::Merge { at }
            | Self::NotScalar { at } => *at,
        }
    }
}

/// What the core tags leave of a text before a typing looks at it.
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

/// How go-yaml takes a scalar's style and tag.
///
/// The non-specific tag `!` counts as no tag; `quoted_is_string` says whether a quoted text under it stays a string (version 3) or is looked at
/// (version 2).
pub(crate) fn hint<'n>(node: &'n Node, scalar: &Scalar, quoted_is_string: bool) -> Hint<'n> {
    let quoted = scalar.style != Style::Plain;
    match node.tag.as_deref() {
        None if quoted => Hint::String,
        Some("!") if quoted && quoted_is_string => Hint::String,
        None | Some("!") => Hint::Look,
        Some("!!binary") => Hint::Binary,
        Some(tag @ ("!!bool" | "!!int" | "!!float" | "!!null" | "!!timestamp")) => {
            Hint::Tagged(tag)
        }
        Some(_) => Hint::String,
    }
}

/// Whether the scalar is the merge key `<<`.
pub(crate) fn is_merge(key: &Node) -> bool {
    let plain = |style| style == Style::Plain;
    match (&key.value, key.tag.as_deref()) {
        (crate::Value::Scalar(scalar), None | Some("!" | "!!merge")) => {
            scalar.text == "<<" && (plain(scalar.style) || key.tag.is_some())
        }
        _ => false,
    }
}
