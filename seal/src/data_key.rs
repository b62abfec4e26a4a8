//! The key of one file.

use subtle::ConstantTimeEq;

use crate::Random;
use crate::locked::LockedKey;
use crate::wrap::Wrapped;

/// The 32 bytes under which all values of a file are sealed. In locked memory, wiped when dropped; never shown or copied.
pub(crate) struct DataKey(LockedKey);

impl DataKey {
    /// A fresh key.
    pub(crate) fn generate(rng: &mut dyn Random) -> Self {
        Self::fill(|bytes| rng.fill(bytes))
    }

    /// A key that is written in place.
    pub(crate) fn fill(write: impl FnOnce(&mut [u8; 32])) -> Self {
        Self(LockedKey::fill(write))
    }

    /// Lends the bytes.
    pub(crate) fn with<R>(&self, read: impl FnOnce(&[u8; 32]) -> R) -> R {
        self.0.with(read)
    }

    /// Whether the other is the same key, compared in constant time.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.with(|ours| other.with(|theirs| ours.ct_eq(theirs).into()))
    }
}

impl Wrapped for DataKey {
    const LENGTH: usize = 32;

    fn from_unwrapped(bytes: &[u8]) -> Option<Self> {
        LockedKey::copy_of(bytes).map(Self)
    }
}
