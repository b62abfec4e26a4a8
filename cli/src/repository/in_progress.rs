//! What Git is bringing into HEAD while it waits for a person.

use super::Repository;
use signet_provenance::{Commit, ObjectId};
use std::fs;

/// A commit that is brought together with HEAD.
pub(crate) struct Side {
    /// What a person calls it.
    pub(crate) name: &'static str,
    pub(crate) commit: ObjectId,
}

/// What a commit that is merged is called, and the file that names it.
pub(crate) const MERGE: &str = "MERGE_HEAD";

/// Files with the commits themselves, one on a line (gitrevisions(7)).
const BROUGHT_IN: [&str; 3] = [MERGE, "CHERRY_PICK_HEAD", "REBASE_HEAD"];

/// The file with a commit whose parent is brought in.
const TAKEN_BACK: &str = "REVERT_HEAD";

impl Repository<'_> {
    /// The commits that are being merged, picked or rebased in this work tree, and those that a revert goes back to.
    pub(crate) fn in_progress(&self) -> Vec<Side> {
        let brought_in = BROUGHT_IN.into_iter().flat_map(|name| {
            let commits = self.commits_in(name).into_iter();
            commits.map(move |commit| Side { name, commit })
        });
        let reverted = self.commits_in(TAKEN_BACK).into_iter();
        let before = reverted
            .flat_map(|commit| self.parents(commit))
            .map(|commit| Side {
                name: "the parent of REVERT_HEAD",
                commit,
            });
        brought_in.chain(before).collect()
    }

    /// What Git made of all files when it stopped, with the lines of both sides where they conflict: a tree.
    pub(crate) fn left_by_merge(&self) -> Option<ObjectId> {
        self.commits_in("AUTO_MERGE").pop()
    }

    /// Not by `resolve`: somebody's tag of such a name would do for it.
    fn commits_in(&self, name: &str) -> Vec<ObjectId> {
        let text = fs::read_to_string(self.store().git_dir().join(name));
        let text = text.unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    }

    fn parents(&self, commit: ObjectId) -> Vec<ObjectId> {
        let object = self.store().objects().read(&commit).ok().flatten();
        let commit = object.and_then(|object| Commit::parse(&object.bytes).ok());
        commit.map(|commit| commit.parents).unwrap_or_default()
    }
}
