//! The identities that were found, and what may still be tried to get others.

use super::lock::Lock;
use super::passphrase;
use super::source::{Content, Named, Protected};
use crate::failure::{Explain, Failure, Result};
use signet_envelope::normal_recipient;
use signet_seal::{Identity, SealError};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The identities that were found, and the sources that could not be read.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) identities: Vec<Identity>,
    problems: Vec<Failure>,
    commands: Vec<Named>,
    /// The recipients that the commands were run for.
    run_for: BTreeSet<String>,
    protected: Vec<ProtectedFile>,
    asks_nobody: bool,
}

/// A file that a passphrase protects, which is asked for only where nothing else opens.
struct ProtectedFile {
    file: PathBuf,
    content: Protected,
    /// Why it is of no use without.
    problem: Failure,
    /// Whether it may open what was last tried.
    would_help: bool,
}

impl Found {
    /// Nothing yet, and these commands to run where that opens nothing.
    pub(super) fn with_commands(commands: Vec<Named>) -> Self {
        Self {
            commands,
            ..Self::default()
        }
    }

    /// Has nobody asked for a passphrase from now on.
    pub(super) fn ask_nobody(&mut self) {
        self.asks_nobody = true;
    }

    pub(super) fn add(&mut self, source: Result<Vec<Identity>>) {
        match source {
            Ok(identities) => self.identities.extend(identities),
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Adds what is in a file.
    pub(super) fn add_file(&mut self, file: &Path, content: Content) {
        match content {
            Content::Plain(identities) => self.add(identities),
            Content::Protected(content, problem) => self.protected.push(ProtectedFile {
                file: file.to_owned(),
                content,
                problem,
                would_help: true,
            }),
        }
    }

    /// Adds what the locks still need: first what commands print, then what passphrases protect. No command is run twice for
    /// a recipient, and nobody asked twice for a file.
    ///
    /// # Errors
    /// When the terminal fails, or the person gives up.
    pub(super) fn unlock(&mut self, locks: &[Lock]) -> Result<()> {
        for lock in locks {
            self.add_printed(lock);
        }
        if self.asks_nobody {
            return Ok(());
        }
        self.add_protected(locks)
    }

    /// Explains why nothing opened: a source that could not be read matters only now.
    pub(crate) fn explain(&self, failure: Failure) -> Failure {
        let mut protected = self
            .protected
            .iter()
            .filter(|one| one.would_help)
            .peekable();
        let could_ask = !self.asks_nobody && protected.peek().is_some();
        let protected = protected.map(|protected| &protected.problem);
        let problems: BTreeSet<String> = self
            .problems
            .iter()
            .chain(protected)
            .map(|problem| problem.report(false).trim().to_owned())
            .collect();
        let unasked =
            could_ask.then_some("a passphrase is asked for where stdin or stderr is a terminal");
        let failure = problems.into_iter().fold(failure, Failure::hint);
        failure.hint_if(unasked).hint(
            "identities are read from --identity, SIGNET_IDENTITY_FILE, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, \
             SOPS_AGE_KEY_CMD, SOPS_AGE_SSH_PRIVATE_KEY_FILE, SOPS_AGE_SSH_PRIVATE_KEY_CMD, sops/age/keys.txt \
             in the folder of the person's configuration, ~/.ssh/id_ed25519 and ~/.ssh/id_rsa",
        )
    }

    /// What comes of work with the identities; where none of them opens a sealed file, the work is done again with what its
    /// lock needs besides.
    ///
    /// # Errors
    /// Those of the work, with where identities were looked for if none opens the file; those of asking.
    pub(crate) fn unlocking<T>(
        &mut self,
        lock: impl FnOnce() -> Option<Lock>,
        work: impl Fn(&[Identity]) -> Result<T>,
    ) -> Result<T> {
        let mut done = work(&self.identities);
        if done.as_ref().is_err_and(wants_identity) {
            let before = self.identities.len();
            self.unlock(lock().as_slice())?;
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

    fn add_printed(&mut self, lock: &Lock) {
        for group in &lock.groups {
            for recipient in group {
                if self.opens(lock) {
                    return;
                }
                if !self.opens_group(group) && self.run_for.insert(recipient.clone()) {
                    for printed in self.printed_for(recipient) {
                        self.add(printed);
                    }
                }
            }
        }
    }

    fn printed_for(&self, recipient: &str) -> Vec<Result<Vec<Identity>>> {
        let commands = self.commands.iter();
        commands.map(|command| command.run(recipient)).collect()
    }

    fn add_protected(&mut self, locks: &[Lock]) -> Result<()> {
        for mut protected in std::mem::take(&mut self.protected) {
            protected.would_help = self.would_help(&protected, locks);
            let file = &protected.file;
            let asking = || format!("ask for the passphrase of {}", file.display());
            let passphrase = if protected.would_help {
                passphrase::of(file).with_context(asking)?
            } else {
                None
            };
            let Some(passphrase) = passphrase else {
                self.protected.push(protected);
                continue;
            };
            let reading = || format!("read the identity file {}", file.display());
            let unprotected = protected.content.unprotect(passphrase);
            self.add(unprotected.with_context(reading));
        }
        Ok(())
    }

    /// Whether what the file holds may open what nothing else does.
    fn would_help(&self, protected: &ProtectedFile, locks: &[Lock]) -> bool {
        let mut closed = locks.iter().filter(|lock| !self.opens(lock));
        closed.any(|lock| match protected.content.recipient() {
            Some(recipient) => lock.names(recipient),
            None => true,
        })
    }

    /// Whether the identities open as many groups as the lock needs.
    pub(crate) fn opens(&self, lock: &Lock) -> bool {
        let open = lock.groups.iter().filter(|group| self.opens_group(group));
        open.count() >= lock.needed
    }

    fn opens_group(&self, group: &[String]) -> bool {
        let is_ours = |recipient| {
            let mut ours = self.identities.iter().map(Identity::recipient);
            ours.any(|our| our == normal_recipient(recipient))
        };
        group.iter().any(|recipient| is_ours(recipient))
    }
}

/// Whether work was not done because no identity opens what is sealed already.
fn wants_identity(failure: &Failure) -> bool {
    let error = failure.cause::<SealError>();
    error.is_some_and(SealError::wants_identity)
}
