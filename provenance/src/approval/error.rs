//! Why a tag approves nothing.

use thiserror::Error;

use super::APPROVALS;
use crate::ObjectId;

/// Why a tag is no approval. Lines are those of its message, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ApprovalError {
    /// The tag stands where no approvals do.
    #[error("approvals stand below {APPROVALS}")]
    Place,
    /// The message is not UTF-8.
    #[error("the message is not UTF-8 text")]
    NotText,
    /// The message does not end in a paragraph of trailers.
    #[error("the message does not end in trailers behind an empty line")]
    NoTrailers,
    /// A line among the trailers that is none of them, or has no plain value.
    #[error(
        "line {line} of the message is not one of the four trailers of an approval, or the five of a reset"
    )]
    Foreign {
        /// The line.
        line: usize,
    },
    /// A line like a trailer where the message has none.
    #[error("line {line} of the message looks like a trailer, but is not at its end")]
    Misplaced {
        /// The line.
        line: usize,
    },
    /// A trailer stands twice.
    #[error("the trailer {name} stands twice")]
    Repeated {
        /// The trailer.
        name: &'static str,
    },
    /// A trailer is missing.
    #[error("the trailer {name} is missing")]
    Missing {
        /// The trailer.
        name: &'static str,
    },
    /// A trailer's value is unreadable.
    #[error(
        "the trailer {name} is unreadable: a delta is 64 lower-case hexadecimal digits, a commit 40, a time is written as 2026-12-31T00:00:00Z"
    )]
    Value {
        /// The trailer.
        name: &'static str,
    },
    /// A reset tags another commit than the one that it is from.
    #[error("a reset is a tag of the commit that it is from, {from}")]
    Target {
        /// That commit.
        from: ObjectId,
    },
}
