//! Fills a draft: seals what is clear, then the MAC, then the seal, and reads the result back.

use data_encoding::BASE64;
use signet_envelope::{
    Content, Enc, LeafType, Sealed, Slot, is_clear, is_clear_comment, parse, parse_unfinished,
    plaintext,
};
use signet_yaml::{
    Edit, Node, Position, Stream, Style, Value as YamlValue, apply, comment_edit, scalar_edit, sops,
};
use zeroize::Zeroizing;

use super::kept::Kept;
use super::{Draft, SealError, SealRequest, block};
use crate::cipher::encrypt;
use crate::data_key::DataKey;
use crate::layout::{Flow, block as block_scalar};
use crate::mac::mac_aad;
use crate::unlock::{Opened, Value, mac, open_slots, verify_mac, verify_seal};
use crate::{Random, stamp};

pub(super) fn finish(
    draft: Draft,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<String, SealError> {
    let Draft {
        text,
        key,
        changed,
        mut kept,
    } = draft;
    let sealed = parse_unfinished(&text, request.path)?;
    let mut opened = open_slots(&sealed, &key)?;
    let Filled { mut edits, anew } = seal_slots(&sealed, &key, &mut opened, &mut kept, rng)?;
    if !anew && verify_mac(&sealed, &key, &opened).is_ok() {
        if !changed && edits.is_empty() && verify_seal(&sealed, &key).is_ok() {
            return Ok(text);
        }
        return stamped(edited(&text, edits, request)?, &key, request);
    }
    let last_modified = block::time(request.now);
    let aad = mac_aad(&last_modified).expect("the time was just written");
    let mac = mac(&sealed, &opened)?.seal(&key, &aad, rng).to_string();
    let flow = Flow::of(&text, sealed.stream());
    edits.extend(
        fields(sealed.stream(), &["lastmodified"]).map(|node| quoted(node, &last_modified)),
    );
    edits.extend(
        fields(sealed.stream(), &["mac"]).flat_map(|node| in_place(&text, &flow, node, &mac)),
    );
    let text = edited(&text, edits, request)?;
    stamped(text, &key, request)
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
    let flow = Flow::of(sealed.text(), sealed.stream());
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
        let text = sealed.text();
        if let Some(part) = kept.take(slot, &clear) {
            let as_it_stood = part.edit(text, slot).map(|edit| vec![edit]);
            let edits = as_it_stood.unwrap_or_else(|| edit_of(text, &flow, slot, &part.enc));
            filled.edits.extend(edits);
        } else {
            let enc = encrypt(key, &clear.bytes, &slot.aad, clear.kind, rng);
            filled.edits.extend(edit_of(text, &flow, slot, &enc));
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

/// The edits that put a sealed value where the clear one stands, in its quotes or in its block.
pub(super) fn edit_of(text: &str, flow: &Flow, slot: &Slot<'_>, enc: &Enc) -> Vec<Edit> {
    let enc = enc.to_string();
    let node = match slot.content {
        Content::Comment(comment) => return vec![comment_edit(comment, &enc)],
        Content::Scalar(node) | Content::SealedElement(node) => node,
    };
    let block = matches!(style(node), Some(Style::Literal | Style::Folded));
    match block
        .then(|| block_scalar::replace_content(text, node, &enc))
        .flatten()
    {
        Some(edits) => edits,
        None => in_place(text, flow, node, &enc),
    }
}

/// The edit that replaces a scalar by a text without quotes, blanks and backslashes.
fn in_place(text: &str, flow: &Flow, node: &Node, new: &str) -> Vec<Edit> {
    let whole = |text| {
        vec![Edit {
            span: node.span.clone(),
            text,
        }]
    };
    match style(node) {
        Some(Style::Single) => whole(format!("'{new}'")),
        Some(Style::Plain) if !flow.contains(node.span.start) => whole(new.to_owned()),
        Some(Style::Double | Style::Literal | Style::Folded | Style::Plain) => {
            whole(format!("\"{new}\""))
        }
        None => scalar_edit(text, node, new),
    }
}

fn style(node: &Node) -> Option<Style> {
    match &node.value {
        YamlValue::Scalar(scalar) => Some(scalar.style),
        YamlValue::Sequence(_) | YamlValue::Mapping(_) => None,
    }
}

/// A field of each `sops` block.
fn fields<'a>(stream: &'a Stream, path: &'a [&str]) -> impl Iterator<Item = &'a Node> {
    blocks(stream).filter_map(|block| path.iter().try_fold(block, |node, key| node.get(key)))
}

/// The edit that writes a time: without quotes it would be read as a timestamp.
fn quoted(node: &Node, time: &str) -> Edit {
    Edit {
        span: node.span.clone(),
        text: format!("\"{time}\""),
    }
}

/// The text with its seal, opened before as a reader will: an edit that changed more than it should is found here.
fn stamped(text: String, key: &DataKey, request: &SealRequest<'_>) -> Result<String, SealError> {
    let sealed = parse(&text, request.path)?;
    let canonical = sealed.canonical();
    if canonical.is_some() {
        sealed.strict().map_err(|source| SealError::Strict {
            path: request.path.clone(),
            source,
        })?;
    }
    let opened = open_slots(&sealed, key).map_err(|_| layout(request))?;
    verify_mac(&sealed, key, &opened).map_err(|_| layout(request))?;
    let Some(canonical) = canonical else {
        return Ok(text);
    };
    // The seal is not part of what it is made over, and one text of 44 characters takes the place of another.
    let seal = BASE64.encode(&stamp::seal(key, &canonical));
    let flow = Flow::of(&text, sealed.stream());
    let seals = fields(sealed.stream(), &["signet", "seal"]);
    edited(
        &text,
        seals
            .flat_map(|node| in_place(&text, &flow, node, &seal))
            .collect(),
        request,
    )
}

pub(super) fn edited(
    text: &str,
    edits: Vec<Edit>,
    request: &SealRequest<'_>,
) -> Result<String, SealError> {
    apply(text, edits).map_err(|_| layout(request))
}

fn layout(request: &SealRequest<'_>) -> SealError {
    SealError::Layout {
        path: request.path.clone(),
        at: Position { line: 1, column: 1 },
    }
}
