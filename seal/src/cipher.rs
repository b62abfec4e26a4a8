//! SOPS' cipher: AES-256-GCM with an initialisation vector of 32 bytes.
//!
//! The vector is longer than GCM's usual 12 bytes, so the first counter block is its GHASH (NIST SP 800-38D, 7.1).

use aes_gcm::aead::array::Array;
use aes_gcm::aead::consts::U32;
use aes_gcm::aes::Aes256;
use aes_gcm::{AeadInOut, AesGcm, KeyInit};
use signet_envelope::{Enc, LeafType};
use zeroize::Zeroizing;

use crate::Random;
use crate::data_key::DataKey;

type Gcm = AesGcm<Aes256, U32>;

/// Opened bytes, wiped when dropped.
pub(crate) type Plaintext = Zeroizing<Vec<u8>>;

/// Seals bytes in a place under a fresh initialisation vector.
pub(crate) fn encrypt(
    key: &DataKey,
    plaintext: &[u8],
    aad: &str,
    kind: LeafType,
    rng: &mut dyn Random,
) -> Enc {
    let mut iv = [0; 32];
    rng.fill(&mut iv);
    let mut data = plaintext.to_vec();
    let tag = gcm(key)
        .encrypt_inout_detached(&Array(iv), aad.as_bytes(), data.as_mut_slice().into())
        .expect("a value of a 16 MiB file is far below the limit of GCM");
    Enc {
        data,
        iv,
        tag: tag.into(),
        kind,
    }
}

/// The bytes that were sealed in this place; nothing if the key, the place or any byte is another.
pub(crate) fn decrypt(key: &DataKey, enc: &Enc, aad: &str) -> Option<Plaintext> {
    let mut data = Zeroizing::new(enc.data.clone());
    gcm(key)
        .decrypt_inout_detached(
            &Array(enc.iv),
            aad.as_bytes(),
            data.as_mut_slice().into(),
            &Array(enc.tag),
        )
        .ok()?;
    Some(data)
}

fn gcm(key: &DataKey) -> Gcm {
    key.with(|bytes| Gcm::new(bytes.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> DataKey {
        DataKey::fill(|key| key.iter_mut().zip(0..).for_each(|(byte, n)| *byte = n))
    }

    #[test]
    fn makes_the_bytes_that_sops_reads() {
        let expected = "ENC[AES256_GCM,data:Bw6XMS+wBQ==,iv:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=,tag:JHD1sa3uN7hvJouAW9h7yg==,type:str]";
        let enc = encrypt(
            &key(),
            b"hunter2",
            "data:pw:",
            LeafType::Str,
            &mut |bytes: &mut [u8]| bytes.fill(2),
        );
        assert_eq!(enc.to_string(), expected);
        assert_eq!(*decrypt(&key(), &enc, "data:pw:").unwrap(), b"hunter2");
    }

    #[test]
    fn opens_nothing_in_another_place_or_with_another_byte() {
        let good = encrypt(
            &key(),
            b"hunter2",
            "data:pw:",
            LeafType::Str,
            &mut |bytes: &mut [u8]| bytes.fill(2),
        );
        assert!(decrypt(&key(), &good, "data:other:").is_none());
        for change in [
            |enc: &mut Enc| enc.data[0] ^= 1,
            |enc: &mut Enc| enc.iv[31] ^= 1,
            |enc: &mut Enc| enc.tag[15] ^= 1,
        ] {
            let mut bad = good.clone();
            change(&mut bad);
            assert!(decrypt(&key(), &bad, "data:pw:").is_none());
        }
        let other = DataKey::fill(|key| key.fill(9));
        assert!(decrypt(&other, &good, "data:pw:").is_none());
    }
}
