//! Nothing decrypted is left where it does not belong.

use anyhow::Result;
use signet_tests::leaks;

use super::{TEAM_A_PASSWORD, TEAM_B_PASSWORD};
use crate::report::Report;
use crate::world::World;

pub(crate) async fn show(world: &World, report: &mut Report) -> Result<()> {
    report.title("Leaks");
    let canaries = [TEAM_A_PASSWORD, TEAM_B_PASSWORD];
    let outcome = leaks::search(&world.admin, &world.agent, &canaries).await;
    report.check(
        "no plaintext in the agent's logs, events, status or data folder",
        outcome,
    );
    Ok(())
}
