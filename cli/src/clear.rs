//! What sealing leaves in the clear.

use crate::inspection::secret;
use crate::output::{Output, some_of};
use signet_api::RepoPath;
use signet_envelope::{
    Content, Pointer, Rule, Sealed, Store, is_for_secrets, parse_unfinished_as, passes_through,
};
use signet_seal::SECRET_RULE;
use std::collections::BTreeMap;

/// Tells of values that a change put in or changed, and that the file's rule leaves in the clear: in a plain SOPS file
/// nothing covers the rule, and whoever can write to the file may have changed it.
pub(crate) fn tell(store: Store, path: &RepoPath, versions: [&str; 2], out: &Output) {
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
    let said = format!("{path}: {} {}", some_of(&new), as_ruled(&after));
    match after.signet() {
        Some(_) => out.note(said),
        None => out.warn(said),
    }
}

/// Tells how many values a rule that somebody gave leaves in the clear in a file that was just sealed, and of what shows a
/// Secret beside what is sealed of it. What Kubernetes needs to read of a Secret is no news.
pub(crate) fn count(store: Store, path: &RepoPath, sealed: &str, out: &Output) {
    let Ok(sealed) = parse_unfinished_as(store, sealed, path) else {
        return;
    };
    for at in secret::shown(sealed.stream()) {
        out.warn(format!("{path}: {at}: {}: take it out", secret::SHOWN));
    }
    let rule = &sealed.metadata().rule;
    if *rule == Rule::default() || rule.value() == SECRET_RULE && is_for_secrets(sealed.stream()) {
        return;
    }
    let said = match clear(&sealed).len() {
        0 => return,
        1 => "1 value".to_owned(),
        count => format!("{count} values"),
    };
    out.note(format!("{path}: {said} {}", as_ruled(&sealed)));
}

fn as_ruled(sealed: &Sealed) -> String {
    let rule = &sealed.metadata().rule;
    format!(
        "in the clear, as the file's rule says ({}: {})",
        rule.name(),
        rule.value()
    )
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
