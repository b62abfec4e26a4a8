//! Identity files that a passphrase protects, as `age -p` makes them.

use std::io::Read;
use std::iter;

use age::armor::ArmoredReader;
use age::{DecryptError, scrypt};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{Identity, IdentityError};

/// 1 GiB of memory and a few seconds; age itself writes 18.
const LARGEST_WORK_FACTOR: u8 = 20;

/// More bytes than any file of identities has.
const LARGEST: u64 = 1 << 20;

impl Identity {
    /// The text in an age file that this passphrase opens: that of a file of identities, if it is one.
    ///
    /// # Errors
    /// [`IdentityError::EncryptedFile`] if no passphrase protects it, [`IdentityError::Passphrase`] if another one does,
    /// [`IdentityError::Work`] if trying it would take more than 1 GiB of memory.
    pub fn unprotect(file: &[u8], passphrase: SecretString) -> Result<SecretString, IdentityError> {
        let wrong = |error| match error {
            DecryptError::ExcessiveWork { .. } => IdentityError::Work,
            _ => IdentityError::Passphrase,
        };
        let decryptor = age::Decryptor::new_buffered(ArmoredReader::new(file)).map_err(wrong)?;
        if !decryptor.is_scrypt() {
            return Err(IdentityError::EncryptedFile);
        }
        let mut key = scrypt::Identity::new(passphrase);
        key.set_max_work_factor(LARGEST_WORK_FACTOR);
        let reader = decryptor.decrypt(iter::once(&key as _)).map_err(wrong)?;
        // The buffer never grows, so no copy is left behind.
        let mut text = Zeroizing::new(String::with_capacity(file.len()));
        let read = reader.take(LARGEST).read_to_string(&mut text);
        read.map_err(|_| IdentityError::Passphrase)?;
        Ok(SecretString::from(std::mem::take(&mut *text)))
    }
}
