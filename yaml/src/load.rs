//! From text to tree: limits, duplicate keys, aliases and exact places.

mod breaks;
mod budget;
mod builder;
mod comments;
mod cursor;
mod events;
mod ordinary;
mod tabs;
mod token;

use arcstr::ArcStr;

pub(crate) use crate::load::cursor::{Cursor, position_of};
use crate::{Position, Stream};

/// What a text may cost before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The length of the text, and again of what anchors, aliases and tag directives add to it.
    pub bytes: usize,
    /// Collections inside each other.
    pub depth: usize,
    /// Scalars, collections and comments of all documents; what is behind an anchor counts again for the anchor and for
    /// each alias.
    pub nodes: usize,
}

impl Limits {
    /// For sealed files and manifests.
    pub const SEALED: Self = Self {
        bytes: 16 << 20,
        depth: 64,
        nodes: 200_000,
    };
    /// For the documents that steer Signet itself: policy, clusters, tenants.
    pub const DOCUMENT: Self = Self {
        bytes: 1 << 20,
        depth: 32,
        nodes: 50_000,
    };
}

/// What happens to anchors and aliases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aliases {
    /// An alias becomes a copy of what it names, on the node budget.
    Expand,
    /// The first anchor or alias is an error.
    Refuse,
}

/// Why a text was refused. No variant quotes the text, but for keys, which sealed files keep in the clear.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The text does not follow the grammar.
    #[error("{at}: not valid YAML: {problem}")]
    Syntax {
        /// Where reading stopped.
        at: Position,
        /// What the grammar wants there.
        problem: String,
    },
    /// A character that YAML forbids, or that YAML 1.1 and 1.2 read differently (NEL; LS and PS but in single quotes).
    #[error("{at}: the character U+{code:04X} is not allowed here unescaped")]
    Character {
        /// Where it stands.
        at: Position,
        /// Its code point.
        code: u32,
    },
    /// The same key twice in one mapping.
    #[error("{at}: the key {key:?} stands already at {first}")]
    DuplicateKey {
        /// The key's text.
        key: String,
        /// The second one.
        at: Position,
        /// The first one.
        first: Position,
    },
    /// A key that is a sequence or a mapping, which neither JSON nor SOPS knows.
    #[error("{at}: a key must be a scalar")]
    ComplexKey {
        /// Where the key begins.
        at: Position,
    },
    /// An anchor or alias under [`Aliases::Refuse`].
    #[error("{at}: anchors and aliases are not allowed here")]
    Alias {
        /// Where the anchored node or the alias begins.
        at: Position,
    },
    /// An alias inside the very node that it names.
    #[error("{at}: the alias stands inside what it names")]
    CyclicAlias {
        /// Where the alias begins.
        at: Position,
    },
    /// More than [`Limits::bytes`], in the text itself or in what its aliases and tag directives add.
    #[error("the text has more than {limit} bytes, aliases and tags expanded")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// More than [`Limits::depth`].
    #[error("{at}: nested more than {limit} levels deep")]
    TooDeep {
        /// Where the first collection too many begins.
        at: Position,
        /// The limit.
        limit: usize,
    },
    /// More than [`Limits::nodes`].
    #[error("{at}: the text has more than {limit} nodes, aliases expanded")]
    TooManyNodes {
        /// Where the budget ran out.
        at: Position,
        /// The limit.
        limit: usize,
    },
}

impl ParseError {
    /// Where reading stopped; nothing where the text as a whole is refused.
    pub fn at(&self) -> Option<Position> {
        match self {
            Self::Syntax { at, .. }
            | Self::Character { at, .. }
            | Self::DuplicateKey { at, .. }
            | Self::ComplexKey { at }
            | Self::Alias { at }
            | Self::CyclicAlias { at }
            | Self::TooDeep { at, .. }
            | Self::TooManyNodes { at, .. } => Some(*at),
            Self::TooLarge { .. } => None,
        }
    }

    /// What is wrong, without the place.
    pub fn problem(&self) -> String {
        let text = self.to_string();
        let place = self.at().map(|at| format!("{at}: ")).unwrap_or_default();
        text.strip_prefix(&place).unwrap_or(&text).to_owned()
    }
}

/// Reads all documents of a text.
///
/// The grammar is YAML 1.2 as the common readers take it (LF, CRLF, a byte order mark in front); nothing is typed yet. The
/// tree's scalars share the text, which is copied once if it is not shared already.
///
/// # Errors
/// See [`ParseError`]: the first offence ends reading.
pub fn parse(
    text: impl Into<ArcStr>,
    limits: &Limits,
    aliases: Aliases,
) -> Result<Stream, ParseError> {
    parse_text(&text.into(), limits, aliases)
}

fn parse_text(text: &ArcStr, limits: &Limits, aliases: Aliases) -> Result<Stream, ParseError> {
    if text.len() > limits.bytes {
        return Err(ParseError::TooLarge {
            limit: limits.bytes,
        });
    }
    refuse_ambiguous_characters(text)?;
    match ordinary::read(text, limits, aliases) {
        Some(stream) => Ok(stream),
        None => events::read(text, limits, aliases),
    }
}

/// Reads a text with the parser alone. Only the fuzz targets have this door.
///
/// # Errors
/// As [`parse`].
#[cfg(fuzzing)]
pub fn parse_by_parser(
    text: &str,
    limits: &Limits,
    aliases: Aliases,
) -> Result<Stream, ParseError> {
    let text = &text.into();
    events::read(text, limits, aliases)
}

/// Refuses what go-yaml's reader refuses, and a line break that YAML 1.1 alone has (NEL): two readers of one text must not see
/// two documents. Its other two are refused once it is known where they stand.
fn refuse_ambiguous_characters(text: &str) -> Result<(), ParseError> {
    if is_printable_ascii(text) {
        return Ok(());
    }
    let Some((offset, bad)) = text.char_indices().find(|(_, c)| !is_plain_text(*c)) else {
        return Ok(());
    };
    let at = cursor::position_of(text, offset);
    Err(ParseError::Character {
        at,
        code: u32::from(bad),
    })
}

/// Most texts are: bytes are looked at many at a time, so a whole piece is looked at before it decides.
fn is_printable_ascii(text: &str) -> bool {
    let is_printable = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let mut pieces = text.as_bytes().chunks(64);
    pieces.all(|piece| {
        piece
            .iter()
            .fold(true, |all, byte| all & is_printable(byte))
    })
}

fn is_plain_text(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{A0}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

#[cfg(test)]
mod tests;
