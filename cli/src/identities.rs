//! Finds the person's identities where sops finds them, and in two places before those.

mod default_files;
mod passphrase;
mod source;
pub(crate) mod words;

use crate::failure::{Explain, Failure, Result};
use default_files::{Platform, default_files};
use signet_api::RepoPath;
use signet_envelope::{Sealed, Store, parse_unfinished_as};
use signet_seal::{Identity, SealError};
use source::Named;
use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};

pub(crate) use source::read_file;

/// `--identity`, for commands that open something.
#[derive(clap::Args)]
pub(crate) struct IdentityArgs {
    /// Open with the age identities in this file first
    #[arg(
        short,
        long = "identity",
        value_name = "FILE",
        env = "SIGNET_IDENTITY_FILE"
    )]
    identity: Vec<PathBuf>,
}

/// The identities that were found, and the sources that could not be read.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) identities: Vec<Identity>,
    problems: Vec<Failure>,
    protected: Vec<Protected>,
}

/// A file that a passphrase may protect, which is asked for only where nothing else opens.
struct Protected {
    file: PathBuf,
    /// Why it is of no use without.
    problem: Failure,
}

impl Found {
    /// Explains why nothing opened: a source that could not be read matters only now.
    pub(crate) fn explain(&self, failure: Failure) -> Failure {
        let protected = self.protected.iter().map(|protected| &protected.problem);
        let problems: BTreeSet<String> = self
            .problems
            .iter()
            .chain(protected)
            .map(|problem| problem.report(false).trim().to_owned())
            .collect();
        let unasked = "a passphrase is asked for where stdin is a terminal; textconv never asks";
        let unasked = (!self.protected.is_empty()).then_some(unasked);
        let failure = problems.into_iter().fold(failure, Failure::hint);
        failure.hint_if(unasked).hint(
            "identities are read from --identity, SIGNET_IDENTITY_FILE, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, \
             SOPS_AGE_KEY_CMD, SOPS_AGE_SSH_PRIVATE_KEY_FILE, SOPS_AGE_SSH_PRIVATE_KEY_CMD, sops/age/keys.txt \
             in the folder of the person's configuration, ~/.ssh/id_ed25519 and ~/.ssh/id_rsa",
        )
    }

