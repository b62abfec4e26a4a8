//! Seals the clear slots of a text.

use data_encoding::BASE64;
use signet_envelope::{Content, LeafType, Slot, is_clear, is_clear_comment, plaintext};
use signet_yaml::sops::Typed;
use signet_yaml::{Edit, Node, Scalar, Stream, Style, Value as Held, sops};
use zeroize::Zeroizing;

use super::reading::Put;
use crate::Random;
use crate::cipher::encrypt;
use crate::data_key::DataKey;
use crate::file::kept::Kept;
use crate::file::{SealError, SealRequest};
use crate::layout::Layout;
use crate::random::Ahead;
use crate::unlock::{Opened, Value};

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
    pub(super) put: Vec<Put>,
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
        let mut filled = Filled {
            edits: Vec::new(),
            put: Vec::new(),
            anew: false,
        };
        let layout = Layout::of(self.request.store, self.text, self.stream);
        let mut rng = Ahead::of(rng);
        for Opened { slot, value } in opened.iter_mut().filter(|one| one.value.is_none()) {
            let Some(clear) = clear_value(slot, self.request)? else {
                continue;
            };
            let part = kept.take(slot, &clear);
            let enc = if let Some(part) = &part {
                part.enc.to_string()
            } else {
                filled.anew = true;
                encrypt(self.key, &clear.bytes, &slot.aad, clear.kind, &mut rng).to_string()
            };
            match part.and_then(|part| part.edit(self.text, slot)) {
                Some(as_it_stood) => filled.edits.push(as_it_stood),
                None => filled.edits.extend(layout.put_sealed(slot, &enc)),
            }
            filled.put.push(Put::of(slot, enc));
            *value = Some(clear);
        }
        Ok(filled)
    }
}

/// What a slot holds in the clear although the rule wants it sealed.
fn clear_value(slot: &Slot<'_>, request: &SealRequest<'_>) -> Result<Option<Value>, SealError> {
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
            let tag = node.tag.as_deref();
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
