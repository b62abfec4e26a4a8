//! A remote behind SSH.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Result, ensure};
use k8s_openapi::ByteString;
use serde_json::json;
use signet_tests::leaks;
use signet_tests::ssh_server::{SshServer, fingerprint, make_key};

use crate::told::says;
use crate::world::{PASSWORD, put_secret, world};

#[tokio::test(flavor = "multi_thread")]
async fn it_fetches_over_ssh_with_the_key_of_its_secret_from_the_server_that_it_knows() -> Result<()>
{
    let mut world = world().await;
    let sshd = tokio::task::spawn_blocking(SshServer::start).await??;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("key");
    make_key(&file, "ed25519", "")?;
    let key = fs::read_to_string(&file)?;
    let secret = |known_hosts: &str| {
        let entries = [("sshKey", &key[..]), ("known_hosts", known_hosts)];
        let entry = |(name, text): (&str, &str)| (name.to_owned(), ByteString(text.into()));
        BTreeMap::from(entries.map(entry))
    };
    let url = sshd.url_of(&world.remote.repository());
    let system = world.secrets("signet-system");
    put_secret(&system, "git-credentials", secret("# nobody\n")).await?;
    world
        .patch_anchor(&json!({"spec": {"repository": {"url": url}}}))
        .await?;
    let message = world.anchor("Ready", "False", "FetchFailed").await?;
    let host = fingerprint(&sshd.host_key("ed25519")?)?;
    says(&message, &[&url, &host, "ssh-keyscan", "`known_hosts`"])?;

    put_secret(&system, "git-credentials", secret(&sshd.known_hosts()?)).await?;
    let public = fs::read_to_string(file.with_extension("pub"))?;
    sshd.let_in("", &public)?;
    // Nobody answers over HTTPS any more.
    world.remote.stop();
    let path = world.remote.repository().display().to_string();
    world.leave_note("over ssh")?;
    world.dave.git(&["push", "--quiet", &path, "HEAD:main"])?;
    world.poke().await?;
    world
        .config_becomes("team-a", "note", "value", "over ssh")
        .await?;
    world.anchor("Ready", "True", "").await?;
    ensure!(
        world.secret("team-a", "db", "DB_PASSWORD").await? == PASSWORD,
        "something was pruned"
    );
    let canary = key.lines().nth(3).unwrap_or_default();
    leaks::search(&world.admin, &world.agent, &[canary]).await?;
    world.agent.has_started_nothing()?;
    world.remote.restart()?;
    world.agent.check()
}
