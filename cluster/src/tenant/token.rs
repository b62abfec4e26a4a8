//! One tenant's token: short-lived, asked for when needed, renewed before it ends.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use kube::Client;
use serde::Deserialize;
use serde_json::json;
use signet_api::{TENANTS_NAMESPACE, TenantName};
use tokio::{sync::Mutex, time::Instant};
use zeroize::Zeroizing;

use super::TenantError;
use crate::request::{self, Place};

/// What is asked for: the API server's minimum is ten minutes, and it may shorten or lengthen it.
const LIFETIME: Duration = Duration::from_mins(20);

/// Where the tenant's `Authorization` header comes from.
pub(super) struct TokenSource {
    tenant: TenantName,
    own: Client,
    /// Held while a token is asked for, so that a burst of requests asks once.
    current: Mutex<Option<Token>>,
}

/// A token. No `Debug`.
struct Token {
    header: HeaderValue,
    renew_at: Instant,
}

impl TokenSource {
    pub(super) fn new(tenant: TenantName, own: Client) -> Self {
        Self { tenant, own, current: Mutex::default() }
    }

    /// The header, with a token that has at least a fifth of its life left.
    pub(super) async fn header(&self) -> Result<HeaderValue, TenantError> {
        let mut current = self.current.lock().await;
        if let Some(token) = current.as_ref().filter(|token| Instant::now() < token.renew_at) {
            return Ok(token.header.clone());
        }
        let asked = Instant::now();
        let (header, life) = self.request().await?;
        *current = Some(Token { header: header.clone(), renew_at: asked + renewal(life) });
        Ok(header)
    }

    /// Forgets the token that the API server did not accept, unless it was replaced already.
    pub(super) async fn discard(&self, refused: &HeaderValue) {
        let mut current = self.current.lock().await;
        if current.as_ref().is_some_and(|token| token.header == *refused) {
            *current = None;
        }
    }

    async fn request(&self) -> Result<(HeaderValue, Duration), TenantError> {
        let asked = json!({
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": LIFETIME.as_secs()},
        });
        let path = format!("{}/token", ACCOUNTS.object(self.tenant.as_ref()));
        let answer = request::post(&self.own, &path, Bytes::from(asked.to_string()), "a token").await;
        let answer: Answer = answer.map_err(|failure| TenantError::of(&self.tenant, &failure))?;
        let header = answer.header().ok_or_else(|| TenantError::Refused {
            tenant: self.tenant.clone(),
            cause: "the answer holds no token".into(),
            transient: false,
        })?;
        Ok((header, Duration::from_secs(answer.spec.expiration_seconds)))
    }
}

const ACCOUNTS: Place<'_> =
    Place { group: "", version: "v1", plural: "serviceaccounts", namespace: Some(TENANTS_NAMESPACE) };

/// A `TokenRequest` as it comes back. No `Debug`.
#[derive(Deserialize)]
struct Answer {
    spec: Spec,
    status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    expiration_seconds: u64,
}

#[derive(Deserialize)]
struct Status {
    token: Zeroizing<String>,
}

impl Answer {
    fn header(&self) -> Option<HeaderValue> {
        let text = Zeroizing::new(format!("Bearer {}", self.status.token.as_str()));
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        (!self.status.token.is_empty()).then_some(header)
    }
}

/// When a token of this life is replaced: at 80 %.
fn renewal(life: Duration) -> Duration {
    life * 4 / 5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renews_at_four_fifths_of_its_life() {
        assert_eq!(renewal(Duration::from_mins(20)), Duration::from_mins(16));
    }
}
