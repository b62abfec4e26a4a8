//! What renderings leave behind.

use std::fs;

use anyhow::{Context, Result};
use signet_tests::bench::Table;

use crate::material::{Source, large_overlay};

const RENDERINGS: usize = 50;

/// The memory of this process after one rendering and after many more.
pub(crate) fn measure(table: &mut Table) -> Result<()> {
    let what = "memory after 50 renderings of 100 resources, of that after the first";
    if !table.wants(what) {
        return Ok(());
    }
    let source = Source::new(&large_overlay())?;
    source.render()?;
    let first = resident()?;
    for _ in 0..RENDERINGS {
        source.render()?;
    }
    table.peaks(what, first, resident()?, first + (8 << 10));
    Ok(())
}

/// In KiB.
fn resident() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.context("no VmRSS")?.parse()?)
}
