//! The cluster that the demo plays in: a control plane of its own, or one of the user's.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use signet_tests::control_plane::{ControlPlane, Extent};
use tempfile::TempDir;

use crate::cluster;
use crate::report::Report;

/// A cluster, and how to reach it as its administrator.
pub(crate) struct Place {
    admin: Client,
    kubeconfig: PathBuf,
    context: Option<String>,
    /// None: the cluster is the user's, and lives on.
    plane: Option<ControlPlane>,
    _folder: TempDir,
}

impl Place {
    /// The cluster of the user's context, with nothing in it that the demo would
    /// change; without one, a control plane that is started.
    pub(crate) async fn prepare(context: Option<&str>, report: &mut Report) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("signet-demo-").tempdir()?;
        let plane = match context {
            Some(_) => None,
            None => Some(control_plane(report).await?),
        };
        let kubeconfig = match &plane {
            Some(plane) => plane.admin_kubeconfig(),
            None => kubeconfig_of_the_user(folder.path())?,
        };
        let admin = admin(&kubeconfig, context).await?;
        if plane.is_none() {
            cluster::is_free(&admin).await?;
        }
        Ok(Self {
            admin,
            kubeconfig,
            context: context.map(str::to_owned),
            plane,
            _folder: folder,
        })
    }

    /// Returns the administrator's client.
    pub(crate) fn admin(&self) -> &Client {
        &self.admin
    }

    /// Returns the administrator's kubeconfig.
    pub(crate) fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Returns the context to use in it.
    pub(crate) fn context(&self) -> Option<&str> {
        self.context.as_deref()
    }

    /// Removes what the demo put into a cluster that lives on.
    pub(crate) async fn leave(&self) -> Result<()> {
        if self.plane.is_some() {
            return Ok(());
        }
        cluster::remove_all(&self.admin)
            .await
            .context("removing what the demo put into the cluster")
    }
}

async fn control_plane(report: &mut Report) -> Result<ControlPlane> {
    let start = || ControlPlane::start(Extent::Nodes, &mut signet_tests::tools::say);
    let plane = tokio::task::spawn_blocking(start).await??;
    plane.add_node("node-1").await?;
    report.phase("etcd, kube-apiserver, controller manager, scheduler, a simulated node");
    Ok(plane)
}

/// One file of all that the user's KUBECONFIG names, since the demo's people have homes of their own.
fn kubeconfig_of_the_user(folder: &Path) -> Result<PathBuf> {
    let merged = Kubeconfig::read().context("reading your kubeconfig")?;
    let path = folder.join("kubeconfig");
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    // JSON is YAML.
    file.write_all(&serde_json::to_vec(&merged)?)?;
    Ok(path)
}

async fn admin(kubeconfig: &Path, context: Option<&str>) -> Result<Client> {
    // A provider that is installed already is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = KubeConfigOptions {
        context: context.map(str::to_owned),
        ..KubeConfigOptions::default()
    };
    let file = Kubeconfig::read_from(kubeconfig)
        .with_context(|| format!("reading {}", kubeconfig.display()))?;
    Ok(Client::try_from(
        Config::from_custom_kubeconfig(file, &options).await?,
    )?)
}
