//! One sealed value as SOPS writes it: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memchr;

const PREFIX: &str = "ENC[AES256_GCM,";
/// What stands around the three parts in base64, with the longest type.
const FRAME: usize = "ENC[AES256_GCM,data:,iv:,tag:,type:comment]".len();

/// A sealed value, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enc {
    /// The ciphertext, as long as the value.
    pub data: Vec<u8>,
    /// The initialisation vector.
    pub iv: [u8; 32],
    /// The authentication tag.
    pub tag: [u8; 16],
    /// What the value is; not covered by the tag.
    pub kind: LeafType,
}

/// The type that SOPS writes beside a value. Its `bytes` is not here: no store writes it, and sops itself panics on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeafType {
    /// Text, or bytes that are not UTF-8.
    Str,
    /// A decimal number that fits 64 bits.
    Int,
    /// A number without exponent.
    Float,
    /// `True` or `False`.
    Bool,
    /// A time of RFC 3339.
    Time,
    /// A comment.
    Comment,
}

/// Why a text that starts like a sealed value is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncError {
    /// A part is missing or in another order.
    #[error("the sealed value is not of the form ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]")]
    Form,
    /// Something follows the closing bracket.
    #[error("bytes follow the sealed value's closing bracket")]
    TrailingBytes,
    /// A part is not canonical base64.
    #[error("the sealed value's {0} is not base64")]
    Base64(&'static str),
    /// A part has another length than SOPS writes.
    #[error("the sealed value's {part} has {found} bytes instead of {expected}")]
    Length {
        /// `iv` or `tag`.
        part: &'static str,
        /// The length in bytes.
        found: usize,
        /// What it must be.
        expected: usize,
    },
    /// The ciphertext is empty, which SOPS never writes.
    #[error("the sealed value is empty")]
    Empty,
    /// The type is `bytes`, on which sops panics.
    #[error("the sealed value has the type bytes")]
    BytesType,
    /// A value that claims to be a comment, or a comment that claims to be a value.
    #[error("the sealed value's type is comment where a value stands, or the other way round")]
    CommentType,
    /// The type is unknown.
    #[error("the sealed value has an unknown type")]
    UnknownType,
}

impl Enc {
    /// Whether the text starts like a sealed value, well-formed or not.
    pub fn looks_sealed(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// The type of a well-formed sealed value.
    ///
    /// # Errors
    /// As for parsing it, which decodes it besides.
    pub fn check(text: &str) -> Result<LeafType, EncError> {
        Parts::of(text).map(|parts| parts.kind)
    }

    /// Appends the value as it stands in a file: room for all of it is made at once, as it may be large.
    ///
    /// # Panics
    /// Never: base64 has as many digits as room was made for, and all are ASCII.
    pub fn write_to(&self, text: &mut String) {
        let Self {
            data,
            iv,
            tag,
            kind,
        } = self;
        let mut bytes = std::mem::take(text).into_bytes();
        let parts: [(&str, &[u8]); 3] = [("data:", data), (",iv:", iv), (",tag:", tag)];
        let digits = |part: &[u8]| part.len().div_ceil(3) * 4;
        bytes.reserve(FRAME + parts.iter().map(|(_, part)| digits(part)).sum::<usize>());
        bytes.extend_from_slice(PREFIX.as_bytes());
        for (name, part) in parts {
            bytes.extend_from_slice(name.as_bytes());
            let start = bytes.len();
            bytes.resize(start + digits(part), b'=');
            STANDARD
                .encode_slice(part, &mut bytes[start..])
                .expect("room was made for as many digits");
        }
        for end in [",type:", kind.as_str(), "]"] {
            bytes.extend_from_slice(end.as_bytes());
        }
        *text = String::from_utf8(bytes).expect("base64 is ASCII");
    }

    /// The value as it stands in a file.
    pub fn written(&self) -> String {
        let mut text = String::new();
        self.write_to(&mut text);
        text
    }
}

impl FromStr for Enc {
    type Err = EncError;

    fn from_str(text: &str) -> Result<Self, EncError> {
        let Parts {
            data,
            iv,
            tag,
            kind,
        } = Parts::of(text)?;
        Ok(Self {
            data: STANDARD.decode(data).expect(CHECKED),
            iv: decode_short(iv),
            tag: decode_short(tag),
            kind,
        })
    }
}

const CHECKED: &str = "it was checked to be base64 of this length";

/// A sealed value whose parts are known to be base64 of the right lengths.
struct Parts<'t> {
    data: &'t str,
    iv: &'t str,
    tag: &'t str,
    kind: LeafType,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Result<Self, EncError> {
        let rest = text.strip_prefix(PREFIX).ok_or(EncError::Form)?;
        let (data, rest) = part("data:", rest)?;
        let (iv, rest) = part("iv:", rest)?;
        let (tag, rest) = part("tag:", rest)?;
        let kind = rest.strip_prefix("type:").ok_or(EncError::Form)?;
        let (kind, behind) = kind.split_once(']').ok_or(EncError::Form)?;
        if !behind.is_empty() {
            return Err(EncError::TrailingBytes);
        }
        if decoded_length("data", data)? == 0 {
            return Err(EncError::Empty);
        }
        exactly(32, "iv", iv)?;
        exactly(16, "tag", tag)?;
        let kind = kind.parse()?;
        Ok(Self {
            data,
            iv,
            tag,
            kind,
        })
    }
}

