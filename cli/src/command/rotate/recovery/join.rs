//! Files that come to be sealed for a new recovery key too.

use crate::command::rotate::Rotate;
use crate::command::rotate::chosen::Chosen;
use crate::command::rotate::job::Job;
use crate::failure::{Explain, Result};
use crate::files::Changes;
use crate::identities::Lock;
use crate::left::{Left, Reason, Work};
use crate::output::Output;
use crate::parallel;
use crate::random::from_system;
use crate::sealing::can_be_asked;
use crate::surroundings::Surroundings;
use signet_api::RepoPath;
use signet_cluster::chain;
use signet_envelope::normal_recipient;
use signet_seal::{SealError, seal_file};
use std::collections::BTreeSet;

/// Seals those files for the new keys that are not yet, but for plain ones that their tenants keep so: sops does it to those.
///
/// # Errors
/// When there is one of which that cannot be done; all such are named.
pub(super) fn join(
    around: &Surroundings,
    all: &[Chosen],
    changes: &mut Changes,
    asked: &Rotate,
    out: &Output,
) -> Result<()> {
    let recovery = &around.fleets()?.1.policy.recovery.recipients;
    let recovery: BTreeSet<String> = recovery.iter().map(|one| normal_recipient(one)).collect();
    let joins = all.iter().filter(|file| !recovery.is_subset(&file.people));
    let joins: Vec<&Chosen> = joins.collect();
    let locks: Vec<Lock> = joins.iter().map(|file| Lock::of(&file.sealed)).collect();
    let found = asked.identity.find_for(&locks)?;
    let mut jobs = Vec::new();
    for file in joins {
        let existing = around.existing(&file.sealed, asked.consent)?;
        jobs.push(Job { file, existing });
    }
    let done = parallel::map(&jobs, |Job { file, existing }| {
        let request = existing.request(&found.identities);
        seal_file(file.sealed.text(), &request, &mut from_system)
    });
    let mut left = Left::by(Work::Sealing);
    for (job, done) in jobs.iter().zip(done) {
        let Job { file, existing } = job;
        let Chosen { path, sealed, .. } = file;
        let text = match done {
            Ok(text) => text,
            Err(error) if can_be_asked(&error, false) => {
                let identities = &found.identities;
                let text = existing.carry_out(identities, asked.consent, None, |request, rng| {
                    seal_file(sealed.text(), request, rng)
                });
                text.with_context(|| format!("seal {path} for the new recovery key"))?
            }
            Err(SealError::Incoming(_)) if file.is_plain(around) => {
                let name = around.name_of(path)?;
                let by_sops = job.done_to_plain(&BTreeSet::new(), &name);
                let told = format!("{path}: {}", by_sops.unwrap_or_default());
                left.leave_saying(path, Reason::Plain, name, told);
                continue;
            }
            Err(error) => {
                let (reason, told) = why_left(path, &error);
                left.leave_saying(path, reason, around.name_of(path)?, told);
                continue;
            }
        };
        changes.replace(path.clone(), sealed.text().to_owned(), text);
    }
    let answered = left.answer(|failure| found.explain(failure));
    let nothing = "nothing is changed as long as one of them is not sealed for the new key";
    answered.hint(nothing)?;
    left.tell(out);
    Ok(())
}

/// Why a file is not sealed for the new key, and what is told of it.
fn why_left(path: &RepoPath, error: &SealError) -> (Reason, String) {
    match error {
        error if error.wants_identity() => (Reason::Unopened, path.to_string()),
        // Begins with the path.
        SealError::Incoming(_) => (Reason::Incoming, chain(error)),
        error => (Reason::Broken, format!("{path}: {}", chain(error))),
    }
}
