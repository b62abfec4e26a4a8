//! Whom documents and creation rules name though nobody can wrap a key for them, and rules that cannot be followed.

use super::{Finding, Kind};
use crate::mistyped::{Mistyped, in_fleet, in_rule};
use crate::output::visible::recipient;
use signet_api::{Fleet, RepoPath};
use signet_envelope::{CreationRule, CreationRules, normal_recipient};
use signet_seal::KeyGroups;
use signet_yaml::{Aliases, Limits, Node, Position, parse};
use std::collections::BTreeMap;
use std::path::Path;

/// Those of a fleet's documents, of which each has such a text.
pub(super) fn of_documents(fleet: &Fleet, documents: &[(RepoPath, Vec<u8>)]) -> Vec<Finding> {
    let texts: BTreeMap<&RepoPath, &[u8]> = documents
        .iter()
        .map(|(path, bytes)| (path, bytes.as_slice()))
        .collect();
    let found = in_fleet(fleet).into_iter();
    let found = found.map(|(path, one)| {
        let text = texts.get(&path).copied().unwrap_or_default();
        let at = std::str::from_utf8(text).ok();
        finding(
            Kind::Document,
            &path,
            at.and_then(|text| place_of(text, &one)),
            &one,
        )
    });
    found.collect()
}

/// Those of a `.sops.yaml`, and its rules that nobody can follow.
pub(super) fn of_rules(path: &RepoPath, text: &str, rules: &CreationRules) -> Vec<Finding> {
    let found = rules.iter().flat_map(|rule| {
        let mistyped = in_rule(rule).map(|one| {
            let at = place_of(text, &one).unwrap_or(rule.at);
            finding(Kind::CreationRules, path, Some(at), &one)
        });
        let split = misdivided(rule)
            .map(|problem| Finding::new(Kind::CreationRules, path, rule.at, problem));
        mistyped.chain(split).collect::<Vec<_>>()
    });
    found.collect()
}

/// What a person does first who is to seal a file under a rule that stands in the way; nothing if it does not.
pub(super) fn first(config: &Path, rule: &CreationRule) -> Option<String> {
    let mistyped = in_rule(rule).next();
    let what = match mistyped {
        Some(one) => format!("{}, which is no recipient,", recipient(&one.recipient)),
        None => misdivided(rule).map(|_| "the key groups".to_owned())?,
    };
    let (config, at) = (config.display(), rule.at);
    Some(format!(
        "put {what} right in {config}, {at}, first; then signet seal "
    ))
}

/// Why the key of a rule's files cannot be split among its groups.
fn misdivided(rule: &CreationRule) -> Option<String> {
    let mut groups = rule.recipients().ok()?;
    groups.retain(|group| !group.is_empty());
    let is_anybody = !groups.is_empty();
    let groups = KeyGroups {
        groups,
        threshold: rule.shamir_threshold,
    };
    let error = groups.needed().err().filter(|_| is_anybody)?;
    Some(format!("nobody can seal under this creation rule: {error}"))
}

fn finding(kind: Kind, path: &RepoPath, at: Option<Position>, one: &Mistyped) -> Finding {
    Finding::new(kind, path, at, one.error.to_string())
}

/// Where a text names it, alone or among others with commas.
fn place_of(text: &str, one: &Mistyped) -> Option<Position> {
    let stream = parse(text, &Limits::DOCUMENT, Aliases::Expand).ok()?;
    stream
        .roots()
        .find_map(|root| place_in(root, &one.recipient))
}

fn place_in(node: &Node, recipient: &str) -> Option<Position> {
    let recipient = normal_recipient(recipient);
    let mut named = node.text().into_iter().flat_map(|text| text.split(','));
    if named.any(|one| normal_recipient(one) == recipient) {
        return Some(node.at);
    }
    let values = node.pairs().map(|(_, value)| value);
    let mut below = values.chain(node.items());
    below.find_map(|node| place_in(node, &recipient))
}
