//! What the creation rules still say once the files say otherwise.

use super::job::Job;
use super::moves::Moves;
use crate::creation::{Creation, Said};
use crate::failure::Result;
use crate::output::Output;
use std::collections::BTreeSet;
use std::path::Path;

/// Warns of rules that name whom the files lost, so that the next `signet seal` would add them again, and of those that do not
/// name whom the files got.
pub(super) fn warn(
    jobs: &[Job],
    moves: &Moves,
    root: &Path,
    creation: &mut Creation,
    out: &Output,
) -> Result<()> {
    // Looking for the rules of a thousand files takes a while.
    if moves.is_nobody() {
        return Ok(());
    }
    let mut warnings = BTreeSet::new();
    for job in jobs.iter().filter(|job| !job.existing.is_in_fleet()) {
        let file = root.join(job.file.path.as_str());
        let Said::Rule(config, rule) = creation.of(&file)? else {
            continue;
        };
        // A rule for other kinds of keys too is for sops to follow.
        let Ok(groups) = rule.recipients() else {
            continue;
        };
        let config = config.display();
        let named: BTreeSet<String> = groups.into_iter().flatten().collect();
        warnings.extend(moves.gone.intersection(&named).map(|gone| {
            format!("{config} still names {gone}: take it out there, or the next `signet seal` adds it again")
        }));
        warnings.extend(moves.come.difference(&named).map(|new| {
            format!(
                "{config} does not name {new}: `signet check` finds the files wrong until it does"
            )
        }));
    }
    for warning in &warnings {
        out.warn(warning);
    }
    Ok(())
}
