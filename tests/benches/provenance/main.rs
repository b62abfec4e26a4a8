//! Signet beside the real git: the same repositories in one run, and a bound for each figure.
//!
//! `cargo bench --package signet-tests --bench provenance` prints a table and ends with 1 where a bound is missed; a word
//! after `--` runs only the rows that hold it. Times are wall-clock where nothing else is said; where git and Signet do
//! the same, they take turns. Repositories are packed as `git repack` does it, and every file was read before.

mod fetches;
mod fleet;
mod repository;
mod signatures;
mod trees;
mod walks;

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use signet_tests::bench::Table;

fn main() -> Result<ExitCode> {
    let output = Command::new("git").arg("--version").output();
    let version = String::from_utf8(output.context("starting git")?.stdout)?;
    let number = version.trim().trim_start_matches("git version ");
    let mut table = Table::new("git", number);
    signatures::measure(&mut table)?;
    walks::measure(&mut table)?;
    fetches::measure(&mut table)?;
    trees::measure(&mut table)?;
    Ok(table.finish())
}
