//! Why two versions were not merged.

use std::fmt;

use signet_api::RepoPath;

use crate::SealError;

/// One of the two versions that are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one that is checked out; during a rebase that is the branch rebased onto.
    Ours,
    /// The other one.
    Theirs,
}

/// Why two versions of a sealed file were not merged. Nothing here quotes a value.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A version cannot be read or opened, is none for this place, or is not as somebody with its key left it.
    #[error("{side} of the two versions cannot be merged")]
    Side {
        /// Which.
        side: Side,
        /// Why.
        #[source]
        source: SealError,
    },
    /// The versions differ in what is sealed.
    #[error("the two versions of {path} differ in which values are sealed")]
    Rule {
        /// The file.
        path: RepoPath,
    },
    /// The versions differ in for whom they are sealed, and not by age recipients alone.
    #[error("the two versions of {path} differ in how their data key is wrapped or split")]
    Recipients {
        /// The file.
        path: RepoPath,
    },
    /// The result needs a new data key, and one side alone names some of those whom it would be wrapped for.
    #[error("only one of the two versions of {path} names some of those for whom it is sealed")]
    Strangers {
        /// The file.
        path: RepoPath,
        /// Whom.
        recipients: Vec<String>,
    },
    /// A side has put in or taken out documents that the other one changed, or before them.
    #[error("the two versions of {path} do not have the same documents")]
    Documents {
        /// The file.
        path: RepoPath,
    },
    /// The result cannot be sealed.
    #[error("sealing the merged file")]
    Seal(#[from] SealError),
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        })
    }
}
