//! The texts of age's keys: Bech32 (BIP 173) of any length (c2sp.org/age).

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Checksum, Hrp};

/// Bech32 without its limit of 90 characters.
enum Long {}

impl Checksum for Long {
    type MidstateRepr = <Bech32 as Checksum>::MidstateRepr;
    const CODE_LENGTH: usize = usize::MAX;
    const CHECKSUM_LENGTH: usize = Bech32::CHECKSUM_LENGTH;
    const GENERATOR_SH: [Self::MidstateRepr; 5] = Bech32::GENERATOR_SH;
    const TARGET_RESIDUE: Self::MidstateRepr = Bech32::TARGET_RESIDUE;
}

/// The text of these bytes in small letters, behind what says what they are.
pub(crate) fn encode(hrp: Hrp, bytes: &[u8]) -> String {
    let length = bech32::encoded_length::<Long>(hrp, bytes).expect("no text is too long");
    // It may be a private key's: a buffer that need not grow leaves no copy behind.
    let mut text = String::with_capacity(length);
    bech32::encode_lower_to_fmt::<Long, _>(&mut text, hrp, bytes).expect("as long as it may be");
    text
}

/// What a text says that it is, and its bytes; nothing for a text with a wrong checksum or in letters of both sizes.
pub(crate) fn decode(text: &str) -> Option<CheckedHrpstring<'_>> {
    CheckedHrpstring::new::<Long>(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_into_a_buffer_of_its_length() {
        for length in [32, 1216] {
            let text = encode(Hrp::parse_unchecked("age1pq"), &vec![7; length]);
            assert_eq!(text.capacity(), text.len());
        }
    }
}
