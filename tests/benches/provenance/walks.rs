//! A whole history, judged from its introduction.

use std::time::Duration;

use anyhow::{Result, ensure};
use jiff::Timestamp;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use signet_git::Store;
use signet_provenance::{State, verify};
use signet_tests::bench::{Table, median_of};

use crate::fleet::{Fleet, ours};

const COMMITS: usize = 10_000;
const TURNS: usize = 5;

pub(crate) fn measure(table: &mut Table) -> Result<()> {
    let what = "judge 10,000 commits of 50 tenants by 52 rules, processor time";
    if !table.wants(what) {
        return Ok(());
    }
    let fleet = Fleet::of(COMMITS)?;
    let now = Timestamp::from_second(fleet.clock)?;
    let tip = ours(fleet.commits[COMMITS]);
    let ours = median_of(TURNS, || {
        let before = processor()?;
        let store = Store::open(fleet.repository.path())?;
        let verdict = verify(
            store.objects(),
            tip,
            &[],
            &fleet.root,
            &State::default(),
            now,
        )?;
        ensure!(verdict.tree.commit() == tip, "{:?}", verdict.refused);
        ensure!(verdict.steps.len() == COMMITS, "not all were judged");
        Ok(processor()?.saturating_sub(before))
    })?;
    table.within(what, None, ours, Some(Duration::from_secs(1)));
    Ok(())
}

/// The processor time of this process so far, on all cores together.
fn processor() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok(duration(usage.user_time())? + duration(usage.system_time())?)
}

fn duration(time: TimeVal) -> Result<Duration> {
    let (seconds, micros) = (time.tv_sec(), time.tv_usec());
    Ok(
        Duration::from_secs(u64::try_from(seconds)?)
            + Duration::from_micros(u64::try_from(micros)?),
    )
}
