//! The identities that were found, and what may still be tried to get others.

use super::lock::Lock;
use super::passphrase;
use super::source::{Content, Named, Protected};
use crate::failure::{Failure, Result};
use signet_envelope::normal_recipient;
use signet_seal::{Identity, SealError};
use std::collections::BTreeSet;

/// The identities that were found, and the sources that could not be read.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) identities: Vec<Identity>,
    problems: Vec<Failure>,
    commands: Vec<Named>,
    /// The recipients that the commands were run for.
    run_for: BTreeSet<String>,
    protected: Vec<Locked>,
    asks_nobody: bool,
}

/// What a passphrase protects, which is asked for only where nothing else opens.
struct Locked {
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

    /// Adds what a source holds.
    pub(super) fn add(&mut self, content: Content) {
        match content {
            Content::Plain(identities) => self.add_plain(identities),
            Content::Protected(content, problem) => self.protected.push(Locked {
                content,
                problem,
                would_help: true,
            }),
        }
    }

    fn add_plain(&mut self, identities: Result<Vec<Identity>>) {
        match identities {
            Ok(identities) => self.identities.extend(identities),
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Adds what the locks still need: first what commands print, then what passphrases protect. No command is run twice for
    /// a recipient, and nobody asked twice for the same thing.
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
            .map(Failure::remark)
            .collect();
        let unasked = could_ask.then_some(passphrase::WHERE);
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

    fn printed_for(&self, recipient: &str) -> Vec<Content> {
        let commands = self.commands.iter();
        commands.map(|command| command.run(recipient)).collect()
    }

    fn add_protected(&mut self, locks: &[Lock]) -> Result<()> {
        for mut protected in std::mem::take(&mut self.protected) {
            protected.would_help = self.would_help(&protected, locks);
            let passphrase = if protected.would_help {
                protected.content.passphrase()?
            } else {
                None
            };
            match passphrase {
                Some(passphrase) => self.add_plain(protected.content.unprotect(passphrase)),
                None => self.protected.push(protected),
            }
        }
        Ok(())
    }

    /// Whether what a passphrase protects may open what nothing else does.
    fn would_help(&self, protected: &Locked, locks: &[Lock]) -> bool {
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
