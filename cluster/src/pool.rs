//! One pool of HTTPS connections for all accounts.
//!
//! A client of its own for each tenant costs a TLS handshake and a connection each; over one pool, hundreds of tenants
//! share one or two. The credential is a header that is put on at the moment of sending.

use std::time::Duration;

use http::{Request, Response};
use hyper_util::{
    client::legacy::{Client as HyperClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use kube::{
    Client, Config,
    client::{Body, ConfigExt, retry::RetryPolicy},
    config::AuthInfo,
};
use tower::{BoxError, ServiceBuilder, retry::RetryLayer};

use crate::failure::Failure;

/// How long a connection may take to come up.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the head of an answer may take, retries included; the body of a watch may take as long as it likes.
const ANSWER: Duration = Duration::from_secs(30);
/// How often 429, 503 and 504 are tried again, and with which pauses.
const RETRIES: u32 = 4;
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(3));

/// A client that speaks to the server of `config` with no credential whatever.
pub(crate) fn anonymous(config: &Config) -> Result<Client, kube::Error> {
    connect(&without_account(config))
}

/// A client that speaks as the account of `config`, over `pool` unless the account is a client certificate.
///
/// A certificate belongs to the connection: over a shared pool it would speak for every tenant, as the API server
/// asks for the certificate before it looks at a token.
pub(crate) fn authenticated(config: &Config, pool: &Client) -> Result<Client, kube::Error> {
    let pool = if has_certificate(&config.auth_info) {
        connect(config)?
    } else {
        pool.clone()
    };
    let service = ServiceBuilder::new()
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .service(tower::service_fn(move |request| {
            send(pool.clone(), request)
        }));
    Ok(Client::new(service, config.default_namespace.clone()))
}

/// Sends over `pool`, waiting a bounded time for the head of the answer.
pub(crate) async fn send(pool: Client, request: Request<Body>) -> Result<Response<Body>, BoxError> {
    match tokio::time::timeout(ANSWER, pool.send(request)).await {
        Ok(answer) => answer.map_err(BoxError::from),
        Err(_) => Err(Failure::TimedOut {
            seconds: ANSWER.as_secs(),
        }
        .into()),
    }
}

fn connect(config: &Config) -> Result<Client, kube::Error> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT));
    let https = config.rustls_https_connector_with_connector(tcp)?;
    let hyper: HyperClient<_, Body> = HyperClient::builder(TokioExecutor::new()).build(https);
    let retry =
        RetryPolicy::new(PAUSE.0, PAUSE.1, RETRIES, false).expect("the pauses are in order");
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .layer(RetryLayer::new(retry))
        .map_err(BoxError::from)
        .service(hyper);
    Ok(Client::new(service, config.default_namespace.clone()))
}

/// The same server with nothing that says who asks.
fn without_account(config: &Config) -> Config {
    let mut config = config.clone();
    config.auth_info = AuthInfo::default();
    config.headers.clear();
    config
}

fn has_certificate(account: &AuthInfo) -> bool {
    account.client_certificate.is_some() || account.client_certificate_data.is_some()
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn the_tenants_pool_carries_nothing_of_the_own_account() {
        let mut config = Config::new("https://127.0.0.1:6443".parse().unwrap());
        config.auth_info.client_certificate_data = Some("canary".into());
        config.auth_info.token = Some("canary".into());
        config.auth_info.impersonate = Some("canary".into());
        let header = HeaderName::from_static("impersonate-user");
        config
            .headers
            .push((header, HeaderValue::from_static("canary")));
        assert!(has_certificate(&config.auth_info));
        let bare = without_account(&config);
        assert!(bare.headers.is_empty() && !has_certificate(&bare.auth_info));
        assert!(bare.auth_info.token.is_none() && bare.auth_info.impersonate.is_none());
        assert_eq!(bare.cluster_url, config.cluster_url);
    }
}
