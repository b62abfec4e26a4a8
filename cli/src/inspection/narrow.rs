//! What the selection of a sealed file leaves in the clear though somebody counts on it.

use super::finding::Remedy;
use super::{Finding, Kind, sealed, secret};
use signet_api::RepoPath;
use signet_envelope::{
    Content, Enc, LAST_APPLIED, Rule, Sealed, Store, passes_through, secret_values, secrets,
};
use signet_yaml::{Node, Stream};

/// A file with values of which none is sealed, as one that borrowed its block from another; where a creation rule asks for the
/// file's selection, a note.
pub(super) fn nothing_sealed(path: &RepoPath, file: &Sealed, is_asked: bool) -> Option<Finding> {
    let has_values = || {
        file.slots().iter().any(|slot| match slot.content {
            Content::Scalar(node) => !passes_through(node),
            Content::Comment(_) | Content::SealedElement(_) => false,
        })
    };
    let is_it = file.leaves().next().is_none() && file.store() != Store::Binary && has_values();
    let rule = &file.metadata().rule;
    let at = sealed::place_in_block(file, &[rule.name()]);
    let problem = format!(
        "none of its values is sealed: {}: {}",
        rule.name(),
        rule.value()
    );
    let kind = if is_asked {
        Kind::SealsNothing
    } else {
        Kind::NothingSealed
    };
    is_it.then(|| Finding::new(kind, path, at, problem))
}

/// The Secrets of the file, as its tree is `seen`, with a value in the clear; where a creation rule asks for the file's selection, those without a sealed one.
pub(super) fn clear_secrets(
    path: &RepoPath,
    file: &Sealed,
    seen: &Stream,
    is_asked: bool,
) -> Vec<Finding> {
    let rule = &file.metadata().rule;
    let may_say_so = *rule == Rule::default();
    let is_clear = |(key, value): &(&str, &Node)| {
        secret::is_clear(value) && !(may_say_so && key.ends_with(rule.value()))
    };
    let secrets = secrets(seen).into_iter().map(secret_values);
    let suspects = secrets.filter(|values| !(is_asked && values.iter().any(is_sealed)));
    let clear = suspects.filter_map(|values| values.into_iter().find(is_clear));
    clear.map(|(_, value)| left(path, value, rule)).collect()
}

/// The annotations that show in the clear what is sealed of a Secret, whoever asks for the file's selection.
pub(super) fn shown_secrets(path: &RepoPath, seen: &Stream) -> Vec<Finding> {
    let places = secret::shown(seen).into_iter();
    let found = places.map(|at| {
        let finding = Finding::new(Kind::ClearSecret, path, at, secret::SHOWN);
        finding.with_remedy(Remedy::around(
            format!("take the annotation {LAST_APPLIED} out with signet edit "),
            ", and put other values where somebody may have seen those",
        ))
    });
    found.collect()
}

fn is_sealed((_, value): &(&str, &Node)) -> bool {
    value.text().is_some_and(|text| Enc::check(text).is_ok())
}

fn left(path: &RepoPath, value: &Node, rule: &Rule) -> Finding {
    let problem = format!(
        "a Secret with a value in clear text, which the file's selection leaves out: {}: {}",
        rule.name(),
        rule.value()
    );
    Finding::new(Kind::ClearSecret, path, value.at, problem).with_remedy(
        "write the clear text of FILE anew without the sops block, and signet seal that",
    )
}
