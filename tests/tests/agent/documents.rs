//! Documents and manifests that are wrong: what is wrong stops, and nothing is pruned.

use anyhow::{Result, ensure};
use k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use kube::Api;
use kube::api::{DeleteParams, PostParams};
use serde_json::json;

use crate::told::says;
use crate::world::{PASSWORD, World, config_map, world};

const MANIFEST: &str = "tenants/team-a/prod/wrong.yaml";
/// What a tenant may not have of its own accord.
const QUOTA: &str = "apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: wrong\n  namespace: team-a\nspec:\n  hard: {pods: \"1\"}\n";

/// Has dave commit a manifest, and returns the message with which team-a's Sync refuses it.
async fn refused(world: &mut World, manifest: &str, reason: &str) -> Result<String> {
    world.dave.write(MANIFEST, manifest)?;
    // Had this commit been applied, the Secret would have been pruned.
    world.dave.remove("tenants/team-a/prod/db.yaml")?;
    world.dave.commit("Try something")?;
    world.push(|world| &world.dave).await?;
    let message = world.sync_is("team-a", "False", reason).await?;
    ensure!(
        world.secret("team-a", "db", "DB_PASSWORD").await? == PASSWORD,
        "something was pruned"
    );
    Ok(message)
}

/// The source recovers with a commit that takes the wrong one back.
async fn recovers(world: &mut World) -> Result<()> {
    world.dave.revert("HEAD")?;
    world.push(|world| &world.dave).await?;
    let head = world.dave.head()?;
    world.applied("team-a", &head).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_manifest_is_refused_with_its_place() -> Result<()> {
    let mut world = world().await;
    let message = refused(
        &mut world,
        "apiVersion: v1\nkind: [ConfigMap\n",
        "RenderFailed",
    )
    .await?;
    says(&message, &[MANIFEST, "line 2, column 7", "further commit"])?;
    recovers(&mut world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_field_of_a_manifest_is_refused_by_name() -> Result<()> {
    let mut world = world().await;
    let manifest = config_map("team-a", "wrong", "x").replace("\ndata:", "\ndta:");
    let message = refused(&mut world, &manifest, "ApplyFailed").await?;
    says(&message, &["dta", MANIFEST, "further commit"])?;
    recovers(&mut world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_in_a_foreign_namespace_is_refused_as_a_whole() -> Result<()> {
    let mut world = world().await;
    let message = refused(&mut world, &config_map("team-b", "wrong", "x"), "Forbidden").await?;
    says(
        &message,
        &[
            "ConfigMap team-b/wrong",
            MANIFEST,
            "its namespaces are team-a",
            "Move it",
        ],
    )?;
    ensure!(
        world.configs("team-b").get_opt("wrong").await?.is_none(),
        "it was applied"
    );
    recovers(&mut world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_the_tenant_lacks_is_named_and_all_else_is_applied() -> Result<()> {
    let mut world = world().await;
    let both = format!("{QUOTA}---\n{}", config_map("team-a", "beside", "x"));
    let message = refused(&mut world, &both, "Forbidden").await?;
    says(
        &message,
        &["ResourceQuota team-a/wrong", MANIFEST, "grant the right"],
    )?;
    world
        .config_becomes("team-a", "beside", "value", "x")
        .await?;
    recovers(&mut world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_granted_later_is_all_it_takes() -> Result<()> {
    let mut world = world().await;
    refused(&mut world, QUOTA, "Forbidden").await?;
    let roles: Api<Role> = Api::namespaced(world.admin.clone(), "team-a");
    let bindings: Api<RoleBinding> = Api::namespaced(world.admin.clone(), "team-a");
    let name = json!({"name": "quotas"});
    let quotas = json!([{"apiGroups": [""], "resources": ["resourcequotas"], "verbs": ["*"]}]);
    let role = serde_json::from_value(json!({"metadata": name, "rules": quotas}))?;
    let subject =
        json!({"kind": "ServiceAccount", "name": "team-a", "namespace": "signet-tenants"});
    let of = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "quotas"});
    let binding = json!({"metadata": name, "roleRef": of, "subjects": [subject]});
    roles.create(&PostParams::default(), &role).await?;
    bindings
        .create(&PostParams::default(), &serde_json::from_value(binding)?)
        .await?;
    let head = world.dave.head()?;
    world.applied("team-a", &head).await?;
    recovers(&mut world).await?;
    bindings.delete("quotas", &DeleteParams::default()).await?;
    roles.delete("quotas", &DeleteParams::default()).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_broken_attempt_left_behind_is_pruned_by_the_next_good_one() -> Result<()> {
    let mut world = world().await;
    world.dave.write(
        MANIFEST,
        &format!("{}---\n{QUOTA}", config_map("team-a", "beside", "x")),
    )?;
    world.dave.commit("Try something")?;
    world.push(|world| &world.dave).await?;
    world.sync_is("team-a", "False", "Forbidden").await?;
    world
        .config_becomes("team-a", "beside", "value", "x")
        .await?;
    recovers(&mut world).await?;
    ensure!(
        world.configs("team-a").get_opt("beside").await?.is_none(),
        "it was orphaned"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_file_that_was_edited_without_a_key_is_not_opened() -> Result<()> {
    let mut world = world().await;
    let path = "tenants/team-a/prod/db.yaml";
    world.dave.write(
        path,
        &world.dave.read(path)?.replace("name: db", "name: other"),
    )?;
    world.dave.commit("Rename the Secret")?;
    world.push(|world| &world.dave).await?;
    let message = world.sync_is("team-a", "False", "OpenFailed").await?;
    says(&message, &[path, "without its key", "Restore the file"])?;
    ensure!(
        world.secret("team-a", "db", "DB_PASSWORD").await? == PASSWORD,
        "something was pruned"
    );
    recovers(&mut world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_file_of_another_tenant_is_not_opened() -> Result<()> {
    let mut world = world().await;
    let sealed = world.erin.read("tenants/team-a/prod/db.yaml")?;
    world.erin.write(
        "tenants/team-b/prod/db.yaml",
        &sealed.replace("namespace: team-a", "namespace: team-b"),
    )?;
    world.erin.commit("Borrow a database")?;
    world.push(|world| &world.erin).await?;
    let message = world.sync_is("team-b", "False", "OpenFailed").await?;
    says(
        &message,
        &[
            "tenants/team-b/prod/db.yaml",
            "sealed for tenant team-a",
            "`signet seal`",
        ],
    )?;
    ensure!(
        world.secrets("team-b").get_opt("db").await?.is_none(),
        "it was applied"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_tenant_document_stops_that_tenant_alone() -> Result<()> {
    let mut world = world().await;
    let document = "signet/tenants/team-b.yaml";
    let alice = &world.fleet.alice;
    alice.write(
        document,
        &alice.read(document)?.replace("sources:", "suorces:"),
    )?;
    alice.commit("Tidy up")?;
    world.push(|world| &world.fleet.alice).await?;
    let message = world.anchor("Ready", "False", "DocumentInvalid").await?;
    let place = format!("{document}:12:7");
    let words = [&place, "`suorces`", "`sources`", "further commit"];
    says(&message, &words)?;
    let message = world.sync_is("team-b", "False", "DocumentInvalid").await?;
    says(&message, &words)?;
    ensure!(
        world.secrets("team-b").get_opt("mail").await?.is_some(),
        "something was pruned"
    );

    world.dave.catch_up()?;
    world.leave_note("team-a goes on")?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-a", "note", "value", "team-a goes on")
        .await?;

    let alice = &world.fleet.alice;
    alice.catch_up()?;
    alice.write(
        document,
        &alice.read(document)?.replace("suorces:", "sources:"),
    )?;
    alice.commit("Tidy up again")?;
    world.push(|world| &world.fleet.alice).await?;
    let head = world.fleet.alice.head()?;
    world.applied("team-b", &head).await
}
