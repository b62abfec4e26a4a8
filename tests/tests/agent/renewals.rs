//! An identity gives way to another one while the agent goes on.

use anyhow::{Result, ensure};
use signet_tests::person::WorkTree;

use crate::world::{PASSWORD, World, world};

const DOCUMENT: &str = "signet/tenants/team-a.yaml";

fn manifest(name: &str, value: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  namespace: team-a\nstringData:\n  token: {value}\n"
    )
}

/// Has alice do what is next of a rotation.
fn rotate(world: &World) -> Result<()> {
    let recovery = world.fleet.recovery_key();
    let recovery = recovery.to_string_lossy();
    #[rustfmt::skip]
    let words = ["rotate", "identity", "team-a", "--cluster", "prod", "--identity", &recovery, "--yes"];
    world.fleet.run(&world.fleet.alice, &words)?;
    Ok(())
}

/// The recipients that team-a's document names: that of its identity and, while there is one, the one before.
fn named(tree: &WorkTree) -> Result<(String, Option<String>)> {
    let document = signet_api::Tenant::parse(&tree.read(DOCUMENT)?, &DOCUMENT.parse()?)?;
    let on = &document.clusters[0];
    Ok((on.recipient.clone(), on.transitional.first().cloned()))
}

/// Brings what somebody committed behind what others pushed.
fn rebase(tree: &WorkTree) -> Result<()> {
    tree.git(&[
        "-c",
        "commit.gpgsign=true",
        "pull",
        "--quiet",
        "--rebase",
        "origin",
        "main",
    ])?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn while_an_identity_is_rotated_files_for_the_old_one_and_for_the_new_one_are_applied()
-> Result<()> {
    let mut world = world().await;
    world.fleet.alice.catch_up()?;
    let (old, _) = named(&world.fleet.alice)?;
    let (early, late) = (
        "tenants/team-a/prod/early.yaml",
        "tenants/team-a/prod/late.yaml",
    );

    // The documents are alice's to sign; dave has not signed what becomes of his files.
    rotate(&world)?;
    world
        .fleet
        .alice
        .git(&["checkout", "--quiet", "HEAD", "--", "tenants"])?;
    world.fleet.alice.commit("Rotate team-a's identity")?;
    let (new, before) = named(&world.fleet.alice)?;
    ensure!(before.as_ref() == Some(&old) && new != old, "{before:?}");
    world.fleet.alice.push()?;
    world
        .dave
        .write(early, &manifest("early", "canary-early"))?;
    world.fleet.seal(&world.dave, early)?;
    world.dave.commit("From before")?;
    rebase(&world.dave)?;
    world.dave.write(late, &manifest("late", "canary-late"))?;
    world.fleet.seal(&world.dave, late)?;
    let commit = world.dave.commit("From after")?;
    let (early_text, late_text) = (world.dave.read(early)?, world.dave.read(late)?);
    ensure!(
        early_text.contains(&old) && !early_text.contains(&new),
        "{early_text}"
    );
    ensure!(
        late_text.contains(&new) && !late_text.contains(&old),
        "{late_text}"
    );
    world.push(|world| &world.dave).await?;
    world.applied("team-a", &commit).await?;
    assert_eq!(
        world.secret("team-a", "early", "token").await?,
        "canary-early"
    );
    assert_eq!(
        world.secret("team-a", "late", "token").await?,
        "canary-late"
    );
    assert_eq!(world.secret("team-a", "db", "DB_PASSWORD").await?, PASSWORD);

    // Then dave signs what alice's second run makes of his files, and alice takes the old identity away.
    world.fleet.alice.catch_up()?;
    rotate(&world)?;
    for path in ["tenants/team-a/prod/db.yaml", early] {
        let text = world.fleet.alice.read(path)?;
        ensure!(text.contains(&new) && !text.contains(&old), "{text}");
        world.dave.write(path, &text)?;
    }
    let commit = world.dave.commit("New keys")?;
    world.push(|world| &world.dave).await?;
    world.applied("team-a", &commit).await?;
    world
        .fleet
        .alice
        .git(&["checkout", "--quiet", "HEAD", "--", "tenants"])?;
    world.fleet.alice.commit("Take the old identity away")?;
    rebase(&world.fleet.alice)?;
    ensure!(named(&world.fleet.alice)? == (new, None));
    let commit = world.fleet.alice.head()?;
    world.push(|world| &world.fleet.alice).await?;
    world.applied("team-a", &commit).await?;
    assert_eq!(
        world.secret("team-a", "early", "token").await?,
        "canary-early"
    );
    assert_eq!(world.secret("team-a", "db", "DB_PASSWORD").await?, PASSWORD);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_cluster_is_rotated_its_agent_opens_with_the_old_identity_and_with_the_new_one()
-> Result<()> {
    let mut world = world().await;
    world.fleet.alice.catch_up()?;
    let key = world.fleet.cluster_identity();
    let new = key.with_file_name("prod-2.key");
    let (recovery, out) = (
        world.fleet.recovery_key(),
        new.to_string_lossy().into_owned(),
    );
    let recovery = recovery.to_string_lossy();
    let words = [
        "rotate",
        "cluster",
        "prod",
        "--identity",
        &recovery,
        "--yes",
    ];
    let begin = [&words[..], &["--identity-out", &out]].concat();
    world.fleet.run(&world.fleet.alice, &begin)?;
    world.fleet.alice.commit("Rotate the identity of prod")?;
    world.fleet.alice.push()?;
    bring(&mut world, "canary-by-the-old-one").await?;

    let old = std::fs::read(&key)?;
    std::fs::copy(&new, &key)?;
    let bootstrapped = world
        .fleet
        .bootstrap(&world.remote, &world.plane.admin_kubeconfig(), None);
    std::fs::write(&key, old)?;
    bootstrapped?;
    bring(&mut world, "canary-by-the-new-one").await?;

    world.fleet.alice.catch_up()?;
    world.fleet.run(&world.fleet.alice, &words)?;
    world.fleet.alice.commit("Take the old identity away")?;
    world.fleet.alice.push()?;
    bring(&mut world, "canary-by-the-new-one-alone").await
}

/// Has dave commit a sealed value, and waits for it.
async fn bring(world: &mut World, value: &str) -> Result<()> {
    let path = "tenants/team-a/prod/late.yaml";
    world.dave.catch_up()?;
    world.dave.write(path, &manifest("late", value))?;
    world.fleet.seal(&world.dave, path)?;
    let commit = world.dave.commit("Set the token")?;
    world.push(|world| &world.dave).await?;
    world.applied("team-a", &commit).await?;
    assert_eq!(world.secret("team-a", "late", "token").await?, value);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_recovery_key_is_rotated_what_is_sealed_for_the_old_one_and_for_both_is_applied()
-> Result<()> {
    let mut world = world().await;
    world.fleet.alice.catch_up()?;
    let key = world.fleet.recovery_key();
    let [recovery, out] = [key.clone(), key.with_file_name("recovery-2.key")]
        .map(|key| key.to_string_lossy().into_owned());
    #[rustfmt::skip]
    let words = ["rotate", "recovery", "--recovery-out", &out, "--identity", &recovery, "--yes"];
    world.fleet.run(&world.fleet.alice, &words)?;
    let path = "tenants/team-a/prod/db.yaml";
    let for_both = world.fleet.alice.read(path)?;
    let checkout = ["checkout", "--quiet", "HEAD", "--", "tenants"];
    world.fleet.alice.git(&checkout)?;
    let for_old = world.fleet.alice.read(path)?;
    let recipients = |text: &str| text.matches("recipient: age1").count();
    ensure!(
        recipients(&for_both) == recipients(&for_old) + 1,
        "{for_both}"
    );
    world.fleet.alice.commit("Rotate the recovery key")?;
    world.fleet.alice.push()?;
    let early = "tenants/team-a/prod/early.yaml";
    world
        .dave
        .write(early, &manifest("early", "canary-early"))?;
    world.fleet.seal(&world.dave, early)?;
    world.dave.commit("From before")?;
    ensure!(recipients(&world.dave.read(early)?) == recipients(&for_old));
    rebase(&world.dave)?;
    let commit = world.dave.head()?;
    world.push(|world| &world.dave).await?;
    world.applied("team-a", &commit).await?;
    assert_eq!(
        world.secret("team-a", "early", "token").await?,
        "canary-early"
    );

    world.dave.write(path, &for_both)?;
    let commit = world.dave.commit("Seal for the new recovery key too")?;
    world.push(|world| &world.dave).await?;
    world.applied("team-a", &commit).await?;
    assert_eq!(world.secret("team-a", "db", "DB_PASSWORD").await?, PASSWORD);
    bring(&mut world, "canary-from-after").await
}
