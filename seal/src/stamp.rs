//! The seal itself: a keyed hash over everything that SOPS' check leaves open.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use signet_envelope::Sealed;
use zeroize::Zeroizing;

use crate::data_key::DataKey;

const INFO: &[u8] = b"signet.dev/seal/v1";

/// The seal of a file: `HMAC-SHA-256(HKDF-SHA-256(data key), canonical bytes)`; nothing for a file without one.
pub(crate) fn seal(key: &DataKey, sealed: &Sealed) -> Option<[u8; 32]> {
    Some(hmac(key, sealed)?.finalize().into_bytes().into())
}

/// Whether the seal is that of the file, compared in constant time.
pub(crate) fn verify(key: &DataKey, sealed: &Sealed, seal: &[u8; 32]) -> bool {
    hmac(key, sealed).is_some_and(|hmac| hmac.verify_slice(seal).is_ok())
}

fn hmac(key: &DataKey, sealed: &Sealed) -> Option<Hmac<Sha256>> {
    let mut derived = Zeroizing::new([0; 32]);
    key.with(|bytes| Hkdf::<Sha256>::new(None, bytes).expand(INFO, derived.as_mut_slice()))
        .expect("32 bytes are within HKDF's limit");
    let mut hmac =
        Hmac::<Sha256>::new_from_slice(derived.as_slice()).expect("HMAC takes keys of any length");
    sealed
        .canonical_into(&mut |part| hmac.update(part))
        .then_some(hmac)
}

#[cfg(test)]
mod tests {
    use super::*;
    use signet_envelope::parse;

    const FILE: &str = include_str!("../../envelope/tests/groups.yaml");

    /// Printed by `envelope/src/canonical/vector.py`, which shares nothing with this code.
    const SEAL: &str = "cb259362f4574d1aed9487e892d9d7251dc5c280758f8bdf31cc20b5b5ff3794";

    #[test]
    fn has_the_specified_value() {
        let sealed = parse(FILE, &"tenants/team-a/prod/db.yaml".parse().unwrap()).unwrap();
        let key = DataKey::fill(|bytes| bytes.fill(7));
        let found = seal(&key, &sealed).unwrap();
        assert_eq!(data_encoding::HEXLOWER.encode(&found), SEAL);
        assert!(verify(&key, &sealed, &found));
    }
}
