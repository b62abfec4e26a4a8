//! A kubeconfig for the agent's account, for an agent that runs outside the cluster.

use std::time::Duration;

use data_encoding::BASE64;
use kube::{Client, Config};
use secrecy::{SecretBox, SecretString};
use serde_json::json;
use signet_api::{AGENT, SYSTEM_NAMESPACE};

use crate::{Failure, token_request};

/// Why there is no kubeconfig.
#[derive(Debug, thiserror::Error)]
pub enum KubeconfigError {
    /// The token of the agent's account could not be had.
    #[error("asking for the token of {SYSTEM_NAMESPACE}/{AGENT}")]
    Token(#[source] Failure),
}

/// The text of a kubeconfig that speaks as the agent to the server of `config` for `lifetime`, ten minutes at least.
///
/// It holds a token: write it with mode 0600. The API server may shorten its life.
///
/// # Errors
/// [`KubeconfigError::Token`], if the account does not exist or `admin` may not ask.
pub async fn agent_kubeconfig(
    admin: &Client,
    config: &Config,
    lifetime: Duration,
) -> Result<SecretString, KubeconfigError> {
    let token = token_request::token(admin, SYSTEM_NAMESPACE, AGENT, lifetime)
        .await
        .map_err(KubeconfigError::Token)?;
    Ok(SecretBox::new(text(config, &token.text).into_boxed_str()))
}

/// JSON, which every reader of kubeconfigs takes: it needs no quoting rules of its own.
fn text(config: &Config, token: &str) -> String {
    let before = json!({
        "server": config.cluster_url.to_string().trim_end_matches('/'),
        "certificate-authority-data": config.root_cert.as_deref().map(pem).map(|pem| BASE64.encode(pem.as_bytes())),
        "insecure-skip-tls-verify": config.accept_invalid_certs.then_some(true),
        "tls-server-name": config.tls_server_name,
    });
    format!(
        r#"apiVersion: v1
kind: Config
current-context: {AGENT}
contexts: [{{"name": "{AGENT}", "context": {{"cluster": "signet", "user": "{AGENT}", "namespace": "{SYSTEM_NAMESPACE}"}}}}]
clusters: [{{"name": "signet", "cluster": {}}}]
users: [{{"name": "{AGENT}", "user": {{"token": "{token}"}}}}]
"#,
        without_nulls(before)
    )
}

fn without_nulls(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect(),
        other => other,
    }
}

/// Certificates in RFC 7468's form.
fn pem(certificates: &[Vec<u8>]) -> String {
    let one = |certificate: &Vec<u8>| {
        let text = BASE64.encode(certificate);
        let lines: Vec<_> = text
            .as_bytes()
            .chunks(64)
            .map(String::from_utf8_lossy)
            .collect();
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        )
    };
    certificates.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use kube::config::{KubeConfigOptions, Kubeconfig};

    use super::*;

    #[tokio::test]
    async fn the_text_reads_back_as_the_same_server_with_the_token() {
        let mut config = Config::new("https://10.0.0.1:6443".parse().unwrap());
        config.root_cert = Some(vec![vec![7; 100]]);
        let read = Kubeconfig::from_yaml(&text(&config, "canary.token")).unwrap();
        let back = Config::from_custom_kubeconfig(read, &KubeConfigOptions::default())
            .await
            .unwrap();
        assert_eq!(back.cluster_url, config.cluster_url);
        assert_eq!(back.root_cert, config.root_cert);
        assert!(back.auth_info.token.is_some());
        assert!(!back.accept_invalid_certs);
    }
}
