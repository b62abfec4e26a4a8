//! SOPS' cipher: AES-256-GCM with an initialisation vector of 32 bytes.
//!
//! The vector is longer than GCM's usual 12 bytes, so the first counter block is its GHASH (NIST SP 800-38D, 7.1).

use std::{iter, vec};

use aes_gcm::aead::array::Array;
use aes_gcm::aead::consts::U32;
use aes_gcm::aes::Aes256;
use aes_gcm::{AeadInOut, AesGcm, KeyInit};
use signet_envelope::{Enc, LeafType, Slot};
use zeroize::Zeroizing;

use crate::Random;
use crate::data_key::DataKey;
use crate::parallel;
use crate::unlock::Value;

type Gcm = AesGcm<Aes256, U32>;

/// Opened bytes, wiped when dropped.
pub(crate) type Plaintext = Zeroizing<Vec<u8>>;

/// The cipher under a data key, whose schedule is worked out once for all values of a file and wiped when dropped.
pub(crate) struct Cipher(Box<Gcm>);

impl Cipher {
    /// The cipher under this key.
    pub(crate) fn of(key: &DataKey) -> Self {
        Self(key.with(|bytes| Box::new(Gcm::new(bytes.into()))))
    }

    /// Seals bytes in a place under a fresh initialisation vector.
    pub(crate) fn encrypt(
        &self,
        plaintext: &[u8],
        aad: &str,
        kind: LeafType,
        rng: &mut dyn Random,
    ) -> Enc {
        let mut iv = [0; 32];
        rng.fill(&mut iv);
        self.encrypt_under(iv, plaintext, aad, kind)
    }

    /// Seals values in their places, each under an initialisation vector of its own; in their order, as they stand in a file.
    fn encrypt_all(&self, values: &[([u8; 32], Place<'_>)]) -> Vec<String> {
        parallel::map(values, |(iv, (slot, Value { kind, bytes }))| {
            self.encrypt_under(*iv, bytes, &slot.aad(), *kind).written()
        })
    }

    fn encrypt_under(&self, iv: [u8; 32], plaintext: &[u8], aad: &str, kind: LeafType) -> Enc {
        let mut data = plaintext.to_vec();
        let tag = self
            .0
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
    pub(crate) fn decrypt(&self, enc: Enc, aad: &str) -> Option<Plaintext> {
        let mut data = Zeroizing::new(enc.data);
        self.0
            .decrypt_inout_detached(
                &Array(enc.iv),
                aad.as_bytes(),
                data.as_mut_slice().into(),
                &Array(enc.tag),
            )
            .ok()?;
        Some(data)
    }
}

/// A value, and where it is to be sealed.
pub(crate) type Place<'a> = (&'a Slot<'a>, &'a Value);

/// So many values are encrypted at a time that all cores have work, and no more: their ciphertexts stand in memory twice.
const BATCH: usize = 1_024;

/// The ciphertexts of values in their places, in their order; each under a fresh initialisation vector.
pub(crate) struct Ciphertexts<'a> {
    cipher: Cipher,
    /// What is still to be encrypted.
    places: Box<dyn Iterator<Item = Place<'a>> + 'a>,
    ready: vec::IntoIter<String>,
}

impl<'a> Ciphertexts<'a> {
    /// None made yet.
    pub(crate) fn of(key: &DataKey, places: impl Iterator<Item = Place<'a>> + 'a) -> Self {
        Self {
            cipher: Cipher::of(key),
            places: Box::new(places),
            ready: Vec::new().into_iter(),
        }
    }

    /// What other work gives, with the first ciphertexts made beside it.
    pub(crate) fn begin_beside<T: Send>(
        &mut self,
        rng: &mut dyn Random,
        other: impl FnOnce() -> T + Send,
    ) -> T {
        let batch = self.batch(rng);
        let cipher = &self.cipher;
        let (given, ready) = parallel::both(batch.len(), other, || cipher.encrypt_all(&batch));
        self.ready = ready.into_iter();
        given
    }

    /// The next one; nothing behind the last.
    pub(crate) fn next(&mut self, rng: &mut dyn Random) -> Option<String> {
        if self.ready.len() == 0 {
            let batch = self.batch(rng);
            self.ready = self.cipher.encrypt_all(&batch).into_iter();
        }
        self.ready.next()
    }

    /// A ciphertext of this value under yet another initialisation vector.
    pub(crate) fn another(&self, (slot, value): Place<'_>, rng: &mut dyn Random) -> String {
        let Value { kind, bytes } = value;
        self.cipher
            .encrypt(bytes, &slot.aad(), *kind, rng)
            .written()
    }

    fn batch(&mut self, rng: &mut dyn Random) -> Vec<([u8; 32], Place<'a>)> {
        let places: Vec<_> = self.places.by_ref().take(BATCH).collect();
        let mut ivs = vec![[0; 32]; places.len()];
        rng.fill(ivs.as_flattened_mut());
        iter::zip(ivs, places).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher() -> Cipher {
        let key = DataKey::fill(|key| key.iter_mut().zip(0..).for_each(|(byte, n)| *byte = n));
        Cipher::of(&key)
    }

    #[test]
    fn makes_the_bytes_that_sops_reads() {
        let expected = "ENC[AES256_GCM,data:Bw6XMS+wBQ==,iv:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=,tag:JHD1sa3uN7hvJouAW9h7yg==,type:str]";
        let enc = cipher().encrypt(
            b"hunter2",
            "data:pw:",
            LeafType::Str,
            &mut |bytes: &mut [u8]| bytes.fill(2),
        );
        assert_eq!(enc.to_string(), expected);
        assert_eq!(*cipher().decrypt(enc, "data:pw:").unwrap(), b"hunter2");
    }

    #[test]
    fn opens_nothing_in_another_place_or_with_another_byte() {
        let good = cipher().encrypt(
            b"hunter2",
            "data:pw:",
            LeafType::Str,
            &mut |bytes: &mut [u8]| bytes.fill(2),
        );
        assert!(cipher().decrypt(good.clone(), "data:other:").is_none());
        for change in [
            |enc: &mut Enc| enc.data[0] ^= 1,
            |enc: &mut Enc| enc.iv[31] ^= 1,
            |enc: &mut Enc| enc.tag[15] ^= 1,
        ] {
            let mut bad = good.clone();
            change(&mut bad);
            assert!(cipher().decrypt(bad, "data:pw:").is_none());
        }
        let other = Cipher::of(&DataKey::fill(|key| key.fill(9)));
        assert!(other.decrypt(good, "data:pw:").is_none());
    }
}
