//! Where the history is fetched from.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use signet_api::crd::{AnchorRepository, TrustAnchor};
use signet_cluster::{Cluster, GitCredentials};
use signet_git::{
    ClientCertificate, Credentials, FetchError, Fetched, GitHubApp, Proxy, Remote, RemoteError,
    SshKey, Store, fetch, is_ssh,
};

use crate::{clock, error::ReconcileError};

/// How long one fetch may take.
const FETCH: Duration = Duration::from_mins(1);

/// The anchor's repository and its mirrors, with their warm connections.
pub(crate) struct Upstream {
    proxy: Option<Proxy>,
    remotes: Vec<Remote>,
    /// What they were made from.
    origin: Option<Origin>,
}

/// The versions of what says where and how to fetch.
#[derive(PartialEq, Eq)]
struct Origin {
    anchor: (Option<String>, Option<i64>),
    credentials: Option<String>,
}

impl Upstream {
    /// What is behind HTTPS is reached behind this proxy.
    pub(crate) fn new(proxy: Option<Proxy>) -> Self {
        Self {
            proxy,
            remotes: Vec::new(),
            origin: None,
        }
    }

    /// Fetches from the first of the anchor's URLs that answers.
    ///
    /// # Errors
    /// What the first URL's failure was.
    pub(crate) async fn fetch(
        &mut self,
        cluster: &Cluster,
        anchor: &TrustAnchor,
        store: &Store,
    ) -> Result<Fetched, ReconcileError> {
        self.prepare(cluster, anchor).await?;
        let mut first = None;
        for remote in &self.remotes {
            match fetch(remote, store).await {
                Ok(fetched) => return Ok(fetched),
                Err(error) => {
                    let is_silence = is_silence(&error);
                    first.get_or_insert(error);
                    if !is_silence {
                        break;
                    }
                }
            }
        }
        Err(first
            .expect("there is at least one URL, and none answered")
            .into())
    }

    /// Has the remotes be those of the anchor and its credentials as they are now.
    async fn prepare(
        &mut self,
        cluster: &Cluster,
        anchor: &TrustAnchor,
    ) -> Result<(), ReconcileError> {
        let repository = &anchor.spec.repository;
        let credentials = match &repository.credentials {
            Some(credentials) => cluster
                .git_credentials(&credentials.secret_ref)
                .await
                .map_err(ReconcileError::Credentials)?,
            None => GitCredentials::default(),
        };
        let origin = Some(Origin {
            anchor: (anchor.metadata.uid.clone(), anchor.metadata.generation),
            credentials: credentials.version.clone(),
        });
        if self.origin != origin {
            let credentials = Credentials {
                proxy: self.proxy.clone(),
                ..convert(credentials, repository)?
            };
            self.remotes = remotes(repository, &credentials)?;
            self.origin = origin;
        }
        Ok(())
    }
}

fn remotes(
    repository: &AnchorRepository,
    credentials: &Credentials,
) -> Result<Vec<Remote>, RemoteError> {
    let urls = std::iter::once(&repository.url).chain(&repository.mirrors);
    let remotes = urls.map(|url| {
        let mut credentials = credentials.clone();
        // What a GitHub App shows to one host, another one can show to GitHub.
        if host(url) != host(&repository.url) {
            credentials.app = None;
        }
        Remote::new(url, &repository.reference, credentials, FETCH)
    });
    remotes.collect()
}

/// What stands in a URL between the scheme and the path.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split('/').next()
}

/// Whether another URL may do better.
fn is_silence(error: &FetchError) -> bool {
    matches!(
        error,
        FetchError::Unreachable { .. } | FetchError::Timeout { .. }
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "names and public keys are no secret, though they come in a Secret"
)]
fn convert(
    credentials: GitCredentials,
    repository: &AnchorRepository,
) -> Result<Credentials, ReconcileError> {
    let public = |text: SecretString| text.expose_secret().to_owned();
    let mut urls = std::iter::once(&repository.url).chain(&repository.mirrors);
    // A key that nobody is shown need not be one.
    let wants_key = urls.any(|url| is_ssh(url));
    let ssh_key = credentials.ssh_key.filter(|_| wants_key);
    let ssh_key = ssh_key.as_ref().map(SshKey::read).transpose();
    Ok(Credentials {
        username: credentials.username.map(public),
        password: credentials.password,
        bearer: credentials.bearer,
        app: GitHubApp::read(
            credentials.app.id.map(public),
            credentials.app.installation.map(public),
            credentials.app.key.as_ref(),
            credentials.app.api.map(public).as_deref(),
            clock::now,
        )
        .map_err(RemoteError::from)?,
        certificate: ClientCertificate::read(credentials.certificate, credentials.certificate_key)
            .map_err(RemoteError::from)?,
        ca: credentials.ca,
        ssh_keys: ssh_key
            .map_err(ReconcileError::SshKey)?
            .into_iter()
            .collect(),
        ssh_agent: None,
        known_hosts: credentials.known_hosts.map(public),
        proxy: None,
    })
}
