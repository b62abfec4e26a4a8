//! A revision's files, marked by whether anybody vouches for them.

mod changed;
mod diff;
mod error;
mod fleet;
mod folders;
mod listing;
mod raw;
mod recent;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use signet_api::RepoPath;

use crate::commit::Commit;
use crate::object::{self, Kind, Objects};
use crate::verify::Good;
use crate::{Mode, ObjectId};

pub use diff::DiffError;
pub(crate) use diff::{Change, diff};
pub use error::{FleetError, TreeError};
use folders::Folders;
pub use listing::File;
use raw::RawEntry;
pub use raw::RawTreeError;
pub(crate) use recent::Trees;

/// Marks a tree that [`verify`](crate::verify()) handed out.
#[derive(Debug, Clone, Copy)]
pub enum Verified {}

/// Marks a tree that nobody vouches for: a pull request, work in progress.
#[derive(Debug, Clone, Copy)]
pub enum Unverified {}

/// The tree of a commit. Whatever is read from it is hashed again; cloning it is cheap.
///
/// Anybody may look at a tree that nobody vouches for:
/// ```
/// use signet_provenance::{MemoryObjects, Tree, Unverified};
/// let objects = MemoryObjects::default();
/// let id = objects.write_files([("a", "b")]);
/// let tree: Tree<Unverified> = Tree::of_tree(std::sync::Arc::new(objects), id);
/// ```
/// A verified one comes from [`verify`](crate::verify()) and from nowhere else:
/// ```compile_fail
/// use signet_provenance::{MemoryObjects, Tree, Verified};
/// let objects = MemoryObjects::default();
/// let id = objects.write_files([("a", "b")]);
/// let tree: Tree<Verified> = Tree::of_tree(std::sync::Arc::new(objects), id);
/// ```
/// ```compile_fail
/// use signet_provenance::{Tree, Unverified, Verified};
/// fn believe(tree: Tree<Unverified>) -> Tree<Verified> {
///     Tree { ..tree }
/// }
/// ```
pub struct Tree<M> {
    folders: Arc<Folders>,
    commit: ObjectId,
    id: ObjectId,
    mark: PhantomData<fn() -> M>,
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub mode: Mode,
    /// The object it names.
    pub id: ObjectId,
}

/// The most bytes a file may have to be read: 16 MiB, as many as a sealed file may have. Nothing else
/// depends on the size of a file, so one that is larger stops those alone who need it.
const MAX_FILE: usize = 16 << 20;

/// How the first line of a Git LFS pointer begins (the Git LFS specification, "The pointer").
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";

impl Tree<Verified> {
    /// The tree of a step that was found good: the one way to a verified tree.
    pub(crate) fn covered_by(objects: Arc<dyn Objects>, good: &Good) -> Self {
        Self::new(objects, good.commit(), good.tree())
    }
}

impl Tree<Unverified> {
    /// The tree of a commit that nobody vouches for.
    ///
    /// # Errors
    /// [`TreeError::Object`] and [`TreeError::Commit`] where the commit cannot be read.
    pub fn unverified(objects: Arc<dyn Objects>, commit: ObjectId) -> Result<Self, TreeError> {
        let bytes = object::read(&*objects, &commit, Kind::Commit)?;
        let read = Commit::parse(&bytes).map_err(|source| TreeError::Commit { commit, source })?;
        Ok(Self::new(objects, commit, read.tree))
    }

    /// A tree that no commit holds yet; its own name stands for the commit's.
    pub fn of_tree(objects: Arc<dyn Objects>, tree: ObjectId) -> Self {
        Self::new(objects, tree, tree)
    }
}

impl<M> Tree<M> {
    fn new(objects: Arc<dyn Objects>, commit: ObjectId, id: ObjectId) -> Self {
        let folders = Arc::new(Folders::new(objects));
        Self {
            folders,
            commit,
            id,
            mark: PhantomData,
        }
    }

    /// The commit whose tree this is.
    pub fn commit(&self) -> ObjectId {
        self.commit
    }

    /// The name of the tree itself.
    pub fn id(&self) -> ObjectId {
        self.id
    }

