//! The job itself.

use anyhow::{Result, ensure};
use signet_tests::eventually::eventually;
use signet_tests::leaks;

use crate::world::{PASSWORD, PATIENCE, config_map, world};

#[tokio::test(flavor = "multi_thread")]
async fn applies_a_sealed_secret_from_a_signed_push_and_names_the_signer() -> Result<()> {
    let world = world().await;
    assert_eq!(world.secret("team-a", "db", "DB_PASSWORD").await?, PASSWORD);
    let status = world.sync("team-a").await?.status.unwrap();
    let objects = status.objects.unwrap();
    assert_eq!((objects.total, objects.ready), (4, 4));
    assert!(status.signer.is_some() && status.revision.unwrap().starts_with("main@sha1:"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_commit_is_applied_when_a_person_asks_for_it() -> Result<()> {
    let mut world = world().await;
    let dave = &world.dave;
    dave.write(
        "tenants/team-a/prod/note.yaml",
        &config_map("team-a", "note", "written by dave"),
    )?;
    let commit = dave.commit("Leave a note")?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-a", "note", "value", "written by dave")
        .await?;
    world.applied("team-a", &commit).await?;
    assert_eq!(
        world
            .sync("team-a")
            .await?
            .status
            .unwrap()
            .signer
            .as_deref(),
        Some("dave")
    );
    eventually(PATIENCE, "the Event", async || {
        let events = world.events("team-a").await?;
        ensure!(
            events
                .iter()
                .any(|note| note.contains(&commit) && note.contains("1 created")),
            "{events:#?}"
        );
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_commit_is_applied_within_the_interval_when_nobody_asks() -> Result<()> {
    let world = world().await;
    world.leave_note("polled")?;
    world.dave.push()?;
    world
        .config_becomes("team-a", "note", "value", "polled")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_a_manifest_from_git_removes_the_object() -> Result<()> {
    let mut world = world().await;
    world.dave.remove("tenants/team-a/prod/config.yaml")?;
    let commit = world.dave.commit("Close the shop")?;
    world.push(|world| &world.dave).await?;
    world.applied("team-a", &commit).await?;
    ensure!(
        world.configs("team-a").get_opt("shop").await?.is_none(),
        "the ConfigMap is still there"
    );
    ensure!(
        world.secrets("team-a").get_opt("db").await?.is_some(),
        "the Secret is gone as well"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_out_of_a_manifest_is_told_in_an_event() -> Result<()> {
    let mut world = world().await;
    let path = "tenants/team-a/prod/note.yaml";
    let exported = config_map("team-a", "note", "exported")
        .replace("metadata:\n", "metadata:\n  resourceVersion: \"7\"\n");
    world.dave.write(path, &exported)?;
    let commit = world.dave.commit("Bring what kubectl printed")?;
    world.push(|world| &world.dave).await?;
    world.applied("team-a", &commit).await?;
    eventually(PATIENCE, "the Event", async || {
        let events = world.events("team-a").await?;
        let is_told = |note: &String| note.contains(path) && note.contains("resourceVersion");
        ensure!(events.iter().any(is_told), "{events:#?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_value_of_a_secret_arrives_and_the_old_one_is_gone() -> Result<()> {
    let mut world = world().await;
    let path = "tenants/team-a/prod/extra.yaml";
    let manifest = |value| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: extra\n  namespace: team-a\nstringData:\n  token: {value}\n"
        )
    };
    for value in ["canary-first", "canary-second"] {
        world.dave.write(path, &manifest(value))?;
        world.fleet.seal(&world.dave, path)?;
        let commit = world.dave.commit("Set the token")?;
        world.push(|world| &world.dave).await?;
        world.applied("team-a", &commit).await?;
        assert_eq!(world.secret("team-a", "extra", "token").await?, value);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_core_dump_can_hold_what_the_agent_opens() -> Result<()> {
    let world = world().await;
    let limits = world.agent.proc("limits")?;
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let words: Vec<&str> = core.unwrap_or_default().split_whitespace().collect();
    ensure!(words.get(4..6) == Some(&["0", "0"]), "{limits}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_writes_down_no_plaintext() -> Result<()> {
    let mut world = world().await;
    world.dave.write(
        "tenants/team-a/prod/note.yaml",
        &config_map("team-a", "note", "to have an event"),
    )?;
    let commit = world.dave.commit("Leave a note")?;
    world.push(|world| &world.dave).await?;
    world.applied("team-a", &commit).await?;
    leaks::search(&world.admin, &world.agent, &[PASSWORD]).await?;
    Ok(())
}
