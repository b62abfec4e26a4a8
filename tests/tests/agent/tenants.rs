//! Tenants and their sources come, go, wait for each other and are stopped.

use anyhow::{Result, ensure};
use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::json;
use signet_tests::eventually::eventually;

use crate::world::{PATIENCE, World, config_map, holds, world};

const DOCUMENT: &str = "signet/tenants/team-a.yaml";

/// Has alice change team-a's document.
async fn change_document(world: &mut World, change: impl Fn(&str) -> String) -> Result<String> {
    let alice = &world.fleet.alice;
    alice.catch_up()?;
    alice.write(DOCUMENT, &change(&alice.read(DOCUMENT)?))?;
    let commit = alice.commit("Change team-a's sources")?;
    world.push(|world| &world.fleet.alice).await?;
    Ok(commit)
}

/// A second source, after those that are there.
fn with_source(document: &str, source: &str) -> String {
    let list = document.find("sources:").expect("the tenant has sources");
    let indent = document[list..]
        .lines()
        .nth(1)
        .map_or(0, |line| line.len() - line.trim_start().len());
    let head = &document[..list];
    let rest = &document[list + "sources:".len()..];
    format!("{head}sources:\n{}- {source}{rest}", " ".repeat(indent))
}

/// Makes a namespace by hand.
async fn create_namespace(world: &World, name: &str) -> Result<()> {
    let namespaces: Api<Namespace> = Api::all(world.admin.clone());
    let namespace = serde_json::from_value(json!({"metadata": {"name": name}}))?;
    namespaces
        .create(&PostParams::default(), &namespace)
        .await?;
    Ok(())
}

