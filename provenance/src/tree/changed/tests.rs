use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;
use crate::{Kind, MemoryObjects, Object, Objects, ReadError, Unverified};

/// Counts what is read.
#[derive(Default)]
struct Counting(MemoryObjects, AtomicUsize);

impl Objects for Counting {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.read(id)
    }
}

impl Counting {
    fn tree<'a>(
        self: &Arc<Self>,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Tree<Unverified> {
        let id = self.0.write_files(files);
        Tree::of_tree(self.clone(), id)
    }

    fn reads(&self) -> usize {
        self.1.load(Ordering::Relaxed)
    }
}

fn path(text: &str) -> RepoPath {
    text.parse().unwrap()
}

/// The changed paths as text.
fn changed(new: &Tree<Unverified>, old: &Tree<Unverified>, at: &str) -> Vec<String> {
    let changed = new.changed(old, &path(at)).unwrap();
    let texts = changed.into_iter().map(String::from_utf8);
    texts.collect::<Result<_, _>>().unwrap()
}

#[test]
fn an_untouched_tenant_reads_the_trees_on_its_path_at_most() {
    let objects = Arc::new(Counting::default());
    let fleet: Vec<String> = (0..50)
        .flat_map(|tenant| (0..20).map(move |file| format!("tenants/t{tenant}/prod/{file}.yaml")))
        .collect();
    let files = |changed: &'static str| {
        let content = move |path: &str| if path == changed { "new" } else { "old" };
        let pairs = fleet.iter().map(move |path| (&**path, content(path)));
        pairs.collect::<Vec<_>>()
    };
    let old = objects.tree(files(""));
    let new = objects.tree(files("tenants/t7/prod/3.yaml"));

    // Both trees' root and `tenants`, once for all tenants.
    for tenant in (0..50).filter(|tenant| *tenant != 7) {
        assert!(changed(&new, &old, &format!("tenants/t{tenant}/prod")).is_empty());
        assert_eq!(objects.reads(), 4);
    }
    // Where a folder on the way is the same, nothing behind it is read.
    let before = objects.reads();
    let (old, new) = (objects.tree(files("")), objects.tree(files("")));
    assert!(changed(&new, &old, "tenants/t7/prod").is_empty());
    assert_eq!(objects.reads(), before);
}

#[test]
fn names_what_came_went_and_became_another_and_nothing_elsewhere() {
    let objects = Arc::new(Counting::default());
    let old = objects.tree([("r/a", "1"), ("r/b/c", "2"), ("r/d", "3"), ("s", "4")]);
    let new = objects.tree([("r/a", "1"), ("r/b/c", "9"), ("r/e", "3"), ("s", "9")]);
    assert_eq!(changed(&new, &old, "r"), ["r/b/c", "r/d", "r/e"]);
    assert_eq!(changed(&new, &old, "r/b"), ["r/b/c"]);
    assert_eq!(changed(&new, &old, "s"), ["s"]);
    assert!(changed(&new, &old, "r/a").is_empty());
    assert!(changed(&new, &old, "none").is_empty());
}

#[test]
fn a_folder_that_comes_goes_or_takes_a_files_place_is_all_its_paths() {
    let objects = Arc::new(Counting::default());
    let file = objects.tree([("r", "1")]);
    let folder = objects.tree([("r/a", "1"), ("r/b", "2")]);
    let nothing = objects.tree([("s", "1")]);
    assert_eq!(changed(&folder, &nothing, "r"), ["r/a", "r/b"]);
    assert_eq!(changed(&nothing, &folder, "r"), ["r/a", "r/b"]);
    assert_eq!(changed(&folder, &file, "r"), ["r", "r/a", "r/b"]);
    assert_eq!(changed(&file, &nothing, "r"), ["r"]);
}

#[test]
fn a_mode_alone_is_a_change() {
    let objects = Arc::new(Counting::default());
    let blob = objects.0.write(Kind::Blob, "x");
    let tree = |mode| {
        let folder = objects.0.write_tree([(mode, "x", blob)]);
        let root = objects.0.write_tree([(Mode::Folder, "r", folder)]);
        Tree::<Unverified>::of_tree(objects.clone(), root)
    };
    let (old, new) = (tree(Mode::File), tree(Mode::Executable));
    assert_eq!(changed(&new, &old, "r"), ["r/x"]);
}

#[test]
fn a_folder_whose_bytes_were_exchanged_is_no_answer() {
    struct Exchanged(Arc<Counting>, ObjectId);
    impl Objects for Exchanged {
        fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError> {
            let mut found = self.0.read(id)?;
            if let Some(object) = found.as_mut().filter(|_| *id == self.1) {
                object.bytes.clear();
            }
            Ok(found)
        }
    }
    let objects = Arc::new(Counting::default());
    let (old, new) = (objects.tree([("r/a", "1")]), objects.tree([("r/a", "2")]));
    for lost in [old.id(), new.subtree_id(&path("r")).unwrap().unwrap()] {
        let store = Arc::new(Exchanged(objects.clone(), lost));
        let [old, new] =
            [old.id(), new.id()].map(|id| Tree::<Unverified>::of_tree(store.clone(), id));
        let error = new.changed(&old, &path("r")).unwrap_err();
        assert!(matches!(error, TreeError::Object(_)), "{error}");
    }
}

proptest! {
    #[test]
    fn is_what_comparing_all_paths_comes_to(
        old in files(),
        new in files(),
        at in prop::sample::select(vec!["a", "b", "a/a", "a/b", "b/a/b"]),
    ) {
        let objects = Arc::new(Counting::default());
        let [old, new] = [old, new].map(|files| {
            objects.tree(files.iter().map(|(path, content)| (&**path, &**content)))
        });
        let [before, after] = [&old, &new].map(|tree| {
            tree.paths().unwrap().into_iter().collect::<BTreeMap<_, _>>()
        });
        let below = |path: &&Vec<u8>| {
            let rest = path.strip_prefix(at.as_bytes());
            rest.is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
        };
        let mut expected: Vec<_> = before.keys().chain(after.keys())
            .filter(|path| before.get(*path) != after.get(*path))
            .filter(below)
            .cloned()
            .collect();
        expected.sort_unstable();
        expected.dedup();
        prop_assert_eq!(new.changed(&old, &path(at)).unwrap(), expected);
    }
}

/// A few files, none of them a folder as well.
fn files() -> impl Strategy<Value = BTreeMap<String, String>> {
    let path = prop::collection::vec(prop::sample::select(vec!["a", "b"]), 1..4);
    let files = prop::collection::btree_map(path, prop::sample::select(vec!["1", "2"]), 1..6);
    files.prop_map(|files| {
        let mut kept: Vec<(Vec<&str>, &str)> = Vec::new();
        for (path, content) in files {
            if !kept.iter().any(|(other, _)| path.starts_with(other)) {
                kept.push((path, content));
            }
        }
        let named = kept
            .into_iter()
            .map(|(path, content)| (path.join("/"), content.to_owned()));
        named.collect()
    })
}
