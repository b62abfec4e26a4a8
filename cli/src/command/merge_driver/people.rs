//! Whom the commits that are merged take into a fleet's file or out of it.

use crate::failure::Result;
use crate::fleet;
use crate::pin::Trust;
use crate::repository::Repository;
use signet_api::{Fleet, RepoPath};
use signet_envelope::{Recipients, recipients};
use signet_provenance::ObjectId;
use std::collections::BTreeSet;
use std::env;

/// What git calls each commit that it merges, in the environment of a driver (`builtin/merge.c`): a prefix, and the commit.
const GITHEAD: &str = "GITHEAD_";

/// Recipients of a file who come and who go.
#[derive(Default)]
pub(super) struct Moves {
    pub(super) come: BTreeSet<String>,
    pub(super) gone: BTreeSet<String>,
}

impl Moves {
    /// Those of the commits that Git merges into HEAD, by what their documents say of the file and what those say that they have
    /// in common with HEAD.
    ///
    /// Git changes the work tree once all files are merged, so the documents in it are still those of HEAD. Where it says of
    /// no commit, as in a rebase, and of commits that do not verify, nobody comes or goes.
    ///
    /// # Errors
    /// Those of git.
    pub(super) fn of_merge(repository: &Repository, path: &RepoPath, trust: Trust) -> Result<Self> {
        let mut moves = Self::default();
        for commit in merged_commits() {
            let words = ["merge-base", "HEAD", &commit.to_string()];
            let base = repository.git().read(&words)?;
            let fleets = [Some(commit), base.trim().parse().ok()].map(|commit| {
                let verdict = fleet::verified(repository.store(), commit?, trust).ok()?;
                verdict.tree.fleet().ok()
            });
            if let [Some(theirs), Some(base)] = &fleets {
                let [theirs, base] = [theirs, base].map(|fleet| people(fleet, path));
                moves.come.extend(&theirs.required - &base.required);
                moves.gone.extend(&all(&base) - &all(&theirs));
            }
        }
        Ok(moves)
    }
}

fn merged_commits() -> Vec<ObjectId> {
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let commits = names.filter_map(|name| name.strip_prefix(GITHEAD)?.parse().ok());
    commits.collect()
}

/// Nobody where the documents know no owner of the path.
fn people(fleet: &Fleet, path: &RepoPath) -> Recipients {
    recipients(fleet, path).unwrap_or_default()
}

fn all(people: &Recipients) -> BTreeSet<String> {
    &people.required | &people.transitional
}
