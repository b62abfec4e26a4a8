//! Commits that are not believed: nothing of them is applied, and what follows them is judged anew.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::told::says;
use crate::world::{PASSWORD, POLICY, World, config_map, world};

const CONFIG: &str = "tenants/team-a/prod/config.yaml";

/// After a signed revert, the next good commit is applied.
async fn goes_on(world: &mut World) -> Result<()> {
    let dave = &world.dave;
    dave.catch_up()?;
    dave.revert("HEAD")?;
    world.push(|world| &world.dave).await?;
    let head = world.dave.head()?;
    world.anchor_ready(&head).await?;
    world.leave_note(&head)?;
    world.push(|world| &world.dave).await?;
    world.config_becomes("team-a", "note", "value", &head).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_by_an_unknown_key_changes_nothing_and_the_anchor_says_why() -> Result<()> {
    let mut world = world().await;
    let mallory = &world.mallory;
    mallory.write(
        CONFIG,
        &mallory.read(CONFIG)?.replace("Welcome to", "Mallory owns"),
    )?;
    let commit = mallory.commit("A friendlier greeting")?;
    world.push(|world| &world.mallory).await?;
    let reason = world.anchor("Verified", "False", "UnknownKey").await?;
    says(
        &reason,
        &[&commit[..12], "of no principal", "takes it back"],
    )?;
    ensure!(
        world.config("team-a", "shop", "GREETING").await? == "Welcome to the shop",
        "it was applied"
    );
    world.anchor("Ready", "False", "UnknownKey").await?;
    goes_on(&mut world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsigned_commit_changes_nothing() -> Result<()> {
    let mut world = world().await;
    world
        .dave
        .write(CONFIG, &config_map("team-a", "shop", "unsigned"))?;
    let commit = world.dave.commit_unsigned("Forget to sign")?;
    world.push(|world| &world.dave).await?;
    let reason = world.anchor("Verified", "False", "Unsigned").await?;
    says(&reason, &[&commit[..12], "not signed", "takes it back"])?;
    ensure!(
        world.config("team-a", "shop", "GREETING").await? == "Welcome to the shop",
        "it was applied"
    );
    goes_on(&mut world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signer_outside_of_their_folder_is_refused_with_path_rule_and_signer() -> Result<()> {
    let mut world = world().await;
    let path = "tenants/team-b/prod/config.yaml";
    world
        .dave
        .write(path, &world.dave.read(path)?.replace("06:00", "23:59"))?;
    world.dave.commit("Invoices can wait")?;
    world.push(|world| &world.dave).await?;
    let reason = world.anchor("Verified", "False", "NotAllowed").await?;
    says(
        &reason,
        &[path, "tenants/team-b/**", "dave", "takes it back"],
    )?;
    ensure!(
        world.config("team-b", "invoices", "SEND_AT").await? == "06:00",
        "it was applied"
    );
    goes_on(&mut world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_policy_is_refused_and_the_last_good_one_governs() -> Result<()> {
    let mut world = world().await;
    let alice = &world.fleet.alice;
    alice.write(
        POLICY,
        &alice.read(POLICY)?.replace("principals:", "principles:"),
    )?;
    alice.commit("Improve the policy")?;
    world.push(|world| &world.fleet.alice).await?;
    let reason = world.anchor("Verified", "False", "PolicyInvalid").await?;
    says(
        &reason,
        &[
            "signet/policy.yaml:",
            "`principles`",
            "`principals`",
            "takes it back",
        ],
    )?;
    ensure!(
        world.secret("team-a", "db", "DB_PASSWORD").await? == PASSWORD,
        "something was pruned"
    );
    let alice = &world.fleet.alice;
    alice.revert("HEAD")?;
    world.push(|world| &world.fleet.alice).await?;
    let head = world.fleet.alice.head()?;
    world.anchor_ready(&head).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_history_stops_the_agent_where_it_was() -> Result<()> {
    let mut world = world().await;
    let before = world.dave.head()?;
    world.dave.git(&[
        "commit",
        "--quiet",
        "--amend",
        "--gpg-sign",
        "--allow-empty",
        "--message",
        "Another past",
    ])?;
    world.dave.push_force()?;
    world.poke().await?;
    let reason = world.anchor("Verified", "False", "Rewritten").await?;
    ensure!(reason.contains(&before), "{reason}");
    world.dave.git(&["reset", "--quiet", "--hard", &before])?;
    world.dave.push_force()?;
    world.poke().await?;
    world.anchor_ready(&before).await
}

/// After its start with a store that was lost or damaged, the agent says that the remote's history was rewritten behind `before`,
/// keeps that, and goes on once it is there again.
async fn holds_on_to(world: &mut World, before: &str) -> Result<()> {
    let log = world.agent.log().len();
    world.start_agent()?;
    let told = world.anchor("Ready", "False", "Rewritten").await?;
    says(&told, &[before])?;
    world.anchor("Verified", "False", "Rewritten").await?;
    world.anchor("Stalled", "True", "Rewritten").await?;
    let log = world.agent.log().split_off(log);
    ensure!(!log.contains("StoreFailed"), "{log}");
    ensure!(
        world.config("team-a", "note", "value").await? == "true",
        "something else was applied"
    );
    let verified = world.anchor_status().await?.verified;
    ensure!(verified.context("nothing is verified")?.commit == before);
    let state = world.secret("signet-system", "signet-state", "state");
    ensure!(state.await?.contains(&format!("\"verified\":\"{before}\"")));

    world.dave.git(&["reset", "--quiet", "--hard", before])?;
    world.dave.push_force()?;
    world.poke().await?;
    world.anchor_ready(before).await?;
    world.applied("team-a", before).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_history_stops_the_agent_where_it_was_though_its_store_was_lost() -> Result<()>
{
    let mut world = world().await;
    world.leave_note("true")?;
    world.push(|world| &world.dave).await?;
    let before = world.dave.head()?;
    world.applied("team-a", &before).await?;
    world.agent.stop();
    fs::remove_dir_all(world.agent.data())?;
    // Signed by somebody who may, on what was verified before.
    world.dave.git(&["reset", "--quiet", "--hard", "HEAD~1"])?;
    world.leave_note("another past")?;
    world.dave.push_force()?;
    holds_on_to(&mut world, &before).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_that_is_set_back_takes_nothing_back_though_the_store_was_damaged() -> Result<()> {
    let mut world = world().await;
    world.leave_note("true")?;
    world.push(|world| &world.dave).await?;
    let before = world.dave.head()?;
    world.applied("team-a", &before).await?;
    world.agent.stop();
    let packs = world.agent.data().join("git/store.git/objects/pack");
    for pack in fs::read_dir(&packs).with_context(|| format!("reading {}", packs.display()))? {
        let pack = pack?.path();
        let whole = fs::read(&pack)?;
        fs::remove_file(&pack)?;
        fs::write(&pack, &whole[..whole.len() / 2])?;
    }
    world.dave.git(&["reset", "--quiet", "--hard", "HEAD~1"])?;
    world.dave.push_force()?;
    holds_on_to(&mut world, &before).await
}
