//! What somebody changes by hand is put back, and what the agent itself writes is no reason to work.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::core::v1::{PersistentVolumeClaim, ResourceQuota};
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use serde_json::json;
use signet_tests::eventually::eventually;
use tokio::time::{Instant, sleep};

use crate::told::says;
use crate::world::{PASSWORD, PATIENCE, World, config_map, world};

/// How soon drift must be gone.
const HEALED: Duration = Duration::from_secs(2);

/// What is never deleted without a person's word.
const CLAIM: &str = "
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: team-a}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
";

async fn healed(world: &World) -> Result<()> {
    let begun = Instant::now();
    eventually(PATIENCE, "the Secret to be put back", async || {
        ensure!(
            world.secret("team-a", "db", "DB_PASSWORD").await? == PASSWORD,
            "it is not"
        );
        Ok(())
    })
    .await?;
    ensure!(begun.elapsed() < HEALED, "it took {:?}", begun.elapsed());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_edited_by_hand_is_put_back_and_the_sync_names_who_and_what() -> Result<()> {
    let world = world().await;
    let edit = json!({"stringData": {"DB_PASSWORD": "edited"}});
    let somebody = PatchParams {
        field_manager: Some("somebody".into()),
        ..PatchParams::default()
    };
    world
        .secrets("team-a")
        .patch("db", &somebody, &Patch::Merge(&edit))
        .await?;
    healed(&world).await?;
    let last = eventually(PATIENCE, "the drift on the Sync", async || {
        let status = world.sync("team-a").await?.status;
        let drift = status.and_then(|status| status.drift).unwrap_or_default();
        let last = drift.last.filter(|_| drift.count > 0);
        let last = last.context("none is counted")?;
        ensure!(last.object == "Secret team-a/db", "it is {}", last.object);
        Ok(last)
    })
    .await?;
    assert_eq!(last.manager.as_deref(), Some("somebody"));
    assert!(
        last.fields
            .iter()
            .any(|field| field.contains("DB_PASSWORD")),
        "{:?}",
        last.fields
    );
    Ok(())
}

/// Has dave push a revision that does not render, with what else he changed.
async fn be_refused(world: &mut World) -> Result<()> {
    world
        .dave
        .write("tenants/team-a/prod/wrong.yaml", "kind: [")?;
    world.dave.commit("Try something")?;
    world.push(|world| &world.dave).await?;
    world.sync_is("team-a", "False", "RenderFailed").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_is_put_back_while_a_newer_revision_does_not_render() -> Result<()> {
    let mut world = world().await;
    let applied = world.sync("team-a").await?.status.unwrap().revision;
    world.dave.remove("tenants/team-a/prod/config.yaml")?;
    be_refused(&mut world).await?;
    let edit = json!({"stringData": {"DB_PASSWORD": "edited"}});
    world
        .secrets("team-a")
        .patch("db", &PatchParams::default(), &Patch::Merge(&edit))
        .await?;
    healed(&world).await?;

    // Nor does it take the agent's memory of the revision before.
    world.agent.stop();
    world
        .secrets("team-a")
        .delete("db", &DeleteParams::default())
        .await?;
    world.start_agent()?;
    eventually(PATIENCE, "the Secret to be made again", async || {
        let password = world.secret("team-a", "db", "DB_PASSWORD").await?;
        ensure!(password == PASSWORD, "it says {password}");
        Ok(())
    })
    .await?;
    world.sync_is("team-a", "False", "RenderFailed").await?;
    ensure!(
        world.configs("team-a").get_opt("shop").await?.is_some(),
        "something of the refused revision was done"
    );
    assert_eq!(
        world.sync("team-a").await?.status.unwrap().revision,
        applied
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_put_back_is_tried_again_while_a_newer_revision_is_refused() -> Result<()>
{
    let mut world = world().await;
    let quotas: Api<ResourceQuota> = Api::namespaced(world.admin.clone(), "team-a");
    let hard = json!({"metadata": {"name": "full"}, "spec": {"hard": {"count/configmaps": "0"}}});
    let quota = serde_json::from_value(hard)?;
    quotas.create(&PostParams::default(), &quota).await?;
    eventually(PATIENCE, "the quota to be counted", async || {
        let status = quotas.get("full").await?.status.unwrap_or_default();
        ensure!(status.used.is_some(), "it is not");
        Ok(())
    })
    .await?;
    be_refused(&mut world).await?;

    let shop = world.configs("team-a");
    shop.delete("shop", &DeleteParams::default()).await?;
    eventually(PATIENCE, "the attempt to put it back", async || {
        says(
            &world.agent.log(),
            &["keeping what was applied", "exceeded quota: full"],
        )
    })
    .await?;
    quotas.delete("full", &DeleteParams::default()).await?;
    world
        .config_becomes("team-a", "shop", "GREETING", "Welcome to the shop")
        .await?;
    world.sync_is("team-a", "False", "RenderFailed").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_revision_only_deleted_does_not_come_back_while_the_next_one_is_refused()
-> Result<()> {
    let mut world = world().await;
    let claim = "tenants/team-a/prod/claim.yaml";
    world.dave.write(claim, CLAIM)?;
    let extra = "tenants/team-a/prod/extra.yaml";
    world
        .dave
        .write(extra, &config_map("team-a", "extra", "there"))?;
    let commit = world.dave.commit("Write more")?;
    world.push(|world| &world.dave).await?;
    world.applied("team-a", &commit).await?;

    // Of the two, only one goes by itself, so the revision is not applied as a whole.
    world.dave.remove(claim)?;
    world.dave.remove(extra)?;
    world.dave.commit("Take it back")?;
    world.push(|world| &world.dave).await?;
    world
        .sync_is("team-a", "False", "PruneNeedsConfirmation")
        .await?;
    ensure!(world.configs("team-a").get_opt("extra").await?.is_none());

    be_refused(&mut world).await?;
    let came_back = world.configs("team-a").get_opt("extra").await?.is_some();
    let claims: Api<PersistentVolumeClaim> = Api::namespaced(world.admin.clone(), "team-a");
    claims.delete("data", &DeleteParams::default()).await?;
    ensure!(!came_back, "what was deleted is there again");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_deleted_by_hand_is_made_again() -> Result<()> {
    let world = world().await;
    world
        .secrets("team-a")
        .delete("db", &DeleteParams::default())
        .await?;
    healed(&world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_whose_label_was_removed_is_not_lost_sight_of() -> Result<()> {
    let world = world().await;
    let edit = json!({"metadata": {"labels": {"applyset.kubernetes.io/part-of": null}}, "stringData": {"DB_PASSWORD": "edited"}});
    world
        .secrets("team-a")
        .patch("db", &PatchParams::default(), &Patch::Merge(&edit))
        .await?;
    healed(&world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_to_a_sync_is_put_back_and_changes_nothing() -> Result<()> {
    let world = world().await;
    let edit = json!({"spec": {"path": "tenants/team-b/prod", "prune": false}});
    world
        .syncs("team-a")
        .patch("team-a-apps", &PatchParams::default(), &Patch::Merge(&edit))
        .await?;
    eventually(PATIENCE, "the Sync to be put back", async || {
        let spec = world.sync("team-a").await?.spec;
        ensure!(
            spec.path.as_str() == "tenants/team-a/prod" && spec.prune,
            "it says {}",
            spec.path
        );
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_sync_deletes_nothing_and_it_comes_back() -> Result<()> {
    let world = world().await;
    let before = world.secrets("team-a").get("db").await?.metadata.uid;
    world
        .syncs("team-a")
        .delete("team-a-apps", &DeleteParams::default())
        .await?;
    world.sync_is("team-a", "True", "Applied").await?;
    assert_eq!(
        world.secrets("team-a").get("db").await?.metadata.uid,
        before
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn at_rest_the_agent_writes_nothing() -> Result<()> {
    let world = world().await;
    let versions = async || -> Result<_> {
        let secret = world
            .secrets("team-a")
            .get("db")
            .await?
            .metadata
            .resource_version;
        let sync = world.sync("team-a").await?.metadata.resource_version;
        let state = world
            .secrets("signet-system")
            .get("signet-state")
            .await?
            .metadata
            .resource_version;
        let anchor = world
            .anchors()
            .get("fleet")
            .await?
            .metadata
            .resource_version;
        Ok((secret, sync, state, anchor))
    };
    sleep(Duration::from_secs(2)).await;
    let before = versions().await?;
    // More than the interval at which the remote is looked at.
    sleep(Duration::from_secs(7)).await;
    assert_eq!(versions().await?, before);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fight_with_another_controller_is_not_kept_up_without_end() -> Result<()> {
    let world = world().await;
    let rounds = 40;
    let mut put_back = 0;
    for round in 0..rounds {
        let edit = json!({"data": {"GREETING": format!("round {round}")}});
        world
            .configs("team-a")
            .patch("shop", &PatchParams::default(), &Patch::Merge(&edit))
            .await?;
        sleep(Duration::from_millis(250)).await;
        put_back +=
            u32::from(world.config("team-a", "shop", "GREETING").await? == "Welcome to the shop");
    }
    ensure!(put_back > 0, "nothing was ever put back");
    ensure!(
        put_back < rounds * 3 / 4,
        "{put_back} of {rounds} edits were answered"
    );
    world
        .config_becomes("team-a", "shop", "GREETING", "Welcome to the shop")
        .await
}

/// How often the API server was asked for anything about Deployments, in any way but by watches.
async fn questions_about_deployments(world: &World) -> Result<u64> {
    let metrics = axum::http::Request::get("/metrics").body(Vec::new())?;
    let metrics = world.admin.request_text(metrics).await?;
    let lines = metrics.lines().filter(|line| {
        line.starts_with("apiserver_request_total{")
            && line.contains("resource=\"deployments\"")
            && !line.contains("verb=\"WATCH\"")
    });
    let counts = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
    Ok(counts.sum())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_elsewhere_shows_on_a_tenants_sync_and_nothing_of_the_tenant_is_asked_for()
-> Result<()> {
    let mut world = world().await;
    sleep(Duration::from_secs(2)).await;
    let before = questions_about_deployments(&world).await?;
    // Nobody pokes the agent: that is to look at everything.
    let alice = &world.fleet.alice;
    alice.catch_up()?;
    alice.write("signet/README.md", "What is where.\n")?;
    let commit = alice.commit("Say what is where")?;
    alice.push()?;
    world.applied("team-a", &commit).await?;
    assert_eq!(questions_about_deployments(&world).await?, before);

    world.dave.catch_up()?;
    world.leave_note("there")?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-a", "note", "value", "there")
        .await?;
    ensure!(questions_about_deployments(&world).await? > before);
    Ok(())
}
