//! What an approval is of: a digest of changes, by path and content alone.
//!
//! `SHA-256` over `s(path) s(old mode) s(old content's SHA-256) s(new mode) s(new content's
//! SHA-256)` of each changed path, sorted by the bytes of the paths. `s(x)` is the length of `x`
//! as four bytes, the most significant first, then `x`; modes are the octal digits that git
//! writes, the digests of contents are 32 bytes, and a side where nothing stands is empty twice.
//! A submodule has no content here: the 40 digits of its commit stand for it.

mod folders;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use signet_api::RepoPath;
use thiserror::Error;

use crate::object::{self, Kind, ObjectError, Objects};
use crate::step::escaped;
use crate::tree::{self, Change, DiffError};
use crate::{Mode, ObjectId};

pub(crate) use folders::Deltas;

/// The digest of changes: 32 bytes, written as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Delta([u8; 32]);

/// What differs between two trees, for those who approve it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The digest of it.
    pub delta: Delta,
    /// The paths; bytes that are no text are escaped.
    pub paths: Vec<(Sort, String)>,
}

/// What became of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// It came.
    Added,
    /// It is another, in content or mode.
    Modified,
    /// It went.
    Deleted,
}

impl Changed {
    /// What differs between two trees; if a path is given, below that folder, or, where nothing
    /// does, at that file. `None` where nothing differs there.
    ///
    /// # Errors
    /// [`DiffError`] where a tree or a content cannot be read.
    pub fn between(
        objects: &dyn Objects,
        old: ObjectId,
        new: ObjectId,
        within: Option<&RepoPath>,
    ) -> Result<Option<Self>, DiffError> {
        let changes = tree::diff(objects, Some(old), Some(new))?;
        let chosen = chosen(&changes, within);
        let mut lines = Sha256::new();
        let known = Digests::default();
        let mut contents = Contents::of(objects, &known);
        for change in &chosen {
            lines.update(contents.line(change)?);
        }
        let paths: Vec<_> = chosen.into_iter().map(named).collect();
        let delta = Delta(lines.finalize().into());
        Ok((!paths.is_empty()).then_some(Self { delta, paths }))
    }
}

fn named(change: &Change) -> (Sort, String) {
    let sort = match (change.old, change.new) {
        (None, _) => Sort::Added,
        (_, None) => Sort::Deleted,
        _ => Sort::Modified,
    };
    (sort, escaped(&change.path))
}

/// The changes below a folder, or else at a file.
fn chosen<'a>(changes: &'a [Change], within: Option<&RepoPath>) -> Vec<&'a Change> {
    let Some(path) = within.map(RepoPath::as_bytes) else {
        return changes.iter().collect();
    };
    let below = |change: &&Change| {
        let rest = change.path.strip_prefix(path);
        rest.is_some_and(|rest| rest.starts_with(b"/"))
    };
    let mut chosen: Vec<&Change> = changes.iter().filter(below).collect();
    if chosen.is_empty() {
        chosen.extend(changes.iter().filter(|change| change.path == path));
    }
    chosen
}

/// The digests of contents that were read, and their sizes in bytes. Many paths of many commits may have one content, a large
/// one perhaps: it is read once.
#[derive(Debug, Default)]
pub(crate) struct Digests(RefCell<HashMap<ObjectId, ([u8; 32], usize)>>);

/// The most contents whose digests are kept; they take about 8 MiB.
const KEPT: usize = 1 << 16;

impl Digests {
    fn of(&self, objects: &dyn Objects, id: ObjectId) -> Result<([u8; 32], usize), ObjectError> {
        let mut known = self.0.borrow_mut();
        if let Some(known) = known.get(&id) {
            return Ok(*known);
        }
        let content = object::read(objects, &id, Kind::Blob)?;
        let digest = (Sha256::digest(&content).into(), content.len());
        if known.len() == KEPT {
            known.clear();
        }
        known.insert(id, digest);
        Ok(digest)
    }
}

/// The contents of changes.
struct Contents<'a> {
    objects: &'a dyn Objects,
    known: &'a Digests,
    /// How many bytes those had together that were asked for, however often they were read.
    bytes: usize,
}

impl<'a> Contents<'a> {
    fn of(objects: &'a dyn Objects, known: &'a Digests) -> Self {
        Self {
            objects,
            known,
            bytes: 0,
        }
    }

    /// What is hashed of one change.
    fn line(&mut self, change: &Change) -> Result<Vec<u8>, ObjectError> {
        let mut line = Vec::new();
        push(&mut line, &change.path);
        for side in [change.old, change.new] {
            let (mode, content) = match side {
                Some((mode, id)) => (mode.as_str(), self.digest(mode, id)?.to_vec()),
                None => ("", Vec::new()),
            };
            push(&mut line, mode.as_bytes());
            push(&mut line, &content);
        }
        Ok(line)
    }

    fn digest(&mut self, mode: Mode, id: ObjectId) -> Result<[u8; 32], ObjectError> {
        if mode == Mode::Submodule {
            return Ok(Sha256::digest(id.to_string()).into());
        }
        let (digest, bytes) = self.known.of(self.objects, id)?;
        self.bytes += bytes;
        Ok(digest)
    }
}

fn push(line: &mut Vec<u8>, field: &[u8]) {
    let length = u32::try_from(field.len()).expect("paths of a tree are shorter than 16 MiB");
    line.extend_from_slice(&length.to_be_bytes());
    line.extend_from_slice(field);
}

impl fmt::Display for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl FromStr for Delta {
    type Err = DeltaError;

    fn from_str(text: &str) -> Result<Self, DeltaError> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(DeltaError)
    }
}

/// The text is not the digest of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a delta is 64 lower-case hexadecimal digits")]
pub struct DeltaError;

#[cfg(test)]
mod tests;
