//! Where the history is fetched from.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use signet_api::crd::TrustAnchor;
use signet_cluster::{Cluster, GitCredentials};
use signet_git::{Credentials, FetchError, Fetched, Remote, Store, fetch};

use crate::error::ReconcileError;

/// How long one fetch may take.
const FETCH: Duration = Duration::from_mins(1);

/// The anchor's repository and its mirrors, with their warm connections.
#[derive(Default)]
pub(crate) struct Upstream {
    remotes: Vec<Remote>,
    /// What they were made from.
    made_from: Option<(Option<String>, Option<i64>)>,
}

impl Upstream {
    /// Fetches from the first of the anchor's URLs that answers.
    ///
    /// After a failure the credentials are read anew: they may be what has to be corrected.
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
                    let stays_away = is_silence(&error);
                    first.get_or_insert(error);
                    if !stays_away {
                        break;
                    }
                }
            }
        }
        self.made_from = None;
        Err(first
            .expect("there is at least one URL, and none answered")
            .into())
    }

    async fn prepare(
        &mut self,
        cluster: &Cluster,
        anchor: &TrustAnchor,
    ) -> Result<(), ReconcileError> {
        let from = Some((anchor.metadata.uid.clone(), anchor.metadata.generation));
        if self.made_from == from {
            return Ok(());
        }
        let repository = &anchor.spec.repository;
        let credentials = match &repository.credentials {
            Some(credentials) => cluster
                .git_credentials(&credentials.secret_ref)
                .await
                .map_err(ReconcileError::Credentials)?,
            None => GitCredentials::default(),
        };
        let credentials = convert(credentials);
        let urls = std::iter::once(&repository.url).chain(&repository.mirrors);
        let remotes =
            urls.map(|url| Remote::new(url, &repository.reference, credentials.clone(), FETCH));
        self.remotes = remotes.collect::<Result<_, _>>()?;
        self.made_from = from;
        Ok(())
    }
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
    reason = "a user's name is no secret, though it comes in a Secret"
)]
fn convert(credentials: GitCredentials) -> Credentials {
    let name = |name: SecretString| name.expose_secret().to_owned();
    Credentials {
        username: credentials.username.map(name),
        password: credentials.password,
        ca: credentials.ca,
    }
}
