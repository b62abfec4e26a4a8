//! Finds the person's identities where sops finds them, and in two places before those.

mod default_files;
mod found;
mod lock;
pub(crate) mod passphrase;
mod source;

use crate::failure::Result;
use default_files::{Platform, default_files};
use source::{Content, Named};
use std::env;
use std::path::PathBuf;

pub(crate) use found::Found;
pub(crate) use lock::{Lock, lock_in};
pub(crate) use source::{KEY, all_in, words};

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

impl IdentityArgs {
    /// Every identity that is at hand to open what these locks close, in the order in which they are tried.
    ///
    /// A command that prints identities is run only for what nothing else opens, once for each recipient, as
    /// `SOPS_AGE_RECIPIENT`. For a passphrase the person is asked last, at the terminal.
    ///
    /// # Errors
    /// When a file that `--identity` names cannot be read: that one was asked for. When the terminal fails, or the person
    /// gives up.
    pub(crate) fn find_for(&self, locks: &[Lock]) -> Result<Found> {
        let mut found = self.at_hand()?;
        found.unlock(locks)?;
        Ok(found)
    }

    /// The same where nobody is to be asked for a passphrase.
    ///
    /// # Errors
    /// When a file that `--identity` names cannot be read.
    pub(crate) fn find_unasked(&self, locks: &[Lock]) -> Result<Found> {
        let mut found = self.at_hand()?;
        found.ask_nobody();
        found.unlock(locks)?;
        Ok(found)
    }

    /// What is found without running anything and asking anybody, for [`Found::unlocking`].
    ///
    /// # Errors
    /// When a file that `--identity` names cannot be read.
    pub(crate) fn at_hand(&self) -> Result<Found> {
        let mut found = Found::with_commands(Named::commands().collect());
        for file in &self.identity {
            match source::content(file) {
                Content::Plain(Err(problem)) => return Err(problem),
                content => found.add(content),
            }
        }
        if let Some(content) = source::variable() {
            found.add(content);
        }
        for file in Named::files() {
            found.add(file.read());
        }
        for file in default_files(Platform::HERE, |name| env::var_os(name)) {
            found.add(source::content(&file));
        }
        Ok(found)
    }
}
