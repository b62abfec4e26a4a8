//! Why a commit is refused by its bytes alone.

use thiserror::Error;

use super::MAX_PARENTS;
use crate::header::{Expected, MAX_OBJECT, MAX_SIGNATURE};

/// Why a commit has no single reading.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CommitError {
    /// Longer than 1 MiB.
    #[error("the commit has {bytes} bytes, more than {MAX_OBJECT}")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// A NUL byte, at which some readers stop.
    #[error("the commit holds a NUL byte")]
    Nul,
    /// No empty line ends the header.
    #[error("no empty line ends the commit's header")]
    NoBody,
    /// A header is missing, out of its place, or its value is unreadable.
    #[error("line {line} of the commit should be a well-formed `{expected}` header")]
    Header {
        /// The line, from 1.
        line: usize,
        /// The header that belongs there.
        expected: &'static str,
    },
    /// The committer's date is unreadable.
    #[error("line {line} of the commit has no readable committer date")]
    Date {
        /// The line, from 1.
        line: usize,
    },
    /// More than 16 parents.
    #[error("the commit has {count} parents, more than {MAX_PARENTS}")]
    TooManyParents {
        /// How many.
        count: usize,
    },
    /// A header that may stand once stands twice, or out of its place.
    #[error("line {line} of the commit is a second or misplaced `{name}` header")]
    Repeated {
        /// The line, from 1.
        line: usize,
        /// The header.
        name: &'static str,
    },
    /// A `gpgsig…` header of an unknown name, which no signature would cover.
    #[error("line {line} of the commit is a signature header of an unknown name")]
    ForeignSignature {
        /// The line, from 1.
        line: usize,
    },
    /// A line that is no `name value` header.
    #[error("line {line} of the commit is no header")]
    Name {
        /// The line, from 1.
        line: usize,
    },
    /// A continuation of a header that has one line.
    #[error("line {line} of the commit continues a header that has one line")]
    Continuation {
        /// The line, from 1.
        line: usize,
    },
    /// A signature longer than 64 KiB.
    #[error("the commit's signature has {bytes} bytes, more than {MAX_SIGNATURE}")]
    SignatureTooLarge {
        /// Its length.
        bytes: usize,
    },
}

impl From<Expected> for CommitError {
    fn from(expected: Expected) -> Self {
        Self::Header {
            line: expected.line,
            expected: expected.name,
        }
    }
}
