//! Why a commit was not pushed.

use std::path::PathBuf;

use signet_provenance::{ObjectId, VerifyError};
use thiserror::Error;

use crate::{FetchError, Remote};

/// Why a commit was not pushed. No message holds credentials.
#[derive(Debug, Error)]
pub enum PushError {
    /// The ref stands elsewhere: somebody else pushed, perhaps this very commit. Nothing was changed.
    #[error(
        "{reference} of {remote} {} and not {}; fetch, and go on from what is there",
        standing(*found), standing(*expected)
    )]
    Moved {
        /// The remote's URL.
        remote: String,
        /// The ref's full name.
        reference: String,
        /// Where it was expected to stand; nowhere, if it was to be made.
        expected: Option<ObjectId>,
        /// Where it stands; nowhere, if there is none.
        found: Option<ObjectId>,
    },
    /// The remote does not take it: a hook or a rule of the host's, perhaps.
    #[error(
        "{remote} does not take {commit} for {reference}: {why}{}{words}",
        if words.is_empty() { "" } else { "; it says: " }
    )]
    Rejected {
        /// The remote's URL.
        remote: String,
        /// The ref's full name.
        reference: String,
        /// The commit.
        commit: ObjectId,
        /// The remote's reason, made harmless.
        why: String,
        /// What else it said, made harmless; a hook's words, for instance.
        words: String,
    },
    /// The remote was told, and its answer did not come or makes no sense. Fetching shows what is there.
    #[error(
        "it is not known whether {remote} took {commit} for {reference}; fetch before pushing again"
    )]
    Unknown {
        /// The remote's URL.
        remote: String,
        /// The ref's full name.
        reference: String,
        /// The commit.
        commit: ObjectId,
        /// The cause.
        source: Box<FetchError>,
    },
    /// The commit's first parents do not lead to where the ref is expected to stand: that would be taken back.
    #[error("{commit} does not go on from {expected}, which a push would take back")]
    NotAhead {
        /// The commit.
        commit: ObjectId,
        /// Where the ref is expected to stand.
        expected: ObjectId,
    },
    /// What the commit goes on from cannot be read.
    #[error("cannot find out what {commit} goes on from")]
    History {
        /// The commit.
        commit: ObjectId,
        /// The cause.
        source: Box<VerifyError>,
    },
    /// An object behind the commit cannot be read.
    #[error("cannot read all that is behind {commit} and the remote lacks")]
    Objects {
        /// The commit.
        commit: ObjectId,
        /// The cause.
        source: gix::Error,
    },
    /// What the remote lacks is more than is sent at once.
    #[error(
        "{remote} lacks more than the 64 MiB that a push brings; push a commit before {commit} first"
    )]
    TooLarge {
        /// The remote's URL.
        remote: String,
        /// The commit.
        commit: ObjectId,
    },
    /// The folder's repository has a hook, and no process is started here.
    #[error("{} is to be asked about a push, and hooks are not run here; push with git", hook.display())]
    Hook {
        /// The hook.
        hook: PathBuf,
    },
    /// The folder's repository has files checked out.
    #[error("{remote} has a work tree, which a push would leave behind; push to a bare repository")]
    WorkTree {
        /// The remote's URL.
        remote: String,
    },
    /// The remote could not be talked to, and was told nothing.
    #[error(transparent)]
    Remote(#[from] FetchError),
}

impl PushError {
    pub(super) fn unknown(remote: &Remote, commit: ObjectId, source: FetchError) -> Self {
        Self::Unknown {
            remote: remote.to_string(),
            reference: remote.reference().to_owned(),
            commit,
            source: Box::new(source),
        }
    }
}

fn standing(at: Option<ObjectId>) -> String {
    match at {
        Some(commit) => format!("stands at {commit}"),
        None => "is absent".to_owned(),
    }
}
