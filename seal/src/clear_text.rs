//! What a whole file holds in the clear.

use secrecy::ExposeSecret;
use zeroize::Zeroizing;

/// A text that was opened, or is to be sealed, or a part of one: wiped when dropped, and neither printed, copied nor read by the
/// way. Each reading of it is a door as to any other secret.
#[derive(Default)]
pub struct ClearText(Zeroizing<Vec<u8>>);

impl ClearText {
    /// Whether the other is the same text. Both are the caller's own: nobody else sees how long this takes.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }

    /// Its bytes, for a value that is kept as others are.
    pub(crate) fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

impl From<Zeroizing<Vec<u8>>> for ClearText {
    fn from(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }
}

impl ExposeSecret<[u8]> for ClearText {
    fn expose_secret(&self) -> &[u8] {
        &self.0
    }
}
