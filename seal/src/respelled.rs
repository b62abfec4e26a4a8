//! Values that come back in another spelling than they were sealed in.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use signet_api::RepoPath;
use signet_envelope::{
    Content, Enc, LeafType, Pointer, Rule, Slot, Store, parse_unfinished_as, passes_through,
    plaintext, read, walk,
};
use signet_yaml::{Node, Stream, Style, Value, kubernetes, sops};

use crate::layout::Layout;

/// The values of a clear text that its sealed form gives back in another spelling, in file order.
///
/// SOPS keeps what a number, a time or a boolean is, and not how it was written: `0x1F` comes back as `31`, and `on`, which
/// is a text to SOPS and not to all, in quotes. Other quotes and escapes are not looked at. Nothing where either text cannot be
/// read.
pub fn respelled(store: Store, path: &RepoPath, clear: &str, sealed: &str) -> Vec<Pointer> {
    let all = Rule::EncryptedSuffix(String::new());
    let stream = match store {
        Store::Yaml | Store::Json => read(store, clear).ok(),
        Store::Dotenv | Store::Ini | Store::Binary => None,
    };
    let Some(stream) = stream else {
        return Vec::new();
    };
    let layout = Layout::of(store, clear, &stream);
    let slots = walk(&stream, &all).unwrap_or_default();
    let mut found: Vec<Pointer> = slots
        .iter()
        .filter(|slot| is_respelled(slot, clear, &layout))
        .map(Slot::pointer)
        .collect();
    if !found.is_empty() {
        let sealed = sealed_values(store, path, sealed);
        found.retain(|pointer| sealed.contains(pointer));
    }
    if loses_null(&stream) {
        found.insert(0, Pointer::document(0));
    }
    found
}

/// Whether the first of several documents is a null that is written: the `sops` block stands in its place.
fn loses_null(stream: &Stream) -> bool {
    let first = stream
        .documents
        .first()
        .filter(|_| stream.documents.len() > 1);
    let first = first.and_then(|first| first.root.as_ref());
    first.is_some_and(|root| root.text().is_some_and(|text| !text.is_empty()))
}

fn is_respelled(slot: &Slot<'_>, clear: &str, layout: &Layout<'_>) -> bool {
    let Content::Scalar(node) = slot.content else {
        return false;
    };
    if node.tag().is_some() || passes_through(node) {
        return false;
    }
    let typed = sops::scalar(node).ok().and_then(plaintext);
    let Some((kind, bytes)) = typed else {
        return false;
    };
    if kind == LeafType::Str {
        return is_quoted_then(node);
    }
    let value = String::from_utf8_lossy(&bytes);
    let edits = layout.put_clear(slot, kind, &value);
    let mut edits = edits.into_iter().flatten();
    edits.any(|edit| clear.get(edit.span.clone()) != Some(edit.text.as_str()))
}

/// Whether a text without quotes needs them to be one to Kubernetes too, as `on` does.
fn is_quoted_then(node: &Node) -> bool {
    let is_plain = matches!(&node.value, Value::Scalar(scalar) if scalar.style == Style::Plain);
    let json = kubernetes::to_json(node).ok();
    is_plain && json.as_ref().and_then(Json::as_str) != node.text()
}

fn sealed_values(store: Store, path: &RepoPath, sealed: &str) -> BTreeSet<Pointer> {
    let Ok(sealed) = parse_unfinished_as(store, sealed, path) else {
        return BTreeSet::new();
    };
    let slots = sealed.slots().into_iter();
    let sealed = slots.filter(|slot| match slot.content {
        Content::Scalar(node) => node.text().is_some_and(Enc::looks_sealed),
        Content::Comment(_) | Content::SealedElement(_) => false,
    });
    sealed.map(|slot| slot.pointer()).collect()
}

#[cfg(test)]
mod tests;
