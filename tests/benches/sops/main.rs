//! Signet beside the real sops: the same files in one run, and a bound for each figure.
//!
//! `cargo bench --package signet-tests --bench sops` prints a table and ends with 1 where a bound is missed; a word after
//! `--` runs only the rows that hold it. Times are wall-clock. sops and Signet take turns, so that whatever else the
//! machine does falls on both; every file was read before. sops uses one core and Signet all where a file or a tree gives
//! them work.

mod in_process;
mod material;
mod memory;
mod processes;

use std::process::ExitCode;

use anyhow::Result;
use signet_tests::bench::Table;
use signet_tests::binaries::build_signet;
use signet_tests::sops::Version;

use material::Material;

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, program @ ..] = &arguments[..]
        && flag == memory::PEAK_OF
    {
        return memory::print_peak_of(program).map(|()| ExitCode::SUCCESS);
    }
    let material = Material::new(build_signet()?)?;
    let mut table = Table::new("sops", Version::V3_13.as_str());
    in_process::measure(&material, &mut table)?;
    processes::measure(&material, &mut table)?;
    memory::measure(&material, &mut table)?;
    Ok(table.finish())
}
