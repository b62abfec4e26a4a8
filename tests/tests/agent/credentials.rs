//! What the Secret of the repository's credentials may hold besides a user's password.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use jiff::SignedDuration;
use k8s_openapi::ByteString;
use serde_json::json;
use signet_tests::git_remote::{Fault, GitRemote};
use signet_tests::leaks;

use crate::told::says;
use crate::world::{World, put_secret, world};

/// How the proof of every GitHub App begins that signs it as GitHub wants it (RFC 7515): `{"alg":"RS256"`.
const PROOF: &str = "eyJhbGciOiJSUzI1NiI";
/// Longer than this test will be run.
const LATER: i32 = 4000;

/// A remote of its own kind for the same repository.
fn remote(world: &World) -> Result<GitRemote> {
    let remote = GitRemote::start()?;
    fs::remove_dir_all(remote.repository())?;
    symlink(world.remote.repository(), remote.repository())?;
    Ok(remote)
}

/// A private RSA key in the form in which GitHub gives them out.
fn app_key() -> Result<String> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("key");
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f"]);
    ensure!(command.arg(&file).status()?.success(), "no key");
    Ok(fs::read_to_string(file)?)
}

/// Has the Secret hold this, and how the remote's certificate is known.
async fn put(world: &World, remote: &GitRemote, entries: &[(&str, &str)]) -> Result<()> {
    let authority = [("ca.crt", remote.ca_pem())];
    let entries = entries.iter().chain(&authority);
    let entry = |(name, text): &(&str, &str)| ((*name).to_owned(), ByteString((*text).into()));
    let data: BTreeMap<_, _> = entries.map(entry).collect();
    put_secret(&world.secrets("signet-system"), "git-credentials", data).await
}

/// A commit that is pushed behind the remote's back is applied; then one comes by a server that repeats what it is shown.
async fn lets_in(world: &mut World, remote: &GitRemote, value: &str) -> Result<()> {
    let path = world.remote.repository().display().to_string();
    world.leave_note(value)?;
    world.dave.git(&["push", "--quiet", &path, "HEAD:main"])?;
    world.poke().await?;
    world
        .config_becomes("team-a", "note", "value", value)
        .await?;
    remote.fail_with(Fault::Echo);
    world.leave_note(&format!("{value}, repeated"))?;
    world.dave.git(&["push", "--quiet", &path, "HEAD:main"])?;
    world.poke().await?;
    let told = world.anchor("Ready", "False", "FetchFailed").await?;
    says(&told, &["authorization: ", "[redacted]"])?;
    remote.mend();
    world.poke().await?;
    world.anchor_ready(&world.dave.head()?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn it_fetches_by_a_token_as_an_app_and_by_a_certificate_of_its_secret_and_tells_none()
-> Result<()> {
    let mut world = world().await;
    let remote = remote(&world)?;
    let token = "canary-bearer-2b7d91c4";
    remote.let_in_bearer(token);
    put(&world, &remote, &[("bearerToken", token)]).await?;
    world
        .patch_anchor(&json!({"spec": {"repository": {"url": remote.url()}}}))
        .await?;
    lets_in(&mut world, &remote, "by a token").await?;

    let app_key = app_key()?;
    remote.install_app("12", "345", &app_key, SignedDuration::from_hours(1))?;
    let api = remote.url().replace("/fleet.git", "/api/v3");
    let mut app = [
        ("githubAppID", "12"),
        ("githubAppInstallationID", "346"),
        ("githubAppPrivateKey", &app_key[..]),
        ("githubAppBaseURL", &api[..]),
    ];
    put(&world, &remote, &app).await?;
    let told = world.anchor("Ready", "False", "FetchFailed").await?;
    says(
        &told,
        &[&api, "401", "another path", "[redacted]", "`githubApp…`"],
    )?;
    app[1].1 = "345";
    put(&world, &remote, &app).await?;
    lets_in(&mut world, &remote, "as an App").await?;
    ensure!(remote.tokens() > 0, "it was let in otherwise");

    remote.ask_for_certificates()?;
    let password = "canary-password-7e05";
    remote.let_in_basic("fleet", password);
    let pair = remote.client_pair(LATER)?;
    let user = [("username", "fleet"), ("password", password)];
    put(&world, &remote, &user).await?;
    let told = world.anchor("Ready", "False", "FetchFailed").await?;
    says(
        &told,
        &[&remote.url(), "asks for a client certificate", "`tls.crt`"],
    )?;
    let shown = [
        ("tls.crt", &pair.certificate[..]),
        ("tls.key", &pair.key[..]),
    ];
    put(&world, &remote, &[&user[..], &shown].concat()).await?;
    lets_in(&mut world, &remote, "by a certificate").await?;

    let line = |pem: &str| {
        pem.lines()
            .nth(1)
            .map(str::to_owned)
            .context("an empty key")
    };
    let (app_key, client_key) = (line(&app_key)?, line(&pair.key)?);
    let canaries = [
        token,
        "canary-token",
        PROOF,
        &app_key,
        password,
        &client_key,
    ];
    leaks::search(&world.admin, &world.agent, &canaries).await?;
    world.agent.check()
}
