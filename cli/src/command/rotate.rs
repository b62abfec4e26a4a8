//! `signet rotate`: new data keys for sealed files, and what somebody could read who is taken away.

mod chosen;
mod exposure;
mod history;
mod moves;
mod questions;
mod rules;
mod strangers;

use super::Answer;
use crate::consent::{Consent, TakeIn};
use crate::creation::ConfigArgs;
use crate::failure::{Explain, Failure, Result, refused};
use crate::files::{self, Changes};
use crate::identities::{Found, IdentityArgs, Lock};
use crate::output::Output;
use crate::output::listing::{Format, FormatArgs, Listing, Row};
use crate::output::visible::{lines_of, name};
use crate::parallel;
use crate::pin::Trust;
use crate::random::from_system;
use crate::remedy;
use crate::repository::{folder_of_all, refuse_several_trees};
use crate::sealing::can_be_asked;
use crate::sealing::existing::Existing;
use crate::session::Session;
use crate::store_args::StoreArgs;
use crate::surroundings::Surroundings;
use chosen::Chosen;
use history::Holders;
use moves::Moves;
use questions::{counted, listed};
use serde_json::json;
use signet_api::RepoPath;
use signet_cluster::chain;
use signet_seal::{SealError, rotate_file};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use strangers::Strangers;

/// Put sealed files under new data keys, and tell what a removed recipient could read
#[derive(clap::Args)]
#[command(
    after_help = "In a fleet the path says for whom a file is sealed: take a recipient out of the tenant's document first. Other \
    files stay sealed for their own recipients.\n\
    All files are rotated or none, but for what nobody named: in a fleet that keeps its keys where it belongs to nobody, was \
    sealed for another path or for none, or is not as somebody with its key left it; where a whole fleet is rotated, and nobody comes or \
    goes, also what no identity here opens. The rest is rotated, and it ends in a failure that names what is left.\n\
    Where somebody loses a file, since --remove or the fleet's documents say so, each value that they could read is printed, with \
    the commit that changed it last: it stays exposed until it is changed where it is used. A version that no identity here opens \
    counts as a change, and so does a new name or place. --remove rotates only the files that name the recipient.\n\n\
    Example:\n  signet rotate\n  signet rotate tenants/team-a --remove age1… -o json\n  \
    signet rotate secrets/*.yaml --add age1… --remove age1…"
)]
pub(crate) struct Rotate {
    /// Sealed files, folders with such, patterns (default in a fleet: all sealed files)
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Take this recipient away (repeatable, or with commas)
    #[arg(long, value_name = "RECIPIENT", value_delimiter = ',')]
    remove: Vec<String>,
    /// Seal for this recipient too, where no fleet says for whom (repeatable, or with commas)
    #[arg(long, value_name = "RECIPIENT", value_delimiter = ',')]
    add: Vec<String>,
    /// Say what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    identity: IdentityArgs,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    take_in: TakeIn,
    #[command(flatten)]
    consent: Consent,
}

/// Files that keep their keys, and that nobody named.
#[derive(Default)]
struct Left {
    /// No identity here opens them.
    unopened: Vec<RepoPath>,
    /// Why others do: nobody who can write to one file keeps all from being rotated.
    others: BTreeMap<RepoPath, String>,
}

impl Left {
    fn leave(&mut self, file: &Chosen, why: &str) {
        self.others.insert(file.path.clone(), why.to_owned());
    }

    fn has(&self, path: &RepoPath) -> bool {
        self.unopened.contains(path) || self.others.contains_key(path)
    }
}

/// A file that is rotated, and for whom it is sealed then.
struct Job<'a> {
    file: &'a Chosen,
    existing: Existing,
}

impl Job<'_> {
    /// Whether somebody may have put the file into the fleet who wants its values to pass for the tenant's: nobody named it,
    /// and no commit has it.
    fn may_be_planted(&self) -> bool {
        !self.file.is_named && self.existing.is_in_fleet() && !self.existing.is_known()
    }

    /// Those who open the file now or as it was committed last, and will not.
    fn leavers(&self, holders: &Holders) -> BTreeSet<String> {
        let stay = &self.existing.recipients;
        let committed = holders.get(&self.file.path).into_iter().flatten();
        let now = self.file.people.iter().chain(committed);
        let leavers =
            now.filter(|one| !stay.required.contains(*one) && !stay.transitional.contains(*one));
        leavers.cloned().collect()
    }
}

