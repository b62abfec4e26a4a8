//! The cluster, the remote, the people and the agent.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::api::{DeleteParams, ListParams, ObjectMeta, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::json;
use signet_api::crd::{Sync, TrustAnchor};
use signet_tests::agent_process::AgentProcess;
use signet_tests::binaries::binaries;
use signet_tests::control_plane::{ControlPlane, Extent};
use signet_tests::eventually::eventually;
use signet_tests::fleet::{Fleet, copy_examples};
use signet_tests::git_remote::GitRemote;
use signet_tests::person::{Person, WorkTree};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard, OnceCell};

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

    /// Has everything as it was in the beginning, whatever the last test left.
    async fn mend(&mut self) -> Result<()> {
        self.admin = self.plane.admin().await;
        self.remote.mend();
        self.remote.restart()?;
        if self.agent.check().is_err() {
            self.start_agent()?;
        }
        self.restore_secrets().await?;
        self.patch_anchor(&json!({"spec": {"suspend": {"all": false, "tenants": []}}}))
            .await?;
        self.restore_tree().await?;
        let head = self.fleet.alice.head()?;
        self.anchor_ready(&head).await?;
        for tenant in ["team-a", "team-b"] {
            self.applied(tenant, &head).await?;
        }
        Ok(())
    }

    /// Remembers the Secrets that the agent reads, or puts them back.
    async fn restore_secrets(&mut self) -> Result<()> {
        let system = self.secrets("signet-system");
        for name in ["git-credentials", "cluster-identity"] {
            let there = system.get_opt(name).await?;
            match (self.kept.get(name), there) {
                (None, Some(secret)) => {
                    self.kept.insert(name, secret.data.unwrap_or_default());
                }
                (Some(kept), Some(secret)) if secret.data.as_ref() == Some(kept) => {}
                (Some(kept), _) => put_secret(&system, name, kept.clone()).await?,
                (None, None) => bail!("signet bootstrap made no Secret {name}"),
            }
        }
        Ok(())
    }

    /// Brings back the tree of the beginning, each folder by somebody who may sign for it.
    async fn restore_tree(&mut self) -> Result<()> {
        self.catch_up()?;
        self.poke().await?;
        let verified = self.judged(&self.fleet.alice.head()?).await?;
        self.restore(&verified, ".", "alice").await?;
        let good = self.good.clone();
        self.restore(&good, "tenants/team-a", "dave").await?;
        self.restore(&good, "tenants/team-b", "erin").await?;
        self.restore(&good, "signet", "alice").await?;
        self.restore(&good, "clusters", "alice").await?;
        self.catch_up()?;
        self.good = self.fleet.alice.head()?;
        self.poke().await
    }

    /// The last verified commit, once the agent has judged this one.
    async fn judged(&self, head: &str) -> Result<String> {
        eventually(PATIENCE, "the agent to judge the tip", async || {
            let status = self
                .anchors()
                .get("fleet")
                .await?
                .status
                .unwrap_or_default();
            let verified = status.verified.context("nothing is verified yet")?.commit;
            let refused = holds(&status.conditions, "Verified", "False", "").unwrap_or_default();
            ensure!(
                verified == head || refused.contains(&head[..12]),
                "{verified} is verified; {refused}"
            );
            Ok(verified)
        })
        .await
    }

    /// Has a folder as it was at a commit, signed by somebody.
    async fn restore(&mut self, commit: &str, folder: &str, signer: &str) -> Result<()> {
        self.catch_up()?;
        let tree = self.tree_of(signer);
        if tree
            .git(&["diff", "--name-only", commit, "HEAD", "--", folder])?
            .is_empty()
        {
            return Ok(());
        }
        tree.git(&["rm", "-r", "--quiet", "--ignore-unmatch", folder])?;
        tree.git(&["checkout", commit, "--", folder])?;
        if folder == "signet" {
            self.raise_policy_version().await?;
        }
        let tree = self.tree_of(signer);
        tree.commit(&format!("Restore {folder}"))?;
        tree.push()
    }

    /// A policy's version rises with each change, also with one that takes another back.
    async fn raise_policy_version(&self) -> Result<()> {
        let status = self
            .anchors()
            .get("fleet")
            .await?
            .status
            .unwrap_or_default();
        let version = status
            .verified
            .context("nothing is verified yet")?
            .policy_version;
        let policy = self.fleet.alice.read(POLICY)?;
        let is_version = |line: &&str| line.trim_start().starts_with("version:");
        let line = policy
            .lines()
            .find(is_version)
            .context("the policy has a version")?;
        if self
            .fleet
            .alice
            .git(&["diff", "--name-only", "HEAD", "--", POLICY])?
            .is_empty()
        {
            return Ok(());
        }
        self.fleet.alice.write(
            POLICY,
            &policy.replace(line, &format!("  version: {}", version + 1)),
        )
    }

    fn catch_up(&self) -> Result<()> {
        [&self.fleet.alice, &self.dave, &self.erin, &self.mallory]
            .into_iter()
            .try_for_each(WorkTree::catch_up)
    }

    fn tree_of(&self, person: &str) -> &WorkTree {
        match person {
            "dave" => &self.dave,
            "erin" => &self.erin,
            _ => &self.fleet.alice,
        }
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

    /// Pushes what is committed in a work tree and pokes the agent.
    pub(crate) async fn push(&mut self, tree: impl Fn(&Self) -> &WorkTree) -> Result<()> {
        tree(self).push()?;
        self.poke().await
    }

    /// Waits until the TrustAnchor follows a commit, and nothing is wrong.
    pub(crate) async fn anchor_ready(&self, commit: &str) -> Result<()> {
        eventually(PATIENCE, "the TrustAnchor to be ready", async || {
            let anchor = self.anchors().get("fleet").await?;
            let status = anchor.status.unwrap_or_default();
            let tip = status.verified.map(|tip| tip.commit).unwrap_or_default();
            holds(&status.conditions, "Ready", "True", "")?;
            ensure!(tip == commit, "{tip} is verified, not {commit}");
            Ok(())
        })
        .await
    }

    /// Returns the message of a condition of the TrustAnchor once it is so.
    pub(crate) async fn anchor(&self, kind: &str, status: &str, reason: &str) -> Result<String> {
        eventually(PATIENCE, "the TrustAnchor's condition", async || {
            let anchor = self.anchors().get("fleet").await?;
            holds(
                &anchor.status.unwrap_or_default().conditions,
                kind,
                status,
                reason,
            )
        })
        .await
    }

    /// Returns the message of a Sync's condition `Ready` once it is so.
    pub(crate) async fn sync_is(&self, tenant: &str, status: &str, reason: &str) -> Result<String> {
        eventually(PATIENCE, "the Sync's condition", async || {
            let sync = self.sync(tenant).await?;
            holds(
                &sync.status.unwrap_or_default().conditions,
                "Ready",
                status,
                reason,
            )
        })
        .await
    }

    /// Waits until a tenant's source is applied and ready at a commit.
    pub(crate) async fn applied(&self, tenant: &str, commit: &str) -> Result<()> {
        eventually(PATIENCE, "the Sync's revision", async || {
            let status = self.sync(tenant).await?.status.unwrap_or_default();
            let revision = status.revision.unwrap_or_default();
            holds(&status.conditions, "Ready", "True", "Applied")?;
            ensure!(
                revision.ends_with(commit),
                "{revision} is applied, not {commit}"
            );
            Ok(())
        })
        .await
    }

    /// The Sync of a tenant's source `apps`.
    pub(crate) async fn sync(&self, tenant: &str) -> Result<Sync> {
        Ok(self.syncs(tenant).get(&format!("{tenant}-apps")).await?)
    }

    /// A value of a Secret, as text.
    pub(crate) async fn secret(&self, namespace: &str, name: &str, key: &str) -> Result<String> {
        let secret = self.secrets(namespace).get(name).await?;
        let value = secret
            .data
            .unwrap_or_default()
            .remove(key)
            .with_context(|| format!("there is no {key}"))?;
        Ok(String::from_utf8(value.0)?)
    }

    /// A value of a ConfigMap.
    pub(crate) async fn config(&self, namespace: &str, name: &str, key: &str) -> Result<String> {
        let config = self.configs(namespace).get(name).await?;
        config
            .data
            .unwrap_or_default()
            .remove(key)
            .with_context(|| format!("there is no {key}"))
    }

    /// Waits until a value of a ConfigMap is this one.
    pub(crate) async fn config_becomes(
        &self,
        namespace: &str,
        name: &str,
        key: &str,
        value: &str,
    ) -> Result<()> {
        eventually(PATIENCE, "the ConfigMap", async || {
            let found = self.config(namespace, name, key).await?;
            ensure!(found == value, "{key} is {found:?}");
            Ok(())
        })
        .await
    }

    pub(crate) fn anchors(&self) -> Api<TrustAnchor> {
        Api::all(self.admin.clone())
    }

    pub(crate) fn syncs(&self, namespace: &str) -> Api<Sync> {
        Api::namespaced(self.admin.clone(), namespace)
    }

    pub(crate) fn secrets(&self, namespace: &str) -> Api<Secret> {
        Api::namespaced(self.admin.clone(), namespace)
    }

    pub(crate) fn configs(&self, namespace: &str) -> Api<ConfigMap> {
        Api::namespaced(self.admin.clone(), namespace)
    }

    /// The notes of the Events about a tenant's Sync.
    pub(crate) async fn events(&self, namespace: &str) -> Result<Vec<String>> {
        let events: Api<k8s_openapi::api::events::v1::Event> =
            Api::namespaced(self.admin.clone(), namespace);
        let events = events.list(&ListParams::default()).await?.items;
        Ok(events.into_iter().filter_map(|event| event.note).collect())
    }
}

/// Makes or replaces a Secret of signet-system.
pub(crate) async fn put_secret(
    secrets: &Api<Secret>,
    name: &str,
    data: BTreeMap<String, ByteString>,
) -> Result<()> {
    let _gone = secrets.delete(name, &DeleteParams::default()).await;
    let secret = Secret {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            ..ObjectMeta::default()
        },
        data: Some(data),
        ..Secret::default()
    };
    secrets.create(&PostParams::default(), &secret).await?;
    Ok(())
}

/// The message of a condition that has this status and reason (`""`: any).
pub(crate) fn holds(
    conditions: &[Condition],
    kind: &str,
    status: &str,
    reason: &str,
) -> Result<String> {
    let found = conditions.iter().find(|condition| condition.type_ == kind);
    let found = found.with_context(|| format!("there is no condition {kind}"))?;
    let is_so = found.status == status && (reason.is_empty() || found.reason == reason);
    ensure!(
        is_so,
        "{kind} is {} ({}): {}",
        found.status,
        found.reason,
        found.message
    );
    Ok(found.message.clone())
}

/// A ConfigMap as a manifest.
pub(crate) fn config_map(namespace: &str, name: &str, value: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: {namespace}\ndata:\n  value: \"{value}\"\n"
    )
}
