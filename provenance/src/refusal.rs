//! Why a step, or a whole history, is not believed.

use std::fmt;

use crate::ObjectId;

/// A step that is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The step's commit.
    pub commit: ObjectId,
    /// The sort of refusal.
    pub reason: Reason,
    /// What is wrong, where, whose signature it carries, and what would let the history move on.
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "commit {}: {}", self.commit.short(), self.message)
    }
}

/// The sorts of refusal; people do something different about each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The commit has no signature.
    Unsigned,
    /// No principal has the key.
    UnknownKey,
    /// The signature is malformed or does not fit the commit.
    BadSignature,
    /// The key was revoked.
    Revoked,
    /// The key was not valid at the time.
    Expired,
    /// The committer's date is in the future.
    FutureDated,
    /// The signer may not change a path.
    NotAllowed,
    /// The policy, or the change of it, is refused.
    PolicyInvalid,
    /// The commit or its tree has no single reading.
    Malformed,
    /// A kind of signature or key that is not checked yet.
    Unsupported,
    /// The last verified commit is not on the history any more.
    Rewritten,
    /// The introduction is not the pinned one.
    IntroductionMismatch,
    /// An object is missing.
    MissingObject,
    /// An object is not what its name says.
    CorruptObject,
    /// The object store failed.
    StoreFailed,
}

impl Reason {
    /// The reason as a condition shows it, in CamelCase.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsigned => "Unsigned",
            Self::UnknownKey => "UnknownKey",
            Self::BadSignature => "BadSignature",
            Self::Revoked => "Revoked",
            Self::Expired => "Expired",
            Self::FutureDated => "FutureDated",
            Self::NotAllowed => "NotAllowed",
            Self::PolicyInvalid => "PolicyInvalid",
            Self::Malformed => "Malformed",
            Self::Unsupported => "Unsupported",
            Self::Rewritten => "Rewritten",
            Self::IntroductionMismatch => "IntroductionMismatch",
            Self::MissingObject => "MissingObject",
            Self::CorruptObject => "CorruptObject",
            Self::StoreFailed => "StoreFailed",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