impl fmt::Display for Enc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written())
    }
}

impl LeafType {
    /// The name in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Str => "str",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Time => "time",
            Self::Comment => "comment",
        }
    }
}

impl fmt::Display for LeafType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for LeafType {
    type Err = EncError;

    fn from_str(text: &str) -> Result<Self, EncError> {
        match text {
            "str" => Ok(Self::Str),
            "int" => Ok(Self::Int),
            "float" => Ok(Self::Float),
            "bool" => Ok(Self::Bool),
            "time" => Ok(Self::Time),
            "comment" => Ok(Self::Comment),
            "bytes" => Err(EncError::BytesType),
            _ => Err(EncError::UnknownType),
        }
    }
}

/// The part of this name, and what follows its comma.
fn part<'t>(name: &str, text: &'t str) -> Result<(&'t str, &'t str), EncError> {
    let rest = text.strip_prefix(name).ok_or(EncError::Form)?;
    let comma = memchr(b',', rest.as_bytes()).ok_or(EncError::Form)?;
    Ok((&rest[..comma], &rest[comma + 1..]))
}

fn exactly(expected: usize, part: &'static str, text: &str) -> Result<(), EncError> {
    match decoded_length(part, text)? {
        found if found == expected => Ok(()),
        found => Err(EncError::Length {
            part,
            found,
            expected,
        }),
    }
}

/// How many bytes canonical base64 stands for (RFC 4648, sections 3.5 and 4), without decoding it.
fn decoded_length(part: &'static str, text: &str) -> Result<usize, EncError> {
    let Some((head, end)) = text.as_bytes().split_last_chunk::<4>() else {
        return if text.is_empty() {
            Ok(0)
        } else {
            Err(EncError::Base64(part))
        };
    };
    length_of_end(*end)
        .filter(|_| head.len() % 4 == 0 && are_digits(head))
        .map(|length| head.len() / 4 * 3 + length)
        .ok_or(EncError::Base64(part))
}

/// How many bytes the last four characters stand for: the bits that no byte takes have to be zero.
fn length_of_end(end: [u8; 4]) -> Option<usize> {
    let (digits, length) = match end {
        [_, last, b'=', b'='] if b"AQgw".contains(&last) => (2, 1),
        [_, _, last, b'='] if b"AEIMQUYcgkosw048".contains(&last) => (3, 2),
        _ => (4, 3),
    };
    are_digits(&end[..digits]).then_some(length)
}

/// Whether all bytes are digits of base64; without a table and an early end, so that many are looked at at a time.
fn are_digits(bytes: &[u8]) -> bool {
    let is_digit = |byte: u8| {
        let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let is_number = byte.wrapping_sub(b'0') < 10;
        is_letter || is_number || byte == b'+' || byte == b'/'
    };
    bytes.iter().fold(true, |all, byte| all & is_digit(*byte))
}

/// The bytes of a part whose length is known.
fn decode_short<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    let mut room = [0; 48];
    let length = STANDARD.decode_slice(text, &mut room).expect(CHECKED);
    room[..length].try_into().expect(CHECKED)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = "ENC[AES256_GCM,data:Bw6XMS+wBQ==,iv:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=,tag:JHD1sa3uN7hvJouAW9h7yg==,type:str]";

    #[test]
    fn reads_and_writes_what_sops_wrote() {
        let enc: Enc = GOOD.parse().unwrap();
        assert_eq!(
            (enc.data.len(), enc.iv, enc.kind),
            (7, [2; 32], LeafType::Str)
        );
        assert_eq!(GOOD.parse::<Enc>().unwrap().to_string(), GOOD);
    }

    #[test]
    fn each_malformation_is_its_own_error() {
        let cases = [
            (
                GOOD.replace("type:str]", "type:str]x"),
                EncError::TrailingBytes,
            ),
            (GOOD.replace("type:str", "type:bytes"), EncError::BytesType),
            (
                GOOD.replace("type:str", "type:string"),
                EncError::UnknownType,
            ),
            (
                GOOD.replace("Bw6XMS+wBQ==", "Bw6XMS+wBR=="),
                EncError::Base64("data"),
            ),
            (GOOD.replace("Bw6XMS+wBQ==", ""), EncError::Empty),
            (
                GOOD.replace("JHD1sa3uN7hvJouAW9h7yg==", "JHD1"),
                EncError::Length {
                    part: "tag",
                    found: 3,
                    expected: 16,
                },
            ),
            (GOOD.replace(",iv:", ",vi:"), EncError::Form),
            (GOOD.replace(']', ""), EncError::Form),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Enc>(), Err(expected), "{text}");
        }
    }
    proptest! {
        #[test]
        fn the_length_of_base64_is_known_without_decoding_it(
            bytes: Vec<u8>,
            at: prop::sample::Index,
            other in "[A-Za-z0-9+/=,\\] é]",
        ) {
            let text = STANDARD.encode(&bytes);
            prop_assert_eq!(decoded_length("data", &text), Ok(bytes.len()));
            let mut changed: Vec<String> = text.chars().map(String::from).collect();
            changed.push(String::new());
            let at = at.index(changed.len());
            changed[at] = other;
            let changed = changed.concat();
            let decoded = STANDARD.decode(changed.as_bytes()).ok().map(|bytes| bytes.len());
            prop_assert_eq!(decoded_length("data", &changed).ok(), decoded, "{}", changed);
        }
    }
}
