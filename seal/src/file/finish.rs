//! Fills a draft: seals what is clear, then the MAC, then the seal, and reads the result back.

mod envelope;

use data_encoding::BASE64;
use signet_envelope::{
    Content, LeafType, Sealed, Slot, StrictError, is_clear, is_clear_comment, parse_as,
    parse_unfinished_as, plaintext,
};
use signet_yaml::{Edit, Node, Position, Stream, apply, sops};
use zeroize::Zeroizing;

use super::kept::Kept;
use super::{Draft, SealError, SealRequest, block};
use crate::cipher::encrypt;
use crate::data_key::DataKey;
use crate::layout::Layout;
use crate::mac::{Mac, mac_aad};
use crate::unlock::{Opened, Value, mac, open_slots, verify_mac, verify_seal};
use crate::{Random, stamp};

pub(super) fn finish(
    draft: Draft<'_>,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<String, SealError> {
    let Draft {
        text,
        key,
        changed,
        mut kept,
        content,
    } = draft;
    if let Some(content) = content {
        return envelope::around(content, text, &key, request, rng);
    }
    let sealed = parse_unfinished_as(request.store, text.as_str(), request.path)?;
    if sealed.signet().is_some() {
        strict(sealed.no_other_reading(), request)?;
    }
    let mut opened = open_slots(&sealed, &key)?;
    let Filled { mut edits, anew } = seal_slots(&sealed, &key, &mut opened, &mut kept, rng)?;
    if !anew && verify_mac(&sealed, &key, &opened).is_ok() {
        if !changed && edits.is_empty() && verify_seal(&sealed, &key).is_ok() {
            return Ok(text);
        }
        return stamped(edited(&text, edits, request)?, &key, request);
    }
    let mac = mac(&sealed, &opened)?;
    edits.extend(put_mac(mac, &sealed, &key, request, rng));
    let text = edited(&text, edits, request)?;
    stamped(text, &key, request)
}

/// The edits that write the MAC, and the time that it is made with.
fn put_mac(
    mac: Mac,
    sealed: &Sealed,
    key: &DataKey,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Vec<Edit> {
    let last_modified = block::time(request.now);
    let aad = mac_aad(&last_modified).expect("the time was just written");
    let mac = mac.seal(key, &aad, rng).to_string();
    let mut edits = put_field(sealed, &["lastmodified"], &last_modified);
    edits.extend(put_field(sealed, &["mac"], &mac));
    edits
}

/// The `sops` blocks of all documents.
pub(super) fn blocks(stream: &Stream) -> impl Iterator<Item = &Node> {
    stream
        .documents
        .iter()
        .filter_map(|document| document.root.as_ref()?.get("sops"))
}

/// The clear slots of a draft, sealed.
struct Filled {
    edits: Vec<Edit>,
    /// Whether something was encrypted that was not kept.
    anew: bool,
}

/// Seals each clear slot that is selected, with the ciphertext it had before where it had one; its value then counts as opened.
fn seal_slots(
    sealed: &Sealed,
    key: &DataKey,
    opened: &mut [Opened<'_>],
    kept: &mut Kept,
    rng: &mut dyn Random,
) -> Result<Filled, SealError> {
    let layout = Layout::of_sealed(sealed);
    let mut filled = Filled {
        edits: Vec::new(),
        anew: false,
    };
    for Opened { slot, value } in opened {
        let Some(clear) = (if value.is_none() {
            clear_value(sealed, slot)?
        } else {
            None
        }) else {
            continue;
        };
        if let Some(part) = kept.take(slot, &clear) {
            let as_it_stood = part.edit(sealed.text(), slot).map(|edit| vec![edit]);
            let edits = as_it_stood.unwrap_or_else(|| layout.put_sealed(slot, &part.enc));
            filled.edits.extend(edits);
        } else {
            let enc = encrypt(key, &clear.bytes, &slot.aad, clear.kind, rng);
            filled.edits.extend(layout.put_sealed(slot, &enc));
            filled.anew = true;
        }
        *value = Some(clear);
    }
    Ok(filled)
}

/// What a slot holds in the clear although the rule wants it sealed.
fn clear_value(sealed: &Sealed, slot: &Slot<'_>) -> Result<Option<Value>, SealError> {
    let path = || sealed.path().clone();
    match slot.content {
        Content::Comment(comment) if is_clear_comment(slot) => {
            let bytes = Zeroizing::new(comment.text.clone().into_bytes());
            Ok(Some(Value {
                kind: LeafType::Comment,
                bytes,
            }))
        }
        Content::Scalar(node) if is_clear(slot) => {
            if let Some(tag) = node
                .tag
                .as_deref()
                .filter(|tag| !matches!(*tag, "!" | "!!str"))
            {
                return Err(SealError::Tagged {
                    path: path(),
                    at: node.at,
                    tag: tag.to_owned(),
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

/// The edits that write a field of each `sops` block.
fn put_field(sealed: &Sealed, path: &[&str], text: &str) -> Vec<Edit> {
    let layout = Layout::of_sealed(sealed);
    let field = |block| {
        path.iter()
            .try_fold(block, |node: &Node, key| node.get(key))
    };
    let fields = blocks(sealed.stream()).filter_map(field);
    fields
        .flat_map(|field| layout.put_field(field, text))
        .collect()
}

/// The text with its seal, opened before as a reader will: an edit that changed more than it should is found here.
fn stamped(text: String, key: &DataKey, request: &SealRequest<'_>) -> Result<String, SealError> {
    let sealed = parse_as(request.store, text.as_str(), request.path)?;
    let opened = open_slots(&sealed, key).map_err(|_| layout_error(request))?;
    verify_mac(&sealed, key, &opened).map_err(|_| layout_error(request))?;
    // The seal is not part of what it is made over, and one text of 44 characters takes the place of another.
    match put_seal(&sealed, key, request)? {
        Some(edits) => edited(&text, edits, request),
        None => Ok(text),
    }
}

/// The edits that write the seal of a file with one meaning; nothing for a plain SOPS file.
fn put_seal(
    sealed: &Sealed,
    key: &DataKey,
    request: &SealRequest<'_>,
) -> Result<Option<Vec<Edit>>, SealError> {
    let Some(seal) = stamp::seal(key, sealed) else {
        return Ok(None);
    };
    strict(sealed.strict(), request)?;
    let seal = BASE64.encode(&seal);
    Ok(Some(put_field(sealed, &["signet", "seal"], &seal)))
}

fn strict(checked: Result<(), StrictError>, request: &SealRequest<'_>) -> Result<(), SealError> {
    checked.map_err(|source| SealError::Strict {
        path: request.path.clone(),
        source,
    })
}

pub(super) fn edited(
    text: &str,
    edits: Vec<Edit>,
    request: &SealRequest<'_>,
) -> Result<String, SealError> {
    apply(text, edits).map_err(|_| layout_error(request))
}

fn layout_error(request: &SealRequest<'_>) -> SealError {
    SealError::Layout {
        path: request.path.clone(),
        at: Position::START,
    }
}
