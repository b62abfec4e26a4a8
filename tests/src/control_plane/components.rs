//! The command lines of the components.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::port::Port;

/// Kwok's stages that make nodes and pods ready at once, as files of its module.
const STAGES: [&str; 5] = [
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
    "node/fast/node-initialize.yaml",
    "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
];

/// Where the files of one control plane are.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(super) fn logs(&self) -> &Path {
        &self.0
    }

    pub(super) fn kubeconfig(&self) -> PathBuf {
        self.file("admin.kubeconfig")
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

/// The loopback ports of a control plane.
pub(super) struct Ports {
    etcd: Port,
    etcd_peer: Port,
    pub(super) api_server: Port,
}

impl Ports {
    pub(super) fn reserve() -> Result<Self> {
        Ok(Self {
            etcd: Port::reserve()?,
            etcd_peer: Port::reserve()?,
            api_server: Port::reserve()?,
        })
    }

    pub(super) fn url(&self) -> String {
        format!("https://{}", self.api_server.address())
    }

    fn etcd_url(&self) -> String {
        format!("http://{}", self.etcd.address())
    }
}

pub(super) fn etcd(executable: &Path, folder: &Folder, ports: &Ports) -> Command {
    let client = ports.etcd_url();
    let peer = format!("http://{}", ports.etcd_peer.address());
    let mut command = Command::new(executable);
    command
        .arg("etcd")
        .arg(flag("data-dir", folder.file("etcd")))
        .arg(format!("--listen-client-urls={client}"))
        .arg(format!("--advertise-client-urls={client}"))
        .arg(format!("--listen-peer-urls={peer}"))
        .arg(format!("--initial-advertise-peer-urls={peer}"))
        .arg(format!("--initial-cluster=default={peer}"))
        .args(["--unsafe-no-fsync", "--log-level=error"]);
    command
}

pub(super) fn api_server(executable: &Path, folder: &Folder, ports: &Ports) -> Command {
    let mut command = Command::new(executable);
    command
        .arg("kube-apiserver")
        .arg(format!("--etcd-servers={}", ports.etcd_url()))
        .arg(format!(
            "--secure-port={}",
            ports.api_server.address().port()
        ))
        .args([
            "--bind-address=127.0.0.1",
            "--service-cluster-ip-range=10.0.0.0/24",
        ])
        .arg(flag("tls-cert-file", folder.file("api-server.crt")))
        .arg(flag("tls-private-key-file", folder.file("api-server.key")))
        .arg(flag("token-auth-file", folder.file("tokens.csv")))
        .arg("--authorization-mode=RBAC")
        .arg("--service-account-issuer=https://kubernetes.default.svc")
        .arg(flag(
            "service-account-key-file",
            folder.file("service-accounts.pub"),
        ))
        .arg(flag(
            "service-account-signing-key-file",
            folder.file("service-accounts.key"),
        ));
    command
}

pub(super) fn controller_manager(executable: &Path, folder: &Folder) -> Command {
    let mut command = Command::new(executable);
    command
        .arg("kube-controller-manager")
        .arg(flag("kubeconfig", folder.kubeconfig()))
        .arg(flag(
            "service-account-private-key-file",
            folder.file("service-accounts.key"),
        ))
        .arg(flag("root-ca-file", folder.file("ca.crt")))
        .args([
            "--use-service-account-credentials",
            "--leader-elect=false",
            "--secure-port=0",
        ]);
    command
}

pub(super) fn scheduler(executable: &Path, folder: &Folder) -> Command {
    let mut command = Command::new(executable);
    command
        .arg("kube-scheduler")
        .arg(flag("kubeconfig", folder.kubeconfig()))
        .args(["--leader-elect=false", "--secure-port=0"]);
    command
}

pub(super) fn simulated_nodes(
    executable: &Path,
    kwok: &Path,
    source: &Path,
    folder: &Folder,
) -> Result<Command> {
    let stages = STAGES
        .iter()
        .map(|stage| {
            let path = source.join("kustomize/stage").join(stage);
            fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
        })
        .collect::<Result<Vec<_>>>()?;
    let config = folder.file("kwok.yaml");
    fs::write(&config, stages.join("\n---\n"))
        .with_context(|| format!("writing {}", config.display()))?;

    let mut command = Command::new(executable);
    command
        .arg("supervise")
        .arg(kwok)
        .arg(flag("kubeconfig", folder.kubeconfig()))
        .arg(flag("config", config))
        .args([
            "--manage-all-nodes=true",
            "--node-lease-duration-seconds=40",
        ]);
    Ok(command)
}

fn flag(name: &str, path: PathBuf) -> std::ffi::OsString {
    let mut flag = std::ffi::OsString::from(format!("--{name}="));
    flag.push(path);
    flag
}
