//! The steps behind every opening: the data key, the seal, the values, the MAC; in this order, and nothing before the end.

mod keys;

use std::ops::Deref;

use arcstr::Substr;
use signet_api::RepoPath;
use signet_envelope::{Content, Enc, LeafType, Scope, Sealed, Slot, check_scope, plaintext};
use signet_yaml::{Position, sops};
use zeroize::Zeroizing;

use crate::cipher::{Cipher, Plaintext};
use crate::data_key::DataKey;
use crate::mac::Mac;
use crate::parallel;
use crate::{Identity, OpenError, stamp, value};

pub(crate) use keys::data_key;

/// A slot of a file and what was sealed in it.
pub(crate) struct Opened<'a> {
    pub(crate) slot: Slot<'a>,
    pub(crate) value: Option<Value>,
}

/// An opened value: no `Debug`, no `Clone`, wiped when dropped.
pub(crate) struct Value {
    pub(crate) kind: LeafType,
    pub(crate) bytes: Bytes,
}

/// The bytes of a value.
pub(crate) enum Bytes {
    /// Wiped when dropped.
    Own(Plaintext),
    /// A part of a clear text, which is as long in memory as that.
    Part(Substr),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            Self::Part(text) => text.as_bytes(),
        }
    }
}

impl Bytes {
    /// The bytes themselves, wiped when dropped.
    pub(crate) fn into_own(self) -> Plaintext {
        match self {
            Self::Own(bytes) => bytes,
            Self::Part(text) => Zeroizing::new(text.as_bytes().to_vec()),
        }
    }
}

impl Opened<'_> {
    /// Where a sealed comment stands that did not open and was left as it is.
    pub(crate) fn unopened(&self) -> Option<Position> {
        let (text, at) = text_of(&self.slot);
        let sealed = self.slot.selected && Enc::looks_sealed(text);
        (sealed && self.value.is_none()).then_some(at)
    }

    /// Whether bytes were sealed here that are no text.
    pub(crate) fn is_no_text(&self) -> bool {
        let value = self.value.as_ref();
        value.is_some_and(|value| str::from_utf8(&value.bytes).is_err())
    }
}

impl Value {
    /// A text as a whole.
    pub(crate) fn text(text: Plaintext) -> Self {
        Self {
            kind: LeafType::Str,
            bytes: Bytes::Own(text),
        }
    }

    /// Whether the other has the same type and the same bytes. Both are the caller's own: nobody else sees how long this takes.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.kind == other.kind && *self.bytes == *other.bytes
    }
}

/// Opens all of a file, or nothing.
///
/// Scope and recipients are compared first and made true by the seal; without a `scope` (a person's own file) they are
/// taken as they stand.
pub(crate) fn unlock<'a>(
    sealed: &'a Sealed,
    scope: Option<&Scope>,
    identities: &[&Identity],
) -> Result<Vec<Opened<'a>>, OpenError> {
    if let Some(scope) = scope {
        check_scope(sealed, scope)?;
    }
    let key = data_key(sealed, identities)?;
    open_checked(sealed, &key)
}

/// Opens all of a file whose seal and MAC hold, or nothing.
pub(crate) fn open_checked<'a>(
    sealed: &'a Sealed,
    key: &DataKey,
) -> Result<Vec<Opened<'a>>, OpenError> {
    verify_seal(sealed, key)?;
    let opened = open_slots(sealed, key)?;
    verify_mac(sealed, key, &opened)?;
    Ok(opened)
}

/// Checks the seal, if there is one: whether there must be one was the scope's question.
pub(crate) fn verify_seal(sealed: &Sealed, key: &DataKey) -> Result<(), OpenError> {
    match sealed.signet() {
        Some(scope) if !stamp::verify(key, sealed, &scope.seal) => Err(OpenError::Seal {
            path: sealed.path().clone(),
        }),
        _ => Ok(()),
    }
}

/// Opens each sealed value and comment in its place.
pub(crate) fn open_slots<'a>(
    sealed: &'a Sealed,
    key: &DataKey,
) -> Result<Vec<Opened<'a>>, OpenError> {
    let cipher = Cipher::of(key);
    let slots = sealed.slots();
    let values = parallel::map(&slots, |slot| open_slot(sealed, &cipher, slot));
    let opened = slots.into_iter().zip(values);
    opened
        .map(|(slot, value)| {
            Ok(Opened {
                slot,
                value: value?,
            })
        })
        .collect()
}

