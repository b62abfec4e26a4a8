//! Making a commit, signed in process.

mod ident;
mod tree;

use std::collections::BTreeMap;

use gix::prelude::Write as _;
use jiff::Timestamp;
use signet_api::RepoPath;
use signet_provenance::{Commit, KeyError, Mode, ObjectId, TreeError, key_fingerprint};
use thiserror::Error;

use crate::store::{ours, system_error};
use crate::{SshKey, Store, StoreError};

pub use ident::Ident;

/// A commit that is to be made.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The commit that it goes on from.
    pub parent: ObjectId,
    /// What files are to hold; those with `None` go. A file keeps being executable, and a new one is not.
    pub changes: BTreeMap<RepoPath, Option<Vec<u8>>>,
    /// Who wrote it.
    pub author: Ident,
    /// Who makes the commit.
    pub committer: Ident,
    /// What it says; a line feed is put behind its last line.
    pub message: String,
}

impl Store {
    /// Writes a commit that is signed by the key as git has `ssh-keygen` sign one, and returns it. Only a push makes it
    /// more than an object here: a store that is rebuilt forgets it.
    ///
    /// It waits for a fetch that is under way, so call it where a thread may block.
    ///
    /// # Errors
    /// [`CommitError`]. The store then holds what it held before, apart from unreachable objects.
    pub fn commit(&self, draft: &Draft, key: &SshKey) -> Result<ObjectId, CommitError> {
        draft.author.check()?;
        draft.committer.check()?;
        let public = key.public().map_err(CommitError::Sign)?;
        key_fingerprint(&public).map_err(CommitError::Key)?;
        let _others_wait = self.lock();
        let tree = tree::changed(self, draft)?;
        let bytes = signed(draft, tree, key)?;
        // Nobody could verify what cannot be read.
        Commit::parse(&bytes).map_err(CommitError::Form)?;
        let written = self
            .repository()
            .write_buf(gix::objs::Kind::Commit, &bytes)
            .map_err(|error| unwritten(self, error))?;
        Ok(ours(&written))
    }
}

/// The commit's bytes, in which the signature follows the committer (`add_header_signature` in git's `commit.c`).
fn signed(draft: &Draft, tree: ObjectId, key: &SshKey) -> Result<Vec<u8>, CommitError> {
    let Draft {
        parent,
        changes: _,
        author,
        committer,
        message,
    } = draft;
    let header = format!("tree {tree}\nparent {parent}\nauthor {author}\ncommitter {committer}\n");
    let body = format!("\n{}\n", message.trim_end_matches('\n'));
    let signature = key.sign(format!("{header}{body}").as_bytes());
    let signature = signature.map_err(CommitError::Sign)?;
    let signature = signature.trim_end().replace('\n', "\n ");
    Ok(format!("{header}gpgsig {signature}\n{body}").into_bytes())
}

fn unwritten(store: &Store, error: gix::Error) -> CommitError {
    let source = system_error(&error).unwrap_or_else(|| std::io::Error::other(error));
    store.write_error(source).into()
}

/// Why no commit was made.
#[derive(Debug, Error)]
pub enum CommitError {
    /// The commit to go on from, or its tree, cannot be read.
    #[error("cannot read {parent}, which the commit is to go on from")]
    Parent {
        /// The commit.
        parent: ObjectId,
        /// The cause.
        source: TreeError,
    },
    /// A name or a mail address that no commit holds.
    #[error("cannot commit in the name of {ident:?}: {what}")]
    Ident {
        /// The name or the mail address.
        ident: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A time that no commit holds.
    #[error("cannot commit at {time}, which is before 1970")]
    Time {
        /// The time.
        time: Timestamp,
    },
    /// No file can be at the path.
    #[error("cannot commit {path}: {what}")]
    Path {
        /// The path.
        path: RepoPath,
        /// Why not.
        what: &'static str,
    },
    /// Something else than a file is there, or in the place of a folder above it.
    #[error("cannot change {path}: {at} is a {mode}")]
    InTheWay {
        /// The path.
        path: RepoPath,
        /// Where it is.
        at: RepoPath,
        /// What it is.
        mode: Mode,
    },
    /// A file that is to go is not there.
    #[error("cannot remove {path}, which {parent} does not have")]
    Absent {
        /// The path.
        path: RepoPath,
        /// The commit to go on from.
        parent: ObjectId,
    },
    /// The files hold what they are to hold already.
    #[error("nothing differs from {parent}")]
    Unchanged {
        /// The commit to go on from.
        parent: ObjectId,
    },
    /// A key whose signatures nobody counts.
    #[error("the key's signatures do not count")]
    Key(#[source] KeyError),
    /// The key does not sign.
    #[error("the key does not sign")]
    Sign(#[source] russh::keys::ssh_key::Error),
    /// What is said of the commit does not make one.
    #[error("the commit would not be read as one")]
    Form(#[source] signet_provenance::CommitError),
    /// The objects cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[cfg(test)]
mod tests;
