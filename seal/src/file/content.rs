//! A clear file as its store takes it: a text, or bytes for an envelope.

use signet_envelope::{Store, is_sealed};

use super::{SealError, SealRequest, finish, read};

/// The envelope of the binary store as sops lays it out, with a place for the bytes.
const ENVELOPE: &str = "{\n\t\"data\": \"\"\n}\n";

/// A clear file.
#[derive(Clone, Copy)]
pub(super) struct Clear<'a> {
    /// Its text, or the envelope.
    pub(super) text: &'a str,
    /// What the envelope is to hold.
    pub(super) content: Option<&'a [u8]>,
}

impl<'a> Clear<'a> {
    /// Any bytes for the binary store, text for the others.
    pub(super) fn of(bytes: &'a [u8], request: &SealRequest<'_>) -> Result<Self, SealError> {
        if request.store == Store::Binary {
            return Ok(Self {
                text: ENVELOPE,
                content: Some(bytes),
            });
        }
        Ok(Self {
            text: text_of(bytes, request)?,
            content: None,
        })
    }
}

/// The text of the request's file.
pub(super) fn text_of<'t>(
    bytes: &'t [u8],
    request: &SealRequest<'_>,
) -> Result<&'t str, SealError> {
    std::str::from_utf8(bytes).map_err(|_| SealError::NotText {
        path: request.path.clone(),
    })
}

/// The sealed envelope that the bytes are; nothing for bytes that are to be sealed, and in other stores.
///
/// # Errors
/// [`SealError::Parse`] if they begin as one and are none: a damaged envelope is not to be sealed once more.
pub(super) fn envelope<'t>(
    bytes: &'t [u8],
    request: &SealRequest<'_>,
) -> Result<Option<&'t str>, SealError> {
    let is_object = bytes.trim_ascii_start().starts_with(b"{");
    if request.store != Store::Binary || !is_object || !is_sealed(bytes) {
        return Ok(None);
    }
    let text = text_of(bytes, request);
    match text.and_then(|text| Ok((text, read(text, request)?))) {
        Ok((text, stream)) => Ok(finish::blocks(&stream).next().map(|_| text)),
        Err(error) if begins_as_envelope(bytes) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Whether sealed data is the first thing that an object holds.
fn begins_as_envelope(mut bytes: &[u8]) -> bool {
    for token in [&b"{"[..], b"\"data\"", b":", b"\"ENC["] {
        let Some(rest) = bytes.trim_ascii_start().strip_prefix(token) else {
            return false;
        };
        bytes = rest;
    }
    true
}
