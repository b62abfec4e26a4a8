mod path;

use super::*;
use crate::{Aliases, Document, Limits, Node, Value, kubernetes, parse};
use serde_json::json;

fn documents(text: &str) -> Vec<Document> {
    parse(text, &Limits::SEALED, Aliases::Expand)
        .unwrap()
        .documents
}

fn root(text: &str) -> Node {
    documents(text).remove(0).root.unwrap()
}

/// The text after `v` of the first document became this string.
fn with_string(text: &str, new: &str) -> String {
    apply(text, scalar_edit(text, root(text).get("v").unwrap(), new)).unwrap()
}

fn with_token(text: &str, token: &str) -> String {
    apply(text, plain_edit(text, root(text).get("v").unwrap(), token)).unwrap()
}

const SEALED: &str = "ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]";

#[test]
fn keeps_quotes_comments_and_blanks() {
    for (before, after) in [
        ("v: a # c\nw: b\n", "v: NEW # c\nw: b\n"),
        ("v:   'a'   # c\n", "v:   'NEW'   # c\n"),
        ("v: \"a\"\n", "v: \"NEW\"\n"),
        ("\"v\" : a\r\nw: b\r\n", "\"v\" : NEW\r\nw: b\r\n"),
        ("\u{FEFF}v: a\n", "\u{FEFF}v: NEW\n"),
        ("{v: a, w: b}\n", "{v: \"NEW\", w: b}\n"),
        ("v: a\n  b\n  c\nw: 1\n", "v: NEW\nw: 1\n"),
        ("v: \"a\n  b\"\nw: 1\n", "v: \"NEW\"\nw: 1\n"),
    ] {
        let wanted = after.replace("NEW", SEALED);
        assert_eq!(with_string(before, SEALED), wanted, "{before:?}");
    }
}

#[test]
fn fills_an_absent_value() {
    assert_eq!(with_string("v:\nw: 1\n", "x"), "v: x\nw: 1\n");
    assert_eq!(with_string("v: # c\nw: 1\n", "x"), "v: x # c\nw: 1\n");
    assert_eq!(with_string("{v: , w: 1}", "x"), "{v: x , w: 1}");
    assert_eq!(with_string("{v, w: 1}", "x"), "{v: x, w: 1}");
    assert_eq!(
        with_string("a: 1\n? v\nw: 1\n", "x"),
        "a: 1\n? v\n: x\nw: 1\n"
    );
    let (text, new) = (
        "v:\n  - a\n  -  # c\n  -\n",
        "v:\n  - a\n  - x  # c\n  - x\n",
    );
    let root = root(text);
    let absent = root.get("v").unwrap().items().skip(1);
    let edits = absent
        .flat_map(|node| scalar_edit(text, node, "x"))
        .collect();
    assert_eq!(apply(text, edits).unwrap(), new);
}

#[test]
fn replaces_a_block_scalar_with_its_header() {
    for (before, after) in [
        ("v: |\n  a\n  b\nw: 1\n", "v: NEW\nw: 1\n"),
        ("v: >-\n  a\n\n\nw: 1\n", "v: NEW\n\n\nw: 1\n"),
        ("v: |+ # keep\n  a\n\nw: 1\n", "v: NEW # keep\n\nw: 1\n"),
        ("v: |\n\n  a\n", "v: NEW\n"),
        ("v: |\n  a", "v: NEW"),
        ("v: |\nw: 1\n", "v: NEW\nw: 1\n"),
        ("v: |2\r\n    a\r\nw: 1\r\n", "v: NEW\r\nw: 1\r\n"),
        ("v: !!binary |\n  QQ==\nw: 1\n", "v: NEW\nw: 1\n"),
        ("v: # c |\n  |\n  a\nw: 1\n", "v: # c |\n  NEW\nw: 1\n"),
    ] {
        assert_eq!(
            with_string(before, SEALED),
            after.replace("NEW", SEALED),
            "{before:?}"
        );
    }
}

#[test]
fn writes_several_lines_as_a_literal_block() {
    for (before, after) in [
        ("v: x\nw: 1\n", "v: |\n  l1\n  l2\nw: 1\n"),
        (
            "v: x # c\r\nw: 1\r\n",
            "v: | # c\r\n  l1\r\n  l2\r\nw: 1\r\n",
        ),
        ("v: x", "v: |\n  l1\n  l2\n"),
        ("v: |+\n    old\nw: 1\n", "v: |\n  l1\n  l2\nw: 1\n"),
        ("v:\nw: 1\n", "v: |\n  l1\n  l2\nw: 1\n"),
        ("v: 'x'\n", "v: \"l1\\nl2\\n\"\n"),
        ("{v: x}\n", "{v: \"l1\\nl2\\n\"}\n"),
    ] {
        assert_eq!(with_string(before, "l1\nl2\n"), after, "{before:?}");
        assert_eq!(
            kubernetes::to_json(root(after).get("v").unwrap()).unwrap(),
            json!("l1\nl2\n")
        );
    }
}

