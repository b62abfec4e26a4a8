//! How fast and how large the agent is.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use signet_tests::eventually::eventually;

use crate::cluster::config_value;
use crate::report::Report;
use crate::world::{PATIENCE, World};

/// From the end of `git push` to the changed object, with a poke.
const APPLIED_WITHIN: Duration = Duration::from_millis(500);
/// What the demo's TrustAnchor asks for between two looks at the remote.
const INTERVAL: Duration = Duration::from_secs(5);
/// In KiB.
const MEMORY: u64 = 60 * 1024;
const PUSHES: usize = 5;

pub(crate) async fn show(world: &World, report: &mut Report) -> Result<()> {
    report.title("Figures");
    let outcome = poked(world).await;
    report.check("push to applied with a poke: under 0.5 seconds", outcome);
    let outcome = polled(world).await;
    report.check(
        "push to applied by polling: within the interval of 5 seconds",
        outcome,
    );
    let outcome = memory(world);
    report.check("the agent's peak memory is under 60 MiB", outcome);
    Ok(())
}

async fn poked(world: &World) -> Result<String> {
    let mut times = Vec::new();
    for push in 0..PUSHES {
        times.push(push_to_applied(world, &format!("poked {push}"), true).await?);
    }
    times.sort_unstable();
    let median = times[times.len() / 2];
    ensure!(
        median < APPLIED_WITHIN,
        "the median of {PUSHES} is {median:?}"
    );
    let all: Vec<String> = times
        .iter()
        .map(|time| format!("{} ms", time.as_millis()))
        .collect();
    Ok(format!(
        "median {} ms of {}",
        median.as_millis(),
        all.join(", ")
    ))
}

async fn polled(world: &World) -> Result<String> {
    let took = push_to_applied(world, "polled", false).await?;
    ensure!(took < INTERVAL + APPLIED_WITHIN, "it took {took:?}");
    Ok(format!("{} ms", took.as_millis()))
}

#[expect(clippy::disallowed_methods, reason = "the demo times real work")]
async fn push_to_applied(world: &World, greeting: &str, poke: bool) -> Result<Duration> {
    let dave = &world.dave;
    dave.catch_up()?;
    let config = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: timing\n  namespace: team-a\ndata:\n  GREETING: {greeting}\n"
    );
    dave.write("tenants/team-a/prod/timing.yaml", &config)?;
    dave.commit("Take the time")?;
    dave.push()?;
    let start = Instant::now();
    if poke {
        world.poke()?;
    }
    eventually(PATIENCE, "the ConfigMap", async || {
        let found = config_value(&world.admin, "team-a", "timing", "GREETING").await?;
        ensure!(found == greeting, "it says {found:?}");
        Ok(())
    })
    .await?;
    Ok(start.elapsed())
}

fn memory(world: &World) -> Result<String> {
    let peak = world.agent.peak_memory()?;
    ensure!(peak < MEMORY, "it is {} MiB", peak / 1024);
    Ok(format!(
        "{:.1} MiB",
        f64::from(u32::try_from(peak)?) / 1024.0
    ))
}
