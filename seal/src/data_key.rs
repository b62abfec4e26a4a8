//! The key of one file.

use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox};
use subtle::ConstantTimeEq;

use crate::Random;

/// The 32 bytes under which all values of a file are sealed. Wiped when dropped; never shown or copied.
pub(crate) struct DataKey(SecretBox<[u8; 32]>);

impl DataKey {
    /// A fresh key.
    pub(crate) fn generate(rng: &mut dyn Random) -> Self {
        Self::fill(|bytes| rng.fill(bytes))
    }

    /// The key that an unwrapped age file holds; nothing if it has another length.
    pub(crate) fn from_unwrapped(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == 32).then(|| Self::fill(|key| key.copy_from_slice(bytes)))
    }

    /// Lends the bytes.
    #[expect(
        clippy::disallowed_methods,
        reason = "the cipher, the seal and the wrapping take the key as bytes"
    )]
    pub(crate) fn with<R>(&self, f: impl FnOnce(&[u8; 32]) -> R) -> R {
        f(self.0.expose_secret())
    }

    /// Whether the other is the same key, compared in constant time.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.with(|ours| other.with(|theirs| ours.ct_eq(theirs).into()))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the key is written in place, once"
    )]
    fn fill(f: impl FnOnce(&mut [u8; 32])) -> Self {
        let mut key = SecretBox::new(Box::new([0; 32]));
        f(key.expose_secret_mut());
        Self(key)
    }
}
