//! The keys that a policy names, and who holds them.

use std::collections::BTreeMap;
use std::sync::Arc;

use data_encoding::BASE64_NOPAD;
use jiff::Timestamp;
use signet_api::{Class, Policy, PolicyKey, Revocation};
use thiserror::Error;

use super::{Certificates, PolicyError};
use crate::signature::{
    Certificate, CertificateError, Incapable, Issuer, Key, KeyError, KnownKeys, Signature,
    SignatureError, SigningKey, Withdrawn,
};
use crate::verify::Signer;

/// The holder of a key, and when the key counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) principal: String,
    pub(crate) class: Class,
    /// That of the key that the policy names.
    pub(crate) fingerprint: String,
    pub(crate) valid_after: Option<Timestamp>,
    /// By the policy, and by an OpenPGP key's certificate.
    pub(crate) valid_before: Option<Timestamp>,
    /// Whether a security key must be touched for each signature.
    pub(crate) touch: bool,
    /// The key itself, if it is one of an OpenPGP certificate.
    pub(crate) openpgp: Option<Arc<SigningKey>>,
}

impl Holder {
    /// Whether the holder counts towards a threshold.
    pub(crate) fn is_person(&self) -> bool {
        self.class == Class::Person
    }

    /// The fingerprint of the key that signs, which is that of a subkey where one does.
    pub(crate) fn signing_fingerprint(&self) -> String {
        match &self.openpgp {
            Some(key) => named(&key.fingerprint),
            None => self.fingerprint.clone(),
        }
    }

    /// The key, as messages name it.
    pub(crate) fn name(&self) -> String {
        match self.signer().subkey {
            Some(subkey) => format!("{} (its subkey {subkey})", self.fingerprint),
            None => self.fingerprint.clone(),
        }
    }

    /// The holder, as a verdict names them.
    pub(crate) fn signer(&self) -> Signer {
        let signing = self.signing_fingerprint();
        Signer {
            principal: self.principal.clone(),
            fingerprint: self.fingerprint.clone(),
            subkey: (signing != self.fingerprint).then_some(signing),
        }
    }

    /// Whether a signature that may be by this key is one over these bytes.
    ///
    /// # Errors
    /// [`SignatureError`] says what is wrong.
    pub(crate) fn check(
        &self,
        signature: &Signature,
        payload: &[u8],
        known: &KnownKeys,
    ) -> Result<(), SignatureError> {
        signature.check(payload, self.openpgp.as_deref(), self.touch, known)
    }

    /// Whether the certificate revokes the key.
    pub(crate) fn withdrawn(&self) -> Option<Withdrawn> {
        self.openpgp.as_ref()?.revoked
    }

    /// Whether a revocation is of this key, or of the primary key of its certificate.
    pub(crate) fn is_named_by(&self, revocation: &Revocation) -> bool {
        self.signer().is_named_by(revocation)
    }

    /// Whether a signature of this time counts: the key is valid then, and not revoked.
    pub(super) fn counts_at(&self, now: Timestamp, revoked: &[Revocation]) -> bool {
        let is_revoked =
            |revocation: &Revocation| self.is_named_by(revocation) && now >= revocation.since;
        let is_withdrawn = match self.withdrawn() {
            Some(Withdrawn::Always) => true,
            Some(Withdrawn::Since(since)) => now >= since,
            None => false,
        };
        self.valid_after.is_none_or(|after| now >= after)
            && self.valid_before.is_none_or(|before| now < before)
            && !is_withdrawn
            && !revoked.iter().any(is_revoked)
    }
}

/// Every key of a policy: those that sign by fingerprint, and who owns which key.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys {
    holders: BTreeMap<String, Holder>,
    owners: BTreeMap<String, String>,
    incapable: Vec<IncapableKey>,
}

/// A key of somebody's certificate that does not sign.
#[derive(Debug, Clone)]
struct IncapableKey {
    fingerprint: String,
    principal: String,
    why: Incapable,
}

/// Why nobody is the signer of something.
pub(crate) enum Nobody {
    /// The key is of no principal.
    Unknown,
    /// The signature does not count.
    Signature(SignatureError),
}

impl Keys {
    pub(super) fn of(policy: &Policy, certificates: &Certificates) -> Result<Self, PolicyError> {
        let mut keys = Self::default();
        for (name, principal) in &policy.principals {
            for key in &principal.keys {
                let owned = keys.add(name, principal.class, key, certificates);
                let owned = owned.map_err(|source| PolicyError::Key {
                    principal: name.clone(),
                    source,
                })?;
                for fingerprint in owned {
                    keys.own(name, fingerprint)?;
                }
            }
        }
        for revocation in &policy.revoked {
            check_revocation(revocation)?;
        }
        Ok(keys)
    }

    /// The holder of the key that signs under this fingerprint.
    pub(super) fn holder(&self, fingerprint: &str) -> Option<&Holder> {
        self.holders.get(fingerprint)
    }

    /// Who owns a key, whether it signs or not.
    pub(super) fn owner(&self, fingerprint: &str) -> Option<&str> {
        self.owners.get(fingerprint).map(String::as_str)
    }

