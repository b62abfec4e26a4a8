//! A public key in the policy: a string, or a mapping with its limits.

use std::fmt;

use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A public key of a principal and when it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyKey {
    /// `ssh-ed25519 AAAA…` and the like, or `openpgp:<full fingerprint>`.
    pub key: String,
    /// Commits before this do not count.
    pub valid_after: Option<Timestamp>,
    /// Commits from this on do not count.
    pub valid_before: Option<Timestamp>,
    /// Whether a security key must have been touched; it must, unless this says no.
    pub touch: Option<bool>,
}

/// The written form with limits.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Limited {
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_after: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_before: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    touch: Option<bool>,
}

impl From<&str> for PolicyKey {
    /// The key without limits.
    fn from(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            valid_after: None,
            valid_before: None,
            touch: None,
        }
    }
}

impl Serialize for PolicyKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            key,
            valid_after,
            valid_before,
            touch,
        } = self.clone();
        if valid_after.is_none() && valid_before.is_none() && touch.is_none() {
            return serializer.serialize_str(&key);
        }
        Limited {
            key,
            valid_after,
            valid_before,
            touch,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PolicyKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = PolicyKey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a public key, or a mapping with the field `key`")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<PolicyKey, E> {
        Ok(key.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PolicyKey, A::Error> {
        let Limited {
            key,
            valid_after,
            valid_before,
            touch,
        } = Limited::deserialize(MapAccessDeserializer::new(map))?;
        Ok(PolicyKey {
            key,
            valid_after,
            valid_before,
            touch,
        })
    }
}
