//! Approvals: signed annotated tags by which others than a commit's signer agree to its changes.

mod error;
mod found;
mod trailers;

use std::fmt;

use jiff::Timestamp;

use crate::{Delta, ObjectId, Tag};

pub use error::ApprovalError;
pub(crate) use found::{Approvals, Found, Signed};
use trailers::Trailers;

/// A tag that a caller found, by its ref.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagRef {
    /// The full name of the ref, such as `refs/tags/signet/approve/raise-memory`.
    pub reference: String,
    /// The tag object that it names.
    pub tag: ObjectId,
}

/// What the message of a tag approves.
///
/// The commit that is tagged is where the approver looked, no more: the approval is of changes,
/// so that it outlives a squash, a rebase and commits that have nothing to do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The id of the repository that it is for.
    pub repository: String,
    /// The full name of the ref that it is for, such as `refs/heads/main`.
    pub reference: String,
    /// The changes that it is of.
    pub delta: Delta,
    /// From when on it does not count.
    pub expires: Timestamp,
}

/// An approval that nobody has signed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The full name of the ref that its tag would have.
    pub reference: String,
    /// What it would say.
    pub approval: Approval,
    /// The fingerprint of the key that would sign it.
    pub fingerprint: String,
}

/// Where approvals stand.
pub const APPROVALS: &str = "refs/tags/signet/approve/";

impl Approval {
    /// The one reading of a tag as an approval: the last paragraph of its message is four
    /// trailers, each once and nothing else, and none of them stands anywhere else.
    ///
    /// # Errors
    /// [`ApprovalError`] where the tag stands elsewhere or a trailer is missing, repeated,
    /// misplaced or unreadable.
    pub fn of(tag: &Tag) -> Result<Self, ApprovalError> {
        match tag.reference.strip_prefix(APPROVALS) {
            Some(name) if !name.is_empty() => {}
            _ => return Err(ApprovalError::Place),
        }
        let trailers = Trailers::read(&tag.message)?;
        Ok(Self {
            repository: trailers.get("Signet-Repository")?.to_owned(),
            reference: trailers.get("Signet-Ref")?.to_owned(),
            delta: trailers.read_as("Signet-Delta", |text| text.parse().ok())?,
            expires: trailers.read_as("Signet-Expires", instant)?,
        })
    }
}

impl fmt::Display for Approval {
    /// The trailers, as the last paragraph of a message holds them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            repository,
            reference,
            delta,
            expires,
        } = self;
        writeln!(f, "Signet-Repository: {repository}")?;
        writeln!(f, "Signet-Ref: {reference}")?;
        writeln!(f, "Signet-Delta: {delta}")?;
        writeln!(f, "Signet-Expires: {expires}")
    }
}

/// An instant in its one spelling: `2026-12-31T00:00:00Z`.
fn instant(text: &str) -> Option<Timestamp> {
    let read: Timestamp = text.parse().ok()?;
    (read.to_string() == text).then_some(read)
}

#[cfg(test)]
mod tests;
