//! What the agent depends on is missing, wrong or away: what is applied stays, and it goes on by itself.

use anyhow::{Result, ensure};
use k8s_openapi::ByteString;
use kube::api::DeleteParams;
use signet_tests::git_remote::GitRemote;
use signet_tests::leaks;

use crate::told::says;
use crate::world::{PASSWORD, World, put_secret, world};

/// A push after the cause is gone is applied, with no restart.
async fn goes_on(world: &mut World) -> Result<()> {
    world.dave.catch_up()?;
    let head = world.dave.head()?;
    world.leave_note(&head)?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-a", "note", "value", &head)
        .await?;
    ensure!(
        world.secret("team-a", "db", "DB_PASSWORD").await? == PASSWORD,
        "something was pruned"
    );
    world.agent.check()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_remote_is_told_and_drift_is_still_put_back() -> Result<()> {
    let mut world = world().await;
    world.remote.stop();
    world.poke().await?;
    let message = world.anchor("Ready", "False", "FetchFailed").await?;
    let words = ["cannot reach", &world.remote.url(), "spec.repository.url"];
    says(&message, &words)?;
    world.anchor("Verified", "True", "").await?;
    world
        .configs("team-a")
        .delete("shop", &DeleteParams::default())
        .await?;
    world
        .config_becomes("team-a", "shop", "GREETING", "Welcome to the shop")
        .await?;
    world.remote.restart()?;
    goes_on(&mut world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_and_a_right_one_is_taken_up() -> Result<()> {
    let mut world = world().await;
    let right = world.remote.password();
    let other = "canary-other-password";
    world.remote.set_password(other);
    world.poke().await?;
    let message = world.anchor("Ready", "False", "FetchFailed").await?;
    says(
        &message,
        &[
            &world.remote.url(),
            "refuses the credentials",
            "credentials Secret",
        ],
    )?;
    ensure!(!message.contains(&right), "the password is told");

    let system = world.secrets("signet-system");
    let mut data = system
        .get("git-credentials")
        .await?
        .data
        .unwrap_or_default();
    data.insert("password".into(), ByteString(other.into()));
    put_secret(&system, "git-credentials", data).await?;
    world.anchor("Ready", "True", "").await?;
    world.remote.set_password(&right);
    ensure!(
        world.secret("team-a", "db", "DB_PASSWORD").await? == PASSWORD,
        "something was pruned"
    );
    leaks::search(&world.admin, &world.agent, &[&right, other]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_certificate_authority_is_told() -> Result<()> {
    let mut world = world().await;
    let system = world.secrets("signet-system");
    let right = system
        .get("git-credentials")
        .await?
        .data
        .unwrap_or_default();
    let mut data = right.clone();
    let other = GitRemote::start()?;
    data.insert(
        "ca.crt".into(),
        ByteString(other.ca_pem().as_bytes().to_vec()),
    );
    put_secret(&system, "git-credentials", data).await?;
    // The connection that is up still stands: the next one is made under the new authority.
    world.remote.stop();
    world.remote.restart()?;
    world.poke().await?;
    let message = world.anchor("Ready", "False", "FetchFailed").await?;
    says(&message, &[&world.remote.url(), "certificate", "`ca.crt`"])?;
    put_secret(&system, "git-credentials", right).await?;
    goes_on(&mut world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_wrong_identity_stops_what_needs_it_and_nothing_else() -> Result<()> {
    let mut world = world().await;
    let system = world.secrets("signet-system");
    let right = system
        .get("cluster-identity")
        .await?
        .data
        .unwrap_or_default();
    system
        .delete("cluster-identity", &DeleteParams::default())
        .await?;
    let path = "tenants/team-a/prod/extra.yaml";
    let manifest = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: extra\n  namespace: team-a\nstringData:\n  token: canary\n";
    world.dave.write(path, manifest)?;
    world.fleet.seal(&world.dave, path)?;
    let commit = world.dave.commit("Set the token")?;
    world.push(|world| &world.dave).await?;
    let message = world.sync_is("team-a", "False", "IdentityMissing").await?;
    says(
        &message,
        &["signet-system/cluster-identity", "`signet bootstrap` does"],
    )?;
    world.applied("team-b", &commit).await?;

    let stranger = world.fleet.run(&world.dave, &["keygen"])?;
    let stranger = [("identity".to_owned(), ByteString(stranger.into_bytes()))];
    put_secret(&system, "cluster-identity", stranger.into()).await?;
    world.poke().await?;
    let message = world.sync_is("team-a", "False", "OpenFailed").await?;
    says(
        &message,
        &[
            "signet/identities/prod/team-a.yaml",
            "this cluster's age identity",
        ],
    )?;
    ensure!(
        world.secret("team-a", "db", "DB_PASSWORD").await? == PASSWORD,
        "something was pruned"
    );

    put_secret(&system, "cluster-identity", right).await?;
    world.applied("team-a", &commit).await?;
    assert_eq!(world.secret("team-a", "extra", "token").await?, "canary");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_server_that_dies_and_comes_back_finds_the_agent_at_work() -> Result<()> {
    let mut world = world().await;
    world.plane.stop_api_server();
    world.leave_note("meanwhile")?;
    world.dave.push()?;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    world.agent.check()?;
    says(&world.agent.log(), &["the API server cannot be reached: "])?;
    tokio::task::block_in_place(|| world.plane.start_api_server())?;
    world.admin = world.plane.admin().await;
    world
        .config_becomes("team-a", "note", "value", "meanwhile")
        .await?;
    goes_on(&mut world).await
}
