//! What the stanzas of age's own recipient types have in common.

use age::DecryptError;
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use data_encoding::BASE64_NOPAD;
use zeroize::Zeroizing;

/// A file key and the tag of ChaCha20-Poly1305.
const BODY: usize = FILE_KEY_BYTES + 16;

/// The share in a stanza's one argument, which has to be so long.
///
/// # Errors
/// [`DecryptError::InvalidHeader`] for whatever c2sp.org/age wants refused before anything is decrypted: more arguments or
/// fewer, a share that is not canonical base64 of its length, a body that is not one file key.
pub(crate) fn share(stanza: &Stanza, length: usize) -> Result<Vec<u8>, DecryptError> {
    match &stanza.args[..] {
        [argument] => share_of(argument, &stanza.body, length),
        _ => Err(DecryptError::InvalidHeader),
    }
}

/// The share in an argument, which has to be so long, beside a body, which has to be one file key.
///
/// # Errors
/// As [`share`].
pub(crate) fn share_of(
    argument: &str,
    body: &[u8],
    length: usize,
) -> Result<Vec<u8>, DecryptError> {
    match BASE64_NOPAD.decode(argument.as_bytes()) {
        Ok(share) if share.len() == length && body.len() == BODY => Ok(share),
        _ => Err(DecryptError::InvalidHeader),
    }
}

/// The stanza that carries a wrapped file key.
pub(crate) fn stanza(tag: &str, share: &[u8], body: Vec<u8>) -> Stanza {
    Stanza {
        tag: tag.to_owned(),
        args: vec![BASE64_NOPAD.encode(share)],
        body,
    }
}

/// The file key that was unwrapped.
pub(crate) fn file_key(bytes: Vec<u8>) -> FileKey {
    let bytes = Zeroizing::new(bytes);
    FileKey::init_with_mut(|key| key.copy_from_slice(&bytes))
}
