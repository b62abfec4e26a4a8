//! Signet's Kustomize and Helm beside the real programs: the same folders in one run, and a bound for each figure.
//!
//! `cargo bench --package signet-tests --bench render` prints a table and ends with 1 where a bound is missed; a word after
//! `--` runs only the rows that hold it. Times are wall-clock medians; the program and Signet take turns. A rendering is all
//! that an agent does with a source until it compares it with the cluster: from a tree in memory to checked objects. A
//! program's is all of its process, from files that were read before to its text.

mod material;
mod memory;
mod times;

use std::process::ExitCode;

use anyhow::Result;
use signet_tests::bench::Table;

fn main() -> Result<ExitCode> {
    let mut table = Table::new("kustomize and helm", "v5.8.2 and v4.3.1");
    times::measure(&mut table)?;
    memory::measure(&mut table)?;
    Ok(table.finish())
}
