//! One tenant's token: short-lived, asked for when needed, renewed before it ends.

use std::time::Duration;

use http::HeaderValue;
use kube::Client;
use signet_api::{TENANTS_NAMESPACE, TenantName};
use tokio::{sync::Mutex, time::Instant};
use zeroize::Zeroizing;

use super::TenantError;
use crate::token_request;

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
        Self {
            tenant,
            own,
            current: Mutex::default(),
        }
    }

    /// The header, with a token that has at least a fifth of its life left.
    pub(super) async fn header(&self) -> Result<HeaderValue, TenantError> {
        let mut current = self.current.lock().await;
        if let Some(token) = current
            .as_ref()
            .filter(|token| Instant::now() < token.renew_at)
        {
            return Ok(token.header.clone());
        }
        let asked = Instant::now();
        let (header, life) = self.request().await?;
        *current = Some(Token {
            header: header.clone(),
            renew_at: asked + renewal(life),
        });
        Ok(header)
    }

    /// Forgets the token that the API server did not accept, unless it was replaced already.
    pub(super) async fn discard(&self, refused: &HeaderValue) {
        let mut current = self.current.lock().await;
        if current
            .as_ref()
            .is_some_and(|token| token.header == *refused)
        {
            *current = None;
        }
    }

    async fn request(&self) -> Result<(HeaderValue, Duration), TenantError> {
        let asked =
            token_request::token(&self.own, TENANTS_NAMESPACE, self.tenant.as_ref(), LIFETIME)
                .await;
        let token = asked.map_err(|failure| TenantError::of(&self.tenant, &failure))?;
        let header = bearer(&token.text).ok_or_else(|| TenantError::Refused {
            tenant: self.tenant.clone(),
            cause: "the answer holds no token".into(),
            transient: false,
        })?;
        Ok((header, token.life))
    }
}

/// The header of a token, marked so that nothing logs it.
fn bearer(token: &str) -> Option<HeaderValue> {
    let text = Zeroizing::new(format!("Bearer {token}"));
    let mut header = HeaderValue::from_str(&text)
        .ok()
        .filter(|_| !token.is_empty())?;
    header.set_sensitive(true);
    Some(header)
}

/// When a token of this life is replaced: at 80 %.
fn renewal(life: Duration) -> Duration {
    life * 4 / 5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_never_shown() {
        let header = bearer("canary").unwrap();
        assert!(header.is_sensitive());
        assert!(!format!("{header:?}").contains("canary"));
        assert!(bearer("").is_none());
    }

    #[test]
    fn renews_at_four_fifths_of_its_life() {
        assert_eq!(renewal(Duration::from_mins(20)), Duration::from_mins(16));
    }
}
