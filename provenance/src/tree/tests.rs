use super::*;
use crate::{MemoryObjects, ObjectError};

fn tree(files: &[(&str, &str)]) -> Tree<Unverified> {
    let objects = MemoryObjects::default();
    let id = objects.write_files(files.iter().copied());
    Tree::of_tree(Arc::new(objects), id)
}

fn with_entry(mode: Mode) -> Tree<Unverified> {
    let objects = MemoryObjects::default();
    let target = objects.write(Kind::Blob, "elsewhere");
    let below = objects.write_tree([(mode, "link", target)]);
    let id = objects.write_tree([(Mode::Folder, "a", below)]);
    Tree::of_tree(Arc::new(objects), id)
}

/// A folder of many files, below as many folders whose names are as long as they may be: small to store, and large to
/// list.
pub(super) fn far_below_long_names(objects: &MemoryObjects, folders: usize) -> ObjectId {
    let blob = objects.write(Kind::Blob, "");
    let names: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
    let files = names.iter().map(|name| (Mode::File, name.as_str(), blob));
    let mut folder = objects.write_tree(files);
    for _ in 0..folders {
        folder = objects.write_tree([(Mode::Folder, "a".repeat(255), folder)]);
    }
    folder
}

fn path(text: &str) -> RepoPath {
    text.parse().unwrap()
}

#[test]
fn lists_files_in_byte_order_of_their_paths() {
    let tree = tree(&[
        ("r/a/x", "1"),
        ("r/a-b", "2"),
        ("r/a/b/c", "3"),
        ("a0", "4"),
    ]);
    let below = tree.files(&path("r")).unwrap();
    let paths: Vec<String> = below.iter().map(|file| file.path.to_string()).collect();
    assert_eq!(paths, ["r/a-b", "r/a/b/c", "r/a/x"]);
    assert!(tree.files(&path("none")).unwrap().is_empty());
    assert!(tree.files(&path("a0")).unwrap().is_empty());
}

#[test]
fn refuses_a_file_that_is_too_large_and_names_it() {
    let large = "a".repeat(MAX_FILE + 1);
    let tree = tree(&[("a/large.yaml", &large), ("b/small.yaml", "b")]);
    let error = tree.read(&path("a/large.yaml")).unwrap_err();
    assert!(matches!(error, TreeError::TooLarge { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("a/large.yaml has 16777217 bytes"), "{text}");
    assert_eq!(tree.read(&path("b/small.yaml")).unwrap(), b"b");
    assert_eq!(tree.files(&path("a")).unwrap().len(), 1);
}

#[test]
fn reads_what_stands_at_a_path() {
    let tree = tree(&[("a/b/c", "3")]);
    assert_eq!(tree.read(&path("a/b/c")).unwrap(), b"3");
    assert_eq!(tree.entry(&path("a/b/c/d")).unwrap(), None);
    assert_eq!(
        tree.entry(&path("a/b")).unwrap().unwrap().mode,
        Mode::Folder
    );
    assert!(matches!(
        tree.read(&path("a/b")),
        Err(TreeError::NotFile { .. })
    ));
    assert!(matches!(
        tree.read(&path("a/x")),
        Err(TreeError::NotFound { .. })
    ));
    assert_eq!(
        tree.subtree_id(&path("a")).unwrap(),
        tree.entry(&path("a")).unwrap().map(|entry| entry.id)
    );
}

#[test]
fn refuses_symbolic_links_and_submodules() {
    for (mode, name) in [
        (Mode::Symlink, "symbolic link"),
        (Mode::Submodule, "submodule"),
    ] {
        let tree = with_entry(mode);
        for error in [
            tree.read(&path("a/link")).unwrap_err(),
            tree.read(&path("a/link/below")).unwrap_err(),
            tree.files(&path("a")).map(drop).unwrap_err(),
        ] {
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}

#[test]
fn refuses_content_that_is_elsewhere() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    let tree = tree(&[("a", pointer)]);
    assert!(matches!(
        tree.read(&path("a")),
        Err(TreeError::LfsPointer { .. })
    ));
}

#[test]
fn refuses_a_file_whose_bytes_were_exchanged() {
    struct Exchanged(MemoryObjects);
    impl Objects for Exchanged {
        fn read(&self, id: &ObjectId) -> Result<Option<crate::Object>, crate::ReadError> {
            let object = self.0.read(id)?;
            Ok(object.map(|mut object| {
                if object.kind == Kind::Blob {
                    object.bytes = b"image: evil".to_vec();
                }
                object
            }))
        }
    }
    let objects = MemoryObjects::default();
    let id = objects.write_files([("a", "image: good")]);
    let tree = Tree::of_tree(Arc::new(Exchanged(objects)), id);
    assert!(matches!(
        tree.read(&path("a")),
        Err(TreeError::Object(ObjectError::Corrupt { .. }))
    ));
}

#[test]
fn a_name_that_is_no_text_spoils_its_own_folder_alone() {
    let objects = MemoryObjects::default();
    let blob = objects.write(Kind::Blob, "x");
    let bad = objects.write_tree([(Mode::File, &b"\xff"[..], blob)]);
    let good = objects.write_tree([(Mode::File, "x", blob)]);
    let id = objects.write_tree([(Mode::Folder, "bad", bad), (Mode::Folder, "good", good)]);
    let tree = Tree::of_tree(Arc::new(objects), id);
    assert!(matches!(
        tree.files(&path("bad")),
        Err(TreeError::Path { .. })
    ));
    assert_eq!(tree.files(&path("good")).unwrap().len(), 1);
}

#[test]
fn a_folder_far_below_long_names_does_not_unfold_to_gigabytes() {
    let objects = MemoryObjects::default();
    let root = far_below_long_names(&objects, 15);
    let tree = Tree::of_tree(Arc::new(objects), root);
    let error = tree.files(&path(&"a".repeat(255))).unwrap_err();
    assert!(matches!(error, TreeError::TooMany { .. }), "{error}");
}
