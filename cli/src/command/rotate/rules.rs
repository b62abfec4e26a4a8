//! What the creation rules still say once the files say otherwise.

use super::Job;
use super::moves::Moves;
use crate::creation::{Creation, Said};
use crate::failure::Result;
use crate::output::Output;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Warns of rules that name whom the files lost, so that the next `signet seal` would add them again, and of those that do not
/// name whom the files got.
pub(super) fn warn(
    jobs: &[Job],
    moves: &Moves,
    root: &Path,
    creation: &mut Creation,
    out: &Output,
) -> Result<()> {
    let mut stay: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    let mut lack = stay.clone();
    for job in jobs.iter().filter(|job| !job.existing.is_in_fleet()) {
        let file = root.join(job.file.path.as_str());
        let Said::Rule(config, rule) = creation.of(&file)? else {
            continue;
        };
        let Ok(groups) = rule.recipients() else {
            continue;
        };
        let named: BTreeSet<String> = groups.into_iter().flatten().collect();
        let gone = moves.gone.intersection(&named).cloned();
        let come = moves.come.difference(&named).cloned();
        stay.entry(config.clone()).or_default().extend(gone);
        lack.entry(config).or_default().extend(come);
    }
    for (config, people) in &stay {
        for one in people {
            out.warn(format!(
                "{} still names {one}: take it out there, or the next `signet seal` adds it again",
                config.display()
            ));
        }
    }
    for (config, people) in &lack {
        for one in people {
            out.warn(format!(
                "{} does not name {one}: `signet check` finds the files wrong until it does",
                config.display()
            ));
        }
    }
    Ok(())
}
