//! The name of an object.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The SHA-1 name of a git object: 20 bytes, written as 40 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectId([u8; 20]);

impl ObjectId {
    /// The name that these 20 bytes spell.
    pub const fn new(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// The 20 bytes, as trees hold them.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// The first twelve digits, for messages that people read.
    pub fn short(&self) -> String {
        HEXLOWER.encode(&self.0[..6])
    }

    /// The name that 40 lower-case hexadecimal digits spell, as commit headers hold it.
    pub(crate) fn from_hex(digits: &[u8]) -> Result<Self, ObjectIdError> {
        let mut bytes = [0; 20];
        if digits.len() != 40 {
            return Err(ObjectIdError);
        }
        match HEXLOWER.decode_mut(digits, &mut bytes) {
            Ok(20) => Ok(Self(bytes)),
            _ => Err(ObjectIdError),
        }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ObjectId {
    type Err = ObjectIdError;

    fn from_str(text: &str) -> Result<Self, ObjectIdError> {
        Self::from_hex(text.as_bytes())
    }
}

impl TryFrom<String> for ObjectId {
    type Error = ObjectIdError;

    fn try_from(text: String) -> Result<Self, ObjectIdError> {
        text.parse()
    }
}

impl From<ObjectId> for String {
    fn from(id: ObjectId) -> Self {
        id.to_string()
    }
}

/// The text is not a full object id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an object id is 40 lower-case hexadecimal digits")]
pub struct ObjectIdError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes() {
        let text = "0123456789abcdef0123456789abcdef01234567";
        let id: ObjectId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(id.short(), "0123456789ab");
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{text}\""));
    }

    #[test]
    fn refuses_short_upper_case_and_padded_ids() {
        for text in [
            "",
            "0123",
            "0123456789ABCDEF0123456789abcdef01234567",
            " 0123456789abcdef0123456789abcdef0123456",
            "0123456789abcdef0123456789abcdef012345678",
        ] {
            assert_eq!(text.parse::<ObjectId>(), Err(ObjectIdError), "{text}");
        }
    }
}
