//! Asking for a `ServiceAccount`'s token (`authentication.k8s.io/v1` `TokenRequest`).

use std::time::Duration;

use bytes::Bytes;
use kube::Client;
use serde::{Deserialize, Deserializer};
use serde_json::json;
use zeroize::Zeroizing;

use crate::{Failure, place::Place, request};

/// A token and how long it lives. No `Debug`.
pub(crate) struct Token {
    pub(crate) text: Zeroizing<String>,
    pub(crate) life: Duration,
}

/// A token of the account, for the API server's default audience.
///
/// Ten minutes is the least that may be asked for; the API server may give another life than the one that was asked.
pub(crate) async fn token(
    client: &Client,
    namespace: &str,
    account: &str,
    life: Duration,
) -> Result<Token, Failure> {
    let accounts = Place {
        group: "",
        version: "v1",
        plural: "serviceaccounts",
        namespace: Some(namespace),
    };
    let path = format!("{}/token", accounts.object(account));
    let asked = json!({
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": life.as_secs()},
    });
    let answer: Answer =
        request::post(client, &path, Bytes::from(asked.to_string()), "a token").await?;
    Ok(Token {
        text: answer.status.token,
        life: Duration::from_secs(answer.spec.expiration_seconds),
    })
}

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
    #[serde(deserialize_with = "wiped")]
    token: Zeroizing<String>,
}

fn wiped<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(deserializer).map(Zeroizing::new)
}
