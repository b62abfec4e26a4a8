//! Names in files outside a fleet that nothing but the file brings.

use super::Job;
use super::moves::Moves;
use crate::creation::Creation;
use crate::failure::Result;
use signet_api::RepoPath;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Recipients, and the files that they stand in.
pub(super) type Strangers<'a> = BTreeMap<String, Vec<&'a RepoPath>>;

/// Those who would get the new key of a file though nothing says that they may: the creation rule for it does not name them;
/// where none names anybody, nor does a version that is known to be right.
///
/// SOPS' MAC does not cover for whom a file is sealed, and that a key is wrapped for somebody is seen by them alone. Where
/// there is neither a rule nor a version, there is nothing to ask.
pub(super) fn of<'a>(
    jobs: &'a [Job],
    moves: &Moves,
    root: &Path,
    creation: &mut Creation,
) -> Result<Strangers<'a>> {
    let mut strangers = Strangers::new();
    for job in jobs.iter().filter(|job| !job.existing.is_in_fleet()) {
        let path = &job.file.path;
        let ruled = named_by_rule(creation, &root.join(path.as_str()))?;
        let named = ruled.or_else(|| job.existing.known_people(&job.file.sealed));
        let Some(named) = named else {
            continue;
        };
        let people = job.existing.recipients.required.difference(&named);
        for stranger in people.filter(|one| !moves.come.contains(*one)) {
            strangers.entry(stranger.clone()).or_default().push(path);
        }
    }
    Ok(strangers)
}

/// Whom the creation rule for a file names; nothing where it names nobody, or keys that only sops wraps for: what such a rule
/// asks for is for sops to follow.
fn named_by_rule(creation: &mut Creation, file: &Path) -> Result<Option<BTreeSet<String>>> {
    let said = creation.of(file)?;
    let groups = said.rule().and_then(|rule| rule.recipients().ok());
    let named: BTreeSet<String> = groups.into_iter().flatten().flatten().collect();
    Ok(Some(named).filter(|named| !named.is_empty()))
}
