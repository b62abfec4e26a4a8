//! age's `ssh-ed25519` identities (age's `agessh`): as in the age crate, but with the key in locked memory.

use age::DecryptError;
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::primitives::{aead_decrypt, hkdf};
use curve25519_dalek::montgomery::MontgomeryPoint;
use data_encoding::BASE64_NOPAD;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::curve25519::agree;
use crate::locked::LockedKey;
use crate::stanza;

const TAG: &str = "ssh-ed25519";
const INFO: &[u8] = b"age-encryption.org/v1/ssh-ed25519";

/// The private half of an Ed25519 key, as the X25519 key that age makes of it.
pub(crate) struct SshEd25519Identity {
    secret: LockedKey,
    /// The X25519 key's public half.
    public: [u8; 32],
    /// The public key as SSH writes it (RFC 8709 section 4).
    ssh: Vec<u8>,
}

impl SshEd25519Identity {
    /// The identity of a seed, and of the public key that it makes, as SSH writes it.
    pub(crate) fn new(seed: &[u8; 32], ssh: Vec<u8>) -> Self {
        // The scalar of the Ed25519 key (RFC 8032 section 5.1.5).
        let expanded: Zeroizing<[u8; 64]> = Zeroizing::new(Sha512::digest(seed).into());
        let secret = LockedKey::fill(|scalar| scalar.copy_from_slice(&expanded[..32]));
        let public = secret.with(|scalar| MontgomeryPoint::mul_base_clamped(*scalar).0);
        Self {
            secret,
            public,
            ssh,
        }
    }

    /// The file key; nothing if it is wrapped for somebody else. What is wrapped for this key and does not open is damaged.
    fn open(&self, stanza: &Stanza) -> Result<Option<FileKey>, DecryptError> {
        let [hint, share] = &stanza.args[..] else {
            return Err(DecryptError::InvalidHeader);
        };
        if *hint != BASE64_NOPAD.encode(&Sha256::digest(&self.ssh)[..4]) {
            return Ok(None);
        }
        let share = stanza::share_of(share, &stanza.body, 32)?;
        let share = <[u8; 32]>::try_from(&share[..]).expect("the length was checked");
        let agreed = self.secret.with(|secret| agree(secret, &share));
        let tweak: Zeroizing<[u8; 32]> = Zeroizing::new(hkdf(&self.ssh, INFO, &[]));
        let agreed = agreed.and_then(|agreed| agree(&tweak, &agreed));
        let agreed = agreed.ok_or(DecryptError::InvalidHeader)?;
        let salt = [share, self.public].concat();
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(hkdf(&salt, INFO, &*agreed));
        let bytes = aead_decrypt(&key, FILE_KEY_BYTES, &stanza.body)?;
        Ok(Some(stanza::file_key(bytes)))
    }
}

impl age::Identity for SshEd25519Identity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        (stanza.tag == TAG).then(|| self.open(stanza).transpose())?
    }
}
