//! Files that are rotated, each worked on by itself.

use super::Rotation;
use super::chosen::Chosen;
use super::history::Holders;
use super::losses::Losses;
use crate::failure::{Explain, Failure, Result};
use crate::files::Changes;
use crate::foreign::removal;
use crate::identities::Found;
use crate::left::{Left, Reason};
use crate::output::shell::word;
use crate::parallel;
use crate::random::from_system;
use crate::remedy;
use crate::sealing::can_be_asked;
use crate::sealing::existing::Existing;
use signet_cluster::chain;
use signet_seal::{SealError, rotate_file};
use std::collections::BTreeSet;

/// A file that is rotated, and for whom it is sealed then.
pub(super) struct Job<'a> {
    pub(super) file: &'a Chosen,
    pub(super) existing: Existing,
}

impl Job<'_> {
    /// Whether somebody may have put the file into the fleet who wants its values to pass for the tenant's: nobody named it,
    /// and no commit has it.
    pub(super) fn may_be_planted(&self) -> bool {
        !self.file.is_named && self.existing.is_in_fleet() && !self.existing.is_known()
    }

    /// What has a plain SOPS file be for those for whom it is to be, and not for these who go; nothing where it is so.
    pub(super) fn done_to_plain(&self, gone: &BTreeSet<String>, name: &str) -> Option<String> {
        let (people, required) = (&self.file.people, &self.existing.recipients.required);
        let come = required.difference(people);
        let come = come.map(|one| format!(" --add-age {}", word(one)));
        let gone = people.intersection(gone).map(|one| removal("age", one));
        let flags: String = come.chain(gone).collect();
        let name = word(name);
        (!flags.is_empty()).then(|| {
            format!("`sops rotate -i{flags} {name}` keeps it plain, and `signet seal {name}` takes it in")
        })
    }

    /// Those who open the file now or as it was committed last, and will not.
    pub(super) fn leavers(&self, holders: &Holders) -> BTreeSet<String> {
        let stay = &self.existing.recipients;
        let committed = holders.get(&self.file.path).into_iter().flatten();
        let now = self.file.people.iter().chain(committed);
        let leavers =
            now.filter(|one| !stay.required.contains(*one) && !stay.transitional.contains(*one));
        leavers.cloned().collect()
    }
}

/// All files under new keys, beside what is to change already. Those that nobody named may stay as they are, but not all of them.
pub(super) fn rotated(
    rotation: &Rotation,
    jobs: &[Job],
    losses: &Losses,
    left: &mut Left,
    mut changes: Changes,
) -> Result<Changes> {
    let identities = &rotation.found.identities;
    let done = parallel::map(jobs, |Job { file, existing }| {
        rotate_file(
            &file.sealed,
            &existing.request(identities),
            &mut from_system,
        )
    });
    let mut stayed = 0;
    for (job, done) in jobs.iter().zip(done) {
        let path = &job.file.path;
        let doing = || format!("rotate {path}");
        let text = match done {
            Ok(text) => text,
            Err(error) if can_be_asked(&error, job.file.is_named) => {
                rotation.once_asked(job).with_context(doing)?
            }
            Err(error) => {
                let reason = rotation.reason_to_leave(job, &error, losses);
                let Some(reason) = reason.filter(|_| stayed + 1 < jobs.len()) else {
                    return Err(explained(error, &rotation.found).context(doing()));
                };
                let name = rotation.around.name_of(path)?;
                let told = rotation.told(job, reason, &error, &name);
                left.leave_saying(path, reason, name, told);
                stayed += 1;
                continue;
            }
        };
        changes.replace(path.clone(), job.file.sealed.text().to_owned(), text);
    }
    Ok(changes)
}

impl Rotation<'_> {
    /// The file under a new key once the person agreed: those that need it are asked about one after the other.
    fn once_asked(&self, Job { file, existing }: &Job) -> Result<String> {
        existing.carry_out(
            &self.found.identities,
            self.asked.consent,
            Some(self.asked.take_in),
            |request, rng| rotate_file(&file.sealed, request, rng),
        )
    }

    /// What keeps a file as it is, if the others are rotated all the same: of a whole fleet, where nobody comes or goes, that no
    /// identity here opens it; of what nobody named in a fleet, what is wrong with it.
    fn reason_to_leave(&self, job: &Job, error: &SealError, losses: &Losses) -> Option<Reason> {
        // Who names nothing means all that can be rotated.
        let is_all = self.asked.files.is_empty() && self.moves.is_nobody();
        if is_all && error.wants_identity() {
            return Some(Reason::Unopened);
        }
        if job.file.is_named || !self.around.is_fleet() || !error.is_of_file() {
            return None;
        }
        let is_plain = job.file.is_plain(self.around);
        Some(match error {
            // Who loses it would keep its key.
            SealError::Incoming(_) if is_plain && !losses.concern(&job.file.path) => Reason::Plain,
            SealError::Incoming(_) => Reason::Incoming,
            _ => Reason::Broken,
        })
    }

    fn told(&self, job: &Job, reason: Reason, error: &SealError, name: &str) -> String {
        let path = &job.file.path;
        let is_plain = job.file.is_plain(self.around);
        let by_sops = job.done_to_plain(&self.moves.gone, name);
        match (reason, by_sops.filter(|_| is_plain)) {
            (Reason::Plain, Some(by_sops)) => format!("{path}: {by_sops}"),
            (Reason::Unopened | Reason::Plain, _) => path.to_string(),
            // Begins with the path.
            (Reason::Incoming, Some(by_sops)) => format!("{}; {by_sops}", chain(error)),
            (Reason::Incoming, None) => chain(error),
            _ => format!("{path}: {}", chain(error)),
        }
    }
}

fn explained(error: SealError, found: &Found) -> Failure {
    if error.wants_identity() {
        let failure = Failure::from(error).hint("name an identity that opens it with --identity");
        found.explain(failure)
    } else {
        let is_incoming = matches!(error, SealError::Incoming(_));
        let hint = is_incoming.then_some("who names it by itself is asked about that");
        remedy::of_sealing(error).hint_if(hint)
    }
}
