//! `signet rotate`: new data keys for sealed files, and what somebody could read who is taken away.

mod chosen;
mod cluster;
mod commits;
mod exposure;
mod history;
mod identity;
mod job;
mod losses;
mod moves;
mod questions;
mod recovery;
mod rules;
mod signer;
mod strangers;
mod transition;

use super::Answer;
use crate::consent::{Consent, TakeIn};
use crate::creation::{ConfigArgs, Creation};
use crate::failure::{Failure, Result, refused};
use crate::files::{self, Changes};
use crate::identities::{Found, IdentityArgs, Lock};
use crate::left::{Left, Reason, Work};
use crate::output::Output;
use crate::output::listing::{Format, FormatArgs, Listing, Row};
use crate::output::visible::name;
use crate::pin::Trust;
use crate::remedy;
use crate::repository::{folder_of_all, refuse_several_trees};
use crate::session::Session;
use crate::store_args::StoreArgs;
use crate::surroundings::Surroundings;
use chosen::Chosen;
use clap::Subcommand;
use clap::error::{ContextKind, ContextValue};
use job::Job;
use losses::Losses;
use moves::Moves;
use questions::counted;
use serde_json::json;
use signet_seal::SealError;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Put sealed files under new data keys, and tell what a removed recipient could read
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "In a fleet the path says for whom a file is sealed: take a recipient out of the tenant's document first. Other \
    files stay sealed for their own recipients.\n\
    All files are rotated or none, but for what nobody named: in a fleet that keeps its keys where it belongs to nobody, was \
    sealed for another path or for none, or is not as somebody with its key left it; elsewhere what has keys that only sops wraps for; where a whole fleet is rotated, and nobody comes or \
    goes, also what no identity here opens. The rest is rotated, and it ends in a failure that names what is left.\n\
    Where somebody loses a file, since --remove or the fleet's documents say so, each value that they could read is printed, with \
    the commit that changed it last: it stays exposed until it is changed where it is used. A version that no identity here opens \
    counts as a change, and so does a new name or place. --remove rotates only the files that name the recipient.\n\n\
    Example:\n  signet rotate\n  signet rotate tenants/team-a --remove age1… -o json\n  \
    signet rotate secrets/*.yaml --add age1… --remove age1…"
)]
pub(crate) struct Rotate {
    #[command(subcommand)]
    what: Option<What>,
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

/// What else gives way to something new.
#[derive(clap::Subcommand)]
enum What {
    Identity(identity::RotateIdentity),
    Cluster(cluster::RotateCluster),
    Recovery(recovery::RotateRecovery),
    Signer(signer::RotateSigner),
}

/// What all of a rotation goes by.
struct Rotation<'a> {
    asked: &'a Rotate,
    /// The sealed files among those that were named.
    all: &'a [Chosen],
    moves: Moves,
    around: &'a Surroundings,
    found: Found,
    /// Whether nothing is changed where a file stays as it is that would have to change.
    is_whole: bool,
    out: &'a Output,
}

impl Rotate {
    /// Rotates all files or none, but for those that [`Left`] names; or what a subcommand says.
    pub(crate) fn run(self, session: &Session) -> Result<Answer> {
        match self.what {
            Some(What::Identity(command)) => command.run(session),
            Some(What::Cluster(command)) => command.run(session),
            Some(What::Recovery(command)) => command.run(session),
            Some(What::Signer(command)) => command.run(session),
            None => {
                let meant = self.files.first().and_then(|file| nearly(file));
                self.rotate_files(session)
                    .map_err(|failure| failure.hint_if(meant.as_deref()))
            }
        }
    }

    fn rotate_files(self, session: &Session) -> Result<Answer> {
        let out = &session.out;
        let asked = self.rehearsed();
        let moves = Moves::of(&asked.remove, &asked.add)?;
        refuse_several_trees(&asked.files)?;
        let around = Surroundings::of(&folder_of_all(&asked.files), asked.trust, out)?;
        if !asked.dry_run {
            files::recover(around.root(), out)?;
        }
        let mut left = Left::by(Work::Rotating);
        let all = chosen::sealed(&asked.files, &asked.store, &around, &mut left, out)?;
        let locks: Vec<Lock> = all.iter().map(|file| Lock::of(&file.sealed)).collect();
        let rotation = Rotation {
            found: asked.identity.find_for(&locks)?,
            asked: &asked,
            all: &all,
            moves,
            around: &around,
            is_whole: false,
            out,
        };
        let left = rotation.run(left, around.changes())?;
        left.answer(|failure| rotation.found.explain(failure))
    }

    /// The same command, by which nobody is asked where nothing is changed.
    fn rehearsed(self) -> Self {
        Self {
            consent: self.consent.rehearsed_if(self.dry_run),
            take_in: self.take_in.rehearsed_if(self.dry_run),
            ..self
        }
    }
}

