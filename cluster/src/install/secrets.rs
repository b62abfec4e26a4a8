//! The Secrets of an installation, as request bodies that are wiped when they were sent.

use bytes::Bytes;
use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretString};
use signet_api::SYSTEM_NAMESPACE;
use zeroize::Zeroizing;

use super::{Credentials, Installation, object::Target};
use crate::{CLUSTER_IDENTITY, GIT_CREDENTIALS};

/// One Secret to apply. No `Debug`.
pub(super) struct Secret {
    pub(super) place: Target,
    pub(super) body: Bytes,
}

/// The identity, and the Git credentials if there are any.
pub(super) fn of(installation: &Installation) -> Vec<Secret> {
    let mut identity = Body::new(CLUSTER_IDENTITY);
    identity.add_secret("identity", Some(&installation.identity));
    let credentials = installation.credentials.as_ref().map(git);
    std::iter::once(identity)
        .chain(credentials)
        .map(Body::finish)
        .collect()
}

fn git(credentials: &Credentials) -> Body {
    let mut body = Body::new(GIT_CREDENTIALS);
    // What may be longer than there is room for comes first, while nothing secret would be left behind.
    if let Some(ca) = &credentials.ca {
        body.add("ca.crt", ca);
    }
    if let Some(certificate) = &credentials.certificate {
        body.add("tls.crt", certificate);
    }
    if let Some(known_hosts) = &credentials.known_hosts {
        body.add("known_hosts", known_hosts.as_bytes());
    }
    body.text.reserve(ROOM);
    body.add_secret("username", credentials.username.as_ref());
    body.add_secret("password", credentials.password.as_ref());
    body.add_secret("bearerToken", credentials.bearer.as_ref());
    body.add_secret("githubAppID", credentials.app.id.as_ref());
    body.add_secret(
        "githubAppInstallationID",
        credentials.app.installation.as_ref(),
    );
    body.add_secret("githubAppPrivateKey", credentials.app.key.as_ref());
    body.add_secret("githubAppBaseURL", credentials.app.api.as_ref());
    body.add_secret("tls.key", credentials.certificate_key.as_ref());
    body.add_secret("sshKey", credentials.ssh_key.as_ref());
    body
}

/// A Secret's JSON in the making: the values never pass through a type that would keep copies.
struct Body {
    name: &'static str,
    text: Zeroizing<String>,
    separator: &'static str,
}

/// Room for an identity or a bundle of certificates, so that growing leaves no copies behind.
const ROOM: usize = 1 << 18;

impl Body {
    fn new(name: &'static str) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(ROOM));
        text.push_str(r#"{"apiVersion":"v1","kind":"Secret","type":"Opaque","metadata":{"name":""#);
        text.push_str(name);
        text.push_str(r#"","namespace":""#);
        text.push_str(SYSTEM_NAMESPACE);
        text.push_str(r#""},"data":{"#);
        Self {
            name,
            text,
            separator: "",
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the person's own credential goes into the cluster's Secret"
    )]
    fn add_secret(&mut self, key: &str, value: Option<&SecretString>) {
        if let Some(value) = value {
            self.add(key, value.expose_secret().as_bytes());
        }
    }

    fn add(&mut self, key: &str, value: &[u8]) {
        self.text.push_str(self.separator);
        self.separator = ",";
        self.text.push('"');
        self.text.push_str(key);
        self.text.push_str("\":\"");
        BASE64.encode_append(value, &mut self.text);
        self.text.push('"');
    }

    fn finish(mut self) -> Secret {
        self.text.push_str("}}");
        let place = Target {
            group: String::new(),
            version: "v1".into(),
            kind: "Secret".into(),
            namespace: Some(SYSTEM_NAMESPACE.into()),
            name: self.name.into(),
        };
        Secret {
            place,
            body: Bytes::from_owner(Wiped(self.text)),
        }
    }
}

/// Bytes that are wiped when the last request that holds them is done.
struct Wiped(Zeroizing<String>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_a_secret_that_reads_back() {
        let credentials = Credentials {
            username: Some("git".into()),
            password: Some("canary \"quoted\"".into()),
            bearer: Some("canary token".into()),
            app: crate::GitHubAppKeys {
                id: Some("1".into()),
                installation: Some("2".into()),
                key: Some("canary PEM".into()),
                api: Some("https://github.example.org/api/v3".into()),
            },
            certificate: Some(b"PEM".to_vec()),
            certificate_key: Some("canary PEM".into()),
            ca: Some(b"PEM".to_vec()),
            ssh_key: Some("canary key".into()),
            known_hosts: Some("git.example.org ssh-ed25519 AAAA\n".into()),
        };
        let secret = git(&credentials).finish();
        let value: serde_json::Value = serde_json::from_slice(&secret.body).unwrap();
        assert_eq!(value["metadata"]["name"], "git-credentials");
        let password = BASE64
            .decode(value["data"]["password"].as_str().unwrap().as_bytes())
            .unwrap();
        assert_eq!(password, b"canary \"quoted\"");
        assert_eq!(value["data"].as_object().unwrap().len(), 12);
        let key = BASE64.decode(value["data"]["sshKey"].as_str().unwrap().as_bytes());
        assert_eq!(key.unwrap(), b"canary key");
    }
}
