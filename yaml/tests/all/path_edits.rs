//! For random documents and random changes: the tree differs only where asked, and the other bytes stay.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value as Json, json};
use signet_yaml::edit::{Edit, Path, PathError, Step, apply, insert, remove, set};

use crate::documents::streams;
use crate::tree::{Tree, comments, paths, read, trees};

fn values() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(json!("text")),
        Just(json!("l1\nl2\n")),
        Just(json!("yes")),
        Just(json!(" padded\n# not a comment\n")),
        Just(json!(-5)),
        Just(json!(1.5)),
        Just(json!(null)),
        Just(json!({})),
        Just(json!([])),
        Just(json!({"k": "v", "l": ["a", {"m": "x\ny"}]})),
        Just(json!([["a", "b"], "l1\nl2"])),
        any::<String>().prop_map(Json::String),
    ]
}

/// A document and a way to one of its nodes.
fn place(text: &str, document: Index, node: Index) -> Path {
    let stream = read(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let document = document.index(stream.documents.len());
    let ways = stream.documents[document]
        .root
        .as_ref()
        .map(paths)
        .unwrap_or_default();
    Path {
        document,
        steps: if ways.is_empty() {
            Vec::new()
        } else {
            node.get(&ways).clone()
        },
    }
}

/// The new text, and that nothing but what the edits name has changed.
fn changed(text: &str, edits: Vec<Edit>) -> String {
    let mut sorted = edits.clone();
    sorted.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let after = apply(text, edits).expect("the edits fit");
    let mut rest = after.as_str();
    let mut done = 0;
    for edit in sorted {
        let kept = &text[done..edit.span.start];
        rest = rest.strip_prefix(kept).expect("what no edit names stays");
        rest = rest
            .strip_prefix(edit.text.as_str())
            .expect("the edit is made");
        done = edit.span.end;
    }
    assert_eq!(rest, &text[done..]);
    after
}

/// The bytes of the entry that a path leads to, with what separates it from its neighbours.
fn lies_within(text: &str, path: &Path, edits: &[Edit]) {
    let stream = read(text).unwrap();
    let mut node = stream.documents[path.document].root.as_ref().unwrap();
    let mut around = 0..text.len();
    for step in &path.steps {
        let entries: Vec<_> = node
            .pairs()
            .map(|(key, value)| (key.span.start, value.span.end.max(key.span.end), value))
            .chain(
                node.items()
                    .map(|item| (item.span.start, item.span.end, item)),
            )
            .collect();
        let number = match step {
            Step::Key(key) => node
                .pairs()
                .position(|(k, _)| k.text() == Some(key))
                .unwrap(),
            Step::Index(index) => *index,
        };
        if let Some((_, end, _)) = number.checked_sub(1).map(|before| entries[before]) {
            around.start = end;
        }
        if let Some((start, ..)) = entries.get(number + 1) {
            around.end = *start;
        }
        node = entries[number].2;
    }
    for edit in edits {
        assert!(
            around.start <= edit.span.start && edit.span.end <= around.end,
            "{edit:?} reaches out of {around:?}\n{text}"
        );
    }
}

fn reads_as(after: &str, wanted: &[Option<Tree>]) {
    let stream = read(after).unwrap_or_else(|error| panic!("{error}\n{after}"));
    assert_eq!(trees(&stream), wanted, "{after}");
    assert!(!after.lines().any(has_tab_behind_dash), "{after:?}");
}

/// Whether a line is a dash, a tab and nothing but a comment, which sops does not read.
fn has_tab_behind_dash(line: &str) -> bool {
    let rest = line.trim_start_matches([' ', '-']);
    let is_bare = rest.trim().is_empty() || rest.trim_start().starts_with('#');
    line[..line.len() - rest.len()].contains('-') && rest.starts_with('\t') && is_bare
}

pub(crate) fn set_changes_that_value_alone(text: &str, path: &Path, value: &Json) {
    let before = read(text).unwrap();
    let edits = match set(text, &before, path, value) {
        Err(PathError::Anchored { .. } | PathError::Alias { .. }) => return,
        edits => edits.unwrap(),
    };
    if !path.steps.is_empty() {
        lies_within(text, path, &edits);
    }
    let after = changed(text, edits);
    let mut wanted = trees(&before);
    let root = wanted[path.document].as_mut().unwrap();
    *root.at(&path.steps) = Tree::of_json(value);
    reads_as(&after, &wanted);
}

pub(crate) fn remove_takes_that_entry_alone(text: &str, path: &Path) {
    let before = read(text).unwrap();
    let edits = match remove(text, &before, path) {
        Err(PathError::Anchored { .. } | PathError::Alias { .. }) => return,
        edits => edits.unwrap_or_else(|error| panic!("{error}: {path:?}\n{text}")),
    };
    lies_within(text, path, &edits);
    let after = changed(text, edits);
    let mut wanted = trees(&before);
    let (last, above) = path.steps.split_last().unwrap();
    match (wanted[path.document].as_mut().unwrap().at(above), last) {
        (Tree::Sequence(items), Step::Index(index)) => {
            items.remove(*index);
        }
        (Tree::Mapping(pairs), Step::Key(key)) => pairs.retain(|(k, _)| k != key),
        _ => unreachable!("the path fits"),
    }
    reads_as(&after, &wanted);
}

pub(crate) fn insert_adds_that_entry_alone(text: &str, path: &Path, value: &Json) {
    let before = read(text).unwrap();
    let edits = match insert(text, &before, path, value) {
        Err(PathError::Anchored { .. } | PathError::Alias { .. }) => return,
        edits => edits.unwrap_or_else(|error| panic!("{error}: {path:?}\n{text}")),
    };
    let after = changed(text, edits);
    let mut wanted = trees(&before);
    let (last, above) = path.steps.split_last().unwrap();
    match (wanted[path.document].as_mut().unwrap().at(above), last) {
        (Tree::Sequence(items), Step::Index(index)) => items.insert(*index, Tree::of_json(value)),
        (Tree::Mapping(pairs), Step::Key(key)) => pairs.push((key.clone(), Tree::of_json(value))),
        _ => unreachable!("the path fits"),
    }
    reads_as(&after, &wanted);
    let after = read(&after).unwrap();
    assert_eq!(comments(&after), comments(&before), "{path:?}\n{text}");
}

/// The same place, or a new one beside it.
fn beside(path: &Path, append: bool, length: usize) -> Path {
    let mut path = path.clone();
    match path.steps.last_mut() {
        Some(Step::Key(key)) => "new".clone_into(key),
        Some(Step::Index(index)) if append => *index = length,
        _ => {}
    }
    path
}

/// How many neighbours a node has, itself included.
fn neighbours(text: &str, path: &Path) -> usize {
    let stream = read(text).unwrap();
    let mut tree = Tree::of(stream.documents[path.document].root.as_ref().unwrap());
    match tree.at(&path.steps[..path.steps.len() - 1]) {
        Tree::Sequence(items) => items.len(),
        Tree::Mapping(pairs) => pairs.len(),
        Tree::Scalar(_) => 0,
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(600)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn a_value_set_by_path_changes_alone(text in streams(), document: Index, node: Index, value in values()) {
        let path = place(&text, document, node);
        if read(&text).unwrap().documents[path.document].root.is_some() {
            set_changes_that_value_alone(&text, &path, &value);
        }
    }

    #[test]
    fn an_entry_removed_by_path_goes_alone(text in streams(), document: Index, node: Index) {
        let path = place(&text, document, node);
        if !path.steps.is_empty() {
            remove_takes_that_entry_alone(&text, &path);
        }
    }

    #[test]
    fn an_entry_inserted_by_path_comes_alone(text in streams(), document: Index, node: Index, value in values(), append: bool) {
        let path = place(&text, document, node);
        if !path.steps.is_empty() {
            let path = beside(&path, append, neighbours(&text, &path));
            insert_adds_that_entry_alone(&text, &path, &value);
        }
    }
}
