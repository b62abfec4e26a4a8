//! The seal itself: a keyed hash over everything that SOPS' check leaves open.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::data_key::DataKey;

const INFO: &[u8] = b"signet.dev/seal/v1";

/// The seal of a file's canonical bytes: `HMAC-SHA-256(HKDF-SHA-256(data key), bytes)`.
pub(crate) fn seal(key: &DataKey, canonical: &[u8]) -> [u8; 32] {
    hmac(key, canonical).finalize().into_bytes().into()
}

/// Whether the seal is that of the canonical bytes, compared in constant time.
pub(crate) fn verify(key: &DataKey, canonical: &[u8], seal: &[u8; 32]) -> bool {
    hmac(key, canonical).verify_slice(seal).is_ok()
}

fn hmac(key: &DataKey, canonical: &[u8]) -> Hmac<Sha256> {
    let mut derived = Zeroizing::new([0; 32]);
    key.with(|bytes| Hkdf::<Sha256>::new(None, bytes).expand(INFO, derived.as_mut_slice()))
        .expect("32 bytes are within HKDF's limit");
    let mut hmac =
        Hmac::<Sha256>::new_from_slice(derived.as_slice()).expect("HMAC takes keys of any length");
    hmac.update(canonical);
    hmac
}
