//! What changed at a path since another revision.

use signet_api::RepoPath;

use super::diff::Change;
use super::{Entry, Tree, TreeError};
use crate::{Mode, ObjectId};

impl<M> Tree<M> {
    /// The paths in which this tree differs from another one of the same store, as raw bytes and in git's order. Deletions and
    /// changes of mode count; a rename is a path that went and one that came. What the trees have in common is not read.
    ///
    /// # Errors
    /// [`TreeError::TooMany`] beyond the limits; others where a folder cannot be read.
    pub fn differing<N>(&self, since: &Tree<N>) -> Result<Vec<Vec<u8>>, TreeError> {
        let changes = self.folders.differing(Some(since.id()), Some(self.id()))?;
        Ok(changes.into_iter().map(|change| change.path).collect())
    }

    /// The paths at and below `path` in which this tree differs from another one of the same store, as raw bytes and in
    /// git's order. Deletions and changes of mode count; a rename is a path that went and one that came.
    ///
    /// What the trees have in common is not read. Where all below the path is the same, those folders alone are read that
    /// lead to it and differ.
    ///
    /// # Errors
    /// As [`Tree::entry`], in either tree; [`TreeError::TooMany`] beyond the limits; others where a folder cannot be read.
    pub fn changed<N>(&self, since: &Tree<N>, path: &RepoPath) -> Result<Vec<Vec<u8>>, TreeError> {
        let (mut old, mut new) = (Some(since.root()), Some(self.root()));
        for name in path.as_str().split('/') {
            if old == new {
                return Ok(Vec::new());
            }
            old = since.child(old, name, path)?;
            new = self.child(new, name, path)?;
        }
        let mut changed = Vec::new();
        if file(old) != file(new) {
            changed.push(path.as_bytes().to_vec());
        }
        let below = self.folders.differing(folder(old), folder(new))?;
        changed.extend(below.into_iter().map(|change| under(path, &change)));
        Ok(changed)
    }
}

/// What stands there, if it is a folder.
fn folder(entry: Option<Entry>) -> Option<ObjectId> {
    let entry = entry.filter(|entry| entry.mode == Mode::Folder)?;
    Some(entry.id)
}

/// What stands there, if it is no folder.
fn file(entry: Option<Entry>) -> Option<Entry> {
    entry.filter(|entry| entry.mode != Mode::Folder)
}

fn under(folder: &RepoPath, change: &Change) -> Vec<u8> {
    [folder.as_bytes(), b"/", &change.path].concat()
}

#[cfg(test)]
mod tests;
