//! `cargo demo`: the whole job on a real control plane, each line checked.

mod cluster;
mod place;
mod report;
mod shows;
mod world;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::Parser;

use place::Place;
use report::Report;
use signet_tests::binaries::Binaries;
use world::World;

/// Takes secrets of two teams from a laptop to a real API server, sealed and
/// signed all the way, and shows the attacks that fail.
#[derive(Parser)]
#[command(bin_name = "cargo demo --")]
struct Options {
    /// Use the cluster of this kubeconfig context instead of a control plane of its own
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// Leave everything up at the end, and say what to try next
    #[arg(long)]
    keep: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let mut report = Report::start();
    match demo(&options, &mut report).await {
        Ok(()) if report.all_held() => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(error) => {
            report::say(&format!("\nthe demo could not go on: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn demo(options: &Options, report: &mut Report) -> Result<()> {
    report.title("Getting ready");
    let binaries = world::build(report).await?;
    let place = Arc::new(Place::prepare(options.context.as_deref(), report).await?);
    let shown = show(options, &place, &binaries, report).await;
    let left = place.leave().await;
    shown.and(left)
}

async fn show(
    options: &Options,
    place: &Arc<Place>,
    binaries: &Binaries,
    report: &mut Report,
) -> Result<()> {
    let mut world = World::start(Arc::clone(place), binaries, report).await?;
    shows::secrets(&mut world, report).await?;
    shows::refusals(&world, report).await?;
    shows::upkeep(&world, report).await?;
    shows::rights(&world, report).await?;
    shows::leaks(&world, report).await?;
    shows::figures(&world, report).await?;
    report.summary();
    if options.keep {
        world.stay().await?;
    }
    Ok(())
}
