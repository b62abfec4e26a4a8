//! Names in files outside a fleet that nothing but the file brings.

use super::job::Job;
use super::moves::Moves;
use crate::audience::groups;
use crate::creation::Creation;
use crate::failure::Result;
use signet_api::RepoPath;
use signet_seal::KeyGroups;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Recipients, and the files that they stand in.
pub(super) type Strangers<'a> = BTreeMap<String, Vec<&'a RepoPath>>;

/// Those who would get the new key of a file though not all that speaks of it says that they may: the creation rule for it,
/// and the version that is known to be right.
///
/// SOPS' MAC does not cover for whom a file is sealed, and that a key is wrapped for somebody is seen by them alone. Where
/// there is neither a rule nor a version, there is nothing to ask; but of a file in a fleet's repository that belongs to nobody
/// there, all are asked about: whoever signs such a file could have brought a tenant's there, for others to read.
pub(super) fn of<'a>(
    jobs: &'a [Job],
    moves: &Moves,
    root: &Path,
    creation: &mut Creation,
) -> Result<Strangers<'a>> {
    let mut strangers = Strangers::new();
    for job in jobs.iter().filter(|job| !job.existing.is_in_fleet()) {
        let path = &job.file.path;
        let mut found = if job.existing.is_nobodys() {
            job.existing.recipients.required.clone()
        } else {
            job.existing.strangers(&job.file.sealed)
        };
        if let Some(ruled) = named_by_rule(creation, &root.join(path.as_str()))? {
            found.extend(strangers_to_rule(&job.existing.groups(), &ruled, moves));
        }
        for stranger in found.difference(&moves.come) {
            strangers.entry(stranger.clone()).or_default().push(path);
        }
    }
    Ok(strangers)
}

/// On the way to other key groups, which sealing finds once nobody is there too many, it is the names alone that count.
fn strangers_to_rule(groups: &KeyGroups, ruled: &KeyGroups, moves: &Moves) -> BTreeSet<String> {
    if moves.is_nobody() {
        return groups.strangers_to(ruled);
    }
    &groups.recipients() - &ruled.recipients()
}

/// Whom the creation rule for a file names; nothing where it names nobody, or keys that only sops wraps for: what such a rule
/// asks for is for sops to follow.
fn named_by_rule(creation: &mut Creation, file: &Path) -> Result<Option<KeyGroups>> {
    let said = creation.of(file)?;
    Ok(said.rule().and_then(|rule| groups(rule).ok().flatten()))
}
