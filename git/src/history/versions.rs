//! What files were at earlier times.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use gix::Repository;
use signet_provenance::ObjectId;

use super::differing::Wanted;
use super::{Commit, HistoryError};
use crate::Store;
use crate::store::{ours, theirs};

/// A version of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Which of the files it is, by the order in which they were asked for.
    pub file: usize,
    /// What it holds.
    pub blob: ObjectId,
    /// A commit that has it so.
    pub commit: ObjectId,
}

/// For each file whether it is still followed.
type Followed = Rc<Vec<bool>>;

impl Store {
    /// Shows each version that files have in the history of some commits, in one walk for all files: that of the commits
    /// first and each once, as the newest commit has it. A file, each of whose paths is asked for once, is followed past a
    /// version if `goes_on` says so of it, and into every parent of a merge, also one whose version the merge left behind. A
    /// file that was renamed begins with that. At most so many commits are looked at, the newest.
    ///
    /// # Errors
    /// [`HistoryError`] where a commit or a tree cannot be read, and whatever `goes_on` fails with.
    pub fn versions<E: From<HistoryError>>(
        &self,
        tips: &[ObjectId],
        paths: &[&str],
        most: usize,
        goes_on: impl FnMut(Seen) -> Result<bool, E>,
    ) -> Result<(), E> {
        let mut repository = self.repository();
        repository.object_cache_size_if_unset(8 << 20);
        let mut walk = Walk {
            repository: &repository,
            wanted: Wanted::of(paths),
            goes_on,
            pending: BTreeMap::new(),
            followed: HashMap::new(),
            answers: HashMap::new(),
        };
        for tip in tips {
            walk.begin(theirs(tip), paths.len())?;
        }
        for _ in 0..most {
            let Some(((_, id), (commit, files))) = walk.pending.pop_last() else {
                break;
            };
            walk.step(id, &commit, files)?;
        }
        Ok(())
    }
}

struct Walk<'r, F> {
    repository: &'r Repository,
    wanted: Wanted,
    goes_on: F,
    /// The commits that are still to be looked at, newest first, with the files that are followed into them.
    pending: BTreeMap<(i64, gix::ObjectId), (Commit, Followed)>,
    /// The files that were followed past a commit: one whose child claims to be older is come by again.
    followed: HashMap<gix::ObjectId, Followed>,
    answers: HashMap<(usize, gix::ObjectId), bool>,
}

impl<E: From<HistoryError>, F: FnMut(Seen) -> Result<bool, E>> Walk<'_, F> {
    fn begin(&mut self, tip: gix::ObjectId, count: usize) -> Result<(), E> {
        let commit = Commit::read(self.repository, tip)?;
        let there = self
            .wanted
            .differing(self.repository, None, Some(commit.tree))?;
        let mut files = vec![false; count];
        for one in there {
            if let Some(blob) = one.there {
                files[one.file] = self.ask(one.file, blob, tip)?;
            }
        }
        self.follow(tip, commit, &Rc::new(files));
        Ok(())
    }

    /// Follows the files into the parents, each as far as it is the same there or goes on.
    fn step(&mut self, id: gix::ObjectId, commit: &Commit, files: Followed) -> Result<(), E> {
        let Some(files) = self.not_yet_followed(id, files) else {
            return Ok(());
        };
        for parent in &commit.parents {
            let read = Commit::read(self.repository, *parent)?;
            let (here, there) = (Some(commit.tree), Some(read.tree));
            let differ = self.wanted.differing(self.repository, here, there)?;
            let mut followed = files.clone();
            for one in differ.iter().filter(|one| files[one.file]) {
                let goes_on = match one.there {
                    Some(blob) => self.ask(one.file, blob, *parent)?,
                    None => false,
                };
                if !goes_on {
                    Rc::make_mut(&mut followed)[one.file] = false;
                }
            }
            self.follow(*parent, read, &followed);
        }
        Ok(())
    }

    fn ask(&mut self, file: usize, blob: gix::ObjectId, commit: gix::ObjectId) -> Result<bool, E> {
        if let Some(answer) = self.answers.get(&(file, blob)) {
            return Ok(*answer);
        }
        let answer = (self.goes_on)(Seen {
            file,
            blob: ours(&blob),
            commit: ours(&commit),
        })?;
        self.answers.insert((file, blob), answer);
        Ok(answer)
    }

    fn follow(&mut self, id: gix::ObjectId, commit: Commit, files: &Followed) {
        if files.contains(&true) {
            let place = (commit.seconds, id);
            let pending = self.pending.entry(place);
            let (_, pending) = pending.or_insert_with(|| (commit, Rc::clone(files)));
            add(pending, files);
        }
    }

    fn not_yet_followed(&mut self, id: gix::ObjectId, mut files: Followed) -> Option<Followed> {
        let Some(before) = self.followed.get_mut(&id) else {
            self.followed.insert(id, files.clone());
            return Some(files);
        };
        for (file, is_known) in before.iter().enumerate() {
            if *is_known && files[file] {
                Rc::make_mut(&mut files)[file] = false;
            }
        }
        add(before, &files);
        files.contains(&true).then_some(files)
    }
}

/// Adds the files that one follows to another.
fn add(to: &mut Followed, files: &Followed) {
    if Rc::ptr_eq(to, files) {
        return;
    }
    for (to, is_one) in Rc::make_mut(to).iter_mut().zip(files.iter()) {
        *to |= is_one;
    }
}
