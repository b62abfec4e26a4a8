//! A place that has the repository.

mod client;
mod client_certificate;
mod credentials;
mod github_app;
mod greeting;
mod known_hosts;
mod proxy;
mod ssh;
mod ssh_key;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Client, Url};
use thiserror::Error;

use client::client;
use ssh::Place;

pub use client_certificate::{ClientCertificate, ClientCertificateError};
pub use credentials::Credentials;
pub use github_app::{GitHubApp, GitHubAppError};
pub use known_hosts::HostKeyError;
pub use proxy::{Proxy, ProxyError};
pub use ssh_key::{SshKey, SshKeyError};

pub(crate) use github_app::Access;
pub(crate) use greeting::{Greeting, Said};
pub(crate) use known_hosts::{KnownHost, fingerprint, proves};
pub(crate) use ssh::Ssh;

/// How long setting up a connection may take, where the remote's own limit is not shorter.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// One ref of a repository elsewhere, and what it takes to be let in.
///
/// Keep it between fetches: it holds the connection, and a fetch over a warm one that finds
/// nothing new takes milliseconds. Shown with `{}` it is its URL, which never holds credentials.
#[derive(Clone)]
pub struct Remote {
    pub(crate) address: Address,
    pub(crate) reference: String,
    pub(crate) credentials: Credentials,
    pub(crate) timeout: Duration,
}

/// The ways to reach a repository.
#[derive(Clone)]
pub(crate) enum Address {
    /// Smart HTTP (gitprotocol-http) over TLS.
    Https {
        url: Url,
        client: Client,
        greeting: Greeting,
    },
    /// `git-upload-pack` behind an SSH server.
    Ssh(Arc<Ssh>),
    /// A folder of this machine.
    Folder(PathBuf),
}

impl Remote {
    /// The remote at this URL. A fetch may take as long as `timeout`.
    ///
    /// Where the credentials name a certificate authority, certificates of no other are believed,
    /// as with git's `http.sslCAInfo`; without one, those of the machine are. An SSH server must
    /// show a key that the credentials know it by.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub fn new(
        url: &str,
        reference: &str,
        credentials: Credentials,
        timeout: Duration,
    ) -> Result<Self, RemoteError> {
        check_reference(reference)?;
        credentials.check()?;
        let address = if is_ssh(url) {
            Address::Ssh(Arc::new(behind_ssh(url, &credentials)?))
        } else {
            address(parse(url)?, &credentials, timeout)?
        };
        Ok(Self {
            address,
            reference: reference.to_owned(),
            credentials,
            timeout,
        })
    }

    /// The full name of the ref that is followed.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The proxy on the way to it, without user and password.
    pub(crate) fn proxy(&self) -> Option<String> {
        match (&self.address, &self.credentials.proxy) {
            (Address::Https { url, .. }, Some(proxy)) => {
                proxy.on_the_way_to(url).map(str::to_owned)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            Address::Https { url, .. } => f.write_str(&public(url)),
            Address::Ssh(ssh) => f.write_str(&ssh.place.url),
            Address::Folder(path) => write!(f, "file://{}", path.display()),
        }
    }
}

