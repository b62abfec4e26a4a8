//! The keys that a policy names, and who holds them.

use std::collections::BTreeMap;

use data_encoding::BASE64_NOPAD;
use jiff::Timestamp;
use signet_api::{Class, Policy, PolicyKey, Revocation};
use thiserror::Error;

use super::PolicyError;
use crate::signature::{Key, KeyError};

/// The holder of a key, and when the key counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) principal: String,
    pub(crate) class: Class,
    pub(crate) fingerprint: String,
    pub(crate) valid_after: Option<Timestamp>,
    pub(crate) valid_before: Option<Timestamp>,
    /// Whether a security key must be touched for each signature.
    pub(crate) touch: bool,
}

impl Holder {
    /// Whether the holder counts towards a threshold.
    pub(crate) fn is_person(&self) -> bool {
        self.class == Class::Person
    }

    /// Whether a signature of this time counts: the key is valid then, and not revoked.
    pub(super) fn counts_at(&self, now: Timestamp, revoked: &[Revocation]) -> bool {
        let is_revoked = |revocation: &Revocation| {
            revokes(revocation, &self.fingerprint) && now >= revocation.since
        };
        self.valid_after.is_none_or(|after| now >= after)
            && self.valid_before.is_none_or(|before| now < before)
            && !revoked.iter().any(is_revoked)
    }
}

/// Every key of a policy: the SSH keys by fingerprint, and who owns which key.
#[derive(Debug, Default)]
pub(super) struct Keys {
    holders: BTreeMap<String, Holder>,
    owners: BTreeMap<String, String>,
}

impl Keys {
    pub(super) fn of(policy: &Policy) -> Result<Self, PolicyError> {
        let mut keys = Self::default();
        for (name, principal) in &policy.principals {
            for key in &principal.keys {
                let owned = keys.add(name, principal.class, key);
                keys.own(
                    name,
                    owned.map_err(|source| PolicyError::Key {
                        principal: name.clone(),
                        source,
                    })?,
                )?;
            }
        }
        for revocation in &policy.revoked {
            check_revocation(revocation)?;
        }
        Ok(keys)
    }

    pub(super) fn holder(&self, fingerprint: &str) -> Option<&Holder> {
        self.holders.get(fingerprint)
    }

    /// Every key of a principal whose signatures are checked.
    pub(super) fn of_principal(&self, principal: &str) -> impl Iterator<Item = &Holder> {
        let holders = self.holders.values();
        holders.filter(move |holder| holder.principal == principal)
    }

    /// Every key that is a person's.
    pub(super) fn persons(&self) -> impl Iterator<Item = &Holder> {
        self.holders.values().filter(|holder| holder.is_person())
    }

    /// Whether a principal is a person with a key whose signatures are checked.
    pub(super) fn can_sign_as_person(&self, principal: &str) -> bool {
        self.persons().any(|holder| holder.principal == principal)
    }

    /// Takes a key up and gives its fingerprint.
    fn add(
        &mut self,
        principal: &str,
        class: Class,
        key: &PolicyKey,
    ) -> Result<String, PolicyKeyError> {
        if let Some(fingerprint) = key.key.strip_prefix("openpgp:") {
            return openpgp(fingerprint).ok_or(PolicyKeyError::OpenPgp);
        }
        let read = Key::from_line(&key.key).map_err(PolicyKeyError::Ssh)?;
        let fingerprint = read.fingerprint().to_owned();
        let holder = Holder {
            principal: principal.to_owned(),
            class,
            fingerprint: fingerprint.clone(),
            valid_after: key.valid_after,
            valid_before: key.valid_before,
            touch: key.touch.unwrap_or(true),
        };
        self.holders.insert(fingerprint.clone(), holder);
        Ok(fingerprint)
    }

    fn own(&mut self, principal: &str, fingerprint: String) -> Result<(), PolicyError> {
        let other = principal.to_owned();
        match self.owners.insert(fingerprint.clone(), other.clone()) {
            None => Ok(()),
            Some(one) => Err(PolicyError::SharedKey {
                one,
                other,
                fingerprint,
            }),
        }
    }
}

/// An `OpenPGP` key by its full fingerprint, in one spelling: 40 digits (version 4) or 64 (version 6). Shorter ids can be made
/// to fit.
fn openpgp(fingerprint: &str) -> Option<String> {
    let digits = fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit());
    match fingerprint.len() {
        40 | 64 if digits => Some(format!("openpgp:{}", fingerprint.to_ascii_uppercase())),
        _ => None,
    }
}

fn check_revocation(revocation: &Revocation) -> Result<(), PolicyError> {
    match fingerprint_of(&revocation.key) {
        Some(_) => Ok(()),
        None => Err(PolicyError::Revocation {
            key: revocation.key.clone(),
        }),
    }
}

/// Whether a revocation is of the key with this fingerprint. One that cannot be read is of
/// every key: what was revoked must not come back by a slip of the pen.
pub(crate) fn revokes(revocation: &Revocation, fingerprint: &str) -> bool {
    fingerprint_of(&revocation.key).is_none_or(|revoked| revoked == fingerprint)
}

/// The fingerprint of a key that is named by itself or by its fingerprint; `None` where it is neither.
pub fn fingerprint_of(key: &str) -> Option<String> {
    if let Some(fingerprint) = key.strip_prefix("openpgp:") {
        return openpgp(fingerprint);
    }
    let Some(digest) = key.strip_prefix("SHA256:") else {
        return Key::from_line(key)
            .ok()
            .map(|key| key.fingerprint().to_owned());
    };
    match BASE64_NOPAD.decode(digest.as_bytes()) {
        Ok(bytes) if bytes.len() == 32 => Some(key.to_owned()),
        _ => None,
    }
}

/// Why a principal's key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PolicyKeyError {
    /// It is no SSH key whose signatures count.
    #[error("reading it as an SSH key")]
    Ssh(#[source] KeyError),
    /// It is no full `OpenPGP` fingerprint.
    #[error("an OpenPGP key is named by its full fingerprint, 40 or 64 hexadecimal digits")]
    OpenPgp,
}
