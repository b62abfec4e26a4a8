//! `signet tenant`: the tenants of the fleet.

mod add;
mod list;
mod manifests;

use crate::failure::Result;
use crate::session::Session;

/// What there is to do about tenants.
#[derive(clap::Subcommand)]
pub(crate) enum TenantCommand {
    Add(add::Add),
    List(list::List),
}

impl TenantCommand {
    /// Runs the subcommand.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        match self {
            Self::Add(command) => command.run(session),
            Self::List(command) => command.run(session),
        }
    }
}
