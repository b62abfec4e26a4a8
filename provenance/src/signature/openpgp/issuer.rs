//! Which key a signature says that it is by.

use std::fmt;

use data_encoding::HEXUPPER;
use pgp::packet::{Signature, SubpacketData};

use super::form::{all_subpackets, bad};
use crate::SignatureError;

/// Which key an OpenPGP signature says that it is by.
///
/// A full fingerprint that the signature covers is meant; any other, and every key id, is a hint at
/// most, for anybody can write it and make keys that have that id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issuer {
    /// Full fingerprint, in upper-case hexadecimal, if the signature covers one.
    meant: Option<String>,
    /// Fingerprints and key ids, likewise.
    hints: Vec<String>,
}

/// How often a signature may say which key made it: programs say it twice.
const MAX_HINTS: usize = 8;

impl Issuer {
    /// Reads the subpackets of both areas.
    pub(super) fn of(signature: &Signature) -> Result<Self, SignatureError> {
        let config = signature
            .config()
            .ok_or_else(|| bad("it has an unknown version"))?;
        let fingerprint = |data: &SubpacketData| match data {
            SubpacketData::IssuerFingerprint(issuer) => Some(HEXUPPER.encode(issuer.as_bytes())),
            _ => None,
        };
        let covered = config.hashed_subpackets.iter();
        let mut covered = covered.filter_map(|one| fingerprint(&one.data));
        let meant = covered.next();
        if covered.next().is_some() {
            return Err(bad("it names two keys"));
        }
        let hints = all_subpackets(config).filter_map(|one| match &one.data {
            SubpacketData::IssuerKeyId(id) => Some(HEXUPPER.encode(id.as_ref())),
            data => fingerprint(data),
        });
        let hints: Vec<String> = hints.take(MAX_HINTS + 1).collect();
        if hints.is_empty() {
            return Err(bad("it does not say which key made it"));
        }
        if hints.len() > MAX_HINTS {
            return Err(bad("it names many keys"));
        }
        Ok(Self { meant, hints })
    }

    /// Whether a key of this full fingerprint may have made it; its arithmetic says whether it did.
    pub(crate) fn may_be(&self, fingerprint: &str) -> bool {
        match &self.meant {
            Some(meant) => meant == fingerprint,
            None => self.hints.iter().any(|hint| hints_at(hint, fingerprint)),
        }
    }
}

/// A key id is the end of a fingerprint of version 4, and the beginning of one of version 6 (RFC 9580, section 5.5.4).
fn hints_at(hint: &str, fingerprint: &str) -> bool {
    const KEY_ID: usize = 16;
    match (hint.len(), fingerprint.len()) {
        (KEY_ID, 40) => fingerprint.ends_with(hint),
        (KEY_ID, 64) => fingerprint.starts_with(hint),
        _ => hint == fingerprint,
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fullest = self.hints.iter().max_by_key(|hint| hint.len());
        let named = self.meant.as_ref().or(fullest);
        write!(f, "openpgp:{}", named.map_or("", String::as_str))
    }
}
