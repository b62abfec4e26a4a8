//! Why a fetch failed.

use std::error::Error;
use std::io;

use crate::{Remote, StoreError};

/// Why a fetch failed. No message holds credentials.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No connection, or one that broke, or a server that says it cannot serve now. Likely to pass.
    #[error("cannot reach {remote}")]
    Unreachable {
        /// The remote's URL.
        remote: String,
        /// The cause.
        source: reqwest::Error,
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
    #[error("the fetch from {remote} was interrupted")]
    Interrupted {
        /// The remote's URL.
        remote: String,
    },
}

impl FetchError {
    pub(super) fn interrupted(remote: &Remote) -> Self {
        Self::Interrupted {
            remote: remote.to_string(),
        }
    }

    /// The failure of a request, told apart by what to do about it.
    pub(super) fn request(remote: &Remote, source: reqwest::Error) -> Self {
        let remote = remote.to_string();
        let is_about_tls = is_about_tls(&source);
        // The URL is in the message already.
        let source = source.without_url();
        if is_about_tls {
            Self::Tls { remote, source }
        } else {
            Self::Unreachable { remote, source }
        }
    }
}

fn is_about_tls(error: &reqwest::Error) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if error.is::<rustls::Error>() {
            return true;
        }
        next = cause(error);
    }
    false
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
