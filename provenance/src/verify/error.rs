//! Why a history as a whole could not be judged.

use jiff::Timestamp;
use thiserror::Error;

use crate::authority::PolicyReadError;
use crate::commit::CommitError;
use crate::introduction::IntroductionError;
use crate::object::{ObjectError, ReadError};
use crate::{ObjectId, Reason, Refusal};

/// Why a history could not be judged at all; whatever was verified before stays so.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// An object is missing or corrupt, or the store failed. A commit whose parent is missing
    /// is no root: a history that was cut off proves nothing.
    #[error("reading the history")]
    Object(#[from] ObjectError),
    /// An object on the history is not even to git a commit.
    #[error("commit {commit} on the history has no readable tree and parents")]
    NoCommit {
        /// The commit.
        commit: ObjectId,
    },
    /// The last verified commit is not on the mainline of the tip.
    #[error(
        "the history was rewritten or grafted: the last verified commit {last} is not on the first-parent history of {tip}{told}"
    )]
    Rewritten {
        /// The last verified commit.
        last: ObjectId,
        /// The tip.
        tip: ObjectId,
        /// How the root group lifts it, and why resets that are there do not, as the end of a sentence; empty where none was
        /// looked for.
        told: String,
    },
    /// The commit up to which history is accepted is not on it.
    #[error(
        "commit {floor}, which the history must contain, is not on the first-parent history of {tip}"
    )]
    BelowFloor {
        /// The floor.
        floor: ObjectId,
        /// The tip.
        tip: ObjectId,
    },
    /// The introduction cannot introduce anything.
    #[error("checking the introduction")]
    Introduction(#[from] IntroductionError),
    /// The introduction is not the one that was pinned.
    #[error("the introduction's {what} is {found}, but {expected} is pinned")]
    IntroductionMismatch {
        /// What differs.
        what: &'static str,
        /// What is pinned.
        expected: String,
        /// What the repository holds.
        found: String,
    },
    /// The policy is that of another repository.
    #[error("the policy is for the repository {found}, but {expected} is pinned")]
    OtherRepository {
        /// What is pinned.
        expected: String,
        /// What the policy says.
        found: String,
    },
    /// The policy is that of another ref.
    #[error("the policy is for the ref {found}, but {expected} is followed")]
    OtherRef {
        /// What is followed.
        expected: String,
        /// What the policy says.
        found: String,
    },
    /// The last verified commit has no single reading.
    #[error("the last verified commit {commit} is malformed")]
    Commit {
        /// The commit.
        commit: ObjectId,
        /// What is wrong with it.
        source: CommitError,
    },
    /// The last verified commit cannot have been verified.
    #[error(
        "commit {commit} is said to be verified, but cannot have been{}",
        why.as_ref().map_or_else(String::new, |why| format!(", unless approvals were deleted since: {why}"))
    )]
    NotVerified {
        /// The commit.
        commit: ObjectId,
        /// Why it is refused now, where it was judged anew.
        why: Option<String>,
    },
    /// The policy of the last verified commit may not govern.
    #[error("reading the policy of the last verified commit {commit}")]
    Policy {
        /// The commit.
        commit: ObjectId,
        /// What is wrong with it.
        source: PolicyReadError,
    },
    /// A key that is revoked for good signed a commit that was taken for good since.
    #[error(
        "the key {fingerprint} is revoked (hard), and commit {commit} of {time} was accepted on its signature: review what it signed, then change the revocation to soft or set `since` behind that commit"
    )]
    Suspended {
        /// The key.
        fingerprint: String,
        /// The last good commit that it signed.
        commit: ObjectId,
        /// That commit's time.
        time: Timestamp,
        /// Why the tip would be refused if nothing were revoked for good; `None` where it would be good.
        refused: Option<Box<Refusal>>,
    },
}

impl VerifyError {
    /// That a last verified commit is not on the mainline of a tip, where no reset was looked for.
    pub fn rewritten(last: ObjectId, tip: ObjectId) -> Self {
        let told = String::new();
        Self::Rewritten { last, tip, told }
    }

    /// The reason, for a condition.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Object(error) | Self::Introduction(IntroductionError::Object(error)) => of(error),
            Self::NoCommit { .. } | Self::Commit { .. } => Reason::Malformed,
            Self::Rewritten { .. } | Self::BelowFloor { .. } | Self::NotVerified { .. } => {
                Reason::Rewritten
            }
            Self::Introduction(_)
            | Self::IntroductionMismatch { .. }
            | Self::OtherRepository { .. }
            | Self::OtherRef { .. } => Reason::IntroductionMismatch,
            Self::Policy { .. } => Reason::PolicyInvalid,
            Self::Suspended { .. } => Reason::Revoked,
        }
    }
}

fn of(error: &ObjectError) -> Reason {
    match error {
        ObjectError::Missing { .. } => Reason::MissingObject,
        ObjectError::Read {
            source: ReadError::Failed(_),
            ..
        } => Reason::StoreFailed,
        ObjectError::Read {
            source: ReadError::TooLarge { .. } | ReadError::TooCostly,
            ..
        } => Reason::Malformed,
        ObjectError::WrongKind { .. }
        | ObjectError::Corrupt { .. }
        | ObjectError::Collision { .. } => Reason::CorruptObject,
    }
}
