//! A MAC and a seal that belong to other values: what is left where lines of a merge were taken by hand and nobody sealed the file.

use super::finding::Remedy;
use super::versions::Versions;
use super::{Finding, Kind, sealed};
use crate::unmerged::ours;
use jiff::Timestamp;
use signet_api::RepoPath;
use signet_envelope::{Content, Enc, Sealed, Slot, plaintext};
use signet_yaml::{Node, Position, sops};
use std::collections::BTreeSet;

/// What is the same in a file as in another version of it that has its MAC.
enum Likeness {
    /// Everything that the MAC and the seal are of.
    Same,
    /// Something is not, so that nobody opens the file; where, and what.
    Differs(Option<Position>, String),
    /// The other version has a MAC of its own.
    Unrelated,
}

/// What the MAC is of: one value.
#[derive(PartialEq, Eq)]
enum Hashed {
    /// A ciphertext, with the place that it opens in.
    Sealed(String, String),
    /// The bytes of a clear value.
    Clear(Vec<u8>),
}

/// A file with the MAC of a version that says something else, unless it is as another version was: then it was taken back.
pub(super) fn found(versions: &Versions, path: &RepoPath, file: &Sealed) -> Option<Finding> {
    let before = versions.before(path, file.text().as_bytes());
    if before.has_it() {
        return None;
    }
    let compared = |version| {
        let bytes = ours(versions.read(version)?);
        let other = sealed::read(file.store(), path, &bytes).ok()??;
        Some(compare(file, &other))
    };
    let is_same = |version| matches!(compared(version), Some(Likeness::Same));
    let (name, at, what) = before.all().find_map(|version| match compared(version)? {
        Likeness::Differs(at, what) => Some((&version.name, at, what)),
        Likeness::Same | Likeness::Unrelated => None,
    })?;
    let earlier = versions.earlier(path, &before);
    if before.committed().any(is_same) || earlier.iter().any(is_same) {
        return None;
    }
    let problem = format!("its MAC is that of {name}, but {what}, so nobody opens it");
    let finding = Finding::new(Kind::StaleSeal, path, at, problem);
    let others = before.all().chain(&earlier);
    let others = others.filter_map(|version| versions.read(version));
    // Nothing vouches any more for what sealing would keep, or it would find what nobody opens.
    let is_lost = before.is_committed || has_strange(file, path, others);
    let back = is_lost.then(|| versions.whole(path, file)).flatten();
    Some(match back {
        Some(back) => finding.with_remedy(Remedy::around(
            format!("git checkout {back} -- "),
            " takes that version back; then signet set again what it lacks",
        )),
        None => finding,
    })
}

/// Whether the file has a ciphertext that none of its other versions has: it was altered, or brought from elsewhere.
fn has_strange(file: &Sealed, path: &RepoPath, others: impl Iterator<Item = Vec<u8>>) -> bool {
    let mut strange = ciphertexts(file);
    for bytes in others {
        if let Ok(Some(other)) = sealed::read(file.store(), path, &ours(bytes)) {
            let known = ciphertexts(&other);
            strange.retain(|text| !known.contains(text));
        }
    }
    !strange.is_empty()
}

fn ciphertexts(file: &Sealed) -> BTreeSet<String> {
    let slots = file.slots();
    let texts = slots.iter().filter_map(|slot| node(slot)?.text());
    let sealed = texts.filter(|text| Enc::looks_sealed(text));
    sealed.map(str::to_owned).collect()
}

fn compare(file: &Sealed, other: &Sealed) -> Likeness {
    let (ours, theirs) = (file.metadata(), other.metadata());
    let has_seal = file.signet().is_some();
    if ours.mac != theirs.mac {
        return Likeness::Unrelated;
    }
    if !is_same_time(&ours.last_modified, &theirs.last_modified) {
        return differs(file, "lastmodified");
    }
    if ours.mac_only_encrypted != theirs.mac_only_encrypted {
        return differs(file, "mac_only_encrypted");
    }
    if let Some(difference) = values(file, other) {
        return difference;
    }
    let is_same_seal =
        file.signet().map(|seal| &seal.seal) == other.signet().map(|seal| &seal.seal);
    if has_seal && is_same_seal && file.canonical() != other.canonical() {
        return differs(file, "signet");
    }
    Likeness::Same
}

fn differs(file: &Sealed, field: &'static str) -> Likeness {
    let what = match field {
        "signet" => "what its seal covers is not".to_owned(),
        field => format!("{field} is not"),
    };
    Likeness::Differs(sealed::place_in_block(file, &[field]), what)
}

fn is_same_time(ours: &str, theirs: &str) -> bool {
    let read = |text: &str| text.parse::<Timestamp>().ok();
    ours == theirs || read(ours).is_some_and(|time| Some(time) == read(theirs))
}

/// The first difference in what is hashed, in file order.
fn values(file: &Sealed, other: &Sealed) -> Option<Likeness> {
    let (ours, theirs) = (file.slots(), other.slots());
    let mut theirs = theirs.iter().filter_map(|slot| hashed(other, slot));
    let ours = ours
        .iter()
        .filter_map(|slot| Some((slot, hashed(file, slot)?)));
    for (slot, value) in ours {
        if theirs.next().as_ref() != Some(&value) {
            let at = node(slot).map(|node| node.at);
            return Some(Likeness::Differs(at, format!("{} is not", slot.pointer())));
        }
    }
    let at = sealed::place_in_block(file, &["mac"]);
    let fewer = || Likeness::Differs(at, "it has fewer values".to_owned());
    theirs.next().map(|_| fewer())
}

/// What of a slot is hashed: comments are not, nor are clear values where the file says so.
fn hashed(file: &Sealed, slot: &Slot<'_>) -> Option<Hashed> {
    let node = node(slot)?;
    let text = node
        .text()
        .filter(|text| slot.selected && Enc::looks_sealed(text));
    if let Some(text) = text {
        return Some(Hashed::Sealed(slot.aad(), text.to_owned()));
    }
    if file.metadata().mac_only_encrypted && !slot.selected {
        return None;
    }
    let (_, bytes) = plaintext(sops::scalar(node).ok()?)?;
    Some(Hashed::Clear(bytes))
}

fn node<'a>(slot: &Slot<'a>) -> Option<&'a Node> {
    match slot.content {
        Content::Scalar(node) => Some(node),
        Content::Comment(_) | Content::SealedElement(_) => None,
    }
}
