//! `signet cluster`: the clusters of the fleet.

mod add;
mod list;

use crate::failure::Result;
use crate::session::Session;

/// What there is to do about clusters.
#[derive(clap::Subcommand)]
pub(crate) enum ClusterCommand {
    Add(add::Add),
    List(list::List),
}

impl ClusterCommand {
    /// Runs the subcommand.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        match self {
            Self::Add(command) => command.run(session),
            Self::List(command) => command.run(session),
        }
    }
}
