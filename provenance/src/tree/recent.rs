//! The trees that were read last: a commit has most of its own in common with those before.

use std::cell::RefCell;
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
}

/// The most bytes that the trees which are kept have together as objects: 4 MiB, which take about four times as much.
const MOST: usize = 4 << 20;

#[derive(Default)]
struct Kept {
    trees: BTreeMap<ObjectId, Arc<RawTree>>,
    bytes: usize,
}

impl<'a> Trees<'a> {
    pub(crate) fn of(objects: &'a dyn Objects) -> Self {
        let kept = RefCell::default();
        Self { objects, kept }
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
        diff::differing(self, old, new)
    }

    /// The entries of a tree.
    pub(super) fn read(&self, tree: ObjectId) -> Result<Arc<RawTree>, DiffError> {
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