impl Rotate {
    /// Rotates all files or none, but for what [`Left`] names.
    pub(crate) fn run(self, session: &Session) -> Result<Answer> {
        let out = &session.out;
        let moves = Moves::of(&self.remove, &self.add)?;
        refuse_several_trees(&self.files)?;
        let around = Surroundings::of(&folder_of_all(&self.files), self.trust, out)?;
        if !self.dry_run {
            files::recover(around.root(), out)?;
        }
        let (all, others) = chosen::sealed(&self.files, &self.store, &around, out)?;
        let locks: Vec<Lock> = all.iter().map(|file| Lock::of(&file.sealed)).collect();
        let found = self.identity.find_for(&locks)?;
        let mut touched: Vec<&Chosen> = all.iter().filter(|file| moves.touch(file)).collect();
        let mut left = Left {
            others,
            ..Left::default()
        };
        let jobs = self.jobs(&touched, &moves, &around, &mut left)?;
        touched.retain(|file| !left.has(&file.path));
        let holders = history::holders(around.root(), &all, &found.identities, out)?;
        let leavers = leavers(&jobs, &holders);
        let gone_of = |file: &Chosen| {
            let leavers = leavers.get(&file.path);
            leavers.map_or_else(|| moves.gone.clone(), |leavers| leavers | &moves.gone)
        };
        let (root, identities) = (around.root(), &found.identities);
        let mut exposed = exposure::of(&all, gone_of, &holders, root, identities, out)?;
        moves.refuse_nonsense(&all, &exposed)?;
        if touched.is_empty() && exposed.is_empty() {
            answer(&left, &found)?;
            return Err(moves.nothing(&all));
        }
        let mut creation = self.config.creation(out)?;
        if !self.dry_run {
            let strangers = strangers::of(&jobs, &moves, around.root(), &mut creation)?;
            self.ask(&jobs, &moves, &found, &strangers)?;
        }
        let rotated = self.rotate(&jobs, &found, around.changes(), &moves, &mut left);
        let changes = rotated.map_err(|failure| remedy::of_file(failure, around.root()))?;
        if !self.dry_run {
            changes.apply()?;
        }
        let mut rotated = touched;
        rotated.retain(|file| !left.has(&file.path));
        exposed.retain(|value| !left.has(&value.file));
        let gone = leavers.iter().filter(|(path, _)| !left.has(path));
        let gone = gone
            .flat_map(|(_, leavers)| leavers.clone())
            .chain(moves.gone.clone());
        let losing = all
            .iter()
            .filter(|file| !left.has(&file.path) && !gone_of(file).is_disjoint(&file.people));
        self.report(
            &rotated,
            &exposed,
            &losing.collect::<Vec<_>>(),
            &gone.collect(),
            out,
        )?;
        say_for_whom(&jobs, out);
        rules::warn(&jobs, &moves, around.root(), &mut creation, out)?;
        answer(&left, &found)
    }

