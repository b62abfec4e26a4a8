//! Where the history is fetched from.

use std::time::Duration;

use futures::{StreamExt, stream};
use secrecy::{ExposeSecret, SecretString};
use signet_api::crd::{AnchorRepository, TrustAnchor};
use signet_cluster::{Cluster, GitCredentials, chain};
use signet_git::{
    ClientCertificate, Credentials, FetchError, Fetched, GitHubApp, Proxy, Remote, RemoteError,
    SshKey, Store, fetch, is_ssh, look,
};
use tokio::time::Instant;

use super::{
    RETRY,
    mirrors::{Shown, Sighting},
};
use crate::{backoff::Backoff, clock, error::ReconcileError};

/// How long one fetch may take.
const FETCH: Duration = Duration::from_mins(1);

/// How long a look at a URL may take, where the interval is not shorter.
const LOOK: Duration = Duration::from_secs(10);
/// How many URLs are looked at at once: each takes a thread.
const AT_ONCE: usize = 4;

/// The anchor's repository and its mirrors, with their warm connections.
pub(crate) struct Upstream {
    proxy: Option<Proxy>,
    pub(super) mirrors: Vec<Mirror>,
    /// The one that is asked first.
    pub(super) leader: usize,
    /// The one that what is judged came from in this round.
    pub(super) followed: Option<usize>,
    /// What they were made from.
    origin: Option<Origin>,
    /// When those that nothing was fetched from were looked at last.
    looked: Option<Instant>,
}

/// One of the anchor's URLs, which are mirrors of one another.
pub(crate) struct Mirror {
    remote: Remote,
    /// What it showed in this round, if it was asked.
    pub(super) shown: Option<Shown>,
    /// What is known of it.
    pub(crate) sighting: Option<Sighting>,
    /// Why what it had to offer last was not taken.
    pub(crate) refused: String,
    patience: Backoff,
    /// Before that nothing is fetched from it out of turn.
    not_before: Option<Instant>,
}

/// The versions of what says where and how to fetch.
#[derive(PartialEq, Eq)]
struct Origin {
    anchor: (Option<String>, Option<i64>),
    credentials: Option<String>,
}

impl Mirror {
    fn new(remote: Remote) -> Self {
        Self {
            remote,
            shown: None,
            sighting: None,
            refused: String::new(),
            patience: Backoff::new(RETRY.0, RETRY.1),
            not_before: None,
        }
    }

    /// Its URL, without credentials.
    pub(crate) fn url(&self) -> String {
        self.remote.to_string()
    }

    /// Whether something may be fetched from it out of turn now.
    pub(crate) fn is_due(&self) -> bool {
        self.not_before.is_none_or(|then| Instant::now() >= then)
    }

    /// What it had to offer was taken, or it had nothing.
    pub(crate) fn settle(&mut self) {
        self.refused.clear();
        self.patience.reset();
        self.not_before = None;
    }

    /// What it had to offer was not taken: it is not asked for that again for some time, however often it names something new.
    pub(crate) fn refuse(&mut self, why: String) {
        self.refused = why;
        self.not_before = Some(Instant::now() + self.patience.next());
    }
}

impl Upstream {
    /// What is behind HTTPS is reached behind this proxy.
    pub(crate) fn new(proxy: Option<Proxy>) -> Self {
        Self {
            proxy,
            mirrors: Vec::new(),
            leader: 0,
            followed: None,
            origin: None,
            looked: None,
        }
    }

    /// Fetches from the first of the anchor's URLs that answers, beginning with the leader.
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
        self.begin();
        let others = (0..self.mirrors.len()).filter(|one| *one != self.leader);
        let mut first = None;
        for one in std::iter::once(self.leader).chain(others.collect::<Vec<_>>()) {
            match self.fetch_from(one, store).await {
                Ok(fetched) => {
                    self.followed = Some(one);
                    return Ok(fetched);
                }
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

    /// Has nothing be known of this round.
    fn begin(&mut self) {
        self.followed = None;
        for mirror in &mut self.mirrors {
            mirror.shown = None;
        }
    }

    /// Has this be the URL that what is judged comes from, in this round and in the next.
    pub(crate) fn follow(&mut self, one: usize) {
        (self.leader, self.followed) = (one, Some(one));
        self.mirrors[one].settle();
    }

    /// Fetches from one of the URLs.
    pub(crate) async fn fetch_from(
        &mut self,
        one: usize,
        store: &Store,
    ) -> Result<Fetched, FetchError> {
        let mirror = &mut self.mirrors[one];
        let fetched = fetch(&mirror.remote, store).await;
        match &fetched {
            Ok(fetched) => mirror.shown = Some(Shown::Tip(fetched.tip)),
            Err(error) => {
                mirror
                    .shown
                    .get_or_insert_with(|| Shown::Nothing(chain(error)));
            }
        }
        fetched
    }

    /// Asks those that were not asked in this round where their ref stands, all at once, and once in an interval at most; says
    /// whether it was time for that.
    pub(crate) async fn look(&mut self, store: &Store, interval: Duration, round: Instant) -> bool {
        let is_due = self.looked.is_none_or(|last| round >= last + interval);
        if self.mirrors.len() < 2 || !is_due {
            return false;
        }
        self.looked = Some(round);
        let patience = LOOK.min(interval);
        let unasked = self.mirrors.iter_mut().filter(|one| one.shown.is_none());
        stream::iter(unasked)
            .for_each_concurrent(AT_ONCE, async |mirror| {
                let seen = look(&mirror.remote, store, patience).await;
                mirror.shown = Some(match seen {
                    Ok(tip) => Shown::Tip(tip),
                    Err(error) => Shown::Nothing(chain(&error)),
                });
            })
            .await;
        true
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
            self.take_up(remotes(repository, &credentials)?);
            self.origin = origin;
        }
        Ok(())
    }

    /// Has these be the remotes. What is known of a URL is not forgotten for other credentials.
    fn take_up(&mut self, remotes: Vec<Remote>) {
        let urls = |one: &Mirror| one.url();
        let are_known = self
            .mirrors
            .iter()
            .map(urls)
            .eq(remotes.iter().map(ToString::to_string));
        if are_known {
            for (mirror, remote) in self.mirrors.iter_mut().zip(remotes) {
                mirror.remote = remote;
            }
        } else {
            self.mirrors = remotes.into_iter().map(Mirror::new).collect();
            self.leader = 0;
        }
        self.looked = None;
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
