//! What sealing leaves in the clear.

use crate::inspection::secret;
use crate::output::{Output, some_of};
use signet_api::RepoPath;
use signet_envelope::{
    Content, Pointer, Rule, Sealed, Slot, Store, head_field, is_for_secrets, parse_unfinished_as,
    passes_through, secrets,
};
use signet_seal::SECRET_RULE;
use signet_yaml::Node;
use std::collections::{BTreeMap, BTreeSet};
use std::ptr;

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

/// Tells how many values a rule that somebody gave leaves in the clear in a file that was just sealed, and what stands beside
/// a Secret: documents of other kinds, and annotations that show it. What Kubernetes needs to read of a Secret is no news.
pub(crate) fn count(store: Store, path: &RepoPath, sealed: &str, out: &Output) {
    let Ok(sealed) = parse_unfinished_as(store, sealed, path) else {
        return;
    };
    for at in secret::shown(sealed.stream()) {
        out.warn(format!("{path}: {at}: {}: take it out", secret::SHOWN));
    }
    tell_of_head(path, &sealed, out);
    let rule = &sealed.metadata().rule;
    if *rule == Rule::default() {
        return;
    }
    if rule.value() == SECRET_RULE && is_for_secrets(sealed.stream()) {
        return tell_of_documents(path, &sealed, out);
    }
    let said = match clear(&sealed).len() {
        0 => return,
        1 => "1 value".to_owned(),
        count => format!("{count} values"),
    };
    out.note(format!("{path}: {said} {}", as_ruled(&sealed)));
}

/// Tells of an object of Kubernetes that nobody applies before it is opened as a whole.
fn tell_of_head(path: &RepoPath, sealed: &Sealed, out: &Output) {
    if !matches!(sealed.store(), Store::Yaml | Store::Json) {
        return;
    }
    let slots = sealed.slots();
    let mut selected = slots.iter().filter(|slot| slot.selected && is_value(slot));
    if let Some(field) = selected.find_map(|slot| head_field(sealed.stream(), slot)) {
        out.note(format!(
            "{path}: {field} of an object of Kubernetes is sealed too, as sops does: nothing applies it before it is opened. \
             --only REGEX, or encrypted_regex in .sops.yaml, says what alone is secret"
        ));
    }
}

/// Tells of the documents beside a Secret of which nothing is sealed.
fn tell_of_documents(path: &RepoPath, sealed: &Sealed, out: &Output) {
    let documents = &sealed.stream().documents;
    let (mut with_values, mut with_sealed) = (BTreeSet::new(), BTreeSet::new());
    for slot in sealed.slots().iter().filter(|slot| is_value(slot)) {
        with_values.insert(slot.document);
        if slot.selected {
            with_sealed.insert(slot.document);
        }
    }
    let secrets = secrets(sealed.stream()).into_iter().map(ptr::from_ref);
    let secrets: BTreeSet<*const Node> = secrets.collect();
    let clear = with_values.difference(&with_sealed).filter_map(|index| {
        let root = documents[*index].root.as_ref()?;
        let is_secret = secrets.contains(&ptr::from_ref(root));
        (!is_secret).then(|| format!("line {}", root.at.line))
    });
    let clear: Vec<String> = clear.collect();
    if !clear.is_empty() {
        out.note(format!(
            "{path}: in the clear, as beside a Secret only data and stringData are sealed: what begins at {}; what of it is \
             secret goes into a file of its own",
            some_of(&clear)
        ));
    }
}

fn is_value(slot: &Slot) -> bool {
    matches!(slot.content, Content::Scalar(node) if !passes_through(node))
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
