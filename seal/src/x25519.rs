//! age's X25519 recipients and identities, `age1…` and `AGE-SECRET-KEY-1…` (c2sp.org/age): as in the age crate, but with the
//! key in locked memory, and faster for a recipient of many files.

use std::collections::HashSet;

use age::{DecryptError, EncryptError};
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::primitives::{aead_decrypt, aead_encrypt, hkdf};
use bech32::Hrp;
use curve25519_dalek::montgomery::MontgomeryPoint;
use rand_core::{OsRng, RngCore};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::curve25519::{agree, agree_again, is_usable};
use crate::key_text;
use crate::locked::LockedKey;
use crate::stanza;

const TAG: &str = "X25519";
const INFO: &[u8] = b"age-encryption.org/v1/X25519";
const HRP: Hrp = Hrp::parse_unchecked("age");

/// The public half.
pub(crate) struct X25519Recipient([u8; 32]);

/// The private half, and the public half that it is used with.
pub(crate) struct X25519Identity {
    secret: LockedKey,
    public: X25519Recipient,
}

impl X25519Recipient {
    /// The recipient that a text is; nothing if it is none, not in the one form it has, or of a point that agrees on nothing.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let read = key_text::decode(text).filter(|read| read.hrp() == HRP)?;
        let bytes: Vec<u8> = read.byte_iter().collect();
        let recipient = Self(bytes.try_into().ok()?);
        (is_usable(&recipient.0) && recipient.text() == text).then_some(recipient)
    }

    /// `age1…`.
    pub(crate) fn text(&self) -> String {
        key_text::encode(HRP, &self.0)
    }

    /// What the file key is wrapped with, from what its two halves agree on.
    fn key(&self, share: &[u8; 32], agreed: &[u8; 32]) -> Zeroizing<[u8; 32]> {
        let salt = [*share, self.0].concat();
        Zeroizing::new(hkdf(&salt, INFO, agreed))
    }
}

impl X25519Identity {
    /// The identity that 32 bytes are: any are one.
    pub(crate) fn new(secret: LockedKey) -> Self {
        let public = secret.with(|bytes| MontgomeryPoint::mul_base_clamped(*bytes));
        let public = X25519Recipient(public.0);
        Self { secret, public }
    }

    /// The secret bytes.
    pub(crate) fn secret(&self) -> &LockedKey {
        &self.secret
    }

    /// Its public half.
    pub(crate) fn recipient(&self) -> &X25519Recipient {
        &self.public
    }

    /// The file key; nothing if it is wrapped for somebody else.
    fn open(&self, stanza: &Stanza) -> Result<Option<FileKey>, DecryptError> {
        let share = stanza::share(stanza, 32)?;
        let share = <[u8; 32]>::try_from(&share[..]).expect("the length was checked");
        let agreed = self.secret.with(|secret| agree(secret, &share));
        let agreed = agreed.ok_or(DecryptError::InvalidHeader)?;
        let key = self.public.key(&share, &agreed);
        let bytes = aead_decrypt(&key, FILE_KEY_BYTES, &stanza.body);
        Ok(bytes.ok().map(stanza::file_key))
    }
}

impl age::Recipient for X25519Recipient {
    #[expect(
        clippy::disallowed_methods,
        reason = "the file key is wrapped as the bytes it is"
    )]
    fn wrap_file_key(
        &self,
        file_key: &FileKey,
    ) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let mut ephemeral = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(&mut *ephemeral);
        let share = MontgomeryPoint::mul_base_clamped(*ephemeral).0;
        let agreed = agree_again(&ephemeral, &self.0).expect("a usable point agrees on something");
        let body = aead_encrypt(&self.key(&share, &agreed), file_key.expose_secret());
        Ok((vec![stanza::stanza(TAG, &share, body)], HashSet::new()))
    }
}

impl age::Identity for X25519Identity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        (stanza.tag == TAG).then(|| self.open(stanza).transpose())?
    }
}
