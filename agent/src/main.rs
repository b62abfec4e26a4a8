//! The agent's program: everything it does is in the library.

use std::process::ExitCode;

use clap::Parser;
use signet_agent::{Arguments, Wiping};

#[global_allocator]
static ALLOCATOR: Wiping = Wiping;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match signet_agent::start(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{}", signet_cluster::chain(&error));
            ExitCode::FAILURE
        }
    }
}
