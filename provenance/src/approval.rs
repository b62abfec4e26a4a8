//! Approvals: signed annotated tags by which others than a commit's signer agree to its changes, and resets, by which the root
//! group agrees to a history that was rewritten.

mod error;
mod found;
mod trailers;

use std::fmt;

use jiff::Timestamp;

use crate::{Delta, ObjectId, Tag};

pub use error::ApprovalError;
pub(crate) use found::{Approvals, Found, FoundReset, Signed};
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

/// What the message of a tag resets: whoever verified a history up to one commit may go on from another, which does not go on
/// from that.
///
/// The tag is of the commit that was verified last, so that it brings what it is judged by to those who have lost that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// The id of the repository that it is for.
    pub repository: String,
    /// The full name of the ref that it is for, such as `refs/heads/main`.
    pub reference: String,
    /// The commit that was verified last.
    pub from: ObjectId,
    /// The commit that is gone on from instead.
    pub to: ObjectId,
    /// From when on it does not count.
    pub expires: Timestamp,
}

/// What a tag among the approvals says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// That changes are agreed to.
    Approval(Approval),
    /// That a rewritten history is.
    Reset(Reset),
}

/// An approval, or a reset, that nobody has signed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The full name of the ref that its tag would have.
    pub reference: String,
    /// What it would say.
    pub statement: Statement,
    /// The fingerprint of the key that would sign it.
    pub fingerprint: String,
}

/// Where approvals and resets stand.
pub const APPROVALS: &str = "refs/tags/signet/approve/";

impl Statement {
    /// The one reading of a tag among the approvals: the last paragraph of its message is the trailers of an approval or those
    /// of a reset, each once and nothing else, and none of them stands anywhere else.
    ///
    /// # Errors
    /// [`ApprovalError`] where the tag stands elsewhere, a trailer is missing, repeated, misplaced or unreadable, or a reset is
    /// not of the commit that it names.
    pub fn of(tag: &Tag) -> Result<Self, ApprovalError> {
        match tag.reference.strip_prefix(APPROVALS) {
            Some(name) if !name.is_empty() => {}
            _ => return Err(ApprovalError::Place),
        }
        let trailers = Trailers::read(&tag.message)?;
        let repository = || Ok(trailers.get("Signet-Repository")?.to_owned());
        let reference = || Ok(trailers.get("Signet-Ref")?.to_owned());
        let expires = || trailers.read_as("Signet-Expires", instant);
        let commit = |name| trailers.read_as(name, |text| text.parse().ok());
        if !trailers.are_of_reset() {
            return Ok(Self::Approval(Approval {
                repository: repository()?,
                reference: reference()?,
                delta: trailers.read_as("Signet-Delta", |text| text.parse().ok())?,
                expires: expires()?,
            }));
        }
        let reset = Reset {
            repository: repository()?,
            reference: reference()?,
            from: commit("Signet-Reset-From")?,
            to: commit("Signet-Reset-To")?,
            expires: expires()?,
        };
        if tag.target == reset.from {
            Ok(Self::Reset(reset))
        } else {
            Err(ApprovalError::Target { from: reset.from })
        }
    }

    /// The id of the repository that it is for.
    pub fn repository(&self) -> &str {
        match self {
            Self::Approval(approval) => &approval.repository,
            Self::Reset(reset) => &reset.repository,
        }
    }

    /// The full name of the ref that it is for.
    pub fn reference(&self) -> &str {
        match self {
            Self::Approval(approval) => &approval.reference,
            Self::Reset(reset) => &reset.reference,
        }
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

impl fmt::Display for Reset {
    /// The trailers, as the last paragraph of a message holds them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            repository,
            reference,
            from,
            to,
            expires,
        } = self;
        writeln!(f, "Signet-Repository: {repository}")?;
        writeln!(f, "Signet-Ref: {reference}")?;
        writeln!(f, "Signet-Reset-From: {from}")?;
        writeln!(f, "Signet-Reset-To: {to}")?;
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
