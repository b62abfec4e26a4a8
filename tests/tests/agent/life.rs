//! The agent's own life: it starts before what it needs, ends in time, starts again, and is one of its kind.

use std::fs;
use std::time::Duration;

use anyhow::{Result, ensure};
use kube::api::DeleteParams;
use serde_json::json;
use signet_tests::agent_process::AgentProcess;
use signet_tests::binaries::binaries;
use signet_tests::eventually::eventually;
use tokio::time::Instant;

use crate::told::says;
use crate::world::{PATIENCE, config_map, world};

#[tokio::test(flavor = "multi_thread")]
async fn ends_at_once_when_told_to_and_goes_on_where_it_was() -> Result<()> {
    let mut world = world().await;
    let begun = Instant::now();
    world.agent.stop();
    ensure!(
        begun.elapsed() < Duration::from_secs(4),
        "it took {:?}",
        begun.elapsed()
    );
    world.dave.write(
        "tenants/team-a/prod/note.yaml",
        &config_map("team-a", "note", "meanwhile"),
    )?;
    world.dave.remove("tenants/team-a/prod/config.yaml")?;
    world.dave.commit("Leave a note")?;
    world.dave.push()?;
    world.start_agent()?;
    world
        .config_becomes("team-a", "note", "value", "meanwhile")
        .await?;
    eventually(PATIENCE, "what was removed meanwhile to go", async || {
        ensure!(
            world.configs("team-a").get_opt("shop").await?.is_none(),
            "it is there"
        );
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn started_without_a_remote_it_keeps_what_it_had_verified() -> Result<()> {
    let mut world = world().await;
    world.agent.stop();
    world.remote.stop();
    world
        .configs("team-a")
        .delete("shop", &DeleteParams::default())
        .await?;
    world.start_agent()?;
    world
        .config_becomes("team-a", "shop", "GREETING", "Welcome to the shop")
        .await?;
    world.anchor("Ready", "False", "FetchFailed").await?;
    world.remote.restart()
}

#[tokio::test(flavor = "multi_thread")]
async fn started_before_the_api_server_it_waits_for_it() -> Result<()> {
    let mut world = world().await;
    world.agent.stop();
    world.plane.stop_api_server();
    world.start_agent()?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.agent.check()?;
    tokio::task::block_in_place(|| world.plane.start_api_server())?;
    world.admin = world.plane.admin().await;
    world
        .configs("team-a")
        .delete("shop", &DeleteParams::default())
        .await?;
    world
        .config_becomes("team-a", "shop", "GREETING", "Welcome to the shop")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn started_with_an_empty_data_folder_it_fetches_again() -> Result<()> {
    let mut world = world().await;
    world.agent.stop();
    fs::remove_dir_all(world.agent.data())?;
    world.start_agent()?;
    world.leave_note("fetched again")?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-a", "note", "value", "fetched again")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn started_without_its_state_it_verifies_anew_and_finds_all_that_a_revoked_key_signed()
-> Result<()> {
    let mut world = world().await;
    world.leave_note("by a key that is in doubt later")?;
    world.dave.push()?;
    world.erin.catch_up()?;
    world.erin.write(
        "tenants/team-b/prod/note.yaml",
        &config_map("team-b", "note", "on top of it"),
    )?;
    world.erin.commit("Leave another")?;
    world.push(|world| &world.erin).await?;
    let head = world.erin.head()?;
    world.applied("team-a", &head).await?;

    world.agent.stop();
    let state = json!({"data": {"state": null}});
    world.patch_state(&state).await?;
    let dave = world.dave.person().public_key()?;
    let revoked = json!([{"key": dave, "mode": "hard", "since": "2020-01-01T00:00:00Z"}]);
    world
        .patch_anchor(&json!({"spec": {"revoked": revoked}}))
        .await?;
    world.start_agent()?;
    world.anchor("Verified", "False", "Revoked").await?;
    ensure!(
        world.configs("team-a").get_opt("note").await?.is_some(),
        "what was applied was taken back"
    );

    world
        .patch_anchor(&json!({"spec": {"revoked": []}}))
        .await?;
    world.anchor_ready(&head).await?;
    world.applied("team-a", &head).await
}

#[tokio::test(flavor = "multi_thread")]
async fn state_that_another_wrote_is_not_written_over_before_the_next_attempt() -> Result<()> {
    let mut world = world().await;
    // As an agent would find it that lost the Lease while it was asleep.
    let state = json!({"stringData": {"state": "{}"}});
    world.patch_state(&state).await?;
    world.leave_note("kept at the second attempt")?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-a", "note", "value", "kept at the second attempt")
        .await?;
    says(&world.agent.log(), &["keeping the agent's state"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_agent_waits_for_the_lease_of_the_first() -> Result<()> {
    let mut world = world().await;
    let folder = tempfile::tempdir()?;
    let second = AgentProcess::start(&binaries().agent, &world.kubeconfig, folder.path())?;
    eventually(PATIENCE, "the second agent to wait", async || {
        ensure!(
            second.log().contains("waiting for the Lease"),
            "{}",
            second.log()
        );
        Ok(())
    })
    .await?;
    world.agent.stop();
    world.leave_note("by the second")?;
    world.dave.push()?;
    world
        .config_becomes("team-a", "note", "value", "by the second")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_room_is_all_it_takes() -> Result<()> {
    let mut world = world().await;
    world.agent.stop();
    let folder = tempfile::tempdir()?;
    let marker = folder.path().join("full");
    fs::write(&marker, "")?;
    // The agent's folder is a small disk of its own, full as long as the marker is there.
    let script = r#"data=$1; marker=$2; shift 2
        mkdir -p "$data" && mount -t tmpfs -o size=4m none "$data" || exit 1
        dd if=/dev/zero of="$data/filler" bs=64k 2>/dev/null
        (while [ -e "$marker" ]; do sleep 0.1; done; rm "$data/filler") &
        exec "$@""#;
    let (data, marker_path) = (folder.path().join("data"), marker.clone());
    let wrapper = [
        "unshare",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        script,
        "full-disk",
    ];
    let mut words: Vec<&str> = wrapper.to_vec();
    words.extend([data.to_str().unwrap(), marker_path.to_str().unwrap()]);
    let mut agent =
        AgentProcess::start_through(&words, &binaries().agent, &world.kubeconfig, folder.path())?;
    let message = world.anchor("Ready", "False", "").await?;
    ensure!(
        message.contains("object store") && message.contains("space"),
        "{message}"
    );
    ensure!(
        world.secrets("team-a").get_opt("db").await?.is_some(),
        "something was pruned"
    );
    fs::remove_file(&marker)?;
    world.anchor("Ready", "True", "").await?;
    agent.check()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_starts_no_other_program_to_fetch_over_https_or_from_a_folder() -> Result<()> {
    let mut world = world().await;
    world.leave_note("over https")?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-a", "note", "value", "over https")
        .await?;
    world.agent.has_started_nothing()?;
    let url = format!("file://{}", world.remote.repository().display());
    world
        .patch_anchor(&json!({"spec": {"repository": {"url": url}}}))
        .await?;
    world.leave_note("from a folder")?;
    world.dave.push()?;
    // Nothing comes over HTTPS any more.
    world.remote.stop();
    world.poke().await?;
    world
        .config_becomes("team-a", "note", "value", "from a folder")
        .await?;
    world.agent.has_started_nothing()
}
