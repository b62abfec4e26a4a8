//! Values put in and taken out by path.

use serde_json::{Value as Json, json};

use crate::edit::{Path, PathError, Step, apply, insert, remove, set};
use crate::{Aliases, Limits, Stream, kubernetes, parse};

fn stream(text: &str) -> Stream {
    parse(text, &Limits::SEALED, Aliases::Expand).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// `1:/a/0` names element 0 of `a` in document 1; without a number it is document 0.
fn path(text: &str) -> Path {
    let (document, pointer) = text.split_once(':').unwrap_or(("0", text));
    let step = |step: &str| match step.parse() {
        Ok(index) => Step::Index(index),
        Err(_) => Step::Key(step.to_owned()),
    };
    Path {
        document: document.parse().unwrap(),
        steps: pointer.split('/').skip(1).map(step).collect(),
    }
}

fn after_set(text: &str, at: &str, value: &Json) -> Result<String, PathError> {
    let edits = set(text, &stream(text), &path(at), value)?;
    let after = apply(text, edits).unwrap();
    reads(&after, &path(at), Some(value));
    Ok(after)
}

fn after_insert(text: &str, at: &str, value: &Json) -> Result<String, PathError> {
    let edits = insert(text, &stream(text), &path(at), value)?;
    let after = apply(text, edits).unwrap();
    reads(&after, &path(at), Some(value));
    Ok(after)
}

fn after_remove(text: &str, at: &str) -> Result<String, PathError> {
    let after = apply(text, remove(text, &stream(text), &path(at))?).unwrap();
    stream(&after);
    Ok(after)
}

/// What Kubernetes finds at a path.
fn reads(text: &str, path: &Path, value: Option<&Json>) {
    let stream = stream(text);
    let root = stream.documents[path.document].root.as_ref().unwrap();
    let json = kubernetes::to_json(root).unwrap();
    let found = path.steps.iter().try_fold(&json, |json, step| match step {
        Step::Key(key) if key == "-" => json.as_array()?.last(),
        Step::Key(key) => json.get(key),
        Step::Index(index) => json.get(index),
    });
    assert_eq!(found, value, "{text}");
}

#[test]
fn replaces_a_value_in_its_place() {
    for (before, at, value, after) in [
        ("a: x # c\nb: 1\n", "/a", json!("z"), "a: z # c\nb: 1\n"),
        ("a: 'x'\n", "/a", json!("it's"), "a: 'it''s'\n"),
        ("a: 'x'\n", "/a", json!(5), "a: 5\n"),
        ("a: x\n", "/a", json!("5"), "a: \"5\"\n"),
        ("a: 5\n", "/a", json!(null), "a: null\n"),
        ("a: 5\n", "/a", json!([]), "a: []\n"),
        ("a: !!int 5\n", "/a", json!(true), "a: true\n"),
        ("a: &x 5\n", "/a", json!("z"), "a: &x z\n"),
        ("a: |\n  x\n  y\nb: 1\n", "/a", json!("z"), "a: z\nb: 1\n"),
        (
            "a: >+\r\n  x\r\n\r\nb: 1\r\n",
            "/a",
            json!(1),
            "a: 1\r\n\r\nb: 1\r\n",
        ),
        ("a:\nb: 1\n", "/a", json!("x"), "a: x\nb: 1\n"),
        ("- a\n-\n- c\n", "/1", json!("b"), "- a\n- b\n- c\n"),
        (
            "{a: 1, b: [2]}\n",
            "/b",
            json!({"c": "d"}),
            "{a: 1, b: {c: d}}\n",
        ),
        ("a: 1\n---\na: 1\n", "1:/a", json!(2), "a: 1\n---\na: 2\n"),
        ("\u{FEFF}a: 1\n", "/a", json!(2), "\u{FEFF}a: 2\n"),
        ("x\n", "", json!("z"), "z\n"),
        ("a: 1", "/a", json!("l1\nl2\n"), "a: |\n  l1\n  l2\n"),
    ] {
        assert_eq!(after_set(before, at, &value).unwrap(), after, "{before:?}");
    }
}

#[test]
fn writes_nothing_where_the_value_stands_already() {
    for (text, value) in [
        ("a: \"x\\u0041\"\n", json!("xA")),
        ("a: |\n      x\n", json!("x\n")),
        ("a: 5 # c\n", json!(5)),
        ("a: ~\n", json!("~")),
    ] {
        let edits = set(text, &stream(text), &path("/a"), &value).unwrap();
        assert_eq!(edits.is_empty(), value != json!("~"), "{text:?}");
    }
}

#[test]
fn writes_nothing_where_the_very_collection_stands_already() {
    let text = "a:\n  - 'x' # one\n  - {b: 1, c: null}\n";
    for (value, is_there) in [
        (json!(["x", {"b": 1, "c": null}]), true),
        (json!(["x", {"b": "1", "c": null}]), false),
        (json!(["x", {"b": 1}]), false),
        (json!(["x"]), false),
    ] {
        let edits = set(text, &stream(text), &path("/a"), &value).unwrap();
        assert_eq!(edits.is_empty(), is_there, "{value}");
    }
}

#[test]
fn puts_collections_where_scalars_stood_and_back() {
    for (before, at, value, after) in [
        (
            "a: x\nb: 1\n",
            "/a",
            json!({"k": [1, 2]}),
            "a:\n  k:\n    - 1\n    - 2\nb: 1\n",
        ),
        (
            "a: x # c\nb: 1\n",
            "/a",
            json!({"k": 1}),
            "a: # c\n  k: 1\nb: 1\n",
        ),
        ("a:\nb: 1\n", "/a", json!([1]), "a:\n  - 1\nb: 1\n"),
        (
            "a: |\n  x\nb: 1\n",
            "/a",
            json!({"k": 1}),
            "a:\n  k: 1\nb: 1\n",
        ),
        (
            "a: [1, 2]\nb: 1\n",
            "/a",
            json!({"k": 1}),
            "a:\n  k: 1\nb: 1\n",
        ),
        (
            "- x\n- y\n",
            "/0",
            json!({"k": 1, "l": 2}),
            "- k: 1\n  l: 2\n- y\n",
        ),
        (
            "- x # c\n- y\n",
            "/0",
            json!({"k": 1}),
            "- # c\n  k: 1\n- y\n",
        ),
        ("-\n- y\n", "/0", json!([1, 2]), "- - 1\n  - 2\n- y\n"),
        ("- x\t\n- y\n", "/0", json!({"k": 1}), "-\n  k: 1\n- y\n"),
        ("- x \t # c\n", "/0", json!({"k": 1}), "- # c\n  k: 1\n"),
        (
            "- !!int 5\t# c\n- [1]\t\n",
            "/0",
            json!([2]),
            "-  # c\n  - 2\n- [1]\t\n",
        ),
        ("a: x\t\n", "/a", json!({"k": 1}), "a:\n  k: 1\n"),
        ("a: \tx\t# c\n", "/a", json!({"k": 1}), "a: # c\n  k: 1\n"),
        (
            "a:\n  k: 1 # c\n  # d\nb: 1\n",
            "/a",
            json!(5),
            "a: 5\n  # d\nb: 1\n",
        ),
        (
            "a: # c\n  # d\n  k: 1\nb: 1\n",
            "/a",
            json!("x"),
            "a: x # c\n  # d\nb: 1\n",
        ),
        (
            "a:\n  # d\n  k: 1\n  # e\nb: 1\n",
            "/a",
            json!("l1\nl2\n"),
            "a: \"l1\\nl2\\n\"\n  # d\n  # e\nb: 1\n",
        ),
        ("- k: 1\n  l: 2\n- y\n", "/0", json!("x"), "- x\n- y\n"),
        (
            "a:\n- x\nb: 1\n",
            "/a",
            json!({"k": 1}),
            "a:\n  k: 1\nb: 1\n",
        ),
        (
            "a:\n- x\nb: 1\n",
            "/a",
            json!([1, 2]),
            "a:\n- 1\n- 2\nb: 1\n",
        ),
        ("a: &m\n  k: 1\n", "/a", json!({"l": 2}), "a: &m\n  l: 2\n"),
        ("k: 1\n", "", json!([1]), "- 1\n"),
        ("--- x\n", "", json!({"k": 1}), "---\nk: 1\n"),
    ] {
        assert_eq!(after_set(before, at, &value).unwrap(), after, "{before:?}");
    }
}

#[test]
fn adds_what_is_not_there_with_all_it_needs() {
    for (before, at, value, after) in [
        ("a: 1\n", "/b", json!(2), "a: 1\nb: 2\n"),
        ("a: 1", "/b", json!(2), "a: 1\nb: 2\n"),
        ("a: 1 # c\n\n", "/b", json!(2), "a: 1 # c\nb: 2\n\n"),
        (
            "a:\n  k: 1\n# foot\n",
            "/b",
            json!(2),
            "a:\n  k: 1\n# foot\nb: 2\n",
        ),
        (
            "a: |+\n  x\n\n\n---\nb: 1\n",
            "/b",
            json!(2),
            "a: |+\n  x\n\n\nb: 2\n---\nb: 1\n",
        ),
        ("a: 1\n...\n", "/b", json!(2), "a: 1\nb: 2\n...\n"),
        (
            "a:\n    k: 1\nb: 2\n",
            "/b2/c/d",
            json!("x"),
            "a:\n    k: 1\nb: 2\nb2:\n    c:\n        d: x\n",
        ),
        (
            "a:\r\n- x: 1\r\n",
            "/c",
            json!([{"d": [1]}]),
            "a:\r\n- x: 1\r\nc:\r\n- d:\r\n  - 1\r\n",
        ),
        ("a:\n", "/a/k/0", json!("x"), "a:\n  k:\n    - x\n"),
        ("a: {} # c\n", "/a/k", json!(1), "a: # c\n  k: 1\n"),
        ("a: []\n", "/a/0", json!(1), "a:\n  - 1\n"),
        ("{}\n", "/a", json!(1), "{\"a\": 1}\n"),
        ("", "/a/b", json!(1), "a:\n  b: 1\n"),
        ("# only\n", "/a", json!(1), "# only\na: 1\n"),
        ("a: 1\n---\n", "1:/b", json!(1), "a: 1\n---\nb: 1\n"),
        ("a: [1, 2]\n", "/a/2", json!(3), "a: [1, 2, 3]\n"),
        ("a: [1, 2, ]\n", "/a/-", json!("x y"), "a: [1, 2, x y, ]\n"),
        (
            "a: {k: 1}\n",
            "/a/l/m",
            json!("x,y"),
            "a: {k: 1, l: {m: \"x,y\"}}\n",
        ),
        ("[a: 1]\n", "/0/b", json!(2), "[{a: 1, b: 2}]\n"),
        (
            "a:\n- x\n# c\nb: 1\n",
            "/a/1",
            json!("z"),
            "a:\n- x\n- z\n# c\nb: 1\n",
        ),
        ("- - x\n", "/0/1", json!("z"), "- - x\n  - z\n"),
        (
            "- a: 1\n- b: 2\n",
            "/0/k",
            json!(3),
            "- a: 1\n  k: 3\n- b: 2\n",
        ),
    ] {
        assert_eq!(after_set(before, at, &value).unwrap(), after, "{before:?}");
    }
}

#[test]
fn json_stays_json() {
    let pretty = "{\n  \"a\": 1,\n  \"b\": [\n    \"x\"\n  ]\n}\n";
    for (at, value) in [
        ("/c", json!({"k": ["v", true, null]})),
        ("/a", json!("text")),
        ("/b/1", json!("y\u{7}")),
        ("/b", json!("l1\nl2\n")),
        ("", json!({"k": "v"})),
    ] {
        let after = after_set(pretty, at, &value).unwrap();
        serde_json::from_str::<Json>(&after).unwrap_or_else(|error| panic!("{error}: {after}"));
    }
    assert_eq!(
        after_set(pretty, "/c", &json!(2)).unwrap(),
        "{\n  \"a\": 1,\n  \"b\": [\n    \"x\"\n  ],\n  \"c\": 2\n}\n"
    );
    for at in ["/a", "/b", "/b/0"] {
        let after = after_remove(pretty, at).unwrap();
        serde_json::from_str::<Json>(&after).unwrap_or_else(|error| panic!("{error}: {after}"));
    }
}

#[test]
fn adds_inside_brackets_on_a_line_of_its_own_if_others_have_one() {
    for (before, after) in [
        ("[\n  a,\n  b\n]\n", "[\n  a,\n  b,\n  NEW\n]\n"),
        ("[\n  a,\n  b,\n]\n", "[\n  a,\n  b,\n  NEW,\n]\n"),
        (
            "[\n  a, # c\n  b # d\n]\n",
            "[\n  a, # c\n  b, # d\n  NEW\n]\n",
        ),
        (
            "[\n  a, # c\n  b, # d\n]\n",
            "[\n  a, # c\n  b, # d\n  NEW,\n]\n",
        ),
        ("[a,\r\n b\r\n]\r\n", "[a,\r\n b,\r\n NEW\r\n]\r\n"),
        ("[a, b # d\n]\n", "[a, b, NEW # d\n]\n"),
    ] {
        let wanted = after.replace("NEW", "x");
        assert_eq!(after_set(before, "/2", &json!("x")).unwrap(), wanted);
    }
}

#[test]
fn inserts_in_front_of_an_element() {
    for (before, at, after) in [
        ("- a\n# about b\n- b\n", "/1", "- a\n- x\n# about b\n- b\n"),
        ("# top\n- a\n", "/0", "# top\n- x\n- a\n"),
        ("a:\n- a\n- b\n", "/a/0", "a:\n- x\n- a\n- b\n"),
        ("- - a\n  - b\n", "/0/0", "- - x\n  - a\n  - b\n"),
        ("[a, b]\n", "/0", "[x, a, b]\n"),
        (
            "[\n  a,\n  # c\n  b\n]\n",
            "/1",
            "[\n  a,\n  # c\n  x,\n  b\n]\n",
        ),
        ("- a\n", "/1", "- a\n- x\n"),
        ("- |+\n  a\n\n- b\n", "/1", "- |+\n  a\n\n- x\n- b\n"),
    ] {
        assert_eq!(
            after_insert(before, at, &json!("x")).unwrap(),
            after,
            "{before:?}"
        );
    }
    assert!(matches!(
        after_insert("a: 1\n", "/a", &json!(1)),
        Err(PathError::Exists { .. })
    ));
}

#[test]
fn removes_an_entry_with_its_lines() {
    for (before, at, after) in [
        ("a: 1\nb: 2 # c\nc: 3\n", "/b", "a: 1\nc: 3\n"),
        ("# top\na: 1\nb: 2\n", "/a", "# top\nb: 2\n"),
        ("a: 1\nb: 2", "/b", "a: 1\n"),
        ("a: 1\r\nb:\r\n  - 2\r\n", "/b", "a: 1\r\n"),
        ("\u{FEFF}a: 1\nb: 2\n", "/a", "\u{FEFF}b: 2\n"),
        ("a: 1\nb: |\n  x\n\nc: 3\n", "/b", "a: 1\n\nc: 3\n"),
        ("a: |+\n  x\nb: 2\n\nc: 3\n", "/b", "a: |+\n  x\nc: 3\n"),
        (
            "a: |\n  x\nb: 2\n    # deep\nc: 3\n",
            "/b",
            "a: |\n  x\nc: 3\n",
        ),
        ("a: 1\n? b\n: 2\nc: 3\n", "/b", "a: 1\nc: 3\n"),
        ("a: 1\n!!str b: 2\n", "/b", "a: 1\n"),
        ("- a: 1\n  b: 2\n", "/0/a", "- b: 2\n"),
        ("- a: 1\n  # c\n  b: 2\n", "/0/a", "-\n  # c\n  b: 2\n"),
        ("- - a\n  - b\n", "/0/0", "- - b\n"),
        ("a:\n- x\n- y\nb: 1\n", "/a/0", "a:\n- y\nb: 1\n"),
        (
            "a: 1\n---\na: 1\nb: 2\n...\n",
            "1:/b",
            "a: 1\n---\na: 1\n...\n",
        ),
    ] {
        assert_eq!(after_remove(before, at).unwrap(), after, "{before:?}");
    }
}

#[test]
fn the_last_entry_leaves_brackets() {
    for (before, at, after) in [
        ("a:\n  k: 1\nb: 1\n", "/a/k", "a: {}\nb: 1\n"),
        ("a:\n- x\nb: 1\n", "/a/0", "a: []\nb: 1\n"),
        ("a: # c\n  k: 1 # d\n  # e\n", "/a/k", "a: {} # c\n  # e\n"),
        ("a: 1\n", "/a", "{}\n"),
        ("- k: 1\n- y\n", "/0/k", "- {}\n- y\n"),
        ("{s: 1}\n", "/s", "{}\n"),
        ("{ s: 1, }\n", "/s", "{ }\n"),
        ("[a: 1, b]\n", "/0/a", "[{}, b]\n"),
    ] {
        assert_eq!(after_remove(before, at).unwrap(), after, "{before:?}");
    }
}

#[test]
fn removes_inside_brackets_with_one_comma() {
    for (before, at, after) in [
        ("[a, b, c]\n", "/0", "[b, c]\n"),
        ("[a, b, c]\n", "/1", "[a, c]\n"),
        ("[a, b, c]\n", "/2", "[a, b]\n"),
        ("[a, b, ]\n", "/1", "[a, ]\n"),
        ("{a: 1, &x b: !!str 2}\n", "/b", "{a: 1}\n"),
        (
            "[\n  a, # c\n  # about b\n  b,\n]\n",
            "/1",
            "[\n  a, # c\n  # about b\n]\n",
        ),
        ("[\n  a, # c\n  b\n]\n", "/1", "[\n  a, # c\n]\n"),
        ("[\n  a, # c\n  b\n]\n", "/0", "[\n  b\n]\n"),
    ] {
        assert_eq!(after_remove(before, at).unwrap(), after, "{before:?}");
    }
}

#[test]
fn refuses_what_it_cannot_do_and_says_where() {
    let refusal = |text: &str, at: &str| after_set(text, at, &json!(1)).unwrap_err().to_string();
    assert!(refusal("a: x\n", "/a/b").starts_with("line 1, column 4: the path goes on"));
    assert!(refusal("a: [1]\n", "/a/b").contains("here stands a sequence"));
    assert!(refusal("a: {b: 1}\n", "/a/0").contains("here stands a mapping"));
    assert!(refusal("a: [1]\n", "/a/3").contains("has 1 elements"));
    assert!(refusal("a: &x {b: 1}\nc: *x\n", "/c/b").contains("through an alias"));
    assert!(refusal("a: &x {b: 1}\nc: *x\n", "/a").contains("an anchor stands here"));
    assert!(refusal("a: 1\n", "1:/a").contains("no document 1"));
    assert!(matches!(after_remove("a: 1\n", ""), Err(PathError::Root)));
    assert!(matches!(
        after_remove("a: {b: 1}\n", "/a/c"),
        Err(PathError::Missing { step: 2 })
    ));
    assert!(matches!(
        after_remove("a: &x 1\nb: *x\n", "/a"),
        Err(PathError::Anchored { .. })
    ));
    // An alias itself may be replaced and removed.
    assert_eq!(
        after_set("a: &x 1\nb: *x\n", "/b", &json!(2)).unwrap(),
        "a: &x 1\nb: 2\n"
    );
    assert_eq!(after_remove("a: &x 1\nb: *x\n", "/b").unwrap(), "a: &x 1\n");
}
