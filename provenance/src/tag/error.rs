//! Why a tag is refused by its bytes and its ref alone.

use thiserror::Error;

use crate::header::{Expected, MAX_OBJECT, MAX_SIGNATURE};

/// Why a tag has no single reading.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TagError {
    /// Longer than 1 MiB.
    #[error("the tag has {bytes} bytes, more than {MAX_OBJECT}")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// A NUL byte, at which some readers stop.
    #[error("the tag holds a NUL byte")]
    Nul,
    /// No empty line ends the header.
    #[error("no empty line ends the tag's header")]
    NoBody,
    /// A header is missing, out of its place, or its value is unreadable.
    #[error("line {line} of the tag should be a well-formed `{expected}` header")]
    Header {
        /// The line, from 1.
        line: usize,
        /// The header that belongs there.
        expected: &'static str,
    },
    /// A `gpgsig…` header, which no signature of a tag covers.
    #[error("line {line} of the tag is a signature header, which nothing covers")]
    SignatureHeader {
        /// The line, from 1.
        line: usize,
    },
    /// A header that tags do not have, or have had already.
    #[error("line {line} of the tag is no header of a tag")]
    Foreign {
        /// The line, from 1.
        line: usize,
    },
    /// The tagger's date is unreadable.
    #[error("line {line} of the tag has no readable tagger date")]
    Date {
        /// The line, from 1.
        line: usize,
    },
    /// A tag of a tag.
    #[error("the tag is of another tag, not of a commit")]
    Nested,
    /// A tag of a tree, a blob, or something unknown.
    #[error("the tag is not of a commit")]
    Type,
    /// Signed under one name, found under another.
    #[error("the tag was made with the name \"{name}\", which is not that of its ref")]
    Name {
        /// The name in the header, escaped and cut off.
        name: String,
    },
    /// A signature longer than 64 KiB.
    #[error("the tag's signature has {bytes} bytes, more than {MAX_SIGNATURE}")]
    SignatureTooLarge {
        /// Its length.
        bytes: usize,
    },
    /// Text behind the signature, which it does not cover.
    #[error("text follows the tag's signature")]
    Followed,
}

impl From<Expected> for TagError {
    fn from(expected: Expected) -> Self {
        Self::Header {
            line: expected.line,
            expected: expected.name,
        }
    }
}
