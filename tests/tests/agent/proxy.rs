//! A remote behind a proxy.

use anyhow::{Result, ensure};
use signet_tests::agent_process::AgentProcess;
use signet_tests::binaries::binaries;
use signet_tests::leaks;
use signet_tests::proxy::ConnectProxy;

use crate::told::says;
use crate::world::world;

#[tokio::test(flavor = "multi_thread")]
async fn it_fetches_through_the_proxy_of_its_environment_and_reaches_the_cluster_without()
-> Result<()> {
    let mut world = world().await;
    world.agent.stop();
    let proxy = ConnectProxy::start()?;
    proxy.let_in("agent", "another");
    let name = format!("http://{}", proxy.address());
    let variable = format!("HTTPS_PROXY=http://agent:canary@{}", proxy.address());
    let folder = tempfile::tempdir()?;
    let start = || {
        let words = ["env", &variable];
        AgentProcess::start_through(&words, &binaries().agent, &world.kubeconfig, folder.path())
    };
    let mut agent = start()?;
    let message = world.anchor("Ready", "False", "FetchFailed").await?;
    says(&message, &[&world.remote.url(), &name, "authorization"])?;

    proxy.let_in("agent", "canary");
    world.leave_note("through a proxy")?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-a", "note", "value", "through a proxy")
        .await?;
    world.anchor("Ready", "True", "").await?;
    says(&agent.log(), &[&format!("through the proxy {name}")])?;
    let remote = world.remote.url();
    ensure!(
        proxy.tunnels().iter().all(|place| remote.contains(place)),
        "{:?}",
        proxy.tunnels()
    );
    leaks::search(&world.admin, &agent, &["agent:canary@"]).await?;
    agent.check()
}
