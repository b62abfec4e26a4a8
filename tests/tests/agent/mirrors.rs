//! Several URLs of one repository: what one withholds comes from another, and that they differ is told.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use k8s_openapi::ByteString;
use kube::api::DeleteParams;
use serde_json::json;
use signet_tests::eventually::eventually;
use signet_tests::git_remote::{Fault, GitRemote};
use tokio::time::sleep;

use crate::told::says;
use crate::world::{PATIENCE, POLICY, World, holds, put_secret, world};

const MIRROR: &str = "mirror.git";

/// A mirror beside the repository, as it is now, and its folder.
fn mirror(world: &World) -> Result<PathBuf> {
    let folder = world.remote.repository().with_file_name(MIRROR);
    let _from_an_earlier_test = std::fs::remove_dir_all(&folder);
    let folder = world.remote.create(MIRROR)?;
    mirror_to(world, &folder)?;
    Ok(folder)
}

/// Has the mirror be as the repository is.
fn mirror_to(world: &World, folder: &Path) -> Result<()> {
    let from = world.remote.repository();
    let [from, to] = [&from, folder].map(|path| path.display().to_string());
    let words = ["--git-dir", &from, "push", "--quiet", "--mirror", &to];
    world.dave.git(&words)?;
    Ok(())
}

/// Has the agent ask these too, every two seconds, where a lag may last as long as a commit may be old.
async fn name(world: &World, mirrors: &[&str], grace: &str) -> Result<()> {
    let repository = json!({"mirrors": mirrors, "interval": "2s"});
    let freshness = json!({"maxAge": grace});
    world
        .patch_anchor(&json!({"spec": {"repository": repository, "freshness": freshness}}))
        .await
}

