//! Seals the clear slots of a text.

use data_encoding::BASE64;
use signet_envelope::{Content, LeafType, Slot, is_clear, is_clear_comment, plaintext};
use signet_yaml::sops::Typed;
use signet_yaml::{Edit, Node, Scalar, Stream, Style, TypeError, Value as Held, sops};
use zeroize::Zeroizing;

use super::reading::Puts;
use crate::Random;
use crate::cipher::Cipher;
use crate::data_key::DataKey;
use crate::file::kept::{Kept, Part};
use crate::file::{SealError, SealRequest};
use crate::layout::Layout;
use crate::unlock::{Opened, Value};

/// So many values are encrypted at a time that all cores have work, and no more: their ciphertexts stand in memory twice.
const BATCH: usize = 4_096;

/// A text that is to be filled, and the tree that it reads as.
#[derive(Clone, Copy)]
pub(in crate::file) struct Filling<'a> {
    pub(in crate::file) text: &'a str,
    pub(in crate::file) stream: &'a Stream,
    pub(in crate::file) key: &'a DataKey,
    pub(in crate::file) request: &'a SealRequest<'a>,
}

/// The clear slots of a text, sealed.
pub(super) struct Filled {
    pub(super) edits: Vec<Edit>,
    pub(super) put: Puts,
    /// Whether something was encrypted that was not kept.
    pub(super) anew: bool,
}

impl Filling<'_> {
    /// Seals each clear slot that is selected, with the ciphertext it had before where it had one; its value then counts as
    /// opened.
    pub(super) fn seal(
        &self,
        opened: &mut [Opened<'_>],
        kept: &mut Kept,
        rng: &mut dyn Random,
    ) -> Result<Filled, SealError> {
        let mut chosen = Vec::new();
        for (index, Opened { slot, value }) in opened.iter_mut().enumerate() {
            if value.is_none()
                && let Some(clear) = self.clear_value(slot)?
            {
                chosen.push((index, kept.take(slot, &clear).map(Box::new)));
                *value = Some(clear);
            }
        }
        Ok(self.put(opened, chosen, rng))
    }

    /// Seals each clear slot that is selected, and what was opened anew.
    pub(super) fn seal_anew(
        &self,
        opened: &mut [Opened<'_>],
        rng: &mut dyn Random,
    ) -> Result<Filled, SealError> {
        let mut chosen = Vec::new();
        for (index, Opened { slot, value }) in opened.iter_mut().enumerate() {
            if value.is_none() {
                *value = self.clear_value(slot)?;
            }
            if value.is_some() {
                chosen.push((index, None));
            }
        }
        Ok(self.put(opened, chosen, rng))
    }

    /// What a slot holds in the clear although the rule wants it sealed.
    ///
    /// SOPS makes a float of an integer of JSON that has more than 64 bits, and the digits that do not fit are gone: it is
    /// refused, as it is in YAML.
    fn clear_value(&self, slot: &Slot<'_>) -> Result<Option<Value>, SealError> {
        let value = typed_value(slot, self.request)?;
        match (&value, slot.content) {
            (Some(value), Content::Scalar(node))
                if value.kind == LeafType::Float && is_integer(&self.text[node.span.clone()]) =>
            {
                Err(SealError::Type {
                    path: self.request.path.clone(),
                    source: TypeError::TooBig { at: node.at },
                })
            }
            _ => Ok(value),
        }
    }

    /// The chosen slots, whose values are known, with the parts that are kept or new ciphertext in their places.
    fn put(
        &self,
        opened: &[Opened<'_>],
        chosen: Vec<(usize, Option<Box<Part>>)>,
        rng: &mut dyn Random,
    ) -> Filled {
        let fresh = chosen.iter().filter(|(_, part)| part.is_none());
        let fresh = fresh.filter_map(|(index, _)| {
            let Opened { slot, value } = &opened[*index];
            Some((slot, value.as_ref()?))
        });
        let fresh: Vec<_> = fresh.collect();
        let mut filled = Filled {
            edits: Vec::with_capacity(chosen.len()),
            put: Puts::of(chosen.len()),
            anew: !fresh.is_empty(),
        };
        let cipher = Cipher::of(self.key);
        let batches = fresh.chunks(BATCH);
        let mut encs = batches.flat_map(|batch| cipher.encrypt_all(batch, rng));
        let layout = Layout::of(self.request.store, self.text, self.stream);
        for (index, part) in chosen {
            let slot = &opened[index].slot;
            let enc = match &part {
                Some(part) => part.enc.written(),
                None => encs.next().expect("each that is not kept was encrypted"),
            };
            match part.and_then(|part| part.edit(self.text, slot)) {
                Some(as_it_stood) => filled.edits.push(as_it_stood),
                None => filled.edits.extend(layout.put_sealed(slot, &enc)),
            }
            filled.put.push(slot, &enc);
        }
        filled
    }
}

/// What a slot holds in the clear although the rule wants it sealed.
fn typed_value(slot: &Slot<'_>, request: &SealRequest<'_>) -> Result<Option<Value>, SealError> {
    let path = || request.path.clone();
    match slot.content {
        Content::Comment(comment) if is_clear_comment(slot) => {
            let bytes = Zeroizing::new(comment.text.clone().into_bytes());
            Ok(Some(Value {
                kind: LeafType::Comment,
                bytes,
            }))
        }
        Content::Scalar(node) if is_clear(slot) => {
            let tag = node.tag();
            if !matches!(tag, None | Some("!" | "!!str")) && !is_bytes(node) {
                return Err(SealError::Tagged {
                    path: path(),
                    at: node.at,
                    is_binary: tag == Some("!!binary"),
                });
            }
            let typed = sops::scalar(node).map_err(|source| SealError::Type {
                path: path(),
                source,
            })?;
            Ok(plaintext(typed).map(|(kind, bytes)| Value {
                kind,
                bytes: Zeroizing::new(bytes),
            }))
        }
        Content::Comment(_) | Content::Scalar(_) | Content::SealedElement(_) => Ok(None),
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a value is bytes that are no text and stand as opening writes them; SOPS gives a text back without its tag.
fn is_bytes(node: &Node) -> bool {
    let Held::Scalar(Scalar { text, style }) = &node.value else {
        return false;
    };
    let Ok(Typed::Bytes(bytes)) = sops::scalar(node) else {
        return false;
    };
    *style == Style::Plain && str::from_utf8(&bytes).is_err() && *text == BASE64.encode(&bytes)
}
