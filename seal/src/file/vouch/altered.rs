//! What of a sealed file is not as in an earlier version.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use signet_envelope::{Content, Enc, Metadata, Pointer, Sealed, Slot, is_clear, is_clear_comment};

use crate::unlock::text_of;

/// A part of a sealed file that is not as in the version that vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Altered {
    /// Another sealed value stands there.
    Changed(Pointer),
    /// A sealed value stands there that the version does not have, or of which there is no version.
    Added(Pointer),
    /// The version has a sealed value there, the file none and no clear one in its place.
    Removed(Pointer),
    /// A sealed comment was put there, or taken out and no clear one written in its place.
    Comments(Pointer),
    /// What is sealed under the data key, and what is not.
    Rule,
    /// The key under which everything is sealed.
    DataKey,
    /// The data key as wrapped for this recipient.
    WrappedKey(String),
    /// The seal was taken out.
    Seal,
}

impl Altered {
    /// Whether both say the same of the later version, of whatever earlier ones.
    pub(super) fn is_about(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Changed(here), Self::Added(there))
            | (Self::Added(here), Self::Changed(there)) => here == there,
            _ => self == other,
        }
    }
}

impl fmt::Display for Altered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(pointer) => write!(f, "{pointer}: another sealed value"),
            Self::Added(pointer) => write!(f, "{pointer}: a sealed value that was not there"),
            Self::Removed(pointer) => write!(f, "{pointer}: no longer there"),
            Self::Comments(pointer) => write!(f, "{pointer}: not the same sealed comments"),
            Self::Rule => f.write_str("the rule that says what is sealed"),
            Self::DataKey => f.write_str("the data key, which whoever made the file knows"),
            Self::WrappedKey(recipient) => write!(f, "the data key as wrapped for {recipient}"),
            Self::Seal => f.write_str("the seal, which was taken out"),
        }
    }
}

/// Everything around and under the data key that differs; without an earlier version, everything that is sealed.
pub(super) fn parts(before: Option<&Sealed>, now: &Sealed) -> Vec<Altered> {
    let mut parts = Vec::new();
    if let Some(before) = before {
        parts.extend(frame(before.metadata(), now.metadata()));
    }
    parts.extend(values(before, now));
    parts.extend(comments(before, now));
    parts
}

/// What differs around the leaves.
fn frame(before: &Metadata, after: &Metadata) -> Vec<Altered> {
    let mut parts = Vec::new();
    if before.signet.is_some() && after.signet.is_none() {
        parts.push(Altered::Seal);
    }
    if (&before.rule, before.mac_only_encrypted) != (&after.rule, after.mac_only_encrypted) {
        parts.push(Altered::Rule);
    }
    let wrapped = after.keys().filter(|key| {
        !before
            .keys()
            .any(|there| (&there.recipient, &there.enc) == (&key.recipient, &key.enc))
    });
    parts.extend(wrapped.map(|key| Altered::WrappedKey(key.recipient.clone())));
    parts
}

fn values(before: Option<&Sealed>, now: &Sealed) -> Vec<Altered> {
    let (before, after) = (before.map(leaves).unwrap_or_default(), leaves(now));
    let rewritten: BTreeSet<Pointer> = pointers(now, is_clear).collect();
    let kept = after.iter().filter_map(|(pointer, enc)| {
        let pointer = pointer.clone();
        match before.get(&pointer) {
            Some(there) if there == enc => None,
            Some(_) => Some(Altered::Changed(pointer)),
            None => Some(Altered::Added(pointer)),
        }
    });
    let gone = before
        .keys()
        .filter(|pointer| !after.contains_key(*pointer) && !rewritten.contains(*pointer))
        .map(|pointer| Altered::Removed(pointer.clone()));
    kept.chain(gone).collect()
}

/// Neither the seal nor the MAC covers comments, so only the earlier version tells that one was moved.
fn comments(before: Option<&Sealed>, now: &Sealed) -> impl Iterator<Item = Altered> {
    let before = before.map(sealed_comments).unwrap_or_default();
    let after = sealed_comments(now);
    let put_in = places(without(after.clone(), &before));
    let gone = places(without(before, &after));
    let rewritten: Vec<Pointer> = pointers(now, is_clear_comment).collect();
    let altered: BTreeSet<Pointer> = put_in.chain(without(gone.collect(), &rewritten)).collect();
    altered.into_iter().map(Altered::Comments)
}

fn leaves(sealed: &Sealed) -> BTreeMap<Pointer, Enc> {
    let leaves = sealed.leaves();
    leaves.map(|leaf| (leaf.pointer, leaf.enc)).collect()
}

fn sealed_comments(sealed: &Sealed) -> Vec<(Pointer, &str)> {
    let slots = sealed.slots().into_iter().filter(|slot| slot.selected);
    let texts = slots.filter_map(|slot| match slot.content {
        Content::Scalar(_) => None,
        Content::Comment(_) | Content::SealedElement(_) => {
            let (text, _) = text_of(&slot);
            Some((slot.pointer(), text))
        }
    });
    texts.filter(|(_, text)| Enc::looks_sealed(text)).collect()
}

fn places(comments: Vec<(Pointer, &str)>) -> impl Iterator<Item = Pointer> {
    comments.into_iter().map(|(pointer, _)| pointer)
}

/// Where the slots stand that are such.
fn pointers(sealed: &Sealed, is_such: fn(&Slot<'_>) -> bool) -> impl Iterator<Item = Pointer> {
    let slots = sealed.slots().into_iter();
    slots.filter(is_such).map(|slot| slot.pointer())
}

/// All without the others, each as often as it is there.
fn without<T: Ord>(all: Vec<T>, others: &[T]) -> Vec<T> {
    let mut left: BTreeMap<&T, usize> = BTreeMap::new();
    for other in others {
        *left.entry(other).or_default() += 1;
    }
    let stays = |one: &T| match left.get_mut(one) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    all.into_iter().filter(stays).collect()
}
