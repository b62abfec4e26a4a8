//! Why two versions were not merged.

use std::collections::BTreeSet;
use std::fmt;

use signet_api::RepoPath;
use signet_envelope::{Pointer, ReadError};
use signet_yaml::EditError;
use signet_yaml::edit::PathError;

use crate::SealError;
use crate::flat::FlatError;

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
    /// Nothing says that theirs is the same file: outside of a fleet no seal does, and it is under another data key than ours.
    #[error(
        "the versions of {path} have data keys of their own, so nothing says that they are of the same file"
    )]
    Unrelated {
        /// The file.
        path: RepoPath,
        /// Who would open what it holds.
        recipients: Vec<String>,
    },
    /// The versions have data keys of their own, and one of them is wrapped for somebody for whom no new one can be.
    #[error("the versions have data keys of their own, and what is merged would need a new one")]
    Foreign {
        /// The values that ours, and those that theirs, changed, put in or took out since their common version.
        changed: Box<[BTreeSet<Pointer>; 2]>,
        /// For whom.
        #[source]
        source: Box<SealError>,
    },
    /// A side has put in or taken out documents that the other one changed, or before them.
    #[error("the two versions of {path} do not have the same documents")]
    Documents {
        /// The file.
        path: RepoPath,
    },
    /// What was decided cannot be written into our text.
    #[error("writing what both sides changed into {path}")]
    Unwritable {
        /// The file.
        path: RepoPath,
        /// Why.
        #[source]
        source: Unwritable,
    },
    /// The result cannot be sealed.
    #[error("sealing the merged file")]
    Seal(#[from] SealError),
}

/// Why what a merge decided cannot be written into a text. Nothing here quotes a value.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    /// A comment, or a part of theirs, has no place in our layout.
    #[error("the layout has no place for a part of it")]
    Place,
    /// The text, with all edits made, says something else.
    #[error("the text would say something else than what was decided")]
    Different,
    /// No edit changes this path.
    #[error("a part cannot be changed")]
    Path(#[from] PathError),
    /// No edit changes this line.
    #[error("a line cannot be changed")]
    Flat(#[from] FlatError),
    /// The edits do not fit each other.
    #[error("the changes do not go together")]
    Edit(#[from] EditError),
    /// What comes out is no text of its store.
    #[error("reading what was written")]
    Read(#[from] ReadError),
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        })
    }
}
