//! Fills a draft: seals what is clear, then the MAC, then the seal, and reads the result back.

mod envelope;
mod reading;

use data_encoding::BASE64;
use serde_json::{Value as Json, json};
use signet_envelope::{
    Content, LeafType, Sealed, Slot, StrictError, is_clear, is_clear_comment, no_other_reading,
    parse_as, parse_unfinished_as, plaintext,
};
use signet_yaml::{Edit, Node, Position, Stream, apply, sops};
use zeroize::Zeroizing;

use self::reading::Put;
use super::kept::Kept;
use super::{Draft, SealError, SealRequest, block, no_place, read};
use crate::cipher::encrypt;
use crate::data_key::DataKey;
use crate::layout::Layout;
use crate::mac::{Mac, mac_aad};
use crate::random::Ahead;
use crate::unlock::{Opened, Value, hash, mac, open_slots, verify_mac, verify_seal};
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
        strict(
            no_other_reading(request.store, sealed.text(), sealed.stream()),
            request,
        )?;
    }
    let mut opened = open_slots(&sealed, &key)?;
    let Filled {
        mut edits,
        put,
        anew,
    } = seal_slots(
        &text,
        sealed.stream(),
        &key,
        &mut opened,
        &mut kept,
        request,
        rng,
    )?;
    if anew || verify_mac(&sealed, &key, &opened).is_err() {
        let mac = mac(&sealed, &opened)?;
        edits.extend(put_mac(mac, &sealed, &key, request, rng));
    } else if !changed && edits.is_empty() && verify_seal(&sealed, &key).is_ok() {
        return Ok(text);
    }
    drop(opened);
    let text = edited(&text, edits, request)?;
    let has_seal = sealed.signet().is_some();
    let reads = Reads::of(&text, has_seal, request)?;
    if !reading::is_of(sealed.stream(), &put, reads.stream()) {
        return Err(layout_error(request));
    }
    stamped(text, reads, &key, request)
}

/// A text that was never sealed, with everything sealed, the block and the seal; nothing if the block's presence alone
/// makes it read otherwise, as it does where a comment is the last thing of a document.
pub(super) fn at_once(
    text: &str,
    stream: &Stream,
    slots: Vec<Slot<'_>>,
    key: &DataKey,
    mut block: Json,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<Option<String>, SealError> {
    if request.place.is_some() {
        strict(no_other_reading(request.store, text, stream), request)?;
    }
    let opened = |slot| Opened { slot, value: None };
    let mut opened: Vec<Opened<'_>> = slots.into_iter().map(opened).collect();
    let Filled { mut edits, put, .. } = seal_slots(
        text,
        stream,
        key,
        &mut opened,
        &mut Kept::default(),
        request,
        rng,
    )?;
    let mac = hash(request.path, request.mac_only_encrypted, &opened)?;
    drop(opened);
    block["mac"] = json!(sealed_mac(mac, key, request, rng));
    let layout = Layout::of(request.store, text, stream);
    let append = layout.append(&layout.print(&block));
    edits.extend(append.map_err(|place| no_place(place, request))?);
    let Ok(text) = apply(text, edits) else {
        return Ok(None);
    };
    let Ok(reads) = Reads::of(&text, request.place.is_some(), request) else {
        return Ok(None);
    };
    if !reading::is_of(stream, &put, reads.stream()) {
        return Ok(None);
    }
    stamped(text, reads, key, request).map(Some)
}

/// What a reader makes of a finished text.
enum Reads {
    /// Of a plain SOPS file, which gets no seal.
    Plain(Stream),
    /// Of a file whose seal is to be made over it.
    Sealed(Box<Sealed>),
}

impl Reads {
    fn of(text: &str, has_seal: bool, request: &SealRequest<'_>) -> Result<Self, SealError> {
        if has_seal {
            let sealed = parse_as(request.store, text, request.path)?;
            return Ok(Self::Sealed(Box::new(sealed)));
        }
        read(text, request).map(Self::Plain)
    }

    fn stream(&self) -> &Stream {
        match self {
            Self::Plain(stream) => stream,
            Self::Sealed(sealed) => sealed.stream(),
        }
    }
}

/// The edits that write the MAC, and the time that it is made with.
fn put_mac(
    mac: Mac,
    sealed: &Sealed,
    key: &DataKey,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Vec<Edit> {
    let mut edits = put_field(sealed, &["lastmodified"], &block::time(request.now));
    let mac = sealed_mac(mac, key, request, rng);
    edits.extend(put_field(sealed, &["mac"], &mac));
    edits
}

fn sealed_mac(mac: Mac, key: &DataKey, request: &SealRequest<'_>, rng: &mut dyn Random) -> String {
    let aad = mac_aad(&block::time(request.now)).expect("the time was just written");
    mac.seal(key, &aad, rng).to_string()
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
    put: Vec<Put>,
    /// Whether something was encrypted that was not kept.
    anew: bool,
}

/// Seals each clear slot that is selected, with the ciphertext it had before where it had one; its value then counts as opened.
fn seal_slots(
    text: &str,
    stream: &Stream,
    key: &DataKey,
    opened: &mut [Opened<'_>],
    kept: &mut Kept,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<Filled, SealError> {
    let mut filled = Filled {
        edits: Vec::new(),
        put: Vec::new(),
        anew: false,
    };
    let layout = Layout::of(request.store, text, stream);
    let mut rng = Ahead::of(rng);
    for Opened { slot, value } in opened {
        let Some(clear) = (if value.is_none() {
            clear_value(slot, request)?
        } else {
            None
        }) else {
            continue;
        };
        let enc = if let Some(part) = kept.take(slot, &clear) {
            let enc = part.enc.to_string();
            let as_it_stood = part.edit(text, slot).map(|edit| vec![edit]);
            let edits = as_it_stood.unwrap_or_else(|| layout.put_sealed(slot, &enc));
            filled.edits.extend(edits);
            enc
        } else {
            let enc = encrypt(key, &clear.bytes, &slot.aad, clear.kind, &mut rng).to_string();
            filled.edits.extend(layout.put_sealed(slot, &enc));
            filled.anew = true;
            enc
        };
        filled.put.push(Put::of(slot, enc));
        *value = Some(clear);
    }
    Ok(filled)
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

/// The text with its seal, if it is to have one.
fn stamped(
    text: String,
    reads: Reads,
    key: &DataKey,
    request: &SealRequest<'_>,
) -> Result<String, SealError> {
    let Reads::Sealed(sealed) = reads else {
        return Ok(text);
    };
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
