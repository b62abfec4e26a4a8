use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::collection::vec;
use proptest::strategy::Strategy;

use super::*;
use crate::{MemoryObjects, Object, ReadError};

fn delta_between(
    objects: &dyn Objects,
    old: ObjectId,
    new: ObjectId,
    within: Option<&RepoPath>,
) -> Result<Option<Delta>, DiffError> {
    let changed = Changed::between(objects, old, new, within)?;
    Ok(changed.map(|changed| changed.delta))
}

/// Two trees that differ in a content, a deletion, a symbolic link, a mode and a submodule.
fn trees(objects: &MemoryObjects) -> (ObjectId, ObjectId) {
    let blob = |text: &str| objects.write(Kind::Blob, text);
    let (one, two) = (blob("1"), blob("2"));
    let old = objects.write_tree([
        (Mode::File, "changed", one),
        (Mode::Executable, "gone", one),
        (Mode::File, "kept", one),
        (Mode::File, "mode", one),
    ]);
    let new = objects.write_tree([
        (Mode::File, "changed", two),
        (Mode::File, "kept", one),
        (Mode::Executable, "mode", one),
    ]);
    let old = objects.write_tree([(Mode::Folder, "a", old)]);
    let submodule = ObjectId::from_hex(&[b'0'; 40]).unwrap();
    let new = objects.write_tree([
        (Mode::Folder, "a", new),
        (Mode::Symlink, "a-b", blob("a/new")),
        (Mode::Submodule, "ü", submodule),
    ]);
    (old, new)
}

fn between(within: Option<&str>) -> Option<String> {
    let objects = MemoryObjects::default();
    let (old, new) = trees(&objects);
    let within = within.map(|path| path.parse().unwrap());
    let delta = delta_between(&objects, old, new, within.as_ref()).unwrap();
    delta.map(|delta| delta.to_string())
}

/// Computed with Python:
/// ```python
/// import hashlib, struct
/// s = lambda x: struct.pack(">I", len(x)) + x
/// h = lambda x: hashlib.sha256(x).digest()
/// lines = [
///     (b"a/changed", b"100644", h(b"1"), b"100644", h(b"2")),
///     (b"a/gone", b"100755", h(b"1"), b"", b""),
///     (b"a-b", b"", b"", b"120000", h(b"a/new")),
///     (b"a/mode", b"100644", h(b"1"), b"100755", h(b"1")),
///     ("ü".encode(), b"", b"", b"160000", h(b"0" * 40)),
/// ]
/// delta = lambda lines: h(b"".join(s(field) for line in sorted(lines) for field in line)).hex()
/// print(delta(lines))
/// print(delta([line for line in lines if line[0].startswith(b"a/")]))
/// print(delta(lines[:1]))
/// ```
#[test]
fn is_the_documented_formula() {
    let all = "3a9053a91d84800ce8fe8ec421ba42ca1e95f78cbf63da429261803a9b3b6bfc";
    let folder = "8f726583369fb74bceb9ed07463c35aafc6a16c71c54405d974d157de55c72a6";
    let file = "e65809e716dc118b7edceb59fd941fee4cfbcb398b901d0372b69e5b142a15f6";
    assert_eq!(between(None).as_deref(), Some(all));
    assert_eq!(between(Some("a")).as_deref(), Some(folder));
    assert_eq!(between(Some("a/changed")).as_deref(), Some(file));
}

#[test]
fn is_none_where_nothing_differs() {
    assert_eq!(between(Some("a/kept")), None);
    assert_eq!(between(Some("a/change")), None);
    let objects = MemoryObjects::default();
    let (old, _) = trees(&objects);
    assert_eq!(delta_between(&objects, old, old, None).unwrap(), None);
}

#[test]
fn has_one_spelling() {
    let delta = between(None).unwrap();
    assert_eq!(delta.parse::<Delta>().unwrap().to_string(), delta);
    for text in [
        "",
        &delta[1..],
        &delta.to_uppercase(),
        &format!("{delta}00"),
    ] {
        assert_eq!(text.parse::<Delta>(), Err(DeltaError), "{text}");
    }
}

#[test]
fn a_folder_and_a_path_are_approved_apart_from_what_else_changes() {
    let objects = MemoryObjects::default();
    let (old, new) = trees(&objects);
    let changes = tree::diff(&objects, Some(old), Some(new)).unwrap();
    let deltas = Deltas::of(&objects, &changes, &Digests::default()).unwrap();
    for (within, covered) in [
        (None, vec!["a-b", "a/changed", "a/gone", "a/mode", "ü"]),
        (Some("a"), vec!["a/changed", "a/gone", "a/mode"]),
        (Some("a/mode"), vec!["a/mode"]),
        (Some("ü"), vec!["ü"]),
    ] {
        let delta = between(within).unwrap().parse().unwrap();
        let range = deltas.covered_by(&delta).unwrap();
        let paths = changes[range]
            .iter()
            .map(|change| str::from_utf8(&change.path).unwrap());
        assert_eq!(paths.collect::<Vec<_>>(), covered, "{within:?}");
    }
    assert_eq!(deltas.covered_by(&Delta([0; 32])), None);
}

/// A store that hands out everything but one blob, which is too large for it.
struct Stingy(MemoryObjects, ObjectId);

