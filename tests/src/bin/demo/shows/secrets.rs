//! Secrets travel from a laptop to the cluster.

use anyhow::{Result, ensure};
use signet_tests::eventually::eventually;
use signet_tests::fleet::copy_examples;
use signet_tests::person::WorkTree;

use super::{TEAM_A_PASSWORD, TEAM_B_PASSWORD};
use crate::cluster::secret_value;
use crate::report::Report;
use crate::world::{PATIENCE, World};

pub(crate) async fn show(world: &mut World, report: &mut Report) -> Result<()> {
    report.title("From a laptop to the cluster");
    let outcome = team_writes(world, &world.dave, "team-a", "db.yaml", TEAM_A_PASSWORD);
    report.check(
        "dave seals team-a's secret in place, signs and pushes it",
        outcome,
    );
    let outcome = team_writes(world, &world.erin, "team-b", "mail.yaml", TEAM_B_PASSWORD);
    report.check("erin does the same for team-b", outcome);

    let outcome = holds(world, "team-a", "db", "DB_PASSWORD", TEAM_A_PASSWORD).await;
    report.check("team-a's Secret holds the true value", outcome);
    let outcome = holds(world, "team-b", "mail", "credentials.ini", TEAM_B_PASSWORD).await;
    report.check("team-b's Secret holds the true value", outcome);
    let outcome = world.await_applied("team-b", &world.erin.head()?).await;
    report.check(
        "and its Sync is ready at the commit that was pushed",
        outcome.map(|()| ""),
    );
    Ok(())
}

fn team_writes(
    world: &World,
    tree: &WorkTree,
    team: &str,
    secret: &str,
    canary: &str,
) -> Result<String> {
    tree.catch_up()?;
    copy_examples(&format!("tenants/{team}"), tree)?;
    let path = format!("tenants/{team}/prod/{secret}");
    let plain = tree.read(&path)?;
    // Nobody has sealed in this clone before: `--trust` names the introduction that alice told them.
    world.fleet.seal(tree, &path)?;

    let sealed = tree.read(&path)?;
    ensure!(!sealed.contains(canary), "{path} still holds the password");
    let kept = plain
        .lines()
        .filter(|line| sealed.lines().any(|other| other == *line))
        .count();
    tree.commit(&format!("What {team} runs on prod"))?;
    world.push(tree)?;
    Ok(format!(
        "{path}: {kept} of {} lines are as they were",
        plain.lines().count()
    ))
}

async fn holds(
    world: &World,
    namespace: &str,
    name: &str,
    key: &str,
    canary: &str,
) -> Result<String> {
    let value = eventually(PATIENCE, "the Secret", async || {
        secret_value(&world.admin, namespace, name, key).await
    })
    .await?;
    ensure!(
        value.contains(canary),
        "Secret {namespace}/{name} holds something else"
    );
    Ok(String::new())
}
