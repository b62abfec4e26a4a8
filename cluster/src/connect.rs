//! The connection to one cluster, and the agent's own account on it.

use std::{path::PathBuf, sync::Arc};

use kube::{
    Client, Config,
    config::{InClusterError, KubeConfigOptions, Kubeconfig, KubeconfigError},
};

use crate::{discovery::Discovered, events::Reporter, pool, tenant::Tenants};

/// Where the API server is and who we are there.
#[derive(Debug, Clone)]
pub enum Access {
    /// The Pod's `ServiceAccount`, from the files that the kubelet mounts.
    InCluster,
    /// A kubeconfig, with its current context unless one is named.
    Kubeconfig {
        /// The file.
        path: PathBuf,
        /// The context to use.
        context: Option<String>,
    },
}

/// One cluster: a pool of connections, the own account, and the tenants' accounts.
///
/// Cheap to clone. The own account's client never leaves this room: it reads and reports our own objects and asks for
/// the tenants' tokens, and everything else is done through a [`TenantClient`](crate::TenantClient).
#[derive(Clone)]
pub struct Cluster {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) own: Client,
    pub(crate) tenants: Tenants,
    pub(crate) kinds: Discovered,
    pub(crate) reporter: Reporter,
    url: String,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The kubeconfig cannot be used.
    #[error("reading the kubeconfig {}", path.display())]
    Kubeconfig {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<KubeconfigError>,
    },
    /// Not inside a cluster, or without a `ServiceAccount`'s token.
    #[error("reading the ServiceAccount of this Pod; outside a cluster name a kubeconfig")]
    InCluster(#[source] Box<InClusterError>),
    /// The context authenticates by running a program, which the agent never does.
    #[error(
        "the context authenticates by running a program ({program}); use a ServiceAccount's token"
    )]
    Program {
        /// What it would run.
        program: String,
    },
    /// The context names a proxy.
    #[error("the context names a proxy ({url}), which is not supported")]
    Proxy {
        /// The proxy.
        url: String,
    },
    /// Building the TLS connection failed.
    #[error("preparing the connection to {url}")]
    Tls {
        /// The API server.
        url: String,
        /// What is wrong.
        #[source]
        source: Box<kube::Error>,
    },
}

impl Cluster {
    /// Prepares the connection; the first request makes it.
    ///
    /// # Errors
    /// Every variant of [`ConnectError`]. A context that would run a program is refused.
    pub async fn connect(access: &Access) -> Result<Self, ConnectError> {
        let config = config(access).await?;
        let account = &config.auth_info;
        if let Some(exec) = &account.exec {
            return Err(ConnectError::Program {
                program: exec.command.clone().unwrap_or_default(),
            });
        }
        if let Some(provider) = &account.auth_provider {
            return Err(ConnectError::Program {
                program: provider.name.clone(),
            });
        }
        Self::with_config(&config)
    }

    /// As [`connect`](Self::connect), with a configuration that the caller answers for. Call it inside a tokio runtime.
    ///
    /// # Errors
    /// [`ConnectError::Proxy`] and [`ConnectError::Tls`].
    pub fn with_config(config: &Config) -> Result<Self, ConnectError> {
        let url = config.cluster_url.to_string();
        if let Some(proxy) = &config.proxy_url {
            let host = proxy.host().unwrap_or_default();
            return Err(ConnectError::Proxy {
                url: host.to_owned(),
            });
        }
        let tls = |source| ConnectError::Tls {
            url: url.clone(),
            source: Box::new(source),
        };
        let pool = pool::anonymous(config).map_err(tls)?;
        let own = pool::authenticated(config, &pool).map_err(tls)?;
        let inner = Inner {
            tenants: Tenants::new(own.clone(), pool),
            kinds: Discovered::default(),
            reporter: Reporter::new(own.clone()),
            own,
            url,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The API server's address.
    pub fn url(&self) -> &str {
        &self.inner.url
    }
}

async fn config(access: &Access) -> Result<Config, ConnectError> {
    match access {
        Access::InCluster => {
            Config::incluster().map_err(|source| ConnectError::InCluster(Box::new(source)))
        }
        Access::Kubeconfig { path, context } => {
            let wrap = |source| ConnectError::Kubeconfig {
                path: path.clone(),
                source: Box::new(source),
            };
            let file = Kubeconfig::read_from(path).map_err(wrap)?;
            configured(file, context.as_deref()).await.map_err(wrap)
        }
    }
}

/// How the cluster of a context of this kubeconfig, or of its current one, is reached. The proxy that the environment
/// names is for Git remotes, and does not count.
///
/// # Errors
/// When the kubeconfig says too little, or what it names cannot be read.
pub async fn configured(
    file: Kubeconfig,
    context: Option<&str>,
) -> Result<Config, KubeconfigError> {
    let has_proxy = names_proxy(&file, context);
    let options = KubeConfigOptions {
        context: context.map(str::to_owned),
        ..Default::default()
    };
    let mut config = Config::from_custom_kubeconfig(file, &options).await?;
    config.proxy_url = config.proxy_url.filter(|_| has_proxy);
    Ok(config)
}

/// Whether the cluster of the context, or of the current one, is to be reached through a proxy.
fn names_proxy(file: &Kubeconfig, context: Option<&str>) -> bool {
    let name = context.or(file.current_context.as_deref());
    let mut contexts = file.contexts.iter();
    let context = contexts.find(|found| Some(found.name.as_str()) == name);
    let cluster = context.and_then(|found| Some(&found.context.as_ref()?.cluster));
    let mut clusters = file.clusters.iter();
    let cluster = clusters.find(|found| Some(&found.name) == cluster);
    let proxy = cluster.and_then(|found| found.cluster.as_ref()?.proxy_url.as_ref());
    proxy.is_some_and(|proxy| !proxy.is_empty())
}