    /// What stands at a path, if anything.
    ///
    /// # Errors
    /// [`TreeError`] where a folder on the way cannot be read, or is a symbolic link or a
    /// submodule.
    pub fn entry(&self, path: &RepoPath) -> Result<Option<Entry>, TreeError> {
        let mut at = Some(self.root());
        for name in path.as_str().split('/') {
            at = self.child(at, name, path)?;
        }
        Ok(at)
    }

    /// What stands in the root's place.
    fn root(&self) -> Entry {
        Entry {
            mode: Mode::Folder,
            id: self.id,
        }
    }

    /// What stands under a name, on the way to a path.
    fn child(
        &self,
        at: Option<Entry>,
        name: &str,
        path: &RepoPath,
    ) -> Result<Option<Entry>, TreeError> {
        match at {
            None => Ok(None),
            Some(Entry { mode, id }) => match mode {
                Mode::Folder => {
                    let folder = self.folders.read(id)?;
                    let found = folder.get(name.as_bytes());
                    Ok(found.map(|&RawEntry { mode, id, .. }| Entry { mode, id }))
                }
                Mode::File | Mode::Executable => Ok(None),
                Mode::Symlink | Mode::Submodule => Err(foreign(path, mode)),
            },
        }
    }

    /// The content of a file, hashed again.
    ///
    /// # Errors
    /// [`TreeError::NotFound`] where nothing stands there; [`TreeError::NotFile`] for folders,
    /// symbolic links and submodules; [`TreeError::LfsPointer`] where the content is elsewhere;
    /// [`TreeError::TooLarge`] beyond 16 MiB.
    pub fn read(&self, path: &RepoPath) -> Result<Vec<u8>, TreeError> {
        let entry = self
            .entry(path)?
            .ok_or_else(|| TreeError::NotFound { path: path.clone() })?;
        if !matches!(entry.mode, Mode::File | Mode::Executable) {
            return Err(foreign(path, entry.mode));
        }
        let bytes = self.folders.blob(entry.id, path)?;
        if bytes.starts_with(LFS) {
            return Err(TreeError::LfsPointer { path: path.clone() });
        }
        Ok(bytes)
    }

    /// Every file below a folder, in byte order of their paths; none where there is no folder.
    ///
    /// # Errors
    /// [`TreeError::NotFile`] where a symbolic link or a submodule stands below the folder,
    /// [`TreeError::Path`] where a name is no path, [`TreeError::TooMany`] beyond the limits.
    pub fn files(&self, dir: &RepoPath) -> Result<Vec<File>, TreeError> {
        match self.subtree_id(dir)? {
            Some(id) => listing::files(&self.folders, dir.as_str(), id),
            None => Ok(Vec::new()),
        }
    }

    /// Every path that is no folder, as raw bytes and in git's order, with what stands there.
    ///
    /// # Errors
    /// [`TreeError::TooMany`] beyond the limits; others where a folder cannot be read.
    pub fn paths(&self) -> Result<Vec<(Vec<u8>, Entry)>, TreeError> {
        let came = self.folders.differing(None, Some(self.id))?.into_iter();
        let entry = |change: Change| {
            let (mode, id) = change.new?;
            Some((change.path, Entry { mode, id }))
        };
        Ok(came.filter_map(entry).collect())
    }

    /// The name of a folder's tree, if a folder stands there: equal names, equal content.
    ///
    /// # Errors
    /// As [`Tree::entry`].
    pub fn subtree_id(&self, dir: &RepoPath) -> Result<Option<ObjectId>, TreeError> {
        let entry = self.entry(dir)?.filter(|entry| entry.mode == Mode::Folder);
        Ok(entry.map(|entry| entry.id))
    }
}

fn foreign(path: &RepoPath, mode: Mode) -> TreeError {
    TreeError::NotFile {
        path: path.to_string(),
        mode,
    }
}

impl<M> Clone for Tree<M> {
    fn clone(&self) -> Self {
        let folders = Arc::clone(&self.folders);
        Self {
            folders,
            commit: self.commit,
            id: self.id,
            mark: PhantomData,
        }
    }
}

impl<M> fmt::Debug for Tree<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree")
            .field("commit", &self.commit)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