    fn add(&mut self, source: Result<Vec<Identity>>) {
        match source {
            Ok(identities) => self.identities.extend(identities),
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Adds what is in a file.
    fn add_file(&mut self, file: &Path, source: Result<Vec<Identity>>) {
        match source {
            Err(problem) if source::is_protected(file) => self.protected.push(Protected {
                file: file.to_owned(),
                problem,
            }),
            source => self.add(source),
        }
    }

    /// The same with what passphrases protect, asked for at the terminal until each group can be opened. Nobody is asked
    /// twice for one file.
    ///
    /// # Errors
    /// When the terminal fails, or the person gives up.
    pub(crate) fn and_protected(
        mut self,
        groups: impl IntoIterator<Item = Vec<String>>,
    ) -> Result<Self> {
        let groups: Vec<Vec<String>> = groups.into_iter().collect();
        self.add_protected(&groups)?;
        Ok(self)
    }

    fn add_protected(&mut self, groups: &[Vec<String>]) -> Result<()> {
        for Protected { file, problem } in std::mem::take(&mut self.protected) {
            let asking = || format!("ask for the passphrase of {}", file.display());
            let passphrase = if groups.iter().all(|group| self.opens(group)) {
                None
            } else {
                passphrase::of(&file).with_context(asking)?
            };
            match passphrase {
                Some(passphrase) => self.add(source::read_protected(&file, passphrase)),
                None => self.protected.push(Protected { file, problem }),
            }
        }
        Ok(())
    }

    /// What comes of work with the identities; where none of them opens a sealed file, the work is done again with what
    /// passphrases protect.
    ///
    /// # Errors
    /// Those of the work, with where identities were looked for if none opens the file; those of asking.
    pub(crate) fn unlocking<T>(
        &mut self,
        groups: impl FnOnce() -> Vec<Vec<String>>,
        work: impl Fn(&[Identity]) -> Result<T>,
    ) -> Result<T> {
        let mut done = work(&self.identities);
        if done.as_ref().is_err_and(wants_identity) && !self.protected.is_empty() {
            let before = self.identities.len();
            self.add_protected(&groups())?;
            if self.identities.len() > before {
                done = work(&self.identities);
            }
        }
        done.map_err(|failure| {
            if wants_identity(&failure) {
                self.explain(failure)
            } else {
                failure
            }
        })
    }

    /// Adds what the person's commands print for nobody, or for each of the group until it can be opened.
    fn add_printed(&mut self, commands: &[Named], group: &[String]) {
        for recipient in group {
            if self.opens(group) {
                return;
            }
            for command in commands {
                self.add(command.run(Some(recipient)));
            }
        }
    }

    fn opens(&self, group: &[String]) -> bool {
        let is_ours = |recipient| {
            let mut ours = self.identities.iter().map(Identity::recipient);
            ours.any(|our| our == signet_envelope::normal_recipient(recipient))
        };
        group.iter().any(|recipient| is_ours(recipient))
    }
}

impl IdentityArgs {
    /// Every identity that is at hand, in the order in which they are tried; commands are run once.
    ///
    /// # Errors
    /// When a file that `--identity` names cannot be read: that one was asked for.
    pub(crate) fn find(&self) -> Result<Found> {
        let mut found = self.at_hand()?;
        for command in Named::commands() {
            found.add(command.run(None));
        }
        Ok(found)
    }

    /// Every identity that is at hand to open files with, of whose key groups these are the recipients.
    ///
    /// The groups are looked at only where a command prints identities: it is run for a recipient of each group that
    /// nothing else opens, as `SOPS_AGE_RECIPIENT`, until one of the group is there. For a passphrase the person is asked
    /// last, at the terminal.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub(crate) fn find_for(&self, groups: impl IntoIterator<Item = Vec<String>>) -> Result<Found> {
        let mut found = self.at_hand()?;
        let commands: Vec<Named> = Named::commands().collect();
        let groups: Vec<Vec<String>> = groups.into_iter().collect();
        if !commands.is_empty() {
            for group in &groups {
                found.add_printed(&commands, group);
            }
        }
        found.add_protected(&groups)?;
        Ok(found)
    }

    /// What is found without running anything.
    fn at_hand(&self) -> Result<Found> {
        let mut found = Found::default();
        for file in &self.identity {
            match read_file(file) {
                Err(problem) if !source::is_protected(file) => return Err(problem),
                source => found.add_file(file, source),
            }
        }
        found.add(source::variable());
        for file in Named::files() {
            found.add_file(file.path(), file.read());
        }
        for file in default_files(Platform::HERE, |name| env::var_os(name)) {
            found.add_file(&file, read_file(&file));
        }
        Ok(found)
    }
}

/// Whether a file was not sealed because no identity opens what is sealed in it already.
fn wants_identity(failure: &Failure) -> bool {
    let error = failure.cause::<SealError>();
    error.is_some_and(SealError::wants_identity)
}

/// The recipients of each key group of a text that is sealed, finished or not; none of any other.
pub(crate) fn groups_in(store: Store, path: &RepoPath, bytes: &[u8]) -> Vec<Vec<String>> {
    let text = str::from_utf8(bytes).ok();
    let sealed = text.and_then(|text| parse_unfinished_as(store, text, path).ok());
    sealed.iter().flat_map(groups_of).collect()
}

/// The recipients of each key group of a sealed file.
pub(crate) fn groups_of(sealed: &Sealed) -> impl Iterator<Item = Vec<String>> {
    let groups = sealed.metadata().groups.iter();
    groups.map(|group| {
        let age = group.iter().filter(|key| key.kind == "age");
        age.map(|key| key.recipient.clone()).collect()
    })
}