#[test]
fn indents_a_literal_block_in_sequences() {
    for text in [
        "a:\n- - x\n",
        "a:\n  -   - x\n",
        "a:\n- b: x\n",
        "a:\n- - b:\n      x\n",
        "a:\n  - ? b\n    : x\n",
    ] {
        let mut node = &root(text);
        while !matches!(node.value, Value::Scalar(_)) {
            node = node
                .pairs()
                .next()
                .map(|(_, value)| value)
                .or_else(|| node.items().next())
                .unwrap();
        }
        let after = apply(text, scalar_edit(text, node, "l1\nl2\n")).unwrap();
        let read = kubernetes::to_json(&root(&after)).unwrap().to_string();
        assert!(read.contains("\"l1\\nl2\\n\""), "{after}");
    }
}

#[test]
fn a_plain_string_that_would_be_typed_gets_quotes() {
    assert_eq!(with_string("v: ENC\n", "yes"), "v: \"yes\"\n");
    assert_eq!(with_string("v: 'ENC'\n", "a\u{7}"), "v: \"a\\u0007\"\n");
    assert_eq!(with_string("v: 'ENC'\n", "it's"), "v: 'it''s'\n");
}

#[test]
fn a_token_stands_without_quotes() {
    assert_eq!(with_token("v: ENC # c\n", "5432"), "v: 5432 # c\n");
    assert_eq!(with_token("v: \"ENC\"\n", "true"), "v: true\n");
    assert_eq!(with_token("v: ENC\n", "a: b"), "v: \"a: b\"\n");
}

#[test]
fn a_tag_goes_and_an_anchor_stays() {
    assert_eq!(with_string("v: !!int 5\n", "x"), "v: x\n");
    assert_eq!(with_string("v: &a !!str 5\n", "x"), "v: &a x\n");
    assert_eq!(with_string("v: !!str &a 5\n", "x"), "v: &a x\n");
    assert_eq!(with_string("v: !!null\nw: 1\n", "x"), "v: x\nw: 1\n");
}

#[test]
fn a_comment_keeps_its_hash_and_its_line() {
    let text = "a: 1 # one\n";
    let document = &documents(text)[0];
    let Value::Mapping(entries) = &document.root.as_ref().unwrap().value else {
        panic!()
    };
    let comment = entries.iter().find_map(|entry| match entry {
        crate::Entry::Comment(comment) => Some(comment),
        crate::Entry::Pair { .. } => None,
    });
    let edit = comment_edit(comment.unwrap(), "two\nthree");
    assert_eq!(apply(text, vec![edit]).unwrap(), "a: 1 #two three\n");
}

#[test]
fn a_sealed_header_comment_and_its_value_change_together() {
    let text = "v: | # c\n  a\n  b\nw: 1\n";
    let at = text.find('#').unwrap();
    let comment = crate::Comment {
        text: " c".to_owned(),
        span: at..at + 3,
        at: crate::Position { line: 1, column: 6 },
        place: crate::CommentPlace::Beside,
    };
    let mut edits = scalar_edit(text, root(text).get("v").unwrap(), "x");
    edits.push(comment_edit(&comment, "d"));
    assert_eq!(apply(text, edits).unwrap(), "v: x #d\nw: 1\n");
}

#[test]
fn refuses_edits_that_overlap_or_do_not_fit() {
    let edit = |span: std::ops::Range<usize>| Edit {
        span,
        text: String::new(),
    };
    assert_eq!(
        apply("abc", vec![edit(1..3), edit(0..2)]),
        Err(EditError::Overlap { at: 1 })
    );
    assert_eq!(
        apply("abc", vec![edit(1..1), edit(1..1)]),
        Err(EditError::Overlap { at: 1 })
    );
    assert_eq!(
        apply("abc", vec![edit(2..4)]),
        Err(EditError::OutOfBounds { start: 2, end: 4 })
    );
    assert_eq!(
        apply("ä", vec![edit(1..2)]),
        Err(EditError::OutOfBounds { start: 1, end: 2 })
    );
    assert_eq!(apply("abc", vec![edit(2..3), edit(0..1)]).unwrap(), "b");
}

/// Edits of single letters, that each put a number in their place.
fn numbered(count: usize) -> (String, Vec<Edit>) {
    let edit = |at: usize| Edit {
        span: at..at + 1,
        text: at.to_string(),
    };
    ("x".repeat(count), (0..count).map(edit).collect())
}

#[test]
fn a_text_is_rewritten_as_all_its_edits_at_once_make_it() {
    let (text, edits) = numbered(5_000);
    let mut rewrite = Rewrite::of(&text, 0);
    // Some come before those that stand in front of them, and the last of the text first.
    let (last, rest) = edits.split_last().unwrap();
    rewrite.add([last.clone()]).unwrap();
    for some in rest.chunks(7) {
        rewrite.add(some.iter().rev().cloned()).unwrap();
    }
    assert_eq!(rewrite.finish().unwrap(), apply(&text, edits).unwrap());
}

#[test]
fn an_edit_that_comes_too_late_is_refused() {
    let (text, edits) = numbered(5_000);
    let (first, rest) = edits.split_first().unwrap();
    let mut rewrite = Rewrite::of(&text, 0);
    rewrite.add(rest.to_vec()).unwrap();
    rewrite.add([first.clone()]).unwrap();
    assert_eq!(rewrite.finish(), Err(EditError::Overlap { at: 0 }));
}
