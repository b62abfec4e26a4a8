//! One sealed value as SOPS writes it: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64;

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

    /// Appends the value as it stands in a file: room for all of it is made at once, as it may be large.
    pub fn write_to(&self, text: &mut String) {
        let Self {
            data,
            iv,
            tag,
            kind,
        } = self;
        let parts = [data.len(), iv.len(), tag.len()].map(|length| BASE64.encode_len(length));
        text.reserve(FRAME + parts.iter().sum::<usize>());
        text.extend([PREFIX, "data:"]);
        BASE64.encode_append(data, text);
        text.push_str(",iv:");
        BASE64.encode_append(iv, text);
        text.push_str(",tag:");
        BASE64.encode_append(tag, text);
        text.extend([",type:", kind.as_str(), "]"]);
    }
}

impl FromStr for Enc {
    type Err = EncError;

    fn from_str(text: &str) -> Result<Self, EncError> {
        let rest = text.strip_prefix(PREFIX).ok_or(EncError::Form)?;
        let (rest, behind) = rest.split_once(']').ok_or(EncError::Form)?;
        if !behind.is_empty() {
            return Err(EncError::TrailingBytes);
        }
        let (data, rest) = part("data:", rest)?;
        let (iv, rest) = part("iv:", rest)?;
        let (tag, rest) = part("tag:", rest)?;
        let kind = rest.strip_prefix("type:").ok_or(EncError::Form)?;
        let data = decode("data", data)?;
        if data.is_empty() {
            return Err(EncError::Empty);
        }
        Ok(Self {
            data,
            iv: exactly("iv", iv)?,
            tag: exactly("tag", tag)?,
            kind: kind.parse()?,
        })
    }
}

impl fmt::Display for Enc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = String::new();
        self.write_to(&mut written);
        f.write_str(&written)
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
    let parts = text
        .strip_prefix(name)
        .and_then(|rest| rest.split_once(','));
    parts.ok_or(EncError::Form)
}

fn decode(part: &'static str, text: &str) -> Result<Vec<u8>, EncError> {
    BASE64
        .decode(text.as_bytes())
        .map_err(|_| EncError::Base64(part))
}

fn exactly<const LENGTH: usize>(part: &'static str, text: &str) -> Result<[u8; LENGTH], EncError> {
    decode(part, text)?
        .try_into()
        .map_err(|bytes: Vec<u8>| EncError::Length {
            part,
            found: bytes.len(),
            expected: LENGTH,
        })
}

#[cfg(test)]
mod tests {
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
}
