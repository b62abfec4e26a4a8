//! Why a remote could not be talked to.

use std::error::Error;
use std::io;

use reqwest::Url;

use crate::remote::public;
use crate::{HostKeyError, Remote, StoreError};

/// Why a fetch failed. No message holds credentials.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No connection, or one that broke, or a server that says it cannot serve now. Likely to pass.
    #[error("cannot reach {remote}")]
    Unreachable {
        /// The remote's URL.
        remote: String,
        /// The cause.
        source: ConnectionError,
    },
    /// The server's certificate is not one to believe: it was signed by an unknown authority, ran
    /// out, or names another host.
    #[error("cannot trust the TLS certificate of {remote}")]
    Tls {
        /// The remote's URL.
        remote: String,
        /// The cause.
        source: reqwest::Error,
    },
    /// The server wants a client certificate, or another one.
    #[error(
        "{remote} {}",
        if *given { "refuses the client certificate" } else { "asks for a client certificate, and there is none" }
    )]
    ClientCertificate {
        /// The remote's URL.
        remote: String,
        /// Whether there is one.
        given: bool,
        /// What it said.
        source: reqwest::Error,
    },
    /// The server wants credentials, or other ones.
    #[error(
        "{remote} refuses {}: HTTP status {status}",
        if *given { "the credentials" } else { "access without credentials" }
    )]
    Credentials {
        /// The remote's URL.
        remote: String,
        /// 401 or 403.
        status: u16,
        /// Whether credentials were sent.
        given: bool,
    },
    /// GitHub's API gives the App no token.
    #[error("{api} gives the GitHub App no token: {detail}")]
    App {
        /// The API's URL.
        api: String,
        /// Why. Parts of it may come from the API; what it was shown is blotted out.
        detail: String,
    },
    /// The SSH server's key is not one to believe.
    #[error("cannot trust the host key of {remote}")]
    HostKey {
        /// The remote's URL.
        remote: String,
        /// The cause.
        source: Box<HostKeyError>,
    },
    /// The SSH server lets nobody in with the keys that there are.
    #[error(
        "{remote} does not let {user} in with {}{}{words}",
        if tried.is_empty() { "any key: there is none".to_owned() } else { tried.join(", ") },
        if words.is_empty() { "" } else { "; it says: " }
    )]
    SshKeys {
        /// The remote's URL.
        remote: String,
        /// The user.
        user: String,
        /// The fingerprints of the keys that were shown, and why an ssh-agent showed none.
        tried: Vec<String>,
        /// The server's last words, if it had any.
        words: String,
    },
    /// The SSH server let somebody in and then did not serve the repository, or not to the end.
    #[error("{remote} does not serve the repository; it says: {words}")]
    NotServed {
        /// The remote's URL.
        remote: String,
        /// The server's words, made harmless.
        words: String,
    },
    /// There is no repository at the URL, or none that these credentials may know of.
    #[error("no Git repository at {remote}")]
    RepositoryMissing {
        /// The remote's URL.
        remote: String,
    },
    /// The repository is there but the ref is not.
    #[error("{remote} has no ref {reference}")]
    RefMissing {
        /// The remote's URL.
        remote: String,
        /// The ref's full name.
        reference: String,
    },
    /// The server sends to another host, which must not see the credentials, or in circles.
    #[error("{remote} redirects to {to}, which is not followed")]
    Redirected {
        /// The remote's URL.
        remote: String,
        /// Where it points to.
        to: String,
    },
    /// The remote sends more than is taken in one fetch, or an object larger than any is taken. It
    /// will, as long as the ref's history holds it.
    #[error("{remote} sends too much: {limit}")]
    TooLarge {
        /// The remote's URL.
        remote: String,
        /// The limit that was passed.
        limit: &'static str,
    },
    /// What was received cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The remote's answer is not what Git's protocol asks for, or its history has holes.
    #[error("{remote} does not answer as a Git remote does: {detail}")]
    Protocol {
        /// The remote's URL.
        remote: String,
        /// What is wrong. Parts of it may come from the remote; credentials are blotted out.
        detail: String,
    },
    /// The remote did not finish in time.
    #[error("{remote} did not finish within {seconds} seconds")]
    Timeout {
        /// The remote's URL.
        remote: String,
        /// The limit, in seconds.
        seconds: f32,
    },
    /// The runtime is shutting down.
    #[error("what was done with {remote} was interrupted")]
    Interrupted {
        /// The remote's URL.
        remote: String,
    },
}

