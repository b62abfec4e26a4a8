//! One run of the tool: how it speaks, and which cluster it would speak to.

use crate::arguments::Global;
use crate::failure::{Explain, Result};
use crate::output::Output;
use kube::config::{Config, Kubeconfig};
use signet_cluster::configured;
use signet_seal::{CoreLimit, harden_for_now};
use std::path::PathBuf;

/// What every command is handed.
pub(crate) struct Session {
    pub(crate) out: Output,
    /// The limit of core dumps for a command that takes the place of this one.
    pub(crate) core: CoreLimit,
    context: Option<String>,
    kubeconfig: Option<PathBuf>,
}

impl Session {
    /// The session that the global flags ask for, in the folder that `-C` names; the process is closed to others.
    pub(crate) fn start(global: Global, out: Output) -> Result<Self> {
        let core = harden_for_now().context("close the process to others (prctl, setrlimit)")?;
        if let Some(directory) = &global.directory {
            std::env::set_current_dir(directory)
                .with_context(|| format!("change to {}", directory.display()))?;
        }
        Ok(Self {
            out,
            core,
            context: global.context,
            kubeconfig: global.kubeconfig,
        })
    }

    /// How the cluster of the current context, or of `--context`, is reached with the person's own rights.
    pub(crate) async fn cluster(&self) -> Result<Config> {
        let file = match &self.kubeconfig {
            Some(file) => Kubeconfig::read_from(file),
            None => Kubeconfig::read(),
        };
        let config = match file {
            Ok(file) => configured(file, self.context.as_deref()).await,
            Err(error) => Err(error),
        };
        config
            .context("read the kubeconfig")
            .hint("name one with --kubeconfig, and a context with --context")
    }
}

/// Waits for work that reaches out to a cluster or a remote.
pub(crate) fn wait_for<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    // Only an earlier provider makes this fail, and then there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
