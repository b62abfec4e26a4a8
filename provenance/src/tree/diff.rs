//! The paths in which two trees differ.

use std::cmp::Ordering;
use std::sync::Arc;

use thiserror::Error;

use super::raw::{RawEntry, RawTree, RawTreeError};
use super::recent::Trees;
use crate::object::{ObjectError, Objects};
use crate::{Mode, ObjectId};

/// A path that is not the same in both trees. A rename is a path that went and one that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The path's raw bytes.
    pub(crate) path: Vec<u8>,
    /// What stood there, if anything.
    pub(crate) old: Option<(Mode, ObjectId)>,
    /// What stands there now, if anything.
    pub(crate) new: Option<(Mode, ObjectId)>,
}

impl Change {
    /// How much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.path.len()
    }
}

/// The most levels a tree may have.
pub(super) const MAX_DEPTH: usize = 64;
/// The most paths one step may change, and the most files one listing may have: trees can
/// refer to each other so that a few kilobytes unfold to billions of paths.
pub(super) const MAX_PATHS: usize = 100_000;
/// The most bytes those paths may have together: 16 MiB, or 160 for each of the most. One folder
/// of many files, far below folders of long names, is a small tree with gigabytes of paths.
pub(super) const MAX_PATH_BYTES: usize = 16 << 20;

/// Every path in which the trees differ, in git's order; equal subtrees are not read.
///
/// Without an old tree every path came, and without a new one every path went. Deletions and changes of mode count; nothing is taken
/// for a rename.
///
/// # Errors
/// [`DiffError`] where a tree cannot be read, is malformed, or unfolds beyond the limits.
pub(crate) fn diff(
    objects: &dyn Objects,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
) -> Result<Vec<Change>, DiffError> {
    differing(&Trees::of(objects), old, new)
}

/// The same among trees of which some may have been read already.
pub(super) fn differing(
    trees: &Trees<'_>,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
) -> Result<Vec<Change>, DiffError> {
    let mut diff = Diff {
        trees,
        path: Vec::new(),
        depth: 0,
        folders: 0,
        bytes: 0,
        changes: Vec::new(),
    };
    diff.folder(old, new)?;
    Ok(diff.changes)
}

struct Diff<'a> {
    trees: &'a Trees<'a>,
    path: Vec<u8>,
    depth: usize,
    folders: usize,
    bytes: usize,
    changes: Vec<Change>,
}

impl Diff<'_> {
    fn folder(&mut self, old: Option<ObjectId>, new: Option<ObjectId>) -> Result<(), DiffError> {
        if old == new {
            return Ok(());
        }
        self.folders += 1;
        if self.depth > MAX_DEPTH {
            return Err(DiffError::TooDeep);
        }
        if self.folders > MAX_PATHS {
            return Err(DiffError::TooMany);
        }
        let (old, new) = (self.load(old)?, self.load(new)?);
        let mut old = entries(old.as_deref()).iter().peekable();
        let mut new = entries(new.as_deref()).iter().peekable();
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return Ok(()),
                // As most are.
                (Some(one), Some(other)) if one == other => {
                    old.next();
                    new.next();
                    continue;
                }
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(old), Some(new)) => old.order(new),
            };
            let gone = if order == Ordering::Greater {
                None
            } else {
                old.next()
            };
            let come = if order == Ordering::Less {
                None
            } else {
                new.next()
            };
            self.entry(gone, come)?;
        }
    }

    /// Two entries of one name and one sort (folder or not), or one entry alone.
    fn entry(&mut self, old: Option<&RawEntry>, new: Option<&RawEntry>) -> Result<(), DiffError> {
        let Some(entry) = old.or(new) else {
            return Ok(());
        };
        let parent = self.path.len();
        self.path.extend_from_slice(&entry.name);
        if entry.is_folder() {
            self.path.push(b'/');
            self.depth += 1;
            self.folder(old.map(|old| old.id), new.map(|new| new.id))?;
            self.depth -= 1;
        } else {
            self.file(
                old.map(|old| (old.mode, old.id)),
                new.map(|new| (new.mode, new.id)),
            )?;
        }
        self.path.truncate(parent);
        Ok(())
    }

    fn file(
        &mut self,
        old: Option<(Mode, ObjectId)>,
        new: Option<(Mode, ObjectId)>,
    ) -> Result<(), DiffError> {
        if old == new {
            return Ok(());
        }
        self.bytes += self.path.len();
        if self.changes.len() == MAX_PATHS || self.bytes > MAX_PATH_BYTES {
            return Err(DiffError::TooMany);
        }
        self.changes.push(Change {
            path: self.path.clone(),
            old,
            new,
        });
        Ok(())
    }

    fn load(&self, id: Option<ObjectId>) -> Result<Option<Arc<RawTree>>, DiffError> {
        id.map(|tree| self.trees.read(tree)).transpose()
    }
}

fn entries(tree: Option<&RawTree>) -> &[RawEntry] {
    tree.map_or(&[], |tree| &tree.entries)
}

/// Why two trees could not be compared.
#[derive(Debug, Error)]
pub enum DiffError {
    /// A tree could not be read.
    #[error("comparing trees")]
    Object(#[from] ObjectError),
    /// A tree is malformed.
    #[error("tree {tree} is malformed")]
    Tree {
        /// The tree.
        tree: ObjectId,
        /// What is wrong with it.
        source: RawTreeError,
    },
    /// The folders go deeper than 64 levels.
    #[error("its folders go deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// More than 100,000 paths or folders differ, or their paths are longer than 16 MiB together.
    #[error(
        "it changes more than {MAX_PATHS} paths or folders, or paths of more than {MAX_PATH_BYTES} bytes together"
    )]
    TooMany,
}

#[cfg(test)]
mod tests;