/// Pushes what dave has checked out to a folder alone.
fn push_to(world: &World, folder: &Path) -> Result<()> {
    let path = folder.display().to_string();
    world
        .dave
        .git(&["push", "--quiet", "--force", &path, "HEAD:main"])?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_frozen_url_withholds_comes_from_a_mirror_and_it_is_told() -> Result<()> {
    let world = world().await;
    let folder = mirror(&world)?;
    let mirror = world.remote.url_of(MIRROR);
    name(&world, &[&mirror], "3s").await?;
    world.anchor("Mirrored", "True", "Verified").await?;
    let frozen = world.dave.head()?;
    for value in ["withheld", "withheld too"] {
        world.leave_note(value)?;
        push_to(&world, &folder)?;
        world
            .config_becomes("team-a", "note", "value", value)
            .await?;
    }
    world.anchor_ready(&world.dave.head()?).await?;
    let told = world.anchor("Mirrored", "False", "MirrorBehind").await?;
    says(&told, &[&world.remote.url(), &frozen, "withholds commits"])?;
    ensure!(!told.contains(MIRROR), "the mirror is blamed: {told}");
    world.anchor("Verified", "True", "").await?;

    world.dave.push()?;
    world.anchor("Mirrored", "True", "Verified").await?;
    world.anchor_ready(&world.dave.head()?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_lags_is_told_of_once_that_lasts_and_takes_nothing_back() -> Result<()> {
    let mut world = world().await;
    let folder = mirror(&world)?;
    let lagging = world.dave.head()?;
    let mirror = world.remote.url_of(MIRROR);
    name(&world, &[&mirror], "12s").await?;
    world.anchor("Mirrored", "True", "Verified").await?;
    world.leave_note("not mirrored yet")?;
    world.push(|world| &world.dave).await?;
    let head = world.dave.head()?;
    world.anchor_ready(&head).await?;
    // Some rounds, in which it is normal.
    sleep(Duration::from_secs(5)).await;
    world.anchor("Mirrored", "True", "Verified").await?;
    let told = world.anchor("Mirrored", "False", "MirrorBehind").await?;
    says(&told, &[&mirror, &lagging, "since"])?;
    world.anchor_ready(&head).await?;
    // An agent that begins to look does not know better.
    world.agent.stop();
    world.start_agent()?;
    sleep(Duration::from_secs(5)).await;
    let conditions = world.anchor_status().await?.conditions;
    holds(&conditions, "Mirrored", "False", "MirrorBehind")?;

    // Where it alone answers, what it lacks stays believed.
    let gone = GitRemote::start()?;
    gone.stop();
    let repository = json!({"url": gone.url()});
    world
        .patch_anchor(&json!({"spec": {"repository": repository}}))
        .await?;
    eventually(PATIENCE, "the URL that is gone to be told of", async || {
        let told = world.anchor("Mirrored", "False", "MirrorBehind").await?;
        says(&told, &[&gone.url(), "cannot reach", &mirror])
    })
    .await?;
    let status = world.anchor_status().await?;
    holds(&status.conditions, "Verified", "True", "")?;
    ensure!(status.verified.context("nothing is verified")?.commit == head);
    let repository = json!({"url": world.remote.url()});
    world
        .patch_anchor(&json!({"spec": {"repository": repository}}))
        .await?;
    mirror_to(&world, &folder)?;
    world.anchor("Mirrored", "True", "Verified").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_with_another_history_is_told_of_once_and_nothing_of_it_is_applied() -> Result<()>
{
    let mut world = world().await;
    let folder = mirror(&world)?;
    let mirror = world.remote.url_of(MIRROR);
    name(&world, &[&mirror], "1h").await?;
    world.anchor("Mirrored", "True", "Verified").await?;
    world.leave_note("true")?;
    world.push(|world| &world.dave).await?;
    let head = world.dave.head()?;
    world.anchor_ready(&head).await?;
    // Signed by somebody who may, on what was verified before.
    world.dave.git(&["reset", "--quiet", "--hard", "HEAD~1"])?;
    world.leave_note("another")?;
    push_to(&world, &folder)?;
    let other = world.dave.head()?;
    let told = world.anchor("Mirrored", "False", "MirrorDiverged").await?;
    says(&told, &[&mirror, &head, &other])?;
    world.anchor("Verified", "True", "").await?;
    ensure!(
        world.config("team-a", "note", "value").await? == "true",
        "it was applied"
    );

    // What goes on from the true one is applied as ever, and the same is not told again.
    world.dave.git(&["reset", "--quiet", "--hard", &head])?;
    world.leave_note("goes on")?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-a", "note", "value", "goes on")
        .await?;
    sleep(Duration::from_secs(5)).await;
    let told = world.anchor("Mirrored", "False", "MirrorDiverged").await?;
    says(&told, &[&head, &other])?;
    let notes = world.events("default").await?;
    let notes = notes.iter().filter(|note| note.contains(&other));
    ensure!(notes.count() == 1, "there is not one Event");
    let log = world.agent.log();
    let lines = log
        .lines()
        .filter(|line| line.contains("MirrorDiverged") && line.contains(&other));
    ensure!(lines.count() == 1, "there is not one line: {log}");
    world.agent.check()
}

#[tokio::test(flavor = "multi_thread")]
async fn mirrors_that_are_dead_keep_nothing_from_being_applied_and_are_told_of() -> Result<()> {
    let mut world = world().await;
    let (hangs, gone) = (GitRemote::start()?, GitRemote::start()?);
    hangs.fail_with(Fault::Hang);
    gone.stop();
    let system = world.secrets("signet-system");
    let secret = system.get("git-credentials").await?;
    let mut data = secret.data.unwrap_or_default();
    let authorities = format!("{}{}", world.remote.ca_pem(), hangs.ca_pem());
    data.insert("ca.crt".into(), ByteString(authorities.into_bytes()));
    put_secret(&system, "git-credentials", data).await?;
    name(&world, &[&hangs.url(), &gone.url()], "3s").await?;
    for value in ["one", "two"] {
        world.leave_note(value)?;
        world.push(|world| &world.dave).await?;
        world
            .config_becomes("team-a", "note", "value", value)
            .await?;
    }
    world.anchor_ready(&world.dave.head()?).await?;
    let told = world.anchor("Mirrored", "False", "MirrorFailed").await?;
    says(
        &told,
        &[
            &hangs.url(),
            "did not finish within",
            &gone.url(),
            "cannot reach",
        ],
    )?;
    ensure!(!told.contains(&world.remote.url()), "{told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_names_what_it_does_not_have_is_told_of_and_holds_nothing_up() -> Result<()> {
    let mut world = world().await;
    let folder = mirror(&world)?;
    let mirror = world.remote.url_of(MIRROR);
    name(&world, &[&mirror], "3s").await?;
    world.anchor("Mirrored", "True", "Verified").await?;
    world.leave_note("promised")?;
    let path = folder.display().to_string();
    let dave = &world.dave;
    dave.git(&["push", "--quiet", &path, "HEAD:refs/heads/other"])?;
    let blob = dave.git(&["rev-parse", "HEAD:tenants/team-a/prod/note.yaml"])?;
    let blob = folder.join("objects").join(&blob[..2]).join(&blob[2..]);
    std::fs::remove_file(&blob).with_context(|| format!("removing {}", blob.display()))?;
    let promised = dave.head()?;
    let words = ["--git-dir", &path, "update-ref", "refs/heads/main"];
    dave.git(&[&words[..], &[&promised]].concat())?;
    let told = world.anchor("Mirrored", "False", "MirrorFailed").await?;
    says(&told, &[&mirror, &promised, "could not be had"])?;
    world.anchor("Verified", "True", "").await?;

    world.dave.git(&["reset", "--quiet", "--hard", "HEAD~1"])?;
    world.leave_note("sent")?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-a", "note", "value", "sent")
        .await?;
    world.anchor_ready(&world.dave.head()?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_mirror_alone_has_and_nobody_may_sign_is_told_and_stops_nothing() -> Result<()> {
    let mut world = world().await;
    let folder = mirror(&world)?;
    let mirror = world.remote.url_of(MIRROR);
    name(&world, &[&mirror], "3s").await?;
    world.anchor("Mirrored", "True", "Verified").await?;
    let path = folder.display().to_string();
    let mallory = &world.mallory;
    mallory.write("tenants/team-a/prod/stray.yaml", "a: stray\n")?;
    let stray = mallory.commit("Get in by the mirror")?;
    mallory.git(&["push", "--quiet", &path, "HEAD:main"])?;
    let told = world.anchor("Mirrored", "False", "MirrorAhead").await?;
    says(&told, &[&mirror, &stray, "not believed", "of no principal"])?;
    world.anchor("Verified", "True", "").await?;
    world.anchor("Ready", "True", "").await?;

    world.leave_note("as ever")?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-a", "note", "value", "as ever")
        .await?;
    world.anchor("Mirrored", "False", "MirrorDiverged").await?;
    world
        .mallory
        .git(&["reset", "--quiet", "--hard", "HEAD~1"])?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_is_rewritten_at_every_url_stops_the_agent_where_it_was() -> Result<()> {
    let mut world = world().await;
    let folder = mirror(&world)?;
    let mirror = world.remote.url_of(MIRROR);
    name(&world, &[&mirror], "1h").await?;
    world.leave_note("true")?;
    world.push(|world| &world.dave).await?;
    let head = world.dave.head()?;
    world.anchor_ready(&head).await?;
    world.dave.git(&["reset", "--quiet", "--hard", "HEAD~1"])?;
    world.leave_note("rewritten")?;
    world.dave.push_force()?;
    push_to(&world, &folder)?;
    let told = world.anchor("Verified", "False", "Rewritten").await?;
    says(&told, &[&head])?;
    ensure!(
        world.config("team-a", "note", "value").await? == "true",
        "it was applied"
    );
    world.dave.git(&["reset", "--quiet", "--hard", &head])?;
    world.dave.push_force()?;
    push_to(&world, &folder)?;
    world.anchor_ready(&head).await?;
    world.anchor("Mirrored", "True", "").await?;
    Ok(())
}

/// Has alice commit another policy.
pub(crate) fn amend_policy(world: &World, change: impl Fn(&str) -> String) -> Result<()> {
    let alice = &world.fleet.alice;
    let policy = alice.read(POLICY)?;
    let is_version = |line: &&str| line.trim_start().starts_with("version:");
    let line = policy.lines().find(is_version).context("no version")?;
    let (name, version) = line.split_once(": ").context("no version")?;
    let version: u64 = version.parse()?;
    let policy = policy.replace(line, &format!("{name}: {}", version + 1));
    alice.write(POLICY, &change(&policy))?;
    alice.commit("Change the policy")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_for_good_that_only_a_mirror_shows_stops_everything() -> Result<()> {
    let mut world = world().await;
    world.leave_note("by a key that is in doubt later")?;
    world.push(|world| &world.dave).await?;
    let head = world.dave.head()?;
    world.applied("team-a", &head).await?;
    let folder = mirror(&world)?;
    let mirror = world.remote.url_of(MIRROR);
    name(&world, &[&mirror], "1h").await?;
    world.anchor("Mirrored", "True", "Verified").await?;

    let alice = &world.fleet.alice;
    alice.catch_up()?;
    let dave = world.dave.person().public_key()?;
    let dave = dave.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let hard = format!("revoked: [{{key: \"{dave}\", mode: hard, since: 2020-01-01T00:00:00Z}}]");
    amend_policy(&world, |policy| policy.replace("revoked: []", &hard))?;
    let path = folder.display().to_string();
    alice.git(&["push", "--quiet", &path, "HEAD:main"])?;
    let told = world.anchor("Verified", "False", "Revoked").await?;
    says(&told, &["revoked (hard)", &head, "review what it signed"])?;
    world
        .configs("team-a")
        .delete("shop", &DeleteParams::default())
        .await?;
    // Some rounds, in which the other URL shows nothing of it.
    sleep(Duration::from_secs(5)).await;
    world.anchor("Ready", "False", "Revoked").await?;
    let shop = world.configs("team-a").get_opt("shop").await?;
    ensure!(shop.is_none(), "something was written");
    ensure!(world.configs("team-a").get_opt("note").await?.is_some());

    amend_policy(&world, |policy| policy.replace("mode: hard", "mode: soft"))?;
    let alice = &world.fleet.alice;
    alice.push()?;
    alice.git(&["push", "--quiet", &path, "HEAD:main"])?;
    world.anchor_ready(&alice.head()?).await?;
    world
        .config_becomes("team-a", "shop", "GREETING", "Welcome to the shop")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn started_with_an_empty_store_it_goes_on_with_what_a_frozen_url_withholds() -> Result<()> {
    let mut world = world().await;
    let folder = mirror(&world)?;
    let mirror = world.remote.url_of(MIRROR);
    name(&world, &[&mirror], "1h").await?;
    world.anchor("Mirrored", "True", "Verified").await?;
    world.leave_note("withheld")?;
    push_to(&world, &folder)?;
    let head = world.dave.head()?;
    world.applied("team-a", &head).await?;
    world.agent.stop();
    std::fs::remove_dir_all(world.agent.data())?;
    let log = world.agent.log().len();
    world.start_agent()?;
    world.leave_note("withheld too")?;
    push_to(&world, &folder)?;
    world.anchor_ready(&world.dave.head()?).await?;
    let log = world.agent.log().split_off(log);
    ensure!(
        !log.contains("Rewritten") && !log.contains("StoreFailed"),
        "{log}"
    );
    world.dave.push()
}