impl Objects for Stingy {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError> {
        if *id == self.1 {
            return Err(ReadError::TooLarge { bytes: 1 << 40 });
        }
        self.0.read(id)
    }
}

#[test]
fn what_is_too_large_to_be_read_spoils_its_folders_and_nothing_else() {
    let objects = MemoryObjects::default();
    let large = objects.write(Kind::Blob, "large");
    let nothing = objects.write_tree(Vec::<(Mode, &str, ObjectId)>::new());
    let new = objects.write_files([
        ("a/large", "large"),
        ("a/x", "1"),
        ("b/x", "1"),
        ("b/y", "1"),
    ]);
    let within = |path: &str| {
        let path = path.parse().unwrap();
        delta_between(&objects, nothing, new, Some(&path))
            .unwrap()
            .unwrap()
    };
    let (all, spoilt) = (
        delta_between(&objects, nothing, new, None)
            .unwrap()
            .unwrap(),
        within("a"),
    );
    let (file, folder) = (within("a/x"), within("b"));
    let changes = tree::diff(&objects, None, Some(new)).unwrap();
    let deltas = Deltas::of(&Stingy(objects, large), &changes, &Digests::default()).unwrap();
    assert_eq!(deltas.covered_by(&all), None);
    assert_eq!(deltas.covered_by(&spoilt), None);
    assert_eq!(deltas.covered_by(&file), Some(1..2));
    assert_eq!(deltas.covered_by(&folder), Some(2..4));
}

fn file() -> impl Strategy<Value = (String, String)> {
    ("[ab]{1,2}(/[ab-]{1,2}){0,3}", "[01]")
}

proptest::proptest! {
    /// However the walk through the folders goes, its digests are those of the formula.
    #[test]
    fn the_walk_and_the_formula_agree(old in vec(file(), 0..12), new in vec(file(), 0..12), within in "[ab]{1,2}(/[ab-]{1,2}){0,2}") {
        let objects = MemoryObjects::default();
        let [old, new] = [old, new].map(|files| {
            let mut kept: Vec<(String, String)> = Vec::new();
            for (path, text) in files {
                let apart = |other: &str| !format!("{other}/").starts_with(&format!("{path}/")) && !format!("{path}/").starts_with(&format!("{other}/"));
                if kept.iter().all(|(other, _)| apart(other)) {
                    kept.push((path, text));
                }
            }
            objects.write_files(kept)
        });
        let changes = tree::diff(&objects, Some(old), Some(new)).unwrap();
        proptest::prop_assert!(changes.is_sorted_by(|one, other| one.path < other.path));
        let deltas = Deltas::of(&objects, &changes, &Digests::default()).unwrap();
        let within: RepoPath = within.parse().unwrap();
        for folder in [None, Some(&within)] {
            let Some(delta) = delta_between(&objects, old, new, folder).unwrap() else { continue };
            let range = deltas.covered_by(&delta).unwrap();
            let expected = chosen(&changes, folder);
            proptest::prop_assert_eq!(changes[range].iter().collect::<Vec<_>>(), expected);
        }
    }
}

/// Counts what is read.
struct Counting {
    objects: MemoryObjects,
    reads: AtomicUsize,
}

impl Objects for Counting {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.objects.read(id)
    }
}

#[test]
fn a_content_that_many_paths_have_is_read_once() {
    let objects = MemoryObjects::default();
    let blob = objects.write(Kind::Blob, "large");
    let names: Vec<String> = (0..100).map(|number| format!("{number:03}")).collect();
    let entries = names.iter().map(|name| (Mode::File, name.as_str(), blob));
    let (old, new) = (
        objects.write_tree([] as [(Mode, &str, ObjectId); 0]),
        objects.write_tree(entries),
    );
    let changes = tree::diff(&objects, Some(old), Some(new)).unwrap();
    let reads = AtomicUsize::new(0);
    let counting = Counting { objects, reads };
    let known = Digests::default();
    for _ in 0..2 {
        Deltas::of(&counting, &changes, &known).unwrap();
    }
    assert_eq!(counting.reads.swap(0, Ordering::Relaxed), 1);
    Changed::between(&counting, old, new, None).unwrap();
    assert_eq!(counting.reads.into_inner(), 3);
}

#[test]
fn what_lies_behind_so_many_bytes_of_contents_is_covered_by_nothing_however_often_they_were_read() {
    let objects = MemoryObjects::default();
    let old = objects.write_tree([] as [(Mode, &str, ObjectId); 0]);
    let files = [("a", "12345"), ("b", "67890"), ("c", "12345")];
    let new = objects.write_files(files);
    let changes = tree::diff(&objects, Some(old), Some(new)).unwrap();
    let known = Digests::default();
    for _ in 0..2 {
        let deltas = Deltas::within(&objects, &changes, &known, 9).unwrap();
        let covers = |path: &str| {
            let path: RepoPath = path.parse().unwrap();
            let delta = delta_between(&objects, old, new, Some(&path)).unwrap();
            deltas.covered_by(&delta.unwrap())
        };
        assert_eq!(covers("a"), Some(0..1));
        assert_eq!(covers("b"), Some(1..2));
        assert_eq!(covers("c"), None);
        let all = delta_between(&objects, old, new, None).unwrap().unwrap();
        assert_eq!(deltas.covered_by(&all), None);
    }
}
