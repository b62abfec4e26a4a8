//! Since when parts of files are what they are.

mod differing;
mod versions;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use gix::Repository;
use signet_provenance::ObjectId;
use thiserror::Error;

use crate::Store;
use crate::store::{ours, theirs};
use differing::{Differing, Wanted};

pub use versions::Seen;

/// A file of the commit at which a search begins, and the parts of it that are searched for.
#[derive(Debug, Clone)]
pub struct Parts<P> {
    /// The file's path.
    pub path: String,
    /// The parts.
    pub parts: Vec<P>,
}

/// The commit that made a part of a file what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastChange<P> {
    /// The file's path.
    pub path: String,
    /// The part.
    pub part: P,
    /// The commit.
    pub commit: ObjectId,
    /// The committer's date, in seconds since 1970: what the committer says, no more.
    pub seconds: i64,
}

/// The history cannot be read.
#[derive(Debug, Error)]
#[error("cannot read {object} of the history")]
pub struct HistoryError {
    /// The commit or tree.
    pub object: ObjectId,
    /// The cause.
    pub source: gix::Error,
}

/// For each commit that is still to be looked at, newest first, the parts that stand there as they do at the tip.
type Pending<P> = BTreeMap<(i64, gix::ObjectId), BTreeMap<usize, Vec<P>>>;

impl Store {
    /// For each part the commit that made it what it is at the tip, in one walk for all files. Files that the tip does
    /// not have are left out.
    ///
    /// As in `git log`, a part that is the same in any parent of a commit was not changed by it. `is_same` is asked only
    /// about two versions of a file that differ, the newer one first. A file that was renamed begins with that.
    ///
    /// # Errors
    /// [`HistoryError`] where a commit or a tree cannot be read.
    pub fn last_changes<P>(
        &self,
        tip: ObjectId,
        files: Vec<Parts<P>>,
        is_same: impl FnMut(&str, ObjectId, ObjectId, &P) -> bool,
    ) -> Result<Vec<LastChange<P>>, HistoryError> {
        let mut repository = self.repository();
        repository.object_cache_size_if_unset(8 << 20);
        let (paths, parts) = files
            .into_iter()
            .map(|file| (file.path, file.parts))
            .unzip();
        let paths: Vec<String> = paths;
        let walk = Walk {
            repository: &repository,
            wanted: Wanted::of(&paths),
            paths,
            is_same,
            pending: Pending::new(),
            found: Vec::new(),
        };
        walk.run(theirs(&tip), parts)
    }
}

struct Walk<'r, P, F> {
    repository: &'r Repository,
    paths: Vec<String>,
    wanted: Wanted,
    is_same: F,
    pending: Pending<P>,
    found: Vec<LastChange<P>>,
}

/// What is read of a commit.
struct Commit {
    tree: gix::ObjectId,
    parents: Vec<gix::ObjectId>,
    seconds: i64,
}

impl<P, F: FnMut(&str, ObjectId, ObjectId, &P) -> bool> Walk<'_, P, F> {
    fn run(
        mut self,
        tip: gix::ObjectId,
        parts: Vec<Vec<P>>,
    ) -> Result<Vec<LastChange<P>>, HistoryError> {
        let Commit { tree, seconds, .. } = Commit::read(self.repository, tip)?;
        let there = self.wanted.differing(self.repository, Some(tree), None)?;
        let mut parts: BTreeMap<usize, Vec<P>> = parts.into_iter().enumerate().collect();
        parts.retain(|file, _| there.iter().any(|one| one.file == *file));
        self.pending.insert((seconds, tip), parts);
        while let Some(((_, id), files)) = self.pending.pop_last() {
            self.step(id, files)?;
        }
        Ok(self.found)
    }

    /// Hands each part on to a parent that has it too; what is left was changed here.
    fn step(
        &mut self,
        id: gix::ObjectId,
        mut files: BTreeMap<usize, Vec<P>>,
    ) -> Result<(), HistoryError> {
        let commit = Commit::read(self.repository, id)?;
        let mut changed = Vec::new();
        for parent in &commit.parents {
            let read = Commit::read(self.repository, *parent)?;
            let place = (read.seconds, *parent);
            let (here, there) = (Some(commit.tree), Some(read.tree));
            let differ = self.wanted.differing(self.repository, here, there)?;
            let is_other = |file: &usize| differ.iter().any(|one| one.file == *file);
            for (file, parts) in files.extract_if(.., |file, _| !is_other(file)) {
                hand_on(&mut self.pending, place, file, parts);
            }
            changed.push((place, differ));
        }
        for (place, differ) in changed {
            self.hand_on_parts(place, &differ, &mut files);
        }
        self.keep(id, commit.seconds, files);
        Ok(())
    }

    /// Of files that differ from all parents, hands on the parts that are the same in this one.
    fn hand_on_parts(
        &mut self,
        place: (i64, gix::ObjectId),
        differ: &[Differing],
        files: &mut BTreeMap<usize, Vec<P>>,
    ) {
        for one in differ {
            let (Some(newer), Some(older)) = (one.here, one.there) else {
                continue;
            };
            let Some(parts) = files.get_mut(&one.file) else {
                continue;
            };
            let (path, is_same) = (&self.paths[one.file], &mut self.is_same);
            let same = parts
                .extract_if(.., |part| is_same(path, ours(&newer), ours(&older), part))
                .collect();
            hand_on(&mut self.pending, place, one.file, same);
        }
    }

    fn keep(&mut self, id: gix::ObjectId, seconds: i64, files: BTreeMap<usize, Vec<P>>) {
        for (file, parts) in files {
            let path = &self.paths[file];
            self.found.extend(parts.into_iter().map(|part| LastChange {
                path: path.clone(),
                part,
                commit: ours(&id),
                seconds,
            }));
        }
    }
}

impl Commit {
    fn read(repository: &Repository, id: gix::ObjectId) -> Result<Self, HistoryError> {
        let read = || -> Result<Self, gix::Error> {
            let commit = repository.find_commit(id)?;
            Ok(Self {
                tree: commit.tree_id()?.detach(),
                parents: commit.parent_ids().map(gix::Id::detach).collect(),
                seconds: commit.time()?.seconds,
            })
        };
        read().map_err(|source| unreadable(id, source))
    }
}

fn hand_on<P>(pending: &mut Pending<P>, place: (i64, gix::ObjectId), file: usize, parts: Vec<P>) {
    if !parts.is_empty() {
        let files = pending.entry(place).or_default();
        files.entry(file).or_default().extend(parts);
    }
}

fn unreadable(object: gix::ObjectId, source: gix::Error) -> HistoryError {
    HistoryError {
        object: ours(&object),
        source,
    }
}
