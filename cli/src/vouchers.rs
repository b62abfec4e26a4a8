//! Who answers for what is sealed in a file of the work tree: commits and, until it is committed, what Signet wrote itself.

use crate::fleet::{self, Believed};
use crate::own_work::OwnWork;
use crate::pin::Trust;
use crate::repository::Repository;
use signet_api::RepoPath;
use signet_provenance::{Tree, Unverified, Verified};

/// The versions of files that are known to be right.
///
/// Beside HEAD they are the commits that are being merged into it, picked or reverted: without a conflict, they would stand
/// in HEAD by now, and nobody would be asked about them either.
pub(crate) struct Vouchers<M> {
    trees: Vec<Tree<M>>,
    own: OwnWork,
}

impl Vouchers<Unverified> {
    /// Those of a repository whose commits nobody verifies.
    pub(crate) fn of(repository: &Repository) -> Self {
        let tree = |commit| Tree::unverified(repository.store().objects(), commit).ok();
        let head = repository.resolve("HEAD").ok();
        let commits = head.into_iter().chain(repository.in_progress());
        Self {
            trees: commits.filter_map(tree).collect(),
            own: OwnWork::of(repository),
        }
    }
}

impl Vouchers<Verified> {
    /// Those of a fleet's repository: of each commit, the last one up to it that verifies.
    pub(crate) fn of_fleet(repository: &Repository, believed: &Believed, trust: Trust) -> Self {
        let others = repository.in_progress().into_iter().filter_map(|commit| {
            let verdict = fleet::verified(repository, commit, trust).ok();
            verdict.map(|verdict| verdict.tree)
        });
        Self {
            trees: std::iter::once(believed.verdict.tree.clone())
                .chain(others)
                .collect(),
            own: OwnWork::of(repository),
        }
    }
}

impl<M> Vouchers<M> {
    /// The versions that vouch for what is sealed in the file, as it holds these bytes now.
    pub(crate) fn of_file(&self, path: &RepoPath, now: impl AsRef<[u8]>) -> Vec<String> {
        let trees = self.trees.iter();
        let committed = trees.filter_map(|tree| String::from_utf8(tree.read(path).ok()?).ok());
        let now = now.as_ref();
        let own = self.own.has(now).then(|| now.to_vec());
        let own = own.and_then(|own| String::from_utf8(own).ok());
        committed.chain(own).collect()
    }

    /// What Signet wrote into the work tree.
    pub(crate) fn own_work(&self) -> &OwnWork {
        &self.own
    }
}
