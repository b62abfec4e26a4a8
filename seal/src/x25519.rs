//! age's X25519 identities, `AGE-SECRET-KEY-1…`: as in the age crate, but with the key in locked memory.

use age::DecryptError;
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::primitives::{aead_decrypt, bech32_encode, hkdf};
use bech32::Hrp;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::locked::LockedKey;
use crate::stanza;

const TAG: &str = "X25519";
const INFO: &[u8] = b"age-encryption.org/v1/X25519";
const HRP: Hrp = Hrp::parse_unchecked("age");

/// The private half, and the public half that it is used with.
pub(crate) struct X25519Identity {
    secret: LockedKey,
    public: PublicKey,
}

impl X25519Identity {
    /// The identity that 32 bytes are: any are one.
    pub(crate) fn new(secret: LockedKey) -> Self {
        let public = PublicKey::from(&scalar(&secret));
        Self { secret, public }
    }

    /// The secret bytes.
    pub(crate) fn secret(&self) -> &LockedKey {
        &self.secret
    }

    /// Its public half, `age1…`.
    pub(crate) fn recipient(&self) -> String {
        bech32_encode(HRP, self.public.as_bytes())
    }

    /// The file key; nothing if it is wrapped for somebody else.
    fn open(&self, stanza: &Stanza) -> Result<Option<FileKey>, DecryptError> {
        let share = stanza::share(stanza, 32)?;
        let point = <[u8; 32]>::try_from(&share[..]).expect("the length was checked");
        let exchanged = scalar(&self.secret).diffie_hellman(&point.into());
        if !exchanged.was_contributory() {
            return Err(DecryptError::InvalidHeader);
        }
        let salt = [&share[..], self.public.as_bytes()].concat();
        let key = Zeroizing::new(hkdf(&salt, INFO, exchanged.as_bytes()));
        let bytes = aead_decrypt(&key, FILE_KEY_BYTES, &stanza.body);
        Ok(bytes.ok().map(stanza::file_key))
    }
}

impl age::Identity for X25519Identity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        (stanza.tag == TAG).then(|| self.open(stanza).transpose())?
    }
}

/// The secret as the curve takes it, wiped when dropped.
fn scalar(secret: &LockedKey) -> StaticSecret {
    secret.with(|bytes| StaticSecret::from(*bytes))
}
