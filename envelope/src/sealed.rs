//! A sealed file, parsed.

mod error;
mod strict;

use std::borrow::Cow;

use arcstr::ArcStr;
use memchr::memmem;
use signet_api::RepoPath;
use signet_yaml::sops::{self, Typed};
use signet_yaml::{Node, Scalar, Span, Stream, Value};

use crate::walk::{Content, Slot, visit, walk};
use crate::{Enc, EncError, LeafType, Metadata, Pointer, StandIn, Store, read};

pub use error::EnvelopeError;
pub use strict::{StrictError, no_other_reading};

const LEAVES: usize = 100_000;

/// A sealed file: its text, tree and metadata.
#[derive(Debug, Clone)]
pub struct Sealed {
    path: RepoPath,
    store: Store,
    text: ArcStr,
    stream: Stream,
    metadata: Metadata,
    /// The ciphertext of the binary store's envelope, if it is not the one in the text.
    content: Option<Enc>,
}

/// A sealed value and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Where it stands in the file's data.
    pub pointer: Pointer,
    /// The ciphertext.
    pub enc: Enc,
    /// The bytes of the scalar, quotes included.
    pub span: Span,
}

/// Whether the bytes may be a sealed file: a cheap look that may say yes too often, never no to one that SOPS would open.
pub fn is_sealed(bytes: &[u8]) -> bool {
    let contains = |needle: &[u8]| memmem::find(bytes, needle).is_some();
    contains(b"sops") && contains(b"ENC[AES256_GCM,")
}

/// Reads a sealed file of the store that its path names.
///
/// # Errors
/// As [`parse_as`].
pub fn parse(text: &str, path: &RepoPath) -> Result<Sealed, EnvelopeError> {
    parse_as(Store::of(path), text, path)
}

/// Reads a sealed file.
///
/// # Errors
/// [`EnvelopeError`] if the text is not of the store, exceeds a limit, is not sealed, has a value that the rule
/// selects and that is not sealed, or is malformed. What only `strict` refuses is told by [`Sealed::strict`].
pub fn parse_as(
    store: Store,
    text: impl Into<ArcStr>,
    path: &RepoPath,
) -> Result<Sealed, EnvelopeError> {
    read_sealed(store, text.into(), path, Clear::Refused)
}

/// Reads a sealed file of the store that its path names, in which values may have become clear since it was sealed.
///
/// # Errors
/// As [`parse_unfinished_as`].
pub fn parse_unfinished(text: &str, path: &RepoPath) -> Result<Sealed, EnvelopeError> {
    parse_unfinished_as(Store::of(path), text, path)
}

/// Reads a sealed file in which values may have become clear since it was sealed, as [`parse_as`] does otherwise.
///
/// # Errors
/// As [`parse_as`], clear values apart.
pub fn parse_unfinished_as(
    store: Store,
    text: impl Into<ArcStr>,
    path: &RepoPath,
) -> Result<Sealed, EnvelopeError> {
    read_sealed(store, text.into(), path, Clear::Allowed)
}

/// What happens to a value that the rule selects and that is not sealed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clear {
    Refused,
    Allowed,
}

fn read_sealed(
    store: Store,
    text: ArcStr,
    path: &RepoPath,
    clear: Clear,
) -> Result<Sealed, EnvelopeError> {
    let stream = read(store, &text).map_err(|source| EnvelopeError::Parse {
        path: path.clone(),
        source,
    })?;
    let metadata = read_metadata(&stream, path)?;
    let sealed = Sealed {
        path: path.clone(),
        store,
        text,
        stream,
        metadata,
        content: None,
    };
    check_slots(&sealed, clear)?;
    Ok(sealed)
}

impl Sealed {
    /// The file's path.
    pub fn path(&self) -> &RepoPath {
        &self.path
    }

    /// The file's store.
    pub fn store(&self) -> Store {
        self.store
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file's text alone, without a copy of it.
    pub fn into_text(self) -> ArcStr {
        self.text
    }

    /// The file's tree, `sops` blocks included.
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// The `sops` block of the first document that has one.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The sealed values in file order, comments left out.
    pub fn leaves(&self) -> impl Iterator<Item = Leaf> {
        self.slots().into_iter().filter_map(|slot| {
            let Content::Scalar(node) = slot.content else {
                return None;
            };
            let enc = self.enc(node).filter(|_| slot.selected)?;
            Some(Leaf {
                pointer: slot.pointer(),
                enc: enc.into_owned(),
                span: node.span.clone(),
            })
        })
    }

    /// The ciphertext that a scalar of the file's tree holds; nothing if it holds none. Only where the rule selects the scalar
    /// is it a sealed value.
    pub(crate) fn enc(&self, node: &Node) -> Option<Cow<'_, Enc>> {
        if let Some(content) = &self.content {
            return Some(Cow::Borrowed(content));
        }
        let text = node.text().filter(|text| Enc::looks_sealed(text))?;
        text.parse().ok().map(Cow::Owned)
    }

    /// The file, an envelope of the binary store, with another content in the place of its own.
    #[must_use]
    pub fn around(self, content: Enc) -> Self {
        Self {
            content: Some(content),
            ..self
        }
    }

