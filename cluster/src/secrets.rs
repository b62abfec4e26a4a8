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
    /// Key `ca.crt`: PEM certificates that the remote's may be signed by.
    pub ca: Option<Vec<u8>>,
    /// Key `sshKey`.
    pub ssh_key: Option<SecretString>,
    /// Key `known_hosts`.
    pub known_hosts: Option<String>,
    /// The version of the Secret: another one may say something else.
    pub version: Option<String>,
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

    /// The Git credentials: the Secret `name` in `signet-system`, each of whose keys may be missing.
    ///
    /// # Errors
    /// [`SecretError`], but never [`SecretError::KeyMissing`].
    pub async fn git_credentials(&self, name: &str) -> Result<GitCredentials, SecretError> {
        let mut secret = self.secret(name).await?;
        Ok(GitCredentials {
            username: secret.text("username")?,
            password: secret.text("password")?,
            ca: secret
                .take("ca.crt")
                .map(|mut value| std::mem::take(&mut *value)),
            ssh_key: secret.text("sshKey")?,
            known_hosts: secret.public_text("known_hosts")?,
            version: secret.version,
        })
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
    fn take(&mut self, key: &str) -> Option<Zeroizing<Vec<u8>>> {
        self.data.remove(key).map(|value| value.0)
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

    fn public_text(&mut self, key: &'static str) -> Result<Option<String>, SecretError> {
        let Some(mut value) = self.take(key) else {
            return Ok(None);
        };
        let text = String::from_utf8(std::mem::take(&mut *value));
        text.map(Some).map_err(|_| SecretError::NotText {
            name: self.name.clone(),
            key,
        })
    }
}