/// What is sealed in a slot; nothing if it holds nothing sealed, or a comment that may stay so.
fn open_slot(
    sealed: &Sealed,
    cipher: &Cipher,
    slot: &Slot<'_>,
) -> Result<Option<Value>, OpenError> {
    let (text, at) = text_of(slot);
    if !slot.selected || !Enc::looks_sealed(text) {
        return Ok(None);
    }
    match opened_value(cipher, text, slot) {
        None if !stays_sealed(sealed, slot) => Err(failed(sealed, slot, at)),
        value => Ok(value),
    }
}

/// What is sealed in a slot; nothing if it does not open there.
fn opened_value(cipher: &Cipher, text: &str, slot: &Slot<'_>) -> Option<Value> {
    let enc: Enc = text.parse().ok()?;
    let kind = enc.kind;
    let bytes = Bytes::Own(cipher.decrypt(enc, &slot.aad())?);
    Some(Value { kind, bytes })
}

/// Whether a slot that does not open is left as it is. sops moves comments into other containers when it writes a file, and
/// then only warns of them; our seal stands over files in which we have placed each comment ourselves.
fn stays_sealed(sealed: &Sealed, slot: &Slot<'_>) -> bool {
    sealed.signet().is_none() && matches!(slot.content, Content::Comment(_))
}

fn failed(sealed: &Sealed, slot: &Slot<'_>, at: Position) -> OpenError {
    let path = sealed.path().clone();
    match slot.content {
        Content::Scalar(_) => OpenError::Leaf {
            path,
            at,
            pointer: slot.pointer(),
        },
        Content::Comment(_) | Content::SealedElement(_) => OpenError::Comment { path, at },
    }
}

/// Checks SOPS' MAC over opened and clear values.
pub(crate) fn verify_mac(
    sealed: &Sealed,
    key: &DataKey,
    opened: &[Opened<'_>],
) -> Result<(), OpenError> {
    mac(sealed, opened)?.verify(sealed, key)
}

/// SOPS' hash over opened and clear values, comments left out.
pub(crate) fn mac(sealed: &Sealed, opened: &[Opened<'_>]) -> Result<Mac, OpenError> {
    hash(sealed.path(), sealed.metadata().mac_only_encrypted, opened)
}

/// As [`mac`], for a file that has no `sops` block yet.
pub(crate) fn hash(
    path: &RepoPath,
    only_encrypted: bool,
    opened: &[Opened<'_>],
) -> Result<Mac, OpenError> {
    let mut mac = Mac::new(only_encrypted);
    for Opened { slot, value } in opened {
        let Content::Scalar(node) = slot.content else {
            continue;
        };
        match value {
            Some(value) => value::hashed(value.kind, &value.bytes, |bytes| mac.value(bytes))
                .ok_or_else(|| wrong_type(path, slot, value, node.at))?,
            None if only_encrypted && !slot.selected => {}
            None => mac.value(clear(path, node)?.as_deref().map_or(&[], Vec::as_slice)),
        }
    }
    Ok(mac)
}

fn wrong_type(path: &RepoPath, slot: &Slot<'_>, value: &Value, at: Position) -> OpenError {
    OpenError::Type {
        path: path.clone(),
        at,
        pointer: slot.pointer(),
        kind: value.kind,
    }
}

fn clear(path: &RepoPath, node: &signet_yaml::Node) -> Result<Option<Plaintext>, OpenError> {
    let typed = sops::scalar(node).map_err(|source| OpenError::Clear {
        path: path.clone(),
        source,
    })?;
    Ok(plaintext(typed).map(|(_, bytes)| Zeroizing::new(bytes)))
}

/// The text in a slot and its place.
pub(crate) fn text_of<'a>(slot: &Slot<'a>) -> (&'a str, Position) {
    match slot.content {
        Content::Scalar(node) | Content::SealedElement(node) => {
            (node.text().unwrap_or_default(), node.at)
        }
        Content::Comment(comment) => (&comment.text, comment.at),
    }
}
