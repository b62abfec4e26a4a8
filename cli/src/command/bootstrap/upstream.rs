//! The remote, as this machine reaches it.

use super::own_ssh::Protected;
use crate::failure::{self, Explain};
use crate::identities::passphrase;
use signet_git::{Credentials, FetchError, Fetched, Remote, Store, fetch};
use std::time::Duration;

/// How long the remote may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The remote, and what else may let us in. No `Debug`.
pub(super) struct Upstream {
    remote: Remote,
    url: String,
    credentials: Credentials,
    protected: Vec<Protected>,
}

impl Upstream {
    /// The remote at this URL; keys that a passphrase protects are for when nothing else lets us in.
    ///
    /// # Errors
    /// When the URL or the credentials cannot be used.
    pub(super) fn new(
        url: &str,
        reference: &str,
        credentials: Credentials,
        protected: Vec<Protected>,
    ) -> failure::Result<Self> {
        Ok(Self {
            remote: remote(url, reference, credentials.clone())?,
            url: url.to_owned(),
            credentials,
            protected,
        })
    }

    /// The full name of the ref that is followed.
    pub(super) fn reference(&self) -> &str {
        self.remote.reference()
    }

    /// Fetches; the person is asked for one passphrase after the other as long as no key is let in.
    ///
    /// # Errors
    /// When it cannot be fetched, or a passphrase is another.
    pub(super) async fn fetch(&self, store: &Store) -> failure::Result<Fetched> {
        let mut outcome = fetch(&self.remote, store).await;
        for protected in &self.protected {
            if !matches!(outcome, Err(FetchError::SshKeys { .. })) {
                break;
            }
            let Some(key) = protected.unprotect()? else {
                return self.explained(outcome).hint(passphrase::WHERE);
            };
            let credentials = Credentials {
                ssh_keys: vec![key],
                ssh_agent: None,
                ..self.credentials.clone()
            };
            let remote = remote(&self.url, self.reference(), credentials)?;
            outcome = fetch(&remote, store).await;
        }
        self.explained(outcome)
    }

    fn explained(&self, outcome: Result<Fetched, FetchError>) -> failure::Result<Fetched> {
        outcome.with_context(|| format!("fetch {}", self.remote))
    }
}

fn remote(url: &str, reference: &str, credentials: Credentials) -> failure::Result<Remote> {
    Remote::new(url, reference, credentials, TIMEOUT).context("look at the repository's URL")
}
