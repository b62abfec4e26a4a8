//! `signet git`: Git and sealed files.

mod attributes;
mod hook;
mod install;
mod settings;

use crate::failure::Result;
use crate::session::Session;

#[derive(clap::Subcommand)]
pub(crate) enum GitCommand {
    Install(install::Install),
}

impl GitCommand {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        match self {
            Self::Install(command) => command.run(session),
        }
    }
}
