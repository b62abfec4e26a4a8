//! Sealed files outside a fleet: as the creation rules ask.

use super::finding::Remedy;
use super::to_seal::By;
use super::{Finding, Kind, people, sealed};
use crate::creation::Said;
use crate::foreign;
use crate::leavers;
use crate::rule_people::{difference, other_people, update};
use crate::sealing::existing::groups_of;
use signet_api::RepoPath;
use signet_envelope::{CreationRule, Sealed, Store, is_for_secrets};
use signet_seal::KeyGroups;

/// What a sealed file has that its rule does not ask for, and what it lacks: nothing if it is as one of the creation rules
/// asks, else what the first of them says.
pub(super) fn against(said: &[Said<'_>], path: &RepoPath, file: &Sealed) -> Vec<Finding> {
    let speak = said.iter().filter(|said| !matches!(said, Said::Nothing));
    let found = speak.map(|said| against_one(said, path, file));
    let found: Vec<Vec<Finding>> = found.collect();
    let is_as_asked = found.iter().any(Vec::is_empty);
    let mut found = found.into_iter().filter(|_| !is_as_asked);
    found.next().unwrap_or_default()
}

fn against_one(said: &Said<'_>, path: &RepoPath, file: &Sealed) -> Vec<Finding> {
    let (config, rule) = match said {
        Said::Nothing => return Vec::new(),
        Said::NoRule(config) => {
            let problem = format!("no creation rule in {} is for it", config.display());
            return vec![Finding::new(Kind::NoRule, path, None, problem)];
        }
        Said::Rule(config, rule) => (config, rule),
    };
    let first = people::first(config, rule);
    let people = recipients(rule, path, file).map(|finding| match first {
        // Neither sealing nor rotating follows such a rule.
        Some(first) => finding.with_remedy(Remedy::around(first, "")),
        None => finding,
    });
    let selection = selection(rule, file);
    let at = sealed::place_in_block(file, &[file.metadata().rule.name()]);
    let selection = selection.map(|problem| Finding::new(Kind::RuleMismatch, path, at, problem));
    people.into_iter().chain(selection).collect()
}

/// A file that carries a seal of another place.
pub(super) fn moved(path: &RepoPath, file: &Sealed) -> Option<Finding> {
    let claimed = &file.signet()?.path;
    let at = sealed::place_in_block(file, &["signet", "path"]);
    let problem = format!("it was sealed for the path {claimed}");
    let found = Finding::new(Kind::Moved, path, at, problem).with_remedy(
        "take FILE back to its state repository, or signet open FILE and seal that anew here",
    );
    (claimed != path.as_str()).then_some(found)
}

fn recipients(rule: &CreationRule, path: &RepoPath, file: &Sealed) -> Option<Finding> {
    let at = sealed::place_in_block(file, &["age"]);
    let found = |problem| Finding::new(Kind::Recipients, path, at, problem);
    let own = groups_of(file);
    let Ok(groups) = rule.recipients() else {
        let problem = other_people(rule, file)?;
        return Some(found(problem).sealed_by(By::Sops, update(rule, file)));
    };
    let mut wanted = KeyGroups {
        groups,
        threshold: rule.shamir_threshold,
    };
    wanted.groups.retain(|group| !group.is_empty());
    if wanted.groups.is_empty() {
        return None;
    }
    let finding = found(misgrouped(&own, &wanted)?);
    if foreign::has_any(file) {
        return Some(finding.sealed_by(By::Sops, update(rule, file)));
    }
    Some(if leavers::beyond(&own, &wanted).is_empty() {
        finding
    } else {
        finding.sealed_by(By::Signet, Remedy::Leavers(Box::new([own, wanted])))
    })
}

/// What differs between the key groups of a file and those that are wanted.
fn misgrouped(own: &KeyGroups, wanted: &KeyGroups) -> Option<String> {
    let sorted = |groups: &KeyGroups| {
        let mut groups = groups.groups.clone();
        groups.sort();
        groups
    };
    if sorted(own) != sorted(wanted) {
        let people = difference(&wanted.recipients(), &own.recipients());
        let elsewhere =
            || "its recipients stand in other key groups than in its creation rule".to_owned();
        return Some(people.unwrap_or_else(elsewhere));
    }
    match (own.needed(), wanted.needed()) {
        (has, asks) if has == asks => None,
        (Ok(has), Ok(asks)) => Some(format!(
            "{has} of its key groups open it, and its creation rule asks for {asks}"
        )),
        (_, Err(error)) => Some(format!("its creation rule cannot be followed: {error}")),
        (Err(error), Ok(_)) => Some(error.to_string()),
    }
}

/// A file of any bytes is sealed as one value: sops and we leave a rule's selection out for it.
fn selection(rule: &CreationRule, file: &Sealed) -> Option<String> {
    if file.store() == Store::Binary {
        return None;
    }
    let metadata = file.metadata();
    let asked = rule.selection.clone().unwrap_or_default();
    let is_left_to_us = rule.selection.is_none() && is_for_secrets(file.stream());
    if asked != metadata.rule && !is_left_to_us {
        let found = &metadata.rule;
        return Some(format!(
            "it is sealed under {}: {}, and its creation rule asks for {}: {}",
            found.name(),
            found.value(),
            asked.name(),
            asked.value()
        ));
    }
    (rule.mac_only_encrypted != metadata.mac_only_encrypted).then(|| {
        format!(
            "mac_only_encrypted is {}, and its creation rule asks for the opposite",
            metadata.mac_only_encrypted
        )
    })
}