    /// The holders of the keys by which a signature may be, one at least. Several where it names its key by an id alone that
    /// several have.
    pub(super) fn candidates(&self, issuer: &Issuer) -> Result<Vec<&Holder>, Nobody> {
        let issuer = match issuer {
            Issuer::Ssh(fingerprint) => {
                let holder = self.holders.get(fingerprint).ok_or(Nobody::Unknown)?;
                return Ok(vec![holder]);
            }
            Issuer::OpenPgp(issuer) => issuer,
        };
        let holders = self.holders.values().filter(|holder| {
            let key = holder.openpgp.as_ref();
            key.is_some_and(|key| issuer.may_be(&key.fingerprint))
        });
        let holders: Vec<&Holder> = holders.collect();
        if !holders.is_empty() {
            return Ok(holders);
        }
        let mut incapable = self.incapable.iter();
        match incapable.find(|key| issuer.may_be(&key.fingerprint)) {
            Some(key) => Err(Nobody::Signature(SignatureError::Incapable {
                key: named(&key.fingerprint),
                principal: key.principal.clone(),
                why: key.why.to_string(),
            })),
            None => Err(Nobody::Unknown),
        }
    }

    /// The keys that sign of the one that the policy names by this fingerprint.
    pub(super) fn under(&self, fingerprint: Option<&str>) -> Vec<&Holder> {
        let holders = self.holders.values();
        holders
            .filter(|holder| Some(&*holder.fingerprint) == fingerprint)
            .collect()
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

    /// Takes a key up and gives its fingerprint, and those of its certificate's that sign.
    fn add(
        &mut self,
        principal: &str,
        class: Class,
        key: &PolicyKey,
        certificates: &Certificates,
    ) -> Result<Vec<String>, PolicyKeyError> {
        if let Some(fingerprint) = key.key.strip_prefix(OPENPGP) {
            let fingerprint = openpgp(fingerprint).ok_or(PolicyKeyError::OpenPgp)?;
            return self.add_openpgp(principal, class, key, &fingerprint, certificates);
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
            openpgp: None,
        };
        self.holders.insert(fingerprint.clone(), holder);
        Ok(vec![fingerprint])
    }

    fn add_openpgp(
        &mut self,
        principal: &str,
        class: Class,
        key: &PolicyKey,
        fingerprint: &str,
        certificates: &Certificates,
    ) -> Result<Vec<String>, PolicyKeyError> {
        let digits = &fingerprint[OPENPGP.len()..];
        let certificate = match certificates.get(digits) {
            Some(text) => Certificate::parse(text, digits),
            None => Err(CertificateError::Missing),
        };
        let certificate = certificate.map_err(|source| PolicyKeyError::Certificate {
            fingerprint: digits.to_owned(),
            source,
        })?;
        let mut owned = vec![fingerprint.to_owned()];
        for signing in certificate.signing {
            let name = named(&signing.fingerprint);
            let ends = signing.ends.into_iter().chain(key.valid_before).min();
            let holder = Holder {
                principal: principal.to_owned(),
                class,
                fingerprint: fingerprint.to_owned(),
                valid_after: key.valid_after,
                valid_before: ends,
                touch: false,
                openpgp: Some(Arc::new(signing)),
            };
            owned.extend((name != fingerprint).then(|| name.clone()));
            self.holders.insert(name, holder);
        }
        let others = certificate.others.into_iter();
        self.incapable
            .extend(others.map(|(fingerprint, why)| IncapableKey {
                fingerprint,
                principal: principal.to_owned(),
                why,
            }));
        Ok(owned)
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

/// In front of the fingerprints of OpenPGP keys.
const OPENPGP: &str = "openpgp:";

/// A full fingerprint of an OpenPGP key, as a policy names it.
fn named(fingerprint: &str) -> String {
    format!("{OPENPGP}{fingerprint}")
}

/// An OpenPGP key by its full fingerprint, in one spelling: 40 digits (version 4) or 64 (version 6). Shorter ids can be made
/// to fit.
fn openpgp(fingerprint: &str) -> Option<String> {
    let digits = fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit());
    match fingerprint.len() {
        40 | 64 if digits => Some(named(&fingerprint.to_ascii_uppercase())),
        _ => None,
    }
}

/// The full fingerprint of a key that is named as an OpenPGP key, in upper-case hexadecimal.
pub(super) fn openpgp_digits(key: &str) -> Option<String> {
    let named = openpgp(key.strip_prefix(OPENPGP)?)?;
    Some(named[OPENPGP.len()..].to_owned())
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
    if let Some(fingerprint) = key.strip_prefix(OPENPGP) {
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
    /// It is no full OpenPGP fingerprint.
    #[error("an OpenPGP key is named by its full fingerprint, 40 or 64 hexadecimal digits")]
    OpenPgp,
    /// The certificate of an OpenPGP key cannot be used.
    #[error(
        "reading {path}, which `mkdir -p signet/keys && gpg --armor --export-options export-minimal --export {fingerprint} > {path}` writes",
        path = signet_api::certificate_path(fingerprint)
    )]
    Certificate {
        /// The full fingerprint.
        fingerprint: String,
        /// What is wrong with the file.
        #[source]
        source: CertificateError,
    },
}
