//! `signet seal`: seals files in place.

use super::Answer;
use crate::consent::Consent;
use crate::failure::{Explain, Result, refused};
use crate::files::Changes;
use crate::fleet;
use crate::identities::{Found, IdentityArgs};
use crate::inspection;
use crate::output::Output;
use crate::pin::Trust;
use crate::repository::{Repository, work_tree};
use crate::sealing::{Sealer, Sealing, refuse_unowned, seal_for};
use crate::session::Session;
use signet_api::{Fleet, RepoPath, owner};
use signet_envelope::{Pattern, Rule};
use signet_provenance::{Tree, Unverified};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Seal files in place: only what is not sealed yet, for those that their path demands
#[derive(clap::Args)]
#[command(
    after_help = "In a Secret, data and stringData are sealed; in other files everything, unless --only says less.\n\n\
    Example:\n  signet seal tenants/team-a/prod/db.yaml\n  signet seal --check tenants/team-a/prod/*.secret.yaml"
)]
pub(crate) struct Seal {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Seal a file that belongs to no tenant for this recipient
    #[arg(long = "age", value_name = "RECIPIENT", conflicts_with = "check")]
    recipients: Vec<String>,
    /// Seal only values whose key, or a key above it, matches
    #[arg(long, value_name = "REGEX", conflicts_with = "check")]
    only: Option<String>,
    /// Change nothing; exit with 1 and list the files that are not sealed, or not as they should be
    #[arg(long)]
    check: bool,
    /// List the files that would change, and change nothing
    #[arg(long, conflicts_with = "check")]
    dry_run: bool,
    #[command(flatten)]
    identity: IdentityArgs,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    consent: Consent,
}

impl Seal {
    /// Whether the command only asks.
    pub(super) fn asks(&self) -> bool {
        self.check
    }

    /// Seals all files or none; `--check` says which are not right.
    pub(crate) fn run(self, session: &Session) -> Result<Answer> {
        let out = &session.out;
        if self.check {
            return self.look(out);
        }
        let changes = if self.recipients.is_empty() {
            self.for_the_fleet(out)?
        } else {
            self.for_recipients(out)?
        };
        changes.list(out)?;
        if !self.dry_run {
            changes.apply()?;
        }
        Ok(Answer::Done)
    }

    fn for_the_fleet(&self, out: &Output) -> Result<Changes> {
        let repository = Repository::here(out)?;
        let believed = fleet::believed(&repository, self.trust)?;
        let proposed = fleet::proposed(&repository, &Changes::to(repository.root()))?;
        let sealer = Sealer {
            proposed: &proposed,
            believed: &believed.fleet,
            named: &[],
            consent: self.consent,
        };
        let found = self.identity.find()?;
        let mut changes = Changes::to(repository.root());
        for file in &self.files {
            let path = repository.path_of(file)?;
            refuse_unowned(&path, &believed.fleet, &proposed)?;
            let text = read(file)?;
            let committed = committed(&believed.verdict.tree, &path);
            let after = sealer
                .seal(&path, &text, self.sealing(&found, committed.as_deref())?)
                .with_context(|| format!("seal {path}"))?;
            add(&mut changes, path, text, after, out);
        }
        Ok(changes)
    }

    /// Plain SOPS files for use outside a fleet.
    fn for_recipients(&self, out: &Output) -> Result<Changes> {
        let root = match work_tree(out)? {
            Some(root) => root,
            None => env::current_dir()?.canonicalize()?,
        };
        let repository = Repository::at(root.clone(), out).ok();
        let fleet = repository.as_ref().and_then(fleet_of);
        let head = repository.as_ref().and_then(head);
        let found = self.identity.find()?;
        let mut changes = Changes::to(&root);
        for file in &self.files {
            let path = crate::repository::path_below(&root, file)?;
            refuse_owned(&path, fleet.as_ref())?;
            let text = read(file)?;
            let committed = head.as_ref().and_then(|tree| committed(tree, &path));
            let sealing = self.sealing(&found, committed.as_deref())?;
            let sealed = seal_for(&path, &text, &self.recipients, sealing, self.consent)
                .with_context(|| format!("seal {path}"))?;
            add(&mut changes, path, text, sealed, out);
        }
        Ok(changes)
    }

    fn sealing<'a>(&self, found: &'a Found, committed: Option<&'a str>) -> Result<Sealing<'a>> {
        let only = self.only.as_deref().map(Pattern::new).transpose();
        Ok(Sealing {
            rule: only.context("read --only")?.map(Rule::EncryptedRegex),
            identities: &found.identities,
            committed,
        })
    }

    fn look(&self, out: &Output) -> Result<Answer> {
        let repository = Repository::here(out)?;
        let fleet = fleet::proposed(&repository, &Changes::to(repository.root()))?;
        let mut answer = Answer::Done;
        for file in &self.files {
            let path = repository.path_of(file)?;
            let bytes = fs::read(file).with_context(|| format!("read {path}"))?;
            if let Some(finding) = inspection::of_secret_file(&fleet, &path, &bytes) {
                out.line(format!("{}: {}", finding.path, finding.problem))?;
                answer = Answer::Something;
            }
        }
        Ok(answer)
    }
}

/// The fleet around the files, if they are in a state repository.
fn fleet_of(repository: &Repository) -> Option<Fleet> {
    fleet::proposed(repository, &Changes::to(repository.root())).ok()
}

/// What HEAD holds, if there is one; outside a fleet nobody signs for it.
fn head(repository: &Repository) -> Option<Tree<Unverified>> {
    let head = repository.resolve("HEAD").ok()?;
    Tree::unverified(repository.store().objects(), head).ok()
}

/// The file as it was committed; what is no text vouches for nothing.
fn committed<M>(tree: &Tree<M>, path: &RepoPath) -> Option<String> {
    String::from_utf8(tree.read(path).ok()?).ok()
}

fn read(file: &Path) -> Result<String> {
    if file.is_dir() {
        return Err(refused(format!("{} is a folder", file.display()))
            .hint("name the files that hold secrets"));
    }
    fs::read_to_string(file).with_context(|| format!("read {}", file.display()))
}

fn add(changes: &mut Changes, path: RepoPath, before: String, sealed: String, out: &Output) {
    if sealed == before {
        out.note(format!("{path} is sealed already"));
    } else {
        changes.replace(path, before, sealed);
    }
}

/// A tenant's file sealed for others than its path demands would be refused by its agent.
fn refuse_owned(path: &RepoPath, fleet: Option<&Fleet>) -> Result<()> {
    match fleet.and_then(|fleet| owner(fleet, path)) {
        Some(owned) => Err(refused(format!(
            "{path} belongs to {}, and its path says for whom it is sealed",
            owned.tenant
        ))
        .hint("leave out --age; further people who may open it are `editors` of the tenant")),
        None => Ok(()),
    }
}
