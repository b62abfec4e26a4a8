//! Whom a creation rule names, keys of the kinds included that only sops wraps for, beside those that a file is sealed for.

use crate::foreign::has_own;
use crate::output::visible::recipient;
use signet_envelope::{CreationRule, Sealed, normal_key, normal_recipient};
use std::collections::BTreeSet;

type Group = BTreeSet<String>;

/// What a file lacks or has too much of what its rule names; nothing if it is sealed for those.
pub(crate) fn other_people(rule: &CreationRule, file: &Sealed) -> Option<String> {
    difference(&asked(rule), &found_in(rule, file))
}

/// What makes a file one for those whom its rule names, where it or the rule has keys that only sops wraps for: who leaves
/// loses it with a new data key, which sops does not make of itself. What no key here opens, we cannot compare with what
/// `sops updatekeys` makes of it, and would ask about.
pub(crate) fn update(rule: &CreationRule, file: &Sealed) -> &'static str {
    let is_left = !found_in(rule, file).is_subset(&asked(rule));
    match (is_left, rule.recipients().is_ok() && has_own(file)) {
        (false, _) => "sops updatekeys -y FILE",
        (true, false) => "sops updatekeys -y FILE && sops rotate -i FILE",
        (true, true) => "sops updatekeys -y FILE && signet rotate FILE",
    }
}

/// Everybody whom a rule names, keys of other kinds than age's with their kind; alone the kind where files name such keys in
/// another way than rules.
fn asked(rule: &CreationRule) -> Group {
    let mut asked = rule.age_recipients();
    for (kind, names) in rule.foreign_keys() {
        if names.is_empty() {
            asked.insert(kind.to_owned());
        }
        asked.extend(names.iter().map(|one| format!("{kind} {one}")));
    }
    asked
}

/// Everybody for whom a file is sealed, called as its rule calls them.
fn found_in(rule: &CreationRule, file: &Sealed) -> Group {
    let foreign = rule.foreign_keys();
    let is_called = |kind| foreign.get(kind).is_none_or(|names| !names.is_empty());
    let keys = file.metadata().keys().map(|key| match key.kind {
        "age" => normal_recipient(&key.recipient),
        kind if is_called(kind) => format!("{kind} {}", normal_key(kind, &key.recipient)),
        kind => kind.to_owned(),
    });
    keys.collect()
}

/// What differs between those that are asked for and those that are found.
pub(crate) fn difference(asked: &Group, found: &Group) -> Option<String> {
    let missing = listed("missing", asked.difference(found));
    let extra = listed("not asked for", found.difference(asked));
    (asked != found)
        .then(|| format!("it is not sealed for those that its creation rule names{missing}{extra}"))
}

fn listed<'a>(what: &str, recipients: impl Iterator<Item = &'a String>) -> String {
    let recipients: Vec<String> = recipients.map(|one| recipient(one)).collect();
    if recipients.is_empty() {
        String::new()
    } else {
        format!("; {what}: {}", recipients.join(", "))
    }
}
