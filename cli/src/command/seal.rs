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
use crate::output::Output;
use crate::output::visible::lines_of;
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
    All files are sealed or none; only where nobody is named for whom one of a folder or a pattern is to be sealed, or it was sealed for \
    another path or, in a fleet, for none, it is left and named, and the end is a failure.\n\
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
        let (changes, left) = self.changes(&files, out)?;
        if !self.dry_run {
            changes.apply()?;
        }
        changes.list(out)?;
        answer(&left)
    }

    /// What is to be written, and the files that stay as they are: what is sealed of a folder or a pattern is worth more than that
    /// all of it is.
    fn changes<'f>(&self, files: &'f [Chosen], out: &Output) -> Result<(Changes, Left<'f>)> {
        let mut place = Place::of(self, &places(files), out)?;
        if !self.dry_run {
            files::recover(place.root(), out)?;
        }
        let mut changes = place.changes();
        let (mut left, mut first) = (Vec::new(), None);
        let (mut incoming, mut apart, mut broken) = (Vec::new(), Vec::new(), Vec::new());
        let mut passed_by = 0;
        for file in files {
            if file.is_left {
                apart.push(file);
                continue;
            }
            let path = place.path_of(&file.place)?;
            let doing = || format!("read {}", file.place.display());
            let mut before = reading::file(&file.place).with_context(doing)?;
            self.refuse_other_rule(&path, &before)?;
            let sealed = || sealed_in(self.store.of(&path), &path, &before);
            let is_incoming = |sealed| place.is_incoming(&sealed);
            if !file.is_named && sealed().is_some_and(is_incoming) {
                incoming.push(file);
                continue;
            }
            match place.seal(self, &file.place, &path, &before) {
                Err(failure) if !file.is_named && failure.cause::<Unnamed>().is_some() => {
                    left.push(file);
                    first.get_or_insert(failure);
                }
                Err(failure)
                    if !file.is_named
                        && (is_nothing_to_seal(&failure)
                            || place.passes_by(self, &path, &before)?) =>
                {
                    out.note(format!("{} has nothing to seal", file.place.display()));
                    passed_by += 1;
                }
                Ok(sealed) if sealed.as_bytes() == *before => {
                    out.note(format!("{} is sealed already", file.place.display()));
                }
                Ok(sealed) => {
                    tell(self.store.of(&path), &path, &before, &sealed, out);
                    changes.replace(path, std::mem::take(&mut *before), sealed);
                }
                Err(failure)
                    if !file.is_named && place.is_fleet() && is_broken(&failure, &before) =>
                {
                    broken.push((file, failure.told()));
                }
                Err(failure) => {
                    let failure = remedy::of_file(failure, place.root());
                    let marker = unmerged::marker(self.store.of(&path), &before);
                    return Err(unmerged::explained(failure, &file.place, marker));
                }
            }
        }
        if passed_by > 0 && passed_by == files.len() {
            return Err(nothing_to_seal());
        }
        match first {
            Some(failure) if left.len() + passed_by == files.len() => Err(failure),
            _ => Ok((
                changes,
                Left {
                    unnamed: left,
                    incoming,
                    apart,
                    broken,
                },
            )),
        }
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

/// Files of a folder or a pattern that stay as they are.
struct Left<'f> {
    /// Nobody says for whom.
    unnamed: Vec<&'f Chosen>,
    /// They were not sealed for their path: who is asked about that has named them.
    incoming: Vec<&'f Chosen>,
    /// Sops alone seals them.
    apart: Vec<&'f Chosen>,
    /// They are not as somebody with their key left them, which keeps nothing else of a fleet from being sealed; and why.
    broken: Vec<(&'f Chosen, String)>,
}

/// A failure that names all that stays as it is, where something does.
fn answer(left: &Left) -> Result<Answer> {
    let listed =
        |files: &[&Chosen]| lines_of(files.iter().map(|file| file.place.display().to_string()));
    let broken = lines_of(left.broken.iter().map(|(_, why)| why));
    let kinds = [
        (
            "these are not as somebody with their key left them, and stay as they are",
            broken,
            "`signet check` says what to do about each",
        ),
        (
            "these were sealed for another path or for none, and stay as they are",
            listed(&left.incoming),
            "`signet seal FILE…` asks about each that is named by itself; --take-in answers for all that are",
        ),
        (
            "these are not sealed here, and stay as they are",
            listed(&left.apart),
            "`signet check` says what seals each",
        ),
        (
            "nobody is named for whom these are to be sealed, which stay as they are",
            listed(&left.unnamed),
            "`signet check` says which creation rule each lacks",
        ),
    ];
    let mut failure: Option<Failure> = None;
    for (what, files, hint) in kinds.into_iter().filter(|(_, files, _)| !files.is_empty()) {
        let told = format!("{what}:{files}");
        let told = match failure {
            Some(failure) => failure.hint(told),
            None => refused(told),
        };
        failure = Some(told.hint(hint));
    }
    failure.map_or(Ok(Answer::Done), Err)
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