/// Gives team-a a second source, `extra`, and waits for its one object.
async fn add_extra(world: &mut World) -> Result<()> {
    world.dave.write(
        "tenants/team-a/extra/note.yaml",
        &config_map("team-a", "extra", "there"),
    )?;
    world.dave.commit("Write more")?;
    world.dave.push()?;
    let source = "{name: extra, path: tenants/team-a/extra}";
    change_document(world, |text| with_source(text, source)).await?;
    world
        .config_becomes("team-a", "extra", "value", "there")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_tenant_works_from_one_push_with_nothing_done_in_the_cluster() -> Result<()> {
    let mut world = world().await;
    let dave = world.dave.person().clone();
    world.fleet.add_tenant("team-c", &dave)?;
    world.dave.catch_up()?;
    world.dave.write(
        "tenants/team-c/prod/note.yaml",
        &config_map("team-c", "note", "hello"),
    )?;
    world.dave.commit("Begin")?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-c", "note", "value", "hello")
        .await?;
    let head = world.dave.head()?;
    world.applied("team-c", &head).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_without_namespace_waits_and_the_anchor_says_for_what() -> Result<()> {
    let mut world = world().await;
    let commit = change_document(&mut world, |text| {
        text.replace("- team-a\n", "- team-a\n        - team-a-more\n")
    })
    .await?;
    let message = world.anchor("Ready", "False", "DependencyNotReady").await?;
    ensure!(message.contains("team-a-more"), "{message}");

    create_namespace(&world, "team-a-more").await?;
    world.applied("team-a", &commit).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_removed_is_pruned_and_others_are_not() -> Result<()> {
    let mut world = world().await;
    add_extra(&mut world).await?;

    world.fleet.alice.revert("HEAD")?;
    world.push(|world| &world.fleet.alice).await?;
    eventually(PATIENCE, "the source's objects to go", async || {
        ensure!(
            world.configs("team-a").get_opt("extra").await?.is_none(),
            "the ConfigMap is there"
        );
        ensure!(
            world
                .syncs("team-a")
                .get_opt("team-a-extra")
                .await?
                .is_none(),
            "the Sync is there"
        );
        Ok(())
    })
    .await?;
    ensure!(
        world.configs("team-a").get_opt("shop").await?.is_some(),
        "another source lost its objects"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_whose_namespaces_are_put_in_another_order_keeps_its_objects_and_what_leaves_goes()
-> Result<()> {
    let mut world = world().await;
    create_namespace(&world, "team-a-moved").await?;
    world.leave_note("still here")?;
    world.push(|world| &world.dave).await?;
    let head = world.dave.head()?;
    world.applied("team-a", &head).await?;

    change_document(&mut world, |text| {
        text.replace("- team-a\n", "- team-a-moved\n        - team-a\n")
    })
    .await?;
    eventually(PATIENCE, "the Sync to move", async || {
        let moved = world.syncs("team-a-moved").get("team-a-apps").await?;
        let status = moved.status.unwrap_or_default();
        holds(&status.conditions, "Ready", "True", "Applied")?;
        let old = world.syncs("team-a").get_opt("team-a-apps").await?;
        ensure!(old.is_none(), "the old one is still there");
        Ok(())
    })
    .await?;

    let shop = world.configs("team-a");
    let edit = Patch::Merge(json!({"data": {"GREETING": "edited"}}));
    shop.patch("shop", &PatchParams::default(), &edit).await?;
    world
        .config_becomes("team-a", "shop", "GREETING", "Welcome to the shop")
        .await?;

    world.dave.catch_up()?;
    world.dave.remove("tenants/team-a/prod/note.yaml")?;
    world.dave.commit("Take the note away")?;
    world.push(|world| &world.dave).await?;
    eventually(PATIENCE, "what left the source to go", async || {
        ensure!(shop.get_opt("note").await?.is_none(), "it is there");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_brake_on_a_tenant_keeps_what_a_removed_source_of_it_had() -> Result<()> {
    let mut world = world().await;
    add_extra(&mut world).await?;

    let brake = |tenants: &[&str]| json!({"spec": {"suspend": {"tenants": tenants}}});
    world.patch_anchor(&brake(&["team-a"])).await?;
    world.fleet.alice.revert("HEAD")?;
    world.push(|world| &world.fleet.alice).await?;
    let message = world.anchor("Ready", "False", "DependencyNotReady").await?;
    ensure!(
        message.contains("team-a/extra: removed from Git, but not pruned")
            && message.contains("spec.suspend.tenants"),
        "{message}"
    );
    world.applied("team-b", &world.fleet.alice.head()?).await?;
    ensure!(
        world.configs("team-a").get_opt("extra").await?.is_some(),
        "it was pruned"
    );

    world.patch_anchor(&brake(&[])).await?;
    eventually(PATIENCE, "the source's objects to go", async || {
        let extra = world.configs("team-a").get_opt("extra").await?;
        ensure!(extra.is_none(), "the ConfigMap is there");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_waits_for_the_one_it_depends_on() -> Result<()> {
    let mut world = world().await;
    world
        .dave
        .write("tenants/team-a/base/note.yaml", "kind: [")?;
    world.dave.write(
        "tenants/team-a/top/note.yaml",
        &config_map("team-a", "top", "on top"),
    )?;
    world.dave.commit("Build a house")?;
    world.dave.push()?;
    change_document(&mut world, |text| {
        let text = with_source(
            text,
            "{name: top, path: tenants/team-a/top, dependsOn: [base]}",
        );
        with_source(&text, "{name: base, path: tenants/team-a/base}")
    })
    .await?;
    eventually(PATIENCE, "the Sync to wait", async || {
        let status = world
            .syncs("team-a")
            .get("team-a-top")
            .await?
            .status
            .unwrap_or_default();
        let message = holds(&status.conditions, "Ready", "False", "DependencyNotReady")?;
        ensure!(message.contains("team-a/base"), "{message}");
        Ok(())
    })
    .await?;
    ensure!(
        world.configs("team-a").get_opt("top").await?.is_none(),
        "it did not wait"
    );

    world.dave.catch_up()?;
    world.dave.write(
        "tenants/team-a/base/note.yaml",
        &config_map("team-a", "base", "below"),
    )?;
    world.dave.commit("Lay the ground")?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-a", "top", "value", "on top")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_brake_stops_a_tenant_and_then_everything() -> Result<()> {
    let mut world = world().await;
    world
        .patch_anchor(&json!({"spec": {"suspend": {"tenants": ["team-a"]}}}))
        .await?;
    world.leave_note("braked")?;
    world.push(|world| &world.dave).await?;
    let head = world.dave.head()?;
    world.applied("team-b", &head).await?;
    ensure!(
        world.configs("team-a").get_opt("note").await?.is_none(),
        "the tenant was not stopped"
    );

    world
        .patch_anchor(&json!({"spec": {"suspend": {"all": true, "tenants": []}}}))
        .await?;
    world.anchor("Reconciling", "False", "Suspended").await?;
    ensure!(
        world.configs("team-a").get_opt("note").await?.is_none(),
        "not everything was stopped"
    );
    world
        .patch_anchor(&json!({"spec": {"suspend": {"all": false}}}))
        .await?;
    world
        .config_becomes("team-a", "note", "value", "braked")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_is_too_old_is_told_of_and_stops_everything_where_the_operator_wants()
-> Result<()> {
    let mut world = world().await;
    let wish = |age, stale| json!({"spec": {"freshness": {"maxAge": age, "onStale": stale}}});
    world.patch_anchor(&wish("1ms", "alert")).await?;
    let told = world.anchor("Fresh", "False", "Stale").await?;
    ensure!(told.contains("spec.freshness.maxAge is 1ms"), "{told}");
    world.leave_note("told of")?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-a", "note", "value", "told of")
        .await?;

    world.patch_anchor(&wish("1ms", "suspend")).await?;
    eventually(PATIENCE, "the tenant to be stopped", async || {
        let status = world.sync("team-a").await?.status.unwrap_or_default();
        holds(&status.conditions, "Reconciling", "False", "Suspended")
    })
    .await?;
    world.leave_note("withheld")?;
    world.push(|world| &world.dave).await?;
    let head = world.dave.head()?;
    eventually(PATIENCE, "the commit to be verified", async || {
        let tip = world.anchor_status().await?.verified.map(|tip| tip.commit);
        ensure!(tip.as_deref() == Some(&*head), "{tip:?} is");
        Ok(())
    })
    .await?;
    world.patch_anchor(&wish("1000h", "suspend")).await?;
    world.anchor("Fresh", "True", "Verified").await?;
    world
        .config_becomes("team-a", "note", "value", "withheld")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_that_the_platform_does_not_make_is_named() -> Result<()> {
    let mut world = world().await;
    let manifests = "clusters/prod/tenants/team-a.yaml";
    let alice = &world.fleet.alice;
    let text = alice.read(manifests)?;
    let without: Vec<_> = text
        .split("\n---\n")
        .filter(|document| !document.contains("kind: ServiceAccount\n"))
        .collect();
    alice.write(manifests, &without.join("\n---\n"))?;
    alice.commit("Forget the account")?;
    world.push(|world| &world.fleet.alice).await?;
    let accounts: Api<ServiceAccount> = Api::namespaced(world.admin.clone(), "signet-tenants");
    eventually(PATIENCE, "the account to go", async || {
        ensure!(accounts.get_opt("team-a").await?.is_none(), "it is there");
        Ok(())
    })
    .await?;
    world.poke().await?;
    let message = world
        .sync_is("team-a", "False", "DependencyNotReady")
        .await?;
    ensure!(
        message.contains("ServiceAccount signet-tenants/team-a"),
        "{message}"
    );
    ensure!(
        world.secrets("team-a").get_opt("db").await?.is_some(),
        "something was pruned"
    );

    world.fleet.alice.revert("HEAD")?;
    world.push(|world| &world.fleet.alice).await?;
    let head = world.fleet.alice.head()?;
    world.applied("team-a", &head).await
}
