//! Files of the real sops: for a tenant that may keep them (`sealed: compat`) they are opened, for others they are not.

use anyhow::{Context, Result, ensure};
use signet_envelope::parse;
use signet_tests::leaks;
use signet_tests::sops::{Sops, Version};

use crate::told::says;
use crate::world::{PASSWORD, World, world};

const PATH: &str = "tenants/team-a/prod/token.yaml";
const TOKEN: &str = "canary-by-sops-41c7e9d2";
const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n    name: token\n    namespace: team-a\nstringData:\n    # of the old days\n    TOKEN: canary-by-sops-41c7e9d2\n";

/// Those for whom team-a's files are sealed.
fn recipients(world: &World) -> Result<Vec<String>> {
    let path = "tenants/team-a/prod/db.yaml";
    let sealed = parse(&world.dave.read(path)?, &path.parse()?)?;
    let keys = sealed.metadata().age_keys();
    Ok(keys.map(|key| key.recipient.clone()).collect())
}

/// The Secret as sops seals it for these, without any key of theirs.
fn by_sops(recipients: &[String]) -> Result<String> {
    let rule = format!(
        "{{age: \"{}\", encrypted_regex: ^(data|stringData)$}}",
        recipients.join(",")
    );
    let sops = Sops::new(Version::V3_13, "")?;
    let sealed = sops.encrypt("token.yaml", SECRET.as_bytes(), &rule)?;
    Ok(String::from_utf8(sealed)?)
}

/// Has dave commit the file, and returns the message with which team-a's Sync refuses it.
async fn refused(world: &mut World, file: &str) -> Result<String> {
    world.dave.catch_up()?;
    world.dave.write(PATH, file)?;
    world.dave.commit("Bring a file of sops")?;
    world.push(|world| &world.dave).await?;
    let message = world.sync_is("team-a", "False", "OpenFailed").await?;
    let token = world.secrets("team-a").get_opt("token").await?;
    ensure!(token.is_none(), "it was applied");
    let password = world.secret("team-a", "db", "DB_PASSWORD").await?;
    ensure!(password == PASSWORD, "something else was changed");
    Ok(message)
}

/// Has alice let team-a keep plain SOPS files.
async fn allow(world: &mut World) -> Result<String> {
    let document = "signet/tenants/team-a.yaml";
    let alice = &world.fleet.alice;
    alice.catch_up()?;
    let strict = alice.read(document)?;
    let compat = strict.replace("sealed: strict", "sealed: compat");
    ensure!(compat != strict, "{strict}");
    alice.write(document, &compat)?;
    let commit = alice.commit("Let team-a keep files of sops")?;
    world.push(|world| &world.fleet.alice).await?;
    Ok(commit)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_sops_is_refused_for_a_strict_tenant_and_arrives_where_compat_is_set()
-> Result<()> {
    let mut world = world().await;
    let recipients = recipients(&world)?;
    let file = by_sops(&recipients)?;
    let message = refused(&mut world, &file).await?;
    let reason = format!("{PATH} is a plain SOPS file without a seal");
    says(&message, &[&reason, "`signet seal`"])?;

    let commit = allow(&mut world).await?;
    world.applied("team-a", &commit).await?;
    ensure!(world.secret("team-a", "token", "TOKEN").await? == TOKEN);
    leaks::search(&world.admin, &world.agent, &[TOKEN]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn compat_takes_no_file_of_sops_that_was_changed_or_is_for_too_few() -> Result<()> {
    let mut world = world().await;
    let recipients = recipients(&world)?;
    let commit = allow(&mut world).await?;
    world.applied("team-a", &commit).await?;
    let few = recipients.get(..1).context("it is sealed for somebody")?;
    let for_few = by_sops(few)?;
    let renamed = by_sops(&recipients)?.replace("name: token", "name: other");
    for (file, reason) in [
        (for_few, format!("missing: {}", recipients[1])),
        (renamed, format!("the MAC of {PATH} does not match")),
    ] {
        let message = refused(&mut world, &file).await?;
        says(&message, &[PATH, &reason])?;
        world.dave.revert("HEAD")?;
        world.push(|world| &world.dave).await?;
        let head = world.dave.head()?;
        world.applied("team-a", &head).await?;
    }
    Ok(())
}
