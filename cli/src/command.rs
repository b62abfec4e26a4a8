//! The verbs, one file each.

mod approve;
mod bootstrap;
mod check;
mod cluster;
mod completions;
mod diff;
mod edit;
mod exec;
mod git;
mod init;
mod keygen;
mod merge_driver;
mod open;
mod policy;
mod reconcile;
mod render;
mod revoke;
mod rotate;
mod seal;
mod set;
mod status;
mod tenant;
mod textconv;
mod unset;
mod verify;

use crate::arguments::Arguments;
use crate::failure::{Failure, Result};
use crate::help;
use crate::output::{Color, Output, Volume};
use crate::session::Session;
use crate::sops_words;
use clap::error::ErrorKind;
use std::env;
use std::process::ExitCode;

/// What there is to do. The flags of one verb are made where that one is asked for.
#[derive(clap::Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    Init(init::Init),
    Keygen(keygen::Keygen),
    /// The clusters of the fleet
    #[command(subcommand)]
    Cluster(cluster::ClusterCommand),
    /// The tenants of the fleet
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    Seal(seal::Seal),
    Open(open::Open),
    Edit(edit::Edit),
    Set(set::Set),
    Unset(unset::Unset),
    Exec(exec::Exec),
    Rotate(rotate::Rotate),
    Check(check::Check),
    /// Git and sealed files
    #[command(subcommand)]
    Git(git::GitCommand),
    MergeDriver(merge_driver::MergeDriver),
    Textconv(textconv::Textconv),
    Verify(verify::Verify),
    Approve(approve::Approve),
    Revoke(revoke::Revoke),
    /// Who may change what
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    Render(render::Render),
    Diff(diff::Diff),
    Bootstrap(bootstrap::Bootstrap),
    Status(status::Status),
    Reconcile(reconcile::Reconcile),
    #[command(visible_alias = "completion")]
    Completions(completions::Completions),
}

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is done; there is nothing to say.
    Done,
    /// A command that only asks found something.
    Something,
}

impl Answer {
    /// The answer of a command that found these.
    pub(crate) fn of<T>(found: &[T]) -> Self {
        if found.is_empty() {
            Self::Done
        } else {
            Self::Something
        }
    }
}

/// Runs the command line of this process and reports how it went.
pub(crate) fn main() -> ExitCode {
    let Arguments { global, command } = match help::read() {
        Ok(arguments) => arguments,
        Err((error, examples)) if error.kind() == ErrorKind::DisplayHelp => {
            return if help::print(&error, &examples).is_ok() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            };
        }
        Err((error, _)) => return misread(&error),
    };
    let out = Output::new(global.volume(), global.color);
    let asks = command.asks();
    match Session::start(global, out.clone()).and_then(|session| command.run(&session)) {
        Ok(Answer::Done) => ExitCode::SUCCESS,
        Ok(Answer::Something) => ExitCode::from(1),
        Err(failure) => report(&failure, &out, asks),
    }
}

/// The end of a command line that says nothing, or asks for help.
fn misread(error: &clap::Error) -> ExitCode {
    match sops_words::explained(error, env::args_os()) {
        Some(failure) => report(
            &failure,
            &Output::new(Volume::Normal, Color::default()),
            false,
        ),
        None => error.exit(),
    }
}

fn report(failure: &Failure, out: &Output, asks: bool) -> ExitCode {
    out.failure(failure);
    if asks {
        ExitCode::from(2)
    } else {
        failure.exit_code()
    }
}

impl Command {
    /// Whether the command only asks whether there is something, so that failing has an exit code of its own.
    fn asks(&self) -> bool {
        match self {
            Self::Check(_) | Self::Diff(_) | Self::MergeDriver(_) => true,
            Self::Seal(seal) => seal.asks(),
            Self::Policy(policy) => policy.asks(),
            _ => false,
        }
    }

    fn run(self, session: &Session) -> Result<Answer> {
        let done = |()| Answer::Done;
        match self {
            Self::Init(command) => command.run(session).map(done),
            Self::Keygen(command) => command.run(session).map(done),
            Self::Cluster(command) => command.run(session).map(done),
            Self::Tenant(command) => command.run(session).map(done),
            Self::Seal(command) => command.run(session),
            Self::Open(command) => command.run(session).map(done),
            Self::Edit(command) => command.run(session).map(done),
            Self::Set(command) => command.run(session).map(done),
            Self::Unset(command) => command.run(session).map(done),
            Self::Exec(command) => command.run(session).map(done),
            Self::Rotate(command) => command.run(session),
            Self::Check(command) => command.run(session),
            Self::Git(command) => command.run(session).map(done),
            Self::MergeDriver(command) => command.run(session),
            Self::Textconv(command) => command.run(session).map(done),
            Self::Verify(command) => command.run(session).map(done),
            Self::Approve(command) => command.run(session).map(done),
            Self::Revoke(command) => command.run(session).map(done),
            Self::Policy(command) => command.run(session),
            Self::Render(command) => command.run(session).map(done),
            Self::Diff(command) => command.run(session),
            Self::Bootstrap(command) => command.run(session).map(done),
            Self::Status(command) => command.run(session).map(done),
            Self::Reconcile(command) => command.run(session).map(done),
            Self::Completions(command) => command.run(session).map(done),
        }
    }
}
