//! `signet seal`: seals files in place.

mod fleets;
mod look;
mod named;
mod place;
mod plain;
mod spelling;
mod stdin;

use super::Answer;
use crate::applicable;
use crate::audience::{AudienceArgs, Unnamed};
use crate::clear;
use crate::consent::{Consent, TakeIn};
use crate::failure::{Explain, Failure, Result, refused, usage};
use crate::files::{self, Changes};
use crate::identities::IdentityArgs;
use crate::left::{self, Left, Reason};
use crate::output::Output;
use crate::pin::Trust;
use crate::reading;
use crate::remedy;
use crate::repository::refuse_several_trees;
use crate::session::Session;
use crate::store_args::StoreArgs;
use crate::unmerged;
use named::Chosen;
use place::Place;
use signet_api::RepoPath;
use signet_envelope::{Pattern, Rule, Sealed, Store, is_sealed, parse_unfinished_as};
use signet_seal::SealError;
use std::path::{Path, PathBuf};
use std::str;

/// Seal files in place: only what is not sealed yet, for those that their path demands
#[derive(clap::Args)]
#[command(
    after_help = "In a fleet, a file's path says for whom it is sealed. Elsewhere --age does, else SOPS_AGE_RECIPIENTS, else the \
    .sops.yaml in or above the current folder, as in sops, else the nearest to the file where that has no rule for it. Which values: --only, else the .sops.yaml; else in a Secret data \
    and stringData, in other files everything. Quoted, a pattern takes what git does not ignore: * within a folder, ** across.\n\
    A folder stands for the files below it that `signet check` would have sealed: Secrets in clear text, files that a rule or \
    their name wants sealed, sealed ones with something in the clear or not yet for all whom the rules name.\n\
    Of a pattern, files without a value to seal are passed by, but not all of them; one that is named by itself has to have one. \
    In a fleet, objects of Kubernetes that are no Secrets have none unless a rule selects it.\n\
    All files are sealed or none; only where nobody is named for whom one of a folder or a pattern is to be sealed, it is not merged \
    yet, or it was sealed for another path or, in a fleet, for none, it is left and named, and the end is a failure.\n\
    Values that are added in the clear to a sealed file are sealed too; without a question if its other values and its key are \
    those of HEAD, or of what signet wrote there since. Outside Git neither is known.\n\
    Exit codes of --check: 0 all are sealed, 1 not all, 2 failed.\n\n\
    Example:\n  signet seal tenants/team-a/prod/db.yaml\n  signet seal '**/*.secret.yaml'\n  \
    signet seal --check tenants/team-a/prod/*.secret.yaml\n  \
    kubectl create secret generic db --from-file=ca.crt --dry-run=client -o yaml | signet seal - > db.yaml"
)]
pub(crate) struct Seal {
    /// Files, patterns and folders; `-` alone: stdin, sealed to stdout
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// With `-`: the file that the text is for (default: the one that stdout goes to; of no matter beside --type and --age)
    #[arg(long, value_name = "FILE")]
    filename: Option<PathBuf>,
    #[command(flatten)]
    audience: AudienceArgs,
    /// Seal only values whose key, or a key above it, matches
    #[arg(long, value_name = "REGEX", conflicts_with = "check")]
    only: Option<String>,
    #[command(flatten)]
    store: StoreArgs,
    /// Change nothing; exit with 1 and list the files that are not sealed, or not as they should be
    #[arg(long, conflicts_with = "recipients")]
    check: bool,
    /// List the files that would change, and change nothing
    #[arg(long, conflicts_with = "check")]
    dry_run: bool,
    #[command(flatten)]
    identity: IdentityArgs,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    take_in: TakeIn,
    #[command(flatten)]
    consent: Consent,
}

impl Seal {
    /// Whether the command only asks.
    pub(super) fn asks(&self) -> bool {
        self.check
    }

    /// Seals all files or none, but for those of a folder or a pattern for whom nobody is named; `--check` says which are not right.
    pub(crate) fn run(self, session: &Session) -> Result<Answer> {
        let out = &session.out;
        if self.files == [Path::new("-")] {
            stdin::seal(&self, out)?;
            return Ok(Answer::Done);
        }
        if self.filename.is_some() {
            return Err(usage("--filename is for `-` alone"));
        }
        refuse_several_trees(&self.files)?;
        let files = named::files(&self, out)?;
        if self.check {
            return look::look(&self, &files, out);
        }
        let asked = self.rehearsed();
        let mut place = Place::of(&asked, &places(&files), out)?;
        if !asked.dry_run {
            files::recover(place.root(), out)?;
        }
        let mut work = Work::in_place(&place);
        for file in &files {
            asked.take(file, &mut place, &mut work, out)?;
        }
        let Work { changes, left, .. } = work.all_of(files.len())?;
        if !asked.dry_run {
            changes.apply()?;
        }
        changes.list(out)?;
        left.answer(|failure| failure)
    }

    /// The same command, by which nobody is asked where nothing is changed.
    fn rehearsed(self) -> Self {
        Self {
            consent: self.consent.rehearsed_if(self.dry_run),
            take_in: self.take_in.rehearsed_if(self.dry_run),
            ..self
        }
    }

