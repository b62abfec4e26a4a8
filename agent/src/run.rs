//! The agent's life: waiting for the Lease, working while it is held, giving it back.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures::StreamExt;
use signet_cluster::{Cluster, ConnectError, Lease, NamespaceChange};
use signet_git::{Proxy, ProxyError};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::timeout,
};

use crate::{
    arguments::Arguments,
    fleet::Sources,
    logs,
    shared::Shared,
    tenure::{LEASE, acquire, hold},
    trust::{Trust, watch_anchor},
};

/// How long giving the Lease back may take.
const RELEASE: Duration = Duration::from_secs(2);
/// What waits for requests needs few threads; what computes has its own.
const THREADS: usize = 2;
const BLOCKING_THREADS: usize = 8;

/// Why the agent did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its memory cannot be closed to others.
    #[error("closing the process to others (prctl, setrlimit)")]
    Hardening(#[source] io::Error),
    /// The runtime, or the handling of signals, cannot be set up.
    #[error("setting up the runtime")]
    Runtime(#[source] io::Error),
    /// The environment names a proxy that cannot be used.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// There is no way to the cluster.
    #[error(transparent)]
    Connect(#[from] ConnectError),
}

/// Runs the agent until it is told to end.
///
/// # Errors
/// [`StartError`]; once started, it keeps going whatever is missing.
///
/// # Panics
/// If it is called twice in a process.
pub fn start(arguments: &Arguments) -> Result<(), StartError> {
    logs::start(arguments.log_format);
    signet_seal::harden().map_err(StartError::Hardening)?;
    let proxy = Proxy::of(|name| std::env::var_os(name))?;
    let provider = rustls::crypto::ring::default_provider();
    provider
        .install_default()
        .expect("the agent starts once, and nothing else installs one");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()
        .map_err(StartError::Runtime)?;
    let outcome = runtime.block_on(run(arguments, proxy));
    // A fetch that is under way has nothing to finish.
    runtime.shutdown_background();
    outcome
}

async fn run(arguments: &Arguments, proxy: Option<Proxy>) -> Result<(), StartError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(StartError::Runtime)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::Runtime)?;
    let cluster = Cluster::connect(&arguments.access()).await?;
    tracing::info!(
        "signet-agent {} on {}",
        env!("CARGO_PKG_VERSION"),
        cluster.url()
    );
    if let Some(proxy) = &proxy {
        tracing::info!("HTTPS remotes are reached through the proxy {proxy}");
    }
    let mut lease = cluster.lease(holder(), LEASE);
    tokio::select! {
        () = live(&cluster, &mut lease, arguments, proxy) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("ending");
    match timeout(RELEASE, lease.release()).await {
        Ok(Ok(())) => {}
        Ok(Err(failure)) => tracing::warn!("giving the Lease back: {failure}"),
        Err(_elapsed) => tracing::warn!("giving the Lease back took too long"),
    }
    Ok(())
}

/// Works whenever the Lease is held, for ever.
async fn live(cluster: &Cluster, lease: &mut Lease, arguments: &Arguments, proxy: Option<Proxy>) {
    loop {
        let since = acquire(lease).await;
        tokio::select! {
            () = work(cluster.clone(), &arguments.anchor, &arguments.data_dir, proxy.clone()) => {}
            () = hold(lease, since) => tracing::warn!("the Lease is lost: nothing is written until it is ours again"),
        }
    }
}

/// All loops. Dropping this ends them.
async fn work(cluster: Cluster, anchor: &str, data: &Path, proxy: Option<Proxy>) {
    let (namespaces, there) = watch::channel(BTreeSet::new());
    let (anchors, anchor_now) = watch::channel(None);
    let (orders, incoming) = watch::channel(None);
    let shared = Arc::new(Shared::new(cluster.clone(), there));
    let trust = Trust::new(Arc::clone(&shared), orders, PathBuf::from(data), proxy);
    let sources = Sources::new(shared, incoming);
    tokio::join!(
        watch_anchor(cluster.clone(), anchor.to_owned(), anchors),
        watch_namespaces(cluster, namespaces),
        trust.keep(anchor_now),
        sources.keep(),
    );
}

async fn watch_namespaces(cluster: Cluster, namespaces: watch::Sender<BTreeSet<String>>) {
    let mut changes = cluster.watch_namespaces().boxed();
    while let Some(change) = changes.next().await {
        namespaces.send_if_modified(|there| match change {
            NamespaceChange::Present(name) => there.insert(name),
            NamespaceChange::Absent(name) => there.remove(&name),
        });
    }
}

/// Our name among the agents of a cluster. A container that is started again has the same one, and takes over at once;
/// elsewhere an agent that follows one which was killed waits until the Lease has run out.
fn holder() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}_{}", host.trim(), std::process::id())
}
