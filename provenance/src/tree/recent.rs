//! The trees that were read last: a commit has most of its own in common with those before.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::diff::{self, Change, DiffError};
use super::raw::RawTree;
use crate::ObjectId;
use crate::object::{self, Kind, Objects};

/// A store's trees, of which those that were read last are kept: they were hashed then.
pub(crate) struct Trees<'a> {
    objects: &'a dyn Objects,
    kept: RefCell<Kept>,
    /// What was found out ahead, by the old tree and the new one.
    ahead: RefCell<BTreeMap<[ObjectId; 2], Vec<Change>>>,
    /// How many more entries may be looked at.
    allowed: Cell<usize>,
}

/// The most bytes that the trees which are kept have together as objects: 4 MiB, which take about four times as much.
const MOST: usize = 4 << 20;
/// The most entries that are looked at ahead for each step, on average.
const ENTRIES_AHEAD: usize = 4096;
/// The most bytes that the changes take which are found out ahead, but for those of one step: 4 MiB.
const CHANGES_AHEAD: usize = 4 << 20;

#[derive(Default)]
struct Kept {
    trees: BTreeMap<ObjectId, Arc<RawTree>>,
    bytes: usize,
}

impl<'a> Trees<'a> {
    pub(crate) fn of(objects: &'a dyn Objects) -> Self {
        Self {
            objects,
            kept: RefCell::default(),
            ahead: RefCell::default(),
            allowed: Cell::new(usize::MAX),
        }
    }

    /// Finds out how each of these trees differs from the one before, as far as that takes little, so that it is known when
    /// it is asked for. What is wrong with any of them is left for then.
    ///
    /// The last one comes first: a pack holds an old tree as what it differs in from a newer one, and that one from one that
    /// is newer still (git-pack-objects(1), "--depth"), so that from the old to the new each would be put together through
    /// all of those behind it.
    pub(crate) fn look_ahead(&self, trees: &[ObjectId]) {
        self.allowed.set(trees.len() * ENTRIES_AHEAD);
        let mut ahead = BTreeMap::new();
        let mut bytes = 0;
        for pair in trees.windows(2).rev() {
            if let [old, new] = *pair
                && let Ok(changes) = diff::differing(self, Some(old), Some(new))
            {
                bytes += changes.iter().map(Change::bytes).sum::<usize>();
                ahead.insert([old, new], changes);
            }
            if bytes > CHANGES_AHEAD {
                break;
            }
        }
        self.allowed.set(usize::MAX);
        self.ahead.replace(ahead);
    }

    /// Every path in which two trees differ, as [`diff`](super::diff()).
    ///
    /// # Errors
    /// As there.
    pub(crate) fn diff(
        &self,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
    ) -> Result<Vec<Change>, DiffError> {
        if let (Some(old), Some(new)) = (old, new)
            && let Some(known) = self.ahead.borrow_mut().remove(&[old, new])
        {
            return Ok(known);
        }
        diff::differing(self, old, new)
    }

    /// The entries of a tree.
    pub(super) fn read(&self, tree: ObjectId) -> Result<Arc<RawTree>, DiffError> {
        if self.allowed.get() == 0 {
            return Err(DiffError::TooMany);
        }
        let read = self.read_any(tree)?;
        let allowed = self.allowed.get().saturating_sub(read.entries.len() + 1);
        self.allowed.set(allowed);
        Ok(read)
    }

    fn read_any(&self, tree: ObjectId) -> Result<Arc<RawTree>, DiffError> {
        if let Some(known) = self.kept.borrow().trees.get(&tree) {
            return Ok(Arc::clone(known));
        }
        let bytes = object::read(self.objects, &tree, Kind::Tree)?;
        let read = RawTree::parse(&bytes).map_err(|source| DiffError::Tree { tree, source })?;
        let read = Arc::new(read);
        self.kept.borrow_mut().keep(tree, &read, bytes.len());
        Ok(read)
    }
}