impl FetchError {
    pub(crate) fn interrupted(remote: &Remote) -> Self {
        Self::Interrupted {
            remote: remote.to_string(),
        }
    }

    pub(crate) fn late(remote: &Remote) -> Self {
        Self::Timeout {
            remote: remote.to_string(),
            seconds: remote.timeout.as_secs_f32(),
        }
    }

    /// The failure of a request, told apart by what to do about it.
    pub(super) fn request(remote: &Remote, source: reqwest::Error) -> Self {
        Self::at(remote.to_string(), remote, remote.proxy(), source)
    }

    /// The failure of a request to another URL with the credentials of a remote.
    pub(super) fn request_to(remote: &Remote, url: &Url, source: reqwest::Error) -> Self {
        let proxy = remote.credentials.proxy.as_ref();
        let proxy = proxy.and_then(|proxy| proxy.on_the_way_to(url));
        Self::at(public(url), remote, proxy.map(str::to_owned), source)
    }

    fn at(place: String, remote: &Remote, proxy: Option<String>, source: reqwest::Error) -> Self {
        let given = remote.credentials.certificate.is_some();
        let remote = place;
        let tls = tls(&source).map(is_about_client);
        // The URL is in the message already.
        let source = source.without_url();
        match tls {
            Some(true) => Self::ClientCertificate {
                remote,
                given,
                source,
            },
            Some(false) => Self::Tls { remote, source },
            None => {
                let source = match proxy {
                    // An answer with a status comes from the remote.
                    Some(proxy) if !source.is_status() => ConnectionError::Proxy { proxy, source },
                    _ => ConnectionError::Https(source),
                };
                Self::Unreachable { remote, source }
            }
        }
    }
}

/// What is wrong with a connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// A request failed.
    #[error(transparent)]
    Https(reqwest::Error),
    /// A request failed that goes by way of a proxy: between here and the proxy, between the proxy and the remote, or
    /// because the proxy refuses.
    #[error("the way there leads through the proxy {proxy}")]
    Proxy {
        /// The proxy's URL, without user and password.
        proxy: String,
        /// The cause.
        source: reqwest::Error,
    },
    /// The system has no connection to give, or it broke.
    #[error(transparent)]
    System(io::Error),
    /// The SSH server did not answer in time.
    #[error("no answer within {0} seconds")]
    Silent(f32),
    /// The two sides do not come to an understanding. Parts of it may come from the server.
    #[error("{0}")]
    Ssh(String),
}

/// What TLS says is wrong, if it is that.
fn tls(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = cause(error);
    }
    None
}

/// Whether the server says that it misses or refuses a client certificate (RFC 8446, section 6.2).
fn is_about_client(error: &rustls::Error) -> bool {
    use rustls::AlertDescription::{
        AccessDenied, BadCertificate, CertificateExpired, CertificateRequired, CertificateRevoked,
        CertificateUnknown, DecryptError, UnknownCA, UnsupportedCertificate,
    };
    let rustls::Error::AlertReceived(alert) = error else {
        return false;
    };
    matches!(
        alert,
        AccessDenied
            | BadCertificate
            | CertificateExpired
            | CertificateRequired
            | CertificateRevoked
            | CertificateUnknown
            | DecryptError
            | UnknownCA
            | UnsupportedCertificate
    )
}

/// The error below. An `io::Error` calls the source of what it wraps its own, and so hides the
/// wrapped error itself.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
