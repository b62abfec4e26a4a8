//! The HTTPS listener.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use tokio::runtime::Runtime;

/// How long the listener may take to end: it has nothing to wait for.
const PATIENCE: Duration = Duration::from_secs(5);

/// A listener with its threads; dropping it cuts every connection.
pub(super) struct Server {
    handle: Handle<SocketAddr>,
    /// Closed when nobody listens any more.
    ended: Receiver<()>,
    runtime: Option<Runtime>,
}

impl Server {
    pub(super) fn start(
        listener: TcpListener,
        tls: Arc<ServerConfig>,
        app: Router,
    ) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("git-remote")
            .enable_all()
            .build()
            .context("starting the remote's threads")?;
        let handle = Handle::new();
        let tls = RustlsConfig::from_config(tls);
        let server = {
            let _context = runtime.enter();
            axum_server::from_tcp_rustls(listener, tls).context("listening")?
        };
        let (listening, ended) = mpsc::channel();
        let serving = server.handle(handle.clone()).serve(app.into_make_service());
        runtime.spawn(async move {
            // An accept that fails shows in the test as a remote that cannot be reached.
            serving.await.ok();
            drop::<Sender<()>>(listening);
        });
        Ok(Self {
            handle,
            ended,
            runtime: Some(runtime),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.handle.shutdown();
        // The port is free only then.
        self.ended.recv_timeout(PATIENCE).ok();
        if let Some(runtime) = self.runtime.take() {
            // Waiting for the threads is not allowed where a test is async itself.
            runtime.shutdown_background();
        }
    }
}
