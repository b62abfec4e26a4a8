//! Objects as a store hands them out, and the check that they are what their name says.

mod memory;

use std::error::Error as StdError;
use std::fmt;

use sha1dc::Hasher;
use thiserror::Error;

use crate::ObjectId;

pub use memory::MemoryObjects;

/// An object of a repository: its kind and its raw bytes, without git's loose header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What the bytes are.
    pub kind: Kind,
    /// The bytes, exactly as they are hashed.
    pub bytes: Vec<u8>,
}

/// The kinds of object git knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A commit.
    Commit,
    /// A folder listing.
    Tree,
    /// A file's content.
    Blob,
    /// An annotated tag.
    Tag,
}

impl Kind {
    /// The word that git hashes in front of the bytes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A source of objects that nobody has to trust: whoever reads from it hashes the bytes again.
pub trait Objects: Send + Sync {
    /// The object of that name, or `None` where there is none.
    ///
    /// # Errors
    /// [`ReadError`] where the store itself fails, or hands out nothing so large.
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError>;

    /// Does both of these, which have nothing to do with each other, at once or one after the other: nothing here starts
    /// threads.
    fn both(&self, one: Task<'_>, other: Task<'_>) {
        one();
        other();
    }
}

/// A part of some work.
pub type Task<'a> = &'a mut (dyn FnMut() + Send);

/// Why a store does not hand out an object that it may have.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The store failed.
    #[error("the object store cannot be read")]
    Failed(#[source] Box<dyn StdError + Send + Sync>),
    /// The object is larger than any that the store hands out.
    #[error("it has {bytes} bytes, more than is read of an object")]
    TooLarge {
        /// Its length.
        bytes: u64,
    },
    /// The object is kept as what it differs in from others, and those are too large to put it together.
    #[error("it is kept as a change to objects that are too large to put it together")]
    TooCostly,
}

impl ReadError {
    /// A failure of the store with its cause.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Failed(source.into())
    }
}

/// Why an object could not be used.
#[derive(Debug, Error)]
pub enum ObjectError {
    /// The store has no such object.
    #[error("{kind} {id} is missing from the object store")]
    Missing {
        /// The object's name.
        id: ObjectId,
        /// What it was needed as.
        kind: Kind,
    },
    /// The store failed, or hands out nothing so large.
    #[error("reading {kind} {id}")]
    Read {
        /// The object's name.
        id: ObjectId,
        /// What it was needed as.
        kind: Kind,
        /// The store's refusal.
        source: ReadError,
    },
    /// The object is of another kind than the one that refers to it says.
    #[error("object {id} is a {found}, not a {kind}")]
    WrongKind {
        /// The object's name.
        id: ObjectId,
        /// What it was needed as.
        kind: Kind,
        /// What it is.
        found: Kind,
    },
    /// The bytes are not those that the name stands for.
    #[error("{kind} {id} is corrupt: its bytes hash to {found}")]
    Corrupt {
        /// The object's name.
        id: ObjectId,
        /// What it was needed as.
        kind: Kind,
        /// The name of the bytes that the store holds.
        found: ObjectId,
    },
    /// The bytes were made to collide under SHA-1.
    #[error("{kind} {id} carries the marks of a SHA-1 collision attack")]
    Collision {
        /// The object's name.
        id: ObjectId,
        /// What it was needed as.
        kind: Kind,
    },
}

impl ObjectError {
    /// Whether the history itself brought this: any store that has the object says the same.
    pub fn is_content(&self) -> bool {
        match self {
            Self::Missing { .. }
            | Self::Corrupt { .. }
            | Self::Read {
                source: ReadError::Failed(_),
                ..
            } => false,
            Self::WrongKind { .. }
            | Self::Collision { .. }
            | Self::Read {
                source: ReadError::TooLarge { .. } | ReadError::TooCostly,
                ..
            } => true,
        }
    }
}

/// The bytes of an object, hashed again.
///
/// # Errors
/// See [`ObjectError`].
pub(crate) fn read(
    objects: &dyn Objects,
    id: &ObjectId,
    kind: Kind,
) -> Result<Vec<u8>, ObjectError> {
    let id = *id;
    let object = objects
        .read(&id)
        .map_err(|source| ObjectError::Read { id, kind, source })?
        .ok_or(ObjectError::Missing { id, kind })?;
    // The kind is hashed as well, so that one which is wrong is the history's doing and not the store's.
    match hash(object.kind, &object.bytes) {
        None => Err(ObjectError::Collision { id, kind }),
        Some(found) if found != id => Err(ObjectError::Corrupt { id, kind, found }),
        Some(_) if object.kind != kind => Err(ObjectError::WrongKind {
            id,
            kind,
            found: object.kind,
        }),
        Some(_) => Ok(object.bytes),
    }
}

impl ObjectId {
    /// The name that git has for these bytes, whether a store has them or not; `None` where they carry the marks of a
    /// collision attack.
    pub fn of(kind: Kind, bytes: &[u8]) -> Option<Self> {
        hash(kind, bytes)
    }
}

/// The name of these bytes, or `None` where they carry the marks of a collision attack.
///
/// Git hashes `"<kind> <length>\0"` and the bytes (gitformat-loose); the marks are those of
/// Stevens and Shumow, "Speeding up detection of SHA-1 collision attacks".
fn hash(kind: Kind, bytes: &[u8]) -> Option<ObjectId> {
    let header = format!("{kind} {}\0", bytes.len());
    digest(&[header.as_bytes(), bytes])
}

fn digest(parts: &[&[u8]]) -> Option<ObjectId> {
    let mut hasher = Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    let digest = hasher.finalize().ok()?;
    Some(ObjectId::new(digest.to_bytes()))
}

#[cfg(test)]
mod tests;
