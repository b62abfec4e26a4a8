//! The cluster, the remote, the people and the agent.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use k8s_openapi::ByteString;
use kube::Client;
use kube::api::{Patch, PatchParams};
use serde_json::json;
use signet_tests::agent_process::AgentProcess;
use signet_tests::binaries::binaries;
use signet_tests::control_plane::{ControlPlane, Extent};
use signet_tests::fleet::{Fleet, copy_examples};
use signet_tests::git_remote::GitRemote;
use signet_tests::person::{Person, WorkTree};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard, OnceCell};

mod mend;
mod objects;
mod wait;

pub(crate) use objects::{config_map, put_secret};
pub(crate) use wait::holds;

/// How long the tests wait for what should take a second.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// The plaintext of the example fleet's Secret of team-a.
pub(crate) const PASSWORD: &str = "canary-team-a-5d1f0c7e";
pub(crate) const POLICY: &str = "signet/policy.yaml";

/// Everything that is running.
pub(crate) struct World {
    pub(crate) agent: AgentProcess,
    pub(crate) admin: Client,
    pub(crate) fleet: Fleet,
    pub(crate) dave: WorkTree,
    pub(crate) erin: WorkTree,
    pub(crate) mallory: WorkTree,
    pub(crate) remote: GitRemote,
    pub(crate) plane: ControlPlane,
    pub(crate) kubeconfig: PathBuf,
    /// The commit whose tree each test begins with.
    good: String,
    /// What the Secrets that the agent reads held in the beginning.
    kept: BTreeMap<&'static str, BTreeMap<String, ByteString>>,
    folder: TempDir,
    pokes: u32,
}

/// The world, mended, for one test.
pub(crate) async fn world() -> MutexGuard<'static, World> {
    static WORLD: OnceCell<Mutex<World>> = OnceCell::const_new();
    let start = || async {
        Mutex::new(
            World::start()
                .await
                .unwrap_or_else(|error| panic!("{error:#}")),
        )
    };
    let mut world = WORLD.get_or_init(start).await.lock().await;
    world
        .mend()
        .await
        .unwrap_or_else(|error| panic!("mending the world: {error:#}\n{}", world.agent.log()));
    world
}

impl World {
    async fn start() -> Result<Self> {
        let programs = tokio::task::spawn_blocking(binaries).await?;
        let start = || ControlPlane::start(Extent::Controllers, &mut signet_tests::tools::say);
        let plane = tokio::task::spawn_blocking(start).await??;
        let remote = GitRemote::start()?;
        let folder = tempfile::Builder::new().prefix("signet-agent-").tempdir()?;
        let (dave, erin) = (Person::example("dave")?, Person::example("erin")?);
        let fleet = Fleet::found(&remote, &programs.signet)?;
        fleet.add_tenant("team-a", &dave)?;
        fleet.add_tenant("team-b", &erin)?;
        let kubeconfig = fleet.bootstrap(&remote, &plane.admin_kubeconfig(), None)?;
        let agent = AgentProcess::start(&programs.agent, &kubeconfig, folder.path())?;
        let mut world = Self {
            agent,
            admin: plane.admin().await,
            dave: dave.clone_of(&remote)?,
            erin: erin.clone_of(&remote)?,
            mallory: Person::example("mallory")?.clone_of(&remote)?,
            good: String::new(),
            kept: BTreeMap::new(),
            fleet,
            remote,
            plane,
            kubeconfig,
            folder,
            pokes: 0,
        };
        world.write_the_example()?;
        Ok(world)
    }

    /// Team-a's manifests, its Secret sealed, and team-b's.
    fn write_the_example(&mut self) -> Result<()> {
        for (tree, tenant, secret) in [
            (&self.dave, "team-a", "db.yaml"),
            (&self.erin, "team-b", "mail.yaml"),
        ] {
            tree.catch_up()?;
            let folder = format!("tenants/{tenant}");
            copy_examples(&folder, tree)?;
            self.fleet.seal(tree, &format!("{folder}/prod/{secret}"))?;
            tree.commit(&format!("Run {tenant}'s programs"))?;
            tree.push()?;
        }
        self.good = self.erin.head()?;
        Ok(())
    }

    /// Starts the agent anew, after it was stopped.
    pub(crate) fn start_agent(&mut self) -> Result<()> {
        self.agent = AgentProcess::start(&binaries().agent, &self.kubeconfig, self.folder.path())?;
        Ok(())
    }

    /// Asks the agent to look at the remote now.
    pub(crate) async fn poke(&mut self) -> Result<()> {
        self.pokes += 1;
        let at = format!("{}-{}", std::process::id(), self.pokes);
        let patch = json!({"metadata": {"annotations": {"signet.dev/reconcile-at": at}}});
        self.patch_anchor(&patch).await
    }

    /// Changes the TrustAnchor as an operator does.
    pub(crate) async fn patch_anchor(&self, patch: &serde_json::Value) -> Result<()> {
        let patch = Patch::Merge(patch);
        self.anchors()
            .patch("fleet", &PatchParams::default(), &patch)
            .await
            .context("patching the TrustAnchor")?;
        Ok(())
    }

    /// Changes the Secret in which the agent keeps its state, behind its back.
    pub(crate) async fn patch_state(&self, patch: &serde_json::Value) -> Result<()> {
        let patch = Patch::Merge(patch);
        self.secrets("signet-system")
            .patch("signet-state", &PatchParams::default(), &patch)
            .await
            .context("patching the agent's state")?;
        Ok(())
    }

    /// Has dave commit a ConfigMap `note` of team-a with this value.
    pub(crate) fn leave_note(&self, value: &str) -> Result<()> {
        let note = config_map("team-a", "note", value);
        self.dave.write("tenants/team-a/prod/note.yaml", &note)?;
        self.dave.commit("Leave a note")?;
        Ok(())
    }

    /// Pushes what is committed in a work tree and pokes the agent.
    pub(crate) async fn push(&mut self, tree: impl Fn(&Self) -> &WorkTree) -> Result<()> {
        tree(self).push()?;
        self.poke().await
    }
}