/// Why a remote cannot be used as it is written. No message repeats the URL, which may hold a
/// password.
#[derive(Debug, Error)]
pub enum RemoteError {
    /// The text is no URL.
    #[error(
        "the repository's URL cannot be read: {0}; write it as https://host/path or \
         ssh://user@host/path"
    )]
    Url(String),
    /// The URL holds a user or a password.
    #[error(
        "the repository's URL holds a user or a password, which logs and status would show; put \
         `username` and `password` into the credentials Secret"
    )]
    Userinfo,
    /// The URL holds a query or a fragment, which no Git remote has.
    #[error("the repository's URL holds a `?` or a `#`; write it as https://host/path")]
    Query,
    /// An SSH URL holds a password.
    #[error(
        "the repository's URL holds a password, which logs and status would show; SSH remotes are \
         reached with a key alone"
    )]
    Password,
    /// An SSH URL says too little, or what could be taken for something else.
    #[error("the repository's URL is not usable: {0}; write it as ssh://user@host/path")]
    SshUrl(&'static str),
    /// Nothing says by which key the SSH server is known.
    #[error(
        "an ssh remote needs known_hosts, which says by which key the server is known; \
         `ssh-keyscan HOST` prints its lines, to be compared with what the server's operator says"
    )]
    NoKnownHosts,
    /// A line about the SSH server cannot be read.
    #[error("line {line} of known_hosts cannot be read, and it is about the repository's host")]
    KnownHosts {
        /// The line, counted from 1.
        line: usize,
    },
    /// The URL asks for another transport.
    #[error(
        "{0}:// remotes are not supported; use https://, ssh://, or file:// for a local folder"
    )]
    Scheme(String),
    /// The `file://` URL names a folder of another machine.
    #[error("a file:// URL needs an absolute path of this machine, as in file:///srv/fleet.git")]
    Folder,
    /// The ref is not written in full.
    #[error("`{0}` is not the full name of a ref, such as refs/heads/main")]
    Reference(String),
    /// The certificate authority cannot be read.
    #[error("the credentials' certificate authority (ca.crt) is not a PEM certificate")]
    CertificateAuthority,
    /// There is more than one way to be let in.
    #[error(
        "the credentials hold both {0} and {1}, and the remote can be shown one; take the other out"
    )]
    Both(&'static str, &'static str),
    /// The bearer token is none.
    #[error(
        "the credentials' bearerToken is empty or holds what no token does, a space or a line's end perhaps"
    )]
    Bearer,
    /// The client certificate cannot be used.
    #[error(transparent)]
    ClientCertificate(#[from] ClientCertificateError),
    /// The GitHub App cannot be used.
    #[error(transparent)]
    GitHubApp(#[from] GitHubAppError),
    /// The TLS client cannot be set up.
    #[error("setting up TLS for the repository failed")]
    Tls(#[source] reqwest::Error),
}

/// The URL as it may be shown: no user, password, query or fragment.
pub(crate) fn public(url: &Url) -> String {
    let origin = url.origin().ascii_serialization();
    format!("{origin}{}", url.path())
}

fn behind_ssh(url: &str, credentials: &Credentials) -> Result<Ssh, RemoteError> {
    let place = Place::parse(url, credentials.username.as_deref())?;
    let known_hosts = credentials.known_hosts.as_deref();
    let known_hosts = known_hosts.ok_or(RemoteError::NoKnownHosts)?;
    Ok(Ssh {
        known: Arc::new(KnownHost::read(known_hosts, &place.host, place.port)?),
        place,
        warm: Mutex::default(),
    })
}

fn address(url: Url, credentials: &Credentials, timeout: Duration) -> Result<Address, RemoteError> {
    match url.scheme() {
        "https" => Ok(Address::Https {
            client: client(credentials, timeout)?,
            url,
            greeting: Greeting::default(),
        }),
        "file" => match url.to_file_path() {
            Ok(path) => Ok(Address::Folder(path)),
            Err(()) => Err(RemoteError::Folder),
        },
        scheme => Err(RemoteError::Scheme(scheme.to_owned())),
    }
}

fn parse(text: &str) -> Result<Url, RemoteError> {
    let url = Url::parse(text).map_err(|error| RemoteError::Url(error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(RemoteError::Userinfo);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(RemoteError::Query);
    }
    Ok(url)
}

/// Whether the text is an SSH URL, or git would take it for the short form of one, `user@host:path` (git-fetch).
pub fn is_ssh(url: &str) -> bool {
    match url.split_once(':') {
        Some(("ssh", path)) => path.starts_with("//"),
        Some((host, path)) => !host.contains('/') && host.contains('@') && !path.starts_with("//"),
        None => false,
    }
}

fn check_reference(name: &str) -> Result<(), RemoteError> {
    let valid = gix::validate::reference::name(name.into()).is_ok();
    if valid && name.starts_with("refs/") {
        Ok(())
    } else {
        Err(RemoteError::Reference(name.to_owned()))
    }
}

#[cfg(test)]
mod tests;
