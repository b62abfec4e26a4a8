//! Why a tree could not be read.

use signet_api::{DocumentError, RepoPath};
use thiserror::Error;

use super::{RawTreeError, diff};
use crate::commit::CommitError;
use crate::object::ObjectError;
use crate::{Mode, ObjectId};

/// Why something could not be read from a tree.
#[derive(Debug, Error)]
pub enum TreeError {
    /// An object is missing or corrupt.
    #[error("reading the tree")]
    Object(#[from] ObjectError),
    /// The commit has no single reading.
    #[error("commit {commit} is malformed")]
    Commit {
        /// The commit.
        commit: ObjectId,
        /// What is wrong with it.
        source: CommitError,
    },
    /// A tree object is malformed.
    #[error("tree {tree} is malformed")]
    Tree {
        /// The tree.
        tree: ObjectId,
        /// What is wrong with it.
        source: RawTreeError,
    },
    /// Nothing stands at this path.
    #[error("{path} is not in the tree")]
    NotFound {
        /// The path.
        path: RepoPath,
    },
    /// What stands at or above this path is no file or folder of this repository.
    #[error("{path} is, or is below, a {mode}: only files of this repository are read")]
    NotFile {
        /// The path.
        path: String,
        /// What stands there.
        mode: Mode,
    },
    /// The file's content is in a Git LFS store, which no signature covers.
    #[error("{path} is a Git LFS pointer: its content is not in the repository")]
    LfsPointer {
        /// The path.
        path: RepoPath,
    },
    /// The file is larger than any document may be.
    #[error(
        "{path} has {bytes} bytes, more than the {} that a file may have to be read",
        super::MAX_FILE
    )]
    TooLarge {
        /// The path.
        path: RepoPath,
        /// Its length.
        bytes: u64,
    },
    /// A name in the tree is not one that documents and cluster can use.
    #[error("the tree holds a file whose path is not usable: \"{path}\"")]
    Path {
        /// The path, escaped.
        path: String,
    },
    /// The folder unfolds beyond the limits.
    #[error(
        "{path} holds more than {} files, {} levels, or {} bytes of paths",
        diff::MAX_PATHS,
        diff::MAX_DEPTH,
        diff::MAX_PATH_BYTES
    )]
    TooMany {
        /// The folder.
        path: String,
    },
}

impl From<diff::DiffError> for TreeError {
    /// Why a whole tree, which is its difference from none, could not be listed.
    fn from(error: diff::DiffError) -> Self {
        match error {
            diff::DiffError::Object(error) => Self::Object(error),
            diff::DiffError::Tree { tree, source } => Self::Tree { tree, source },
            diff::DiffError::TooDeep | diff::DiffError::TooMany => Self::TooMany {
                path: "the whole tree".to_owned(),
            },
        }
    }
}

/// Why the fleet's documents could not be read from a tree.
#[derive(Debug, Error)]
pub enum FleetError {
    /// A document could not be read from the tree.
    #[error("reading the fleet's documents")]
    Tree(#[from] TreeError),
    /// The policy could not be parsed.
    #[error("parsing the fleet's documents")]
    Document(#[from] DocumentError),
}
