//! SOPS' own check: a hash of all values, sealed under the data key.

use data_encoding::HEXUPPER;
use sha2::{Digest, Sha512};
use signet_envelope::{Enc, LeafType, Sealed};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::cipher::Cipher;
use crate::data_key::DataKey;
use crate::{OpenError, Random};

/// What is hashed first if clear values are left out: SHA-256 of "sops".
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b,
    0x0b, 0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// The hash of a file's values, fed in file order.
///
/// It has neither names nor separators; what that leaves open is the seal's to close.
#[derive(Clone)]
pub(crate) struct Mac {
    hash: Sha512,
    only_encrypted: bool,
}

impl Mac {
    /// An empty hash.
    pub(crate) fn new(only_encrypted: bool) -> Self {
        let mut hash = Sha512::new();
        if only_encrypted {
            hash.update(ONLY_ENCRYPTED);
        }
        Self {
            hash,
            only_encrypted,
        }
    }

    /// Adds the bytes of a value.
    pub(crate) fn value(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
    }

    /// Seals the hash for a file written at this time.
    pub(crate) fn seal(self, key: &DataKey, aad: &str, rng: &mut dyn Random) -> Enc {
        Cipher::of(key).encrypt(self.hex().as_bytes(), aad, LeafType::Str, rng)
    }

    /// Whether the file's sealed hash is this one and of the same values, compared in constant time.
    ///
    /// # Errors
    /// [`OpenError::LastModified`] and [`OpenError::Mac`].
    pub(crate) fn verify(self, sealed: &Sealed, key: &DataKey) -> Result<(), OpenError> {
        let path = || sealed.path().clone();
        let metadata = sealed.metadata();
        let aad = aad_of(sealed)?;
        let same_values = self.only_encrypted == metadata.mac_only_encrypted;
        let expected = Cipher::of(key).decrypt(metadata.mac.clone(), &aad);
        let holds = expected.is_some_and(|expected| self.hex().as_bytes().ct_eq(&expected).into());
        if same_values && holds {
            Ok(())
        } else {
            Err(OpenError::Mac { path: path() })
        }
    }

    fn hex(self) -> Zeroizing<String> {
        Zeroizing::new(HEXUPPER.encode(&self.hash.finalize()))
    }
}

/// Ensures that a file says when it was changed last in a form that its MAC can be bound to. That needs no key.
///
/// # Errors
/// [`OpenError::LastModified`].
pub fn check_last_modified(sealed: &Sealed) -> Result<(), OpenError> {
    aad_of(sealed).map(|_| ())
}

fn aad_of(sealed: &Sealed) -> Result<String, OpenError> {
    mac_aad(&sealed.metadata().last_modified).ok_or_else(|| OpenError::LastModified {
        path: sealed.path().clone(),
    })
}

/// The additional data of the MAC: the time of the last change as Go prints it, without fractions and with `Z` for UTC;
/// nothing if it is no time of RFC 3339.
pub(crate) fn mac_aad(last_modified: &str) -> Option<String> {
    last_modified.parse::<jiff::Timestamp>().ok()?;
    let (date_time, rest) = last_modified.split_at_checked(19)?;
    if date_time.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let zone = if zone == "+00:00" { "Z" } else { zone };
    Some(format!("{date_time}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_values_without_separators() {
        let mut mac = Mac::new(false);
        for value in ["v1", "hunter2", "42", "1.5", "True"] {
            mac.value(value.as_bytes());
        }
        assert!(mac.hex().starts_with("8D427072C88B3823"));
    }

    #[test]
    fn the_constant_is_the_hash_of_sops() {
        assert_eq!(sha2::Sha256::digest("sops")[..], ONLY_ENCRYPTED);
    }

    #[test]
    fn the_time_is_bound_as_go_prints_it() {
        assert_eq!(
            mac_aad("2026-01-02T03:04:05Z").as_deref(),
            Some("2026-01-02T03:04:05Z")
        );
        assert_eq!(
            mac_aad("2026-01-02T03:04:05.123Z").as_deref(),
            Some("2026-01-02T03:04:05Z")
        );
        assert_eq!(
            mac_aad("2026-01-02T03:04:05+00:00").as_deref(),
            Some("2026-01-02T03:04:05Z")
        );
        assert_eq!(
            mac_aad("2026-01-02T03:04:05+02:00").as_deref(),
            Some("2026-01-02T03:04:05+02:00")
        );
        assert_eq!(mac_aad("yesterday"), None);
        assert_eq!(mac_aad("2026-01-02 03:04:05Z"), None);
    }
}
