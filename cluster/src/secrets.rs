//! The three Secrets that the own account may read, by name: the Git credentials, the cluster's identity, our state.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use secrecy::{SecretBox, SecretString};
use serde::{Deserialize, Deserializer, de::Error as _};
use signet_api::SYSTEM_NAMESPACE;
use zeroize::Zeroizing;

use crate::{Cluster, Failure, place::Place, request};

/// The cluster's identity in `signet-system`.
pub const CLUSTER_IDENTITY: &str = "cluster-identity";
/// The Git credentials in `signet-system`.
pub const GIT_CREDENTIALS: &str = "git-credentials";

pub(crate) const SECRETS: Place<'_> = Place {
    group: "",
    version: "v1",
    plural: "secrets",
    namespace: Some(SYSTEM_NAMESPACE),
};

/// What the agent shows to the Git remote. No `Debug`.
#[derive(Default)]
pub struct GitCredentials {
    /// Key `username`.
    pub username: Option<SecretString>,
    /// Key `password`: a password or a token.
    pub password: Option<SecretString>,
    /// Key `bearerToken`: a token that is shown in place of user and password.
    pub bearer: Option<SecretString>,
    /// Keys of a GitHub App.
    pub app: GitHubAppKeys,
    /// Key `tls.crt`: PEM certificates that the remote is shown.
    pub certificate: Option<Vec<u8>>,
    /// Key `tls.key`: the private key of the first of them.
    pub certificate_key: Option<SecretString>,
    /// Key `ca.crt`: PEM certificates that the remote's may be signed by.
    pub ca: Option<Vec<u8>>,
    /// Key `sshKey`: a private key for SSH.
    pub ssh_key: Option<SecretString>,
    /// Key `known_hosts`: the keys by which SSH servers are known.
    pub known_hosts: Option<SecretString>,
    /// The version of the Secret: another one may say something else.
    pub version: Option<String>,
}

/// By what a GitHub App is let in. No `Debug`.
#[derive(Default)]
pub struct GitHubAppKeys {
    /// Key `githubAppID`.
    pub id: Option<SecretString>,
    /// Key `githubAppInstallationID`.
    pub installation: Option<SecretString>,
    /// Key `githubAppPrivateKey`.
    pub key: Option<SecretString>,
    /// Key `githubAppBaseURL`.
    pub api: Option<SecretString>,
}

impl GitCredentials {
    /// Whether nothing is shown and the machine's certificates are believed.
    fn are_none(&self) -> bool {
        let texts = [
            &self.username,
            &self.password,
            &self.bearer,
            &self.app.id,
            &self.app.installation,
            &self.app.key,
            &self.app.api,
            &self.certificate_key,
            &self.ssh_key,
            &self.known_hosts,
        ];
        let certificates = [&self.certificate, &self.ca];
        texts.iter().all(|text| text.is_none()) && certificates.iter().all(|pem| pem.is_none())
    }
}

/// Why a Secret gives nothing that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is none.
    #[error("the Secret {SYSTEM_NAMESPACE}/{name} does not exist")]
    Missing {
        /// Its name.
        name: String,
    },
    /// It lacks what was looked for.
    #[error("the Secret {SYSTEM_NAMESPACE}/{name} has no key {key:?}")]
    KeyMissing {
        /// Its name.
        name: String,
        /// What was looked for.
        key: &'static str,
    },
    /// It has keys, but none that a repository is fetched with.
    #[error(
        "the Secret {SYSTEM_NAMESPACE}/{name} has none of the keys username, password, bearerToken, githubAppID, \
         tls.crt, tls.key, ca.crt, sshKey and known_hosts, which a repository is fetched with; it has {}",
        found.join(", ")
    )]
    NothingUsed {
        /// Its name.
        name: String,
        /// The keys that it has.
        found: Vec<String>,
    },
    /// The value is no text.
    #[error("the key {key:?} of the Secret {SYSTEM_NAMESPACE}/{name} is not UTF-8")]
    NotText {
        /// Its name.
        name: String,
        /// The key.
        key: &'static str,
    },
    /// It could not be read.
    #[error("reading the Secret {SYSTEM_NAMESPACE}/{name}")]
    Read {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: Failure,
    },
}

impl Cluster {
    /// The cluster's age identity: key `identity` of the Secret `name` in `signet-system`.
    ///
    /// # Errors
    /// [`SecretError`].
    pub async fn identity(&self, name: &str) -> Result<SecretString, SecretError> {
        let mut secret = self.secret(name).await?;
        let missing = SecretError::KeyMissing {
            name: name.to_owned(),
            key: "identity",
        };
        secret.text("identity")?.ok_or(missing)
    }

