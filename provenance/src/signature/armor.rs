//! The armour of an SSH signature.

use data_encoding::BASE64;

use super::SignatureError;

const BEGIN: &[u8] = b"-----BEGIN SSH SIGNATURE-----\n";
const END: &[u8] = b"-----END SSH SIGNATURE-----";

/// The bytes in the armour.
///
/// Lines may be of any length, for tools wrap at 64, 70 and 76; nothing stands before the
/// armour, and only white space after it, which one forge and one client leave there.
pub(super) fn open(text: &[u8]) -> Result<Vec<u8>, SignatureError> {
    let inner = text
        .strip_prefix(BEGIN)
        .ok_or_else(|| bad("it does not begin as one"))?;
    let mut digits = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while !rest.starts_with(END) {
        let end = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or_else(|| bad("it has no end"))?;
        if end == 0 {
            return Err(bad("it holds an empty line"));
        }
        digits.extend_from_slice(&rest[..end]);
        rest = &rest[end + 1..];
    }
    if !rest[END.len()..].iter().all(u8::is_ascii_whitespace) {
        return Err(bad("text follows its end"));
    }
    BASE64.decode(&digits).map_err(|_| bad("it is not base64"))
}

fn bad(what: &'static str) -> SignatureError {
    SignatureError::Armor { what }
}
