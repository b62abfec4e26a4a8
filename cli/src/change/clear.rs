//! What a change leaves in the clear.

use crate::output::{Output, some_of};
use signet_api::RepoPath;
use signet_envelope::{Content, Pointer, Sealed, Store, parse_unfinished_as, passes_through};
use std::collections::BTreeMap;

/// Tells of values that a change put in or changed, and that the file's rule leaves in the clear: in a plain SOPS file
/// nothing covers the rule, and whoever can write to the file may have changed it.
pub(super) fn tell(store: Store, path: &RepoPath, versions: [&str; 2], out: &Output) {
    let [before, after] = versions.map(|text| parse_unfinished_as(store, text, path).ok());
    let (Some(before), Some(after)) = (before, after) else {
        return;
    };
    let known = clear(&before);
    let new: Vec<String> = clear(&after)
        .into_iter()
        .filter(|(pointer, text)| known.get(pointer) != Some(text))
        .map(|(pointer, _)| pointer.to_string())
        .collect();
    if new.is_empty() {
        return;
    }
    let rule = &after.metadata().rule;
    let said = format!(
        "{path}: {} in the clear, as the file's rule says ({}: {})",
        some_of(&new),
        rule.name(),
        rule.value()
    );
    match after.signet() {
        Some(_) => out.note(said),
        None => out.warn(said),
    }
}

/// The clear values by their places.
fn clear(sealed: &Sealed) -> BTreeMap<Pointer, String> {
    let slots = sealed.slots().into_iter().filter(|slot| !slot.selected);
    let values = slots.filter_map(|slot| match slot.content {
        Content::Scalar(node) if !passes_through(node) => {
            Some((slot.pointer(), node.text().unwrap_or_default().to_owned()))
        }
        _ => None,
    });
    values.collect()
}
