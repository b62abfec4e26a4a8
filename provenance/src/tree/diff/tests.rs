use super::*;
use crate::tree::tests::far_below_long_names;
use crate::{Kind, MemoryObjects};

fn paths(changes: &[Change]) -> Vec<String> {
    let sign = |change: &Change| match (change.old, change.new) {
        (None, _) => '+',
        (_, None) => '-',
        _ => '~',
    };
    let path = |change: &Change| String::from_utf8_lossy(&change.path).into_owned();
    changes
        .iter()
        .map(|change| format!("{}{}", sign(change), path(change)))
        .collect()
}

fn changes(old: &[(&str, &str)], new: &[(&str, &str)]) -> Vec<String> {
    let objects = MemoryObjects::default();
    let old = objects.write_files(old.iter().copied());
    let new = objects.write_files(new.iter().copied());
    paths(&diff(&objects, Some(old), Some(new)).unwrap())
}

#[test]
fn lists_what_came_what_went_and_what_changed() {
    let found = changes(
        &[("a/kept", "1"), ("a/changed", "1"), ("b/gone", "1")],
        &[("a/kept", "1"), ("a/changed", "2"), ("c/d/e", "1")],
    );
    assert_eq!(found, ["~a/changed", "-b/gone", "+c/d/e"]);
}

#[test]
fn takes_nothing_for_a_rename() {
    assert_eq!(changes(&[("a", "1")], &[("b", "1")]), ["-a", "+b"]);
}

#[test]
fn a_file_that_becomes_a_folder_goes_and_its_files_come() {
    assert_eq!(
        changes(&[("a", "1"), ("a-b", "1")], &[("a/x", "1"), ("a-b", "1")]),
        ["-a", "+a/x"]
    );
}

#[test]
fn a_change_of_mode_alone_counts() {
    let objects = MemoryObjects::default();
    let blob = objects.write(Kind::Blob, "1");
    let old = objects.write_tree([(Mode::File, "run", blob)]);
    let new = objects.write_tree([(Mode::Executable, "run", blob)]);
    assert_eq!(
        paths(&diff(&objects, Some(old), Some(new)).unwrap()),
        ["~run"]
    );
}

#[test]
fn does_not_read_subtrees_that_are_equal() {
    let objects = MemoryObjects::default();
    let nowhere = ObjectId::new([9; 20]);
    let (one, two) = (
        objects.write(Kind::Blob, "1"),
        objects.write(Kind::Blob, "2"),
    );
    let old = objects.write_tree([(Mode::Folder, "same", nowhere), (Mode::File, "x", one)]);
    let new = objects.write_tree([(Mode::Folder, "same", nowhere), (Mode::File, "x", two)]);
    assert_eq!(
        paths(&diff(&objects, Some(old), Some(new)).unwrap()),
        ["~x"]
    );
}

/// Ten folders in each of ten levels: ten small trees that unfold to ten thousand million paths.
fn unfolds(objects: &MemoryObjects, innermost: ObjectId) -> Result<Vec<Change>, DiffError> {
    let names: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
    let mut bomb = innermost;
    for _ in 0..10 {
        bomb = objects.write_tree(names.iter().map(|name| (Mode::Folder, name, bomb)));
    }
    diff(objects, None, Some(bomb))
}

#[test]
fn a_bomb_of_nested_trees_is_refused_before_it_unfolds() {
    let objects = MemoryObjects::default();
    let file = objects.write_files([("x", "x")]);
    assert!(matches!(unfolds(&objects, file), Err(DiffError::TooMany)));
}

#[test]
fn a_bomb_of_empty_folders_is_refused_too() {
    let objects = MemoryObjects::default();
    let nothing = objects.write_files(Vec::<(&str, &str)>::new());
    assert!(matches!(
        unfolds(&objects, nothing),
        Err(DiffError::TooMany)
    ));
}

#[test]
fn a_bottomless_tree_is_refused() {
    let objects = MemoryObjects::default();
    let blob = objects.write(Kind::Blob, "x");
    let mut deep = objects.write_tree([(Mode::File, "x", blob)]);
    for _ in 0..100 {
        deep = objects.write_tree([(Mode::Folder, "d", deep)]);
    }
    assert!(matches!(
        diff(&objects, None, Some(deep)),
        Err(DiffError::TooDeep)
    ));
}

#[test]
fn a_folder_far_below_long_names_does_not_unfold_to_gigabytes() {
    let objects = MemoryObjects::default();
    let folder = far_below_long_names(&objects, 60);
    assert!(matches!(
        diff(&objects, None, Some(folder)),
        Err(DiffError::TooMany)
    ));
}
