//! What makes the requests to an HTTPS remote.

use std::time::Duration;

use reqwest::{Certificate, Client, redirect};

use super::{CONNECT_TIMEOUT, Credentials, RemoteError};

/// As many hops as it takes to rename a repository and to add the `.git` that was left out.
const MAX_REDIRECTS: usize = 5;

/// The client of one remote: TLS alone, shown by the credentials what to believe, whom to be and which way to go.
///
/// The environment leads nowhere: no proxy is used but the one of the credentials.
pub(super) fn client(credentials: &Credentials, timeout: Duration) -> Result<Client, RemoteError> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Err means that another thread was faster, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    let mut builder = Client::builder()
        .https_only(true)
        .connect_timeout(CONNECT_TIMEOUT.min(timeout))
        .redirect(redirect::Policy::custom(follow_at_home))
        .no_proxy();
    if let Some(pem) = &credentials.ca {
        builder = builder.tls_certs_only(authorities(pem)?);
    }
    if let Some(certificate) = &credentials.certificate {
        let identity = certificate.identity().map_err(RemoteError::Tls)?;
        builder = builder.identity(identity);
    }
    if let Some(proxy) = &credentials.proxy {
        builder = builder.proxy(proxy.for_client().map_err(RemoteError::Tls)?);
    }
    builder.build().map_err(RemoteError::Tls)
}

fn authorities(pem: &[u8]) -> Result<Vec<Certificate>, RemoteError> {
    match Certificate::from_pem_bundle(pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(RemoteError::CertificateAuthority),
    }
}

/// Follows redirects within the origin alone: another host must not see the credentials, nor take
/// the place of the one that the operator named.
fn follow_at_home(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let home = attempt
        .previous()
        .first()
        .is_some_and(|first| first.origin() == attempt.url().origin());
    if home && attempt.previous().len() <= MAX_REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}