    /// The Git credentials: the Secret `name` in `signet-system`. Other keys beside them are left alone.
    ///
    /// # Errors
    /// [`SecretError::NothingUsed`] where there are other keys alone; never
    /// [`SecretError::KeyMissing`].
    pub async fn git_credentials(&self, name: &str) -> Result<GitCredentials, SecretError> {
        self.secret(name).await?.credentials()
    }

    async fn secret(&self, name: &str) -> Result<Secret, SecretError> {
        let body = request::get(&self.inner.own, &SECRETS.object(name), "a Secret").await;
        match body {
            Ok(Some(Payload { metadata, data })) => Ok(Secret {
                name: name.to_owned(),
                version: metadata.resource_version,
                data,
            }),
            Ok(None) => Err(SecretError::Missing {
                name: name.to_owned(),
            }),
            Err(source) => Err(SecretError::Read {
                name: name.to_owned(),
                source,
            }),
        }
    }
}

/// A Secret as it comes. No `Debug`.
#[derive(Deserialize)]
pub(crate) struct Payload {
    pub(crate) metadata: ObjectMeta,
    #[serde(default)]
    pub(crate) data: BTreeMap<String, Value>,
}

/// One value, decoded from base64 and wiped when dropped. No `Debug`.
pub(crate) struct Value(pub(crate) Zeroizing<Vec<u8>>);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let value = BASE64
            .decode(text.as_bytes())
            .map_err(|_| D::Error::custom("a value is not base64"))?;
        Ok(Self(Zeroizing::new(value)))
    }
}

struct Secret {
    name: String,
    version: Option<String>,
    data: BTreeMap<String, Value>,
}

impl Secret {
    fn credentials(mut self) -> Result<GitCredentials, SecretError> {
        let credentials = GitCredentials {
            username: self.text("username")?,
            password: self.text("password")?,
            bearer: self.text("bearerToken")?,
            app: GitHubAppKeys {
                id: self.text("githubAppID")?,
                installation: self.text("githubAppInstallationID")?,
                key: self.text("githubAppPrivateKey")?,
                api: self.text("githubAppBaseURL")?,
            },
            certificate: self.bytes("tls.crt"),
            certificate_key: self.text("tls.key")?,
            ca: self.bytes("ca.crt"),
            ssh_key: self.text("sshKey")?,
            known_hosts: self.text("known_hosts")?,
            version: self.version,
        };
        if credentials.are_none() && !self.data.is_empty() {
            return Err(SecretError::NothingUsed {
                name: self.name,
                found: self.data.into_keys().collect(),
            });
        }
        Ok(credentials)
    }

    fn take(&mut self, key: &str) -> Option<Zeroizing<Vec<u8>>> {
        self.data.remove(key).map(|value| value.0)
    }

    /// What is no secret.
    fn bytes(&mut self, key: &str) -> Option<Vec<u8>> {
        self.take(key).map(|mut value| std::mem::take(&mut *value))
    }

    fn text(&mut self, key: &'static str) -> Result<Option<SecretString>, SecretError> {
        let Some(mut value) = self.take(key) else {
            return Ok(None);
        };
        let text = String::from_utf8(std::mem::take(&mut *value)).map_err(|error| {
            drop(Zeroizing::new(error.into_bytes()));
            SecretError::NotText {
                name: self.name.clone(),
                key,
            }
        })?;
        Ok(Some(SecretBox::new(text.into_boxed_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(keys: &[&str]) -> Result<GitCredentials, SecretError> {
        let value = || Value(Zeroizing::new(b"canary".to_vec()));
        let secret = Secret {
            name: GIT_CREDENTIALS.into(),
            version: None,
            data: keys.iter().map(|key| ((*key).into(), value())).collect(),
        };
        secret.credentials()
    }

    #[test]
    fn refuses_credentials_of_which_it_uses_none_and_names_their_keys() {
        let error = credentials(&["ssh-privatekey", "identity"]).err().unwrap();
        let text = error.to_string();
        assert!(text.ends_with("it has identity, ssh-privatekey"), "{text}");
        assert!(
            text.contains(
                "username, password, bearerToken, githubAppID, tls.crt, tls.key, ca.crt,"
            ),
            "{text}"
        );
        assert!(!format!("{error:?}").contains("canary"));
    }

    #[test]
    fn leaves_keys_alone_that_stand_beside_those_it_uses() {
        assert!(credentials(&["password", "identity"]).is_ok());
        assert!(credentials(&["sshKey", "known_hosts"]).is_ok_and(|found| !found.are_none()));
        assert!(credentials(&["bearerToken"]).is_ok_and(|found| !found.are_none()));
        assert!(credentials(&["githubAppID"]).is_ok_and(|found| !found.are_none()));
        assert!(credentials(&["tls.crt"]).is_ok_and(|found| !found.are_none()));
        assert!(credentials(&["ca.crt"]).is_ok_and(|found| !found.are_none()));
        assert!(credentials(&[]).is_ok_and(|found| found.are_none()));
    }
}