impl Kept {
    /// Keeps a tree as well or, where that would be too much, in the place of all others.
    fn keep(&mut self, id: ObjectId, tree: &Arc<RawTree>, bytes: usize) {
        if self.bytes + bytes > MOST {
            *self = Self::default();
        }
        if bytes <= MOST {
            self.bytes += bytes;
            self.trees.insert(id, Arc::clone(tree));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::{MemoryObjects, Mode, Object, ReadError};

    #[derive(Default)]
    struct Counting(MemoryObjects, AtomicUsize);

    impl Objects for Counting {
        fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.read(id)
        }
    }

    #[test]
    fn a_tree_that_was_read_for_one_step_is_not_read_for_the_next() {
        let store = Counting::default();
        let [one, two, three] =
            ["1", "2", "3"].map(|content| store.0.write_files([("a/b", content)]));
        let trees = Trees::of(&store);
        trees.diff(Some(one), Some(two)).unwrap();
        assert_eq!(store.1.swap(0, Ordering::Relaxed), 4);
        trees.diff(Some(two), Some(three)).unwrap();
        assert_eq!(store.1.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn what_was_found_out_ahead_is_not_read_again() {
        let store = Counting::default();
        let files = |number: u32| [("a/b".to_owned(), number), ("c/d".to_owned(), number / 2)];
        let files = |number| files(number).map(|(path, number)| (path, number.to_string()));
        let trees = [0, 1, 2, 3, 3].map(|number| store.0.write_files(files(number)));
        let expected = |pair: &[ObjectId]| {
            let objects = Trees::of(&store.0);
            objects.diff(Some(pair[0]), Some(pair[1])).unwrap()
        };
        let ahead = Trees::of(&store);
        ahead.look_ahead(&trees);
        store.1.store(0, Ordering::Relaxed);
        for pair in trees.windows(2) {
            let changes = ahead.diff(Some(pair[0]), Some(pair[1])).unwrap();
            assert_eq!(changes, expected(pair));
        }
        assert_eq!(store.1.load(Ordering::Relaxed), 0);
        let across = ahead.diff(Some(trees[0]), Some(trees[3])).unwrap();
        assert_eq!(across, expected(&[trees[0], trees[3]]));
    }

    #[test]
    fn what_takes_much_is_not_found_out_ahead() {
        let store = Counting::default();
        let blob = store.0.write(Kind::Blob, "");
        let name = |number: usize| (Mode::File, format!("{number:05}"), blob);
        let [one, two] = [0, 1].map(|also| {
            let names = (0..ENTRIES_AHEAD * 3 / 2 + also).map(name);
            let large = store.0.write_tree(names);
            store.0.write_tree([(Mode::Folder, "large", large)])
        });
        let small = store.0.write_files([("a", "b")]);
        let trees = Trees::of(&store);
        trees.look_ahead(&[one, two, small]);
        let mut ahead = trees.ahead.borrow().clone().into_keys();
        assert_eq!(ahead.next(), Some([two, small]));
        assert_eq!(ahead.next(), None);
        let changes = trees.diff(Some(one), Some(two)).unwrap();
        assert_eq!(changes.len(), 1);
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let store = Counting::default();
        let blob = store.0.write(Kind::Blob, "");
        let trees = Trees::of(&store);
        let name = |folder: usize, file: usize| format!("{folder}{}{file}", "a".repeat(200));
        for folder in 0..10 {
            let names = (0..4_000).map(|file| (Mode::File, name(folder, file), blob));
            let folder = store.0.write_tree(names);
            trees.read(folder).unwrap();
            let kept = trees.kept.borrow();
            assert!(
                kept.bytes <= MOST && kept.trees.len() <= 4,
                "{}",
                kept.bytes
            );
            assert!(kept.trees.contains_key(&folder));
        }
        let names = (0..20_000).map(|file| (Mode::File, name(0, file), blob));
        trees.read(store.0.write_tree(names)).unwrap();
        assert!(trees.kept.borrow().trees.is_empty());
    }
}