impl Rotation<'_> {
    /// Rotates the files, and writes what else is to change together with them. Returns those that keep their keys.
    fn run(&self, mut left: Left, documents: Changes) -> Result<Left> {
        let root = self.around.root();
        let mut creation = self.asked.config.creation(self.out)?;
        let jobs = self.jobs(&mut creation, &mut left)?;
        let mut losses = Losses::of(self, &jobs)?;
        self.moves.refuse_nonsense(self.all, &losses.exposed)?;
        if jobs.is_empty() && losses.exposed.is_empty() && documents.is_empty() {
            left.answer(|failure| self.found.explain(failure))?;
            return Err(self.moves.nothing(self.all));
        }
        self.ask(
            &jobs,
            &strangers::of(&jobs, &self.moves, root, &mut creation)?,
        )?;
        let changes = job::rotated(self, &jobs, &losses, &mut left, documents);
        let changes = changes.map_err(|failure| remedy::of_file(failure, root))?;
        if self.is_whole && jobs.iter().any(|job| left.has(&job.file.path)) {
            left.answer(|failure| self.found.explain(failure))?;
            left.tell(self.out);
            return Err(refused(
                "nothing is changed as long as those keep their keys",
            ));
        }
        if !self.asked.dry_run {
            changes.apply()?;
        }
        losses.leave(&left);
        self.report(&jobs, &losses, &left)?;
        say_for_whom(&jobs, self.out);
        rules::warn(&jobs, &self.moves, root, &mut creation, self.out)?;
        left.tell(self.out);
        Ok(left)
    }

    /// What is to be done with each file. In a fleet, what belongs to nobody is left unless it is named: nothing but the file says
    /// for whom it is.
    fn jobs(&self, creation: &mut Creation, left: &mut Left) -> Result<Vec<Job<'_>>> {
        let mut jobs = Vec::new();
        for file in self.all.iter().filter(|file| self.moves.touch(file)) {
            if !file.is_named && self.around.is_nobodys(&file.path) {
                left.leave(&file.path, Reason::Nobodys, file.path.to_string());
                continue;
            }
            let existing = self.around.existing(&file.sealed, self.asked.consent)?;
            let existing = match self.moves.apply(existing, file) {
                Err(failure) if is_foreign(&failure) => {
                    let said = creation.of(&self.around.root().join(file.path.as_str()))?;
                    let name = self.around.name_of(&file.path)?;
                    let remedy = self.moves.done_by_sops(file, &name, said.rule());
                    if file.is_named {
                        return Err(failure.hint(remedy));
                    }
                    let told = format!("{name}: {remedy}");
                    left.leave_saying(&file.path, Reason::Foreign, name, told);
                    continue;
                }
                existing => existing?,
            };
            jobs.push(Job { file, existing });
        }
        Ok(jobs)
    }

    /// Returns once the person agreed to all that a rotation may do against their will.
    fn ask(&self, jobs: &[Job], strangers: &strangers::Strangers) -> Result<()> {
        let consent = self.asked.consent;
        let planted = jobs.iter().filter(|job| job.may_be_planted());
        let planted: Vec<_> = planted.map(|job| &job.file.path).collect();
        if !planted.is_empty() {
            consent.to(&questions::of_unknown(&planted))?;
        }
        let rolling = jobs.iter().filter(|job| job.existing.is_in_fleet()).count();
        if rolling > 0 {
            consent.to(&questions::of_rolling(rolling))?;
        }
        if !strangers.is_empty() {
            consent.to_people(&questions::of_strangers(strangers))?;
        }
        let lost = self.moves.lost(jobs, &self.found);
        if !lost.is_empty() {
            consent.to(&questions::of_loss(&lost))?;
        }
        Ok(())
    }

    /// The exposed values, with those who could read them; where nobody goes, the files.
    fn report(&self, jobs: &[Job], losses: &Losses, left: &Left) -> Result<()> {
        let files = jobs.iter().map(|job| &job.file.path);
        let files: Vec<_> = files.filter(|path| !left.has(path)).collect();
        let done = if self.asked.dry_run {
            "would get"
        } else {
            "got"
        };
        let count = counted(files.len(), "file");
        self.out.note(format!("{count} {done} new data keys"));
        let format = self.asked.format.format;
        if let Some(summary) = losses.summary(self.all, left, self.is_whole) {
            self.out.note(summary);
            return exposure::listing(&losses.exposed).print(self.out, format);
        }
        let mut listing = Listing::new(&["FILE"]);
        for path in files {
            listing.push(Row {
                name: path.to_string(),
                cells: vec![path.to_string()],
                value: json!({"file": path.as_str()}),
            });
        }
        let format = match format {
            // As the other commands that write name their files.
            Format::Table => Format::Name,
            format => format,
        };
        listing.print(self.out, format)
    }
}

/// What is meant by a word in the place of a subcommand that is nearly one, and no file.
fn nearly(word: &Path) -> Option<String> {
    if word.symlink_metadata().is_ok() {
        return None;
    }
    let all = What::augment_subcommands(clap::Command::new("rotate"));
    let all = all.subcommand_required(true).no_binary_name(true);
    let error = all.try_get_matches_from([word]).err()?;
    match error.get(ContextKind::SuggestedSubcommand)? {
        ContextValue::Strings(near) => {
            let near = near.first()?;
            Some(format!(
                "`signet rotate {near}` rotates something else than files"
            ))
        }
        _ => None,
    }
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

/// Whether only sops gives a file a new data key.
fn is_foreign(failure: &Failure) -> bool {
    matches!(failure.cause(), Some(SealError::Foreign { .. }))
}