    /// What is to be done with each file. In a fleet, what belongs to nobody is left unless it is named: nothing but the file says
    /// for whom it is.
    fn jobs<'a>(
        &self,
        files: &[&'a Chosen],
        moves: &Moves,
        around: &Surroundings,
        left: &mut Left,
    ) -> Result<Vec<Job<'a>>> {
        let mut jobs = Vec::new();
        for file in files {
            if !file.is_named && around.is_nobodys(&file.path) {
                left.leave(file, "it belongs to nobody here");
                continue;
            }
            let existing = around.existing(&file.sealed, self.consent)?;
            let existing = moves.apply(existing, file)?;
            jobs.push(Job { file, existing });
        }
        Ok(jobs)
    }

    /// Returns once the person agreed to all that a rotation may do against their will.
    fn ask(&self, jobs: &[Job], moves: &Moves, found: &Found, strangers: &Strangers) -> Result<()> {
        let planted = jobs.iter().filter(|job| job.may_be_planted());
        let planted: Vec<&RepoPath> = planted.map(|job| &job.file.path).collect();
        if !planted.is_empty() {
            self.consent.to(&questions::of_unknown(&planted))?;
        }
        let rolling = jobs.iter().filter(|job| job.existing.is_in_fleet()).count();
        if rolling > 0 {
            self.consent.to(&questions::of_rolling(rolling))?;
        }
        if !strangers.is_empty() {
            self.consent
                .to_people(&questions::of_strangers(strangers))?;
        }
        let lost = moves.lost(jobs, found);
        if !lost.is_empty() {
            self.consent.to(&questions::of_loss(&lost))?;
        }
        Ok(())
    }

    /// All files under new keys, each file worked on by itself, in parallel. Those that nobody named stay as they are where
    /// something is wrong with them; and of a whole fleet, where nobody comes or goes, those that no identity here opens.
    fn rotate(
        &self,
        jobs: &[Job],
        found: &Found,
        mut changes: Changes,
        moves: &Moves,
        left: &mut Left,
    ) -> Result<Changes> {
        // Who names nothing means all that can be rotated.
        let may_stay = self.files.is_empty() && moves.is_nobody();
        let is_fleet = jobs.iter().any(|job| job.existing.is_in_fleet());
        let mut stayed = 0;
        let identities = &found.identities;
        let rotated = parallel::map(jobs, |Job { file, existing }| {
            let request = existing.request(identities);
            rotate_file(&file.sealed, &request, &mut from_system)
        });
        for (Job { file, existing }, rotated) in jobs.iter().zip(rotated) {
            let doing = || format!("rotate {}", file.path);
            let rotated = match rotated {
                // Asked about one after the other.
                Err(error) if can_be_asked(&error, file.is_named) => existing
                    .carry_out(
                        identities,
                        self.consent,
                        Some(self.take_in),
                        |request, rng| rotate_file(&file.sealed, request, rng),
                    )
                    .with_context(doing)?,
                Err(error) if may_stay && error.wants_identity() && stayed + 1 < jobs.len() => {
                    left.unopened.push(file.path.clone());
                    stayed += 1;
                    continue;
                }
                Err(error)
                    if is_fleet
                        && !file.is_named
                        && error.is_of_file()
                        && stayed + 1 < jobs.len() =>
                {
                    left.leave(file, &chain(&error));
                    stayed += 1;
                    continue;
                }
                Err(error) => return Err(explained(error, found).context(doing())),
                Ok(rotated) => rotated,
            };
            changes.replace(file.path.clone(), file.sealed.text().to_owned(), rotated);
        }
        Ok(changes)
    }

    /// The exposed values, with those who could read them; where nobody goes, the files.
    fn report(
        &self,
        files: &[&Chosen],
        exposed: &[exposure::Exposed],
        losing: &[&Chosen],
        gone: &BTreeSet<String>,
        out: &Output,
    ) -> Result<()> {
        let done = if self.dry_run { "would get" } else { "got" };
        out.note(format!(
            "{} {done} new data keys",
            counted(files.len(), "file")
        ));
        if !gone.is_empty() {
            out.note(exposure::summary(exposed, losing, gone));
            return exposure::listing(exposed).print(out, self.format.format);
        }
        let mut listing = Listing::new(&["FILE"]);
        for file in files {
            listing.push(Row {
                name: file.path.to_string(),
                cells: vec![file.path.to_string()],
                value: json!({"file": file.path.as_str()}),
            });
        }
        let format = match self.format.format {
            // As the other commands that write name their files.
            Format::Table => Format::Name,
            format => format,
        };
        listing.print(out, format)
    }
}

/// Who is taken out of which file, or was since it was committed.
fn leavers<'a>(jobs: &[Job<'a>], holders: &Holders) -> BTreeMap<&'a RepoPath, BTreeSet<String>> {
    let leavers = jobs
        .iter()
        .map(|job| (&job.file.path, job.leavers(holders)));
    leavers.filter(|(_, gone)| !gone.is_empty()).collect()
}

/// Says who can open files whose people no fleet names: nothing but the files themselves does, so anybody who could write
/// to one may have added a name.
fn say_for_whom(jobs: &[Job], out: &Output) {
    let plain = jobs.iter().filter(|job| !job.existing.is_in_fleet());
    let people: BTreeSet<&BTreeSet<String>> =
        plain.map(|job| &job.existing.recipients.required).collect();
    for people in people {
        let people: Vec<String> = people.iter().map(|one| name(one)).collect();
        out.note(format!("sealed for {}", people.join(", ")));
    }
}

/// A failure that names what keeps its keys, where something does.
fn answer(left: &Left, found: &Found) -> Result<Answer> {
    let others = left.others.iter();
    let others = lines_of(others.map(|(path, why)| format!("{path}: {why}")));
    let others = || format!("these keep their keys:{others}");
    let hint = "one that is named by itself is asked about, where that helps: `signet rotate FILE`";
    let unopened: Vec<&RepoPath> = left.unopened.iter().collect();
    if unopened.is_empty() {
        return if left.others.is_empty() {
            Ok(Answer::Done)
        } else {
            Err(refused(others()).hint(hint))
        };
    }
    let unopened = refused(format!(
        "no identity here opens these, which keep their keys: {}",
        listed(&unopened)
    ));
    let unopened = found.explain(unopened);
    Err(if left.others.is_empty() {
        unopened
    } else {
        unopened.hint(others()).hint(hint)
    })
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
