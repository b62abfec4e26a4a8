//! The cluster, the remote, the people and the agent that the demo plays with.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use kube::Client;
use signet_tests::agent_process::AgentProcess;
use signet_tests::binaries::{self, Binaries, Profile};
use signet_tests::eventually::eventually;
use signet_tests::fleet::Fleet;
use signet_tests::git_remote::GitRemote;
use signet_tests::person::{Person, WorkTree};
use tempfile::TempDir;

use crate::cluster;
use crate::place::Place;
use crate::report::{Report, say};

/// How long the demo waits for what should take a second.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Everything that is running.
pub(crate) struct World {
    pub(crate) agent: AgentProcess,
    pub(crate) agent_kubeconfig: PathBuf,
    pub(crate) admin: Client,
    pub(crate) fleet: Fleet,
    pub(crate) dave: WorkTree,
    pub(crate) erin: WorkTree,
    pub(crate) mallory: WorkTree,
    place: Arc<Place>,
    _remote: GitRemote,
    _folder: TempDir,
}

impl World {
    /// Starts everything, and returns once the agent is at work.
    pub(crate) async fn start(
        place: Arc<Place>,
        binaries: &Binaries,
        report: &mut Report,
    ) -> Result<Self> {
        let remote = GitRemote::start()?;
        let folder = tempfile::Builder::new().prefix("signet-demo-").tempdir()?;
        report.phase("a Git remote over HTTPS, with a private CA and credentials");

        let (dave, erin) = (Person::example("dave")?, Person::example("erin")?);
        let fleet = Fleet::found(&remote, &binaries.signet)?;
        report.phase("signet init, signet cluster add prod; signed by alice and pushed");
        fleet.add_tenant("team-a", &dave)?;
        fleet.add_tenant("team-b", &erin)?;
        report.phase("signet tenant add team-a and team-b; a signed commit each");

        let agent_kubeconfig = fleet.bootstrap(&remote, place.kubeconfig(), place.context())?;
        report.phase("signet bootstrap: CRDs, rights, trust anchor, the cluster's identity");
        let agent = AgentProcess::start(&binaries.agent, &agent_kubeconfig, folder.path())?;
        let world = Self {
            agent,
            agent_kubeconfig,
            admin: place.admin().clone(),
            dave: dave.clone_of(&remote)?,
            erin: erin.clone_of(&remote)?,
            mallory: Person::example("mallory")?.clone_of(&remote)?,
            fleet,
            place,
            _remote: remote,
            _folder: folder,
        };
        world.await_anchor("True", "").await?;
        report.phase(
            "signet-agent, with the rights of its own ServiceAccount, has verified the history",
        );
        report.at_work();
        Ok(world)
    }

    /// Asks the agent to look at the remote now, as `signet reconcile` does.
    pub(crate) fn poke(&self) -> Result<()> {
        let kubeconfig = self.place.kubeconfig().to_string_lossy().into_owned();
        let mut words = vec!["reconcile", "--kubeconfig", &kubeconfig];
        if let Some(context) = self.place.context() {
            words.extend(["--context", context]);
        }
        self.fleet.run(&self.fleet.alice, &words)?;
        Ok(())
    }

    /// Pushes what is committed in a work tree and pokes the agent.
    pub(crate) fn push(&self, tree: &WorkTree) -> Result<()> {
        tree.push()?;
        self.poke()
    }

    /// Returns the message of the TrustAnchor's condition `Verified` once it has
    /// this status and reason (`""`: any).
    pub(crate) async fn await_anchor(&self, status: &str, reason: &str) -> Result<String> {
        let anchors = cluster::trust_anchors(&self.admin);
        eventually(PATIENCE, "the TrustAnchor's condition", async || {
            cluster::condition(&anchors.get("fleet").await?, "Verified", status, reason)
        })
        .await
    }

    /// Returns the message of a Sync's condition `Ready` once it has this status and reason.
    pub(crate) async fn await_sync(
        &self,
        tenant: &str,
        status: &str,
        reason: &str,
    ) -> Result<String> {
        let name = format!("{tenant}-apps");
        eventually(PATIENCE, "the Sync's condition", async || {
            let sync = cluster::sync(&self.admin, tenant, &name).await?;
            cluster::condition(&sync, "Ready", status, reason)
        })
        .await
    }

    /// Returns once a tenant's source is applied and ready at a commit.
    pub(crate) async fn await_applied(&self, tenant: &str, commit: &str) -> Result<()> {
        let name = format!("{tenant}-apps");
        eventually(PATIENCE, "the Sync's revision", async || {
            let sync = cluster::sync(&self.admin, tenant, &name).await?;
            match cluster::applied_revision(&sync) {
                applied if applied == commit => {
                    cluster::condition(&sync, "Ready", "True", "").map(drop)
                }
                applied => bail!("{name} is at {applied}, not at {commit}"),
            }
        })
        .await
    }

    /// Keeps everything up until Ctrl-C, and says what to try.
    pub(crate) async fn stay(&self) -> Result<()> {
        let (kubeconfig, dave) = (
            self.place.kubeconfig().display(),
            self.dave.path().display(),
        );
        say(&format!(
            "
Everything stays up until Ctrl-C. To try next:
  kubectl --kubeconfig {kubeconfig} get trustanchors,syncs --all-namespaces
  kubectl --kubeconfig {kubeconfig} --namespace team-a edit secret db      # and see it put back
  cd {dave}                                                                # dave's clone; HOME={}
  {} open tenants/team-a/prod/db.yaml --identity {}",
            self.dave.person().home().display(),
            self.fleet
                .command(&self.dave)
                .get_program()
                .to_string_lossy(),
            self.fleet.recovery_key().display(),
        ));
        tokio::signal::ctrl_c().await.context("waiting for Ctrl-C")
    }
}

/// Has the binaries built as they are shipped.
pub(crate) async fn build(report: &mut Report) -> Result<Binaries> {
    say(
        "             building signet and signet-agent as they are shipped: minutes, the first time",
    );
    let binaries = tokio::task::spawn_blocking(|| binaries::build(Profile::Release)).await??;
    report.phase("cargo build --release: signet and signet-agent");
    Ok(binaries)
}
