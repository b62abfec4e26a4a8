//! The files below a folder.

use signet_api::RepoPath;

use super::folders::Folders;
use super::raw::RawEntry;
use super::{TreeError, diff};
use crate::{Mode, ObjectId};

/// A file of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it stands.
    pub path: RepoPath,
    /// The name of its content.
    pub id: ObjectId,
    /// [`Mode::File`] or [`Mode::Executable`].
    pub mode: Mode,
}

/// The files below `root`, whose path is `path`. Git's order of each folder's entries makes it
/// byte order of the paths.
pub(super) fn files(folders: &Folders, path: &str, root: ObjectId) -> Result<Vec<File>, TreeError> {
    let mut listing = Listing {
        folders,
        root: path,
        path: path.to_owned(),
        visited: 0,
        bytes: 0,
        files: Vec::new(),
    };
    listing.folder(root, 0)?;
    Ok(listing.files)
}

struct Listing<'a> {
    folders: &'a Folders,
    root: &'a str,
    path: String,
    visited: usize,
    bytes: usize,
    files: Vec<File>,
}

impl Listing<'_> {
    fn folder(&mut self, tree: ObjectId, depth: usize) -> Result<(), TreeError> {
        for entry in &self.folders.read(tree)?.entries {
            self.visited += 1;
            let parent = self.path.len();
            self.push(&entry.name)?;
            self.bytes += self.path.len();
            if self.visited > diff::MAX_PATHS
                || depth > diff::MAX_DEPTH
                || self.bytes > diff::MAX_PATH_BYTES
            {
                return Err(TreeError::TooMany {
                    path: self.root.to_owned(),
                });
            }
            self.entry(entry, depth)?;
            self.path.truncate(parent);
        }
        Ok(())
    }

    fn entry(&mut self, entry: &RawEntry, depth: usize) -> Result<(), TreeError> {
        match entry.mode {
            Mode::Folder => self.folder(entry.id, depth + 1),
            mode @ (Mode::File | Mode::Executable) => {
                let path = self.path.parse().map_err(|_| unusable(&self.path))?;
                self.files.push(File {
                    path,
                    id: entry.id,
                    mode,
                });
                Ok(())
            }
            mode @ (Mode::Symlink | Mode::Submodule) => Err(TreeError::NotFile {
                path: self.path.clone(),
                mode,
            }),
        }
    }

    fn push(&mut self, name: &[u8]) -> Result<(), TreeError> {
        let name = std::str::from_utf8(name).map_err(|_| {
            let name = String::from_utf8_lossy(name);
            unusable(&format!("{}/{name}", self.path))
        })?;
        self.path.push('/');
        self.path.push_str(name);
        Ok(())
    }
}

fn unusable(path: &str) -> TreeError {
    TreeError::Path {
        path: path.escape_debug().to_string(),
    }
}