    /// Seals a file, or leaves it as it is: what is sealed of a folder or a pattern is worth more than that all of it is.
    fn take(&self, file: &Chosen, place: &mut Place, work: &mut Work, out: &Output) -> Result<()> {
        let (path, shown) = (place.path_of(&file.place)?, file.place.display());
        if file.is_left {
            work.left.leave(&path, Reason::Apart, shown.to_string());
            return Ok(());
        }
        let doing = || format!("read {shown}");
        let mut before = reading::file(&file.place).with_context(doing)?;
        self.refuse_other_rule(&path, &before)?;
        if let Some((reason, told)) = self.kept(file, place, &path, &before) {
            let name = shown.to_string();
            work.left.leave_saying(&path, reason, name, told);
            return Ok(());
        }
        match place.seal(self, &file.place, &path, &before) {
            Ok(sealed) if sealed.as_bytes() == *before => {
                out.note(format!("{shown} is sealed already"));
            }
            Ok(sealed) => {
                tell(self.store.of(&path), &path, &before, &sealed, out);
                let before = std::mem::take(&mut *before);
                work.changes.replace(path, before, sealed);
            }
            Err(failure) if !file.is_named && failure.cause::<Unnamed>().is_some() => {
                work.left.leave(&path, Reason::Unnamed, shown.to_string());
                work.unnamed.get_or_insert(failure);
            }
            Err(failure)
                if !file.is_named
                    && (is_nothing_to_seal(&failure)
                        || place.passes_by(self, &path, &before)?) =>
            {
                out.note(format!("{shown} has nothing to seal"));
                work.passed_by += 1;
            }
            Err(failure) if !file.is_named && place.is_fleet() && is_broken(&failure, &before) => {
                let name = shown.to_string();
                work.left
                    .leave_saying(&path, Reason::Broken, name, failure.told());
            }
            Err(failure) => {
                let failure = remedy::of_file(failure, place.root());
                let failure = failure.naming(&path, shown.to_string());
                let marker = unmerged::marker(self.store.of(&path), &before);
                return Err(unmerged::explained(failure, &file.place, marker));
            }
        }
        Ok(())
    }

    /// Why nothing is tried with a file that nobody named, and what is told of it.
    fn kept(
        &self,
        file: &Chosen,
        place: &Place,
        path: &RepoPath,
        bytes: &[u8],
    ) -> Option<(Reason, String)> {
        if file.is_named {
            return None;
        }
        let (store, shown) = (self.store.of(path), file.place.display());
        if let Some(line) = unmerged::marker(store, bytes) {
            let told = format!("{shown}, line {line}");
            return Some((Reason::Unmerged, told));
        }
        let sealed = sealed_in(store, path, bytes)?;
        let is_incoming = place.is_incoming(&sealed);
        is_incoming.then(|| (Reason::Incoming, shown.to_string()))
    }

    /// A file that is sealed already keeps its rule.
    fn refuse_other_rule(&self, path: &RepoPath, bytes: &[u8]) -> Result<()> {
        let Some(only) = self.only()?.filter(|_| is_sealed(bytes)) else {
            return Ok(());
        };
        let Some(sealed) = sealed_in(self.store.of(path), path, bytes) else {
            return Ok(());
        };
        let rule = &sealed.metadata().rule;
        if (rule.name(), rule.value()) == (only.name(), only.value()) {
            return Ok(());
        }
        Err(refused(format!(
            "{path} is sealed already, under {} {:?}, and --only asks for another rule",
            rule.name(),
            rule.value()
        ))
        .hint("open it, and seal the text anew with --only"))
    }

    fn only(&self) -> Result<Option<Rule>> {
        let only = self.only.as_deref().map(Pattern::new).transpose();
        Ok(only.context("read --only")?.map(Rule::EncryptedRegex))
    }
}

/// What comes of the files.
struct Work {
    changes: Changes,
    left: Left,
    /// Why the first stays of those for whom nobody is named.
    unnamed: Option<Failure>,
    /// How many have nothing to seal.
    passed_by: usize,
}

impl Work {
    /// Nothing yet.
    fn in_place(place: &Place) -> Self {
        Self {
            changes: place.changes(),
            left: Left::by(left::Work::Sealing),
            unnamed: None,
            passed_by: 0,
        }
    }

    /// The same, if something came of one of so many files.
    fn all_of(mut self, files: usize) -> Result<Self> {
        if self.passed_by > 0 && self.passed_by == files {
            return Err(nothing_to_seal());
        }
        let unnamed = self.left.count(Reason::Unnamed);
        match self.unnamed.take() {
            Some(failure) if unnamed + self.passed_by == files => Err(failure),
            _ => Ok(self),
        }
    }
}

/// Tells what sealing kept of a clear file, and what it left.
fn tell(store: Store, path: &RepoPath, before: &[u8], sealed: &str, out: &Output) {
    spelling::tell(store, path, before, sealed, out);
    if !is_sealed(before) {
        applicable::tell(store, path, before, out);
        clear::count(store, path, sealed, out);
    }
}

fn nothing_to_seal() -> Failure {
    refused("none of the files has a value to seal")
}

/// The file, if it is sealed and can be read so.
fn sealed_in(store: Store, path: &RepoPath, bytes: &[u8]) -> Option<Sealed> {
    let text = str::from_utf8(bytes).ok().filter(|_| is_sealed(bytes))?;
    parse_unfinished_as(store, text, path).ok()
}

fn places(files: &[Chosen]) -> Vec<PathBuf> {
    files.iter().map(|file| file.place.clone()).collect()
}

/// Whether something is wrong with a sealed file itself.
fn is_broken(failure: &Failure, bytes: &[u8]) -> bool {
    let error = failure.cause::<SealError>();
    is_sealed(bytes) && error.is_some_and(SealError::is_of_file)
}

fn is_nothing_to_seal(failure: &Failure) -> bool {
    let error = failure.cause::<SealError>();
    let is_such = |error: &SealError| {
        matches!(
            error,
            SealError::NothingSelected { .. } | SealError::NoContent { .. }
        )
    };
    error.is_some_and(is_such)
}
