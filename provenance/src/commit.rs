//! Commits, read from their raw bytes by one strict parser.
//!
//! The bytes that are signed, the tree that is checked out and the parents that are walked come
//! from the same pass over the same bytes. Where git itself would pick one of several readings
//! (the first of two `tree` headers, the concatenation of two signatures), there is no reading.

mod error;
mod extras;
mod links;

use crate::ObjectId;
use crate::header::{self, Lines, MAX_OBJECT};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

pub use error::CommitError;
use extras::Extras;
pub(crate) use links::Links;

/// A commit that has one reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The tree it records.
    pub tree: ObjectId,
    /// Its parents, the mainline's first.
    pub parents: Vec<ObjectId>,
    /// The committer's date: what the committer says, no more.
    pub committed: Timestamp,
    /// The bytes that a signature covers: everything but the signature headers.
    pub payload: Vec<u8>,
    /// The armoured signature, if the commit has one.
    pub signature: Option<Vec<u8>>,
}

/// The most parents a commit may have.
const MAX_PARENTS: usize = 16;

impl Commit {
    /// The one reading of these bytes.
    ///
    /// Git's own splitter is `parse_buffer_signed_by_header` in git's `commit.c`; everything
    /// this accepts, git reads the same way.
    ///
    /// # Errors
    /// [`CommitError`] where a header is missing, misplaced, repeated or unreadable.
    pub fn parse(bytes: &[u8]) -> Result<Self, CommitError> {
        check_bytes(bytes)?;
        let (header, body) = header::split(bytes).ok_or(CommitError::NoBody)?;
        let mut lines = Lines::new(header);
        let tree = lines
            .object("tree")?
            .ok_or_else(|| lines.expected("tree"))?;
        let parents = parents(&mut lines)?;
        lines
            .value("author")
            .ok_or_else(|| lines.expected("author"))?;
        let ident = lines
            .value("committer")
            .ok_or_else(|| lines.expected("committer"))?;
        let committed = header::date(ident).ok_or(CommitError::Date {
            line: lines.number(),
        })?;
        let mut extras = Extras::new(lines.consumed(header));
        for line in &mut lines {
            extras.add(line)?;
        }
        let (mut payload, signature) = extras.finish()?;
        payload.extend_from_slice(body);
        Ok(Self {
            tree,
            parents,
            committed,
            payload,
            signature,
        })
    }

    /// SHA-256 of the payload in lower-case hexadecimal: it names what was signed, whatever the
    /// signature looks like.
    pub fn payload_sha256(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(&self.payload))
    }
}

fn check_bytes(bytes: &[u8]) -> Result<(), CommitError> {
    if bytes.len() > MAX_OBJECT {
        return Err(CommitError::TooLarge { bytes: bytes.len() });
    }
    if bytes.contains(&0) {
        Err(CommitError::Nul)
    } else {
        Ok(())
    }
}

fn parents(lines: &mut Lines<'_>) -> Result<Vec<ObjectId>, CommitError> {
    let mut parents = Vec::new();
    while let Some(parent) = lines.object("parent")? {
        parents.push(parent);
    }
    match parents.len() {
        count if count > MAX_PARENTS => Err(CommitError::TooManyParents { count }),
        _ => Ok(parents),
    }
}

#[cfg(test)]
mod tests;
