//! `signet policy …`: who may change what, and whether the policy says what is meant.

mod allowed_signers;
mod check;
mod test;

use super::Answer;
use crate::failure::Result;
use crate::session::Session;

/// What there is to ask about a policy.
#[derive(clap::Subcommand)]
pub(crate) enum PolicyCommand {
    Check(check::Check),
    Test(test::Test),
    AllowedSigners(allowed_signers::AllowedSigners),
}

impl PolicyCommand {
    /// Whether the command only asks whether there is something.
    pub(crate) fn asks(&self) -> bool {
        match self {
            Self::Check(_) | Self::Test(_) => true,
            Self::AllowedSigners(_) => false,
        }
    }

    /// Runs the command.
    pub(crate) fn run(self, session: &Session) -> Result<Answer> {
        match self {
            Self::Check(command) => command.run(session),
            Self::Test(command) => command.run(session),
            Self::AllowedSigners(command) => command.run(session).map(|()| Answer::Done),
        }
    }
}
