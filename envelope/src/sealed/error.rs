//! Why a file is no readable sealed file.

use signet_api::RepoPath;
use signet_yaml::{Position, TypeError};

use crate::{EncError, MetadataError, Pointer, ReadError, WalkError};

/// A file that cannot be read as a sealed file. Nothing here quotes a value.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// It is not of its store, exceeds a limit, repeats a key or has an alias.
    #[error("reading sealed file {path}")]
    Parse {
        /// The file.
        path: RepoPath,
        /// Where and why.
        #[source]
        source: ReadError,
    },
    /// It has a structure that SOPS cannot seal, or not with one meaning.
    #[error("reading sealed file {path}")]
    Tree {
        /// The file.
        path: RepoPath,
        /// Where and why.
        #[source]
        source: WalkError,
    },
    /// A clear value has no type that SOPS knows.
    #[error("reading sealed file {path}")]
    Type {
        /// The file.
        path: RepoPath,
        /// Where and why.
        #[source]
        source: TypeError,
    },
    /// It has no `sops` block.
    #[error("{path} is not sealed: it has no sops block")]
    NotSealed {
        /// The file.
        path: RepoPath,
    },
    /// Its `sops` block cannot be read.
    #[error("reading the sops block of {path}")]
    Metadata {
        /// The file.
        path: RepoPath,
        /// Where and why.
        #[source]
        source: MetadataError,
    },
    /// It has more values than any file needs.
    #[error("{path} has more than {limit} values and comments")]
    TooManyLeaves {
        /// The file.
        path: RepoPath,
        /// The limit.
        limit: usize,
    },
    /// A sealed value is malformed.
    #[error("{path}: {at}: {pointer} is malformed")]
    Leaf {
        /// The file.
        path: RepoPath,
        /// Where the value stands.
        at: Position,
        /// Which value.
        pointer: Pointer,
        /// What is wrong with it.
        #[source]
        source: EncError,
    },
    /// A value that the rule selects is not sealed.
    #[error("{path}: {at}: {pointer} is not sealed")]
    Clear {
        /// The file.
        path: RepoPath,
        /// Where the value stands.
        at: Position,
        /// Which value.
        pointer: Pointer,
    },
}
