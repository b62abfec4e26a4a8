//! A real Kubernetes control plane on loopback.

mod components;
mod credentials;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use k8s_openapi::api::core::v1::Node;
use kube::api::PostParams;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use self::components::{Folder, Ports};
use crate::lifeline::Lifeline;
use crate::tools;

/// How long the API server gets to become ready.
const READY_WITHIN: Duration = Duration::from_mins(1);

/// What runs beside etcd and the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Nothing: enough for what only reads and writes objects.
    ApiServer,
    /// The controller manager: namespaces are deleted, ClusterRoles aggregated.
    Controllers,
    /// The scheduler and simulated nodes as well: Pods run and become ready.
    Nodes,
}

/// A running control plane; it ends when this is dropped or this process ends.
pub struct ControlPlane {
    executable: PathBuf,
    folder: Folder,
    ports: Ports,
    // Declared in the order in which they must end: clients before servers.
    others: Vec<Lifeline>,
    api_server: Option<Lifeline>,
    _etcd: Lifeline,
    // Last: the logs and etcd's data outlive their writers.
    _dir: TempDir,
}

impl ControlPlane {
    /// Returns the control plane, controllers included, that all tests of a binary share.
    ///
    /// # Panics
    /// If it can't be built or started; the message says what is missing.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<ControlPlane> = OnceCell::const_new();
        SHARED
            .get_or_init(|| async {
                let started = tokio::task::spawn_blocking(|| {
                    Self::start(Extent::Controllers, &mut tools::say)
                });
                started
                    .await
                    .expect("starting does not panic")
                    .unwrap_or_else(|error| panic!("{error:#}"))
            })
            .await
    }

    /// Starts a control plane of its own and returns it once the API server is ready.
    ///
    /// # Errors
    /// If it can't be built, or a component ends; the message holds the end of its log.
    pub fn start(extent: Extent, progress: &mut dyn FnMut(&str)) -> Result<Self> {
        let executable = tools::control_plane(progress)?;
        let dir = tempfile::Builder::new()
            .prefix("signet-control-plane-")
            .tempdir()
            .context("creating a folder")?;
        let folder = Folder::new(dir.path());
        let ports = Ports::reserve()?;
        credentials::write(&folder, &ports)?;

        let etcd = Lifeline::start(
            "etcd",
            components::etcd(&executable, &folder, &ports),
            folder.logs(),
        )?;
        let api_server = components::api_server(&executable, &folder, &ports);
        let api_server = Lifeline::start("kube-apiserver", api_server, folder.logs())?;
        let mut plane = Self {
            executable,
            folder,
            ports,
            others: Vec::new(),
            api_server: Some(api_server),
            _etcd: etcd,
            _dir: dir,
        };
        plane.wait_until_ready()?;
        plane.start_others(extent)?;
        Ok(plane)
    }

    /// Returns the path of a kubeconfig for a member of `system:masters`.
    pub fn admin_kubeconfig(&self) -> PathBuf {
        self.folder.kubeconfig()
    }

    /// Returns the URL of the API server.
    pub fn url(&self) -> String {
        self.ports.url()
    }

    /// Returns a new client for a member of `system:masters`, bound to the
    /// runtime that it is made in.
    ///
    /// # Panics
    /// If the kubeconfig that this control plane wrote can't be used.
    pub async fn admin(&self) -> Client {
        client(&self.admin_kubeconfig())
            .await
            .unwrap_or_else(|error| panic!("{error:#}"))
    }

    /// Ends the API server; its clients see refused connections until
    /// [`start_api_server`](Self::start_api_server).
    pub fn stop_api_server(&mut self) {
        self.api_server = None;
    }

    /// Starts the API server again, at the same place and with the same state.
    ///
    /// # Errors
    /// If it does not become ready.
    pub fn start_api_server(&mut self) -> Result<()> {
        let command = components::api_server(&self.executable, &self.folder, &self.ports);
        self.api_server = Some(Lifeline::start(
            "kube-apiserver",
            command,
            self.folder.logs(),
        )?);
        self.wait_until_ready()
    }

    /// Creates a simulated node; Pods bound to it run and become ready at once.
    ///
    /// # Errors
    /// If the API server refuses it. Needs [`Extent::Nodes`].
    pub async fn add_node(&self, name: &str) -> Result<()> {
        let node: Node = serde_json::from_value(serde_json::json!({
            "metadata": {"name": name, "annotations": {"kwok.x-k8s.io/node": "fake"}, "labels": {"type": "kwok"}},
            "status": {
                "allocatable": {"cpu": "32", "memory": "256Gi", "pods": "110"},
                "capacity": {"cpu": "32", "memory": "256Gi", "pods": "110"},
            },
        }))?;
        let nodes: Api<Node> = Api::all(self.admin().await);
        nodes
            .create(&PostParams::default(), &node)
            .await
            .with_context(|| format!("creating node {name}"))?;
        Ok(())
    }

    fn start_others(&mut self, extent: Extent) -> Result<()> {
        if extent == Extent::ApiServer {
            return Ok(());
        }
        let manager = components::controller_manager(&self.executable, &self.folder);
        self.others.push(Lifeline::start(
            "kube-controller-manager",
            manager,
            self.folder.logs(),
        )?);
        if extent == Extent::Controllers {
            return Ok(());
        }
        let scheduler = components::scheduler(&self.executable, &self.folder);
        self.others.push(Lifeline::start(
            "kube-scheduler",
            scheduler,
            self.folder.logs(),
        )?);
        let (kwok, source) = tools::kwok()?;
        let nodes = components::simulated_nodes(&self.executable, &kwok, &source, &self.folder)?;
        self.others
            .push(Lifeline::start("kwok", nodes, self.folder.logs())?);
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "waits for a real process")]
    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        while !credentials::is_ready(&self.folder, &self.ports) {
            if let Some(api_server) = &mut self.api_server {
                api_server.check()?;
            }
            if Instant::now() > deadline {
                bail!(
                    "kube-apiserver was not ready within {READY_WITHIN:?}; its log is in {}",
                    self.folder.logs().display()
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

/// Returns a client made from the kubeconfig at `path`.
///
/// # Errors
/// If the file can't be read or used.
pub async fn client(path: &Path) -> Result<Client> {
    // A second test in the same process finds the provider installed: that is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let kubeconfig =
        Kubeconfig::read_from(path).with_context(|| format!("reading {}", path.display()))?;
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    Ok(Client::try_from(config)?)
}