    /// What the file claims about its place; nothing for a plain SOPS file.
    pub fn signet(&self) -> Option<&crate::SealScope> {
        self.metadata.signet.as_ref()
    }

    /// All values and comments in SOPS' order.
    ///
    /// # Panics
    /// Never: what the walk could refuse was refused when the file was parsed.
    pub fn slots(&self) -> Vec<Slot<'_>> {
        walk(&self.stream, &self.metadata.rule)
            .expect("parsing walked the same tree under the same rule")
    }

    /// The stand-in of each sealed leaf under a salt, in file order.
    pub fn stand_ins(&self, salt: &str) -> impl Iterator<Item = (StandIn, Leaf)> {
        self.leaves().map(move |leaf| {
            let name = StandIn::leaf(salt, &self.path, &leaf.pointer, &leaf.enc);
            (name, leaf)
        })
    }
}

/// Whether a slot holds a value that the rule wants sealed and that is not: not a null, nor an empty text.
pub fn is_clear(slot: &Slot<'_>) -> bool {
    let Content::Scalar(node) = slot.content else {
        return false;
    };
    slot.selected && !Enc::looks_sealed(node.text().unwrap_or_default()) && !passes_through(node)
}

/// Whether a slot holds a comment that the rule wants sealed and that is not: not an empty one.
pub fn is_clear_comment(slot: &Slot<'_>) -> bool {
    let Content::Comment(comment) = slot.content else {
        return false;
    };
    slot.selected && !comment.text.is_empty() && !Enc::looks_sealed(&comment.text)
}

/// Whether SOPS leaves a value as it is whatever the rule says: null, an empty text, an empty collection. Behind a tag of
/// somebody's own none is empty: without quotes, a password that begins with `!` is one.
pub fn passes_through(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(_) if has_own_tag(node) => false,
        Value::Scalar(Scalar { text, .. }) => {
            text.is_empty() || sops::scalar(node) == Ok(Typed::Null)
        }
        Value::Sequence(_) | Value::Mapping(_) => true,
    }
}

/// Whether a node has a tag that YAML does not define.
fn has_own_tag(node: &Node) -> bool {
    const DEFINED: [&str; 8] = [
        "!",
        "!!binary",
        "!!bool",
        "!!float",
        "!!int",
        "!!null",
        "!!str",
        "!!timestamp",
    ];
    node.tag().is_some_and(|tag| !DEFINED.contains(&tag))
}

fn read_metadata(stream: &Stream, path: &RepoPath) -> Result<Metadata, EnvelopeError> {
    let block = sops::blocks(stream).next();
    let block = block.ok_or_else(|| EnvelopeError::NotSealed { path: path.clone() })?;
    Metadata::read(block).map_err(|source| EnvelopeError::Metadata {
        path: path.clone(),
        source,
    })
}

fn check_slots(sealed: &Sealed, clear: Clear) -> Result<(), EnvelopeError> {
    let path = || sealed.path.clone();
    let mut count = 0;
    let mut checked = Ok(());
    let walked = visit(&sealed.stream, &sealed.metadata.rule, &mut |slot| {
        count += 1;
        if checked.is_ok() {
            checked = check_slot(&slot, sealed, clear);
        }
    });
    walked.map_err(|source| EnvelopeError::Tree {
        path: path(),
        source,
    })?;
    if count > LEAVES {
        return Err(EnvelopeError::TooManyLeaves {
            path: path(),
            limit: LEAVES,
        });
    }
    checked
}

fn check_slot(slot: &Slot<'_>, sealed: &Sealed, clear: Clear) -> Result<(), EnvelopeError> {
    let (text, at) = match slot.content {
        Content::Scalar(node) => (node.text().unwrap_or_default(), node.at),
        Content::Comment(comment) => (comment.text.as_str(), comment.at),
        Content::SealedElement(_) => return Ok(()),
    };
    if !slot.selected || !Enc::looks_sealed(text) {
        return check_clear(slot, sealed, clear);
    }
    let is_comment = matches!(slot.content, Content::Comment(_));
    if is_comment && sealed.signet().is_none() {
        // sops leaves a comment that it cannot open as it is.
        return Ok(());
    }
    let of_its_kind = Enc::check(text).and_then(|kind| {
        if (kind == LeafType::Comment) == is_comment {
            Ok(())
        } else {
            Err(EncError::CommentType)
        }
    });
    of_its_kind.map_err(|source| EnvelopeError::Leaf {
        path: sealed.path.clone(),
        at,
        pointer: slot.pointer(),
        source,
    })
}

/// A clear value has to have a type that SOPS knows, and must not be one that the rule wants sealed where that is refused.
fn check_clear(slot: &Slot<'_>, sealed: &Sealed, clear: Clear) -> Result<(), EnvelopeError> {
    let Content::Scalar(node) = slot.content else {
        return Ok(());
    };
    sops::scalar(node).map_err(|source| EnvelopeError::Type {
        path: sealed.path.clone(),
        source,
    })?;
    if clear == Clear::Refused && is_clear(slot) {
        return Err(EnvelopeError::Clear {
            path: sealed.path.clone(),
            at: node.at,
            pointer: slot.pointer(),
        });
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
