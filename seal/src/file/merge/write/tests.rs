//! What was written is compared with what was decided.

use signet_envelope::Pointer;

use super::*;
use crate::file::merge::plan::Planner;

fn body(text: &str) -> Body {
    Body::read(Zeroizing::new(text.to_owned()), Store::Yaml).unwrap()
}

/// Whether a text is taken for the merge of these, which leave nothing to a person.
fn is_taken(found: &str, [before, ours, theirs]: [&str; 3]) -> bool {
    let (before, ours, theirs) = (body(before), body(ours), body(theirs));
    let values = Values::default();
    let mut planner = Planner {
        values: &values,
        conflicts: Vec::new(),
    };
    let roots = before
        .roots()
        .into_iter()
        .zip(ours.roots())
        .zip(theirs.roots());
    let plans: Vec<Option<Plan<'_>>> = roots
        .map(|((before, ours), theirs)| {
            Some(planner.part(&Pointer::document(0), (before, ours?, theirs?)))
        })
        .collect();
    assert_eq!(planner.conflicts, []);
    let writer = Writer {
        values: &values,
        pick: Pick::Ours,
    };
    let finished = writer.finished(body(found), &plans);
    finished.is_ok_and(|text| *text == found)
}

#[test]
fn a_mapping_that_says_something_else_than_was_decided_is_refused() {
    let sides = [
        "a: 1\nb: 1\nc: 1\n",
        "a: 2\nb: 1\nc: 1\n",
        "a: 1\nb: 2\nc: 1\n",
    ];
    assert!(is_taken("a: 2\nb: 2\nc: 1\n", sides));
    for found in [
        "a: 2\nb: 2\nc: 2\n",
        "a: 2\nb: 1\nc: 1\n",
        "a: 2\nb: 2\n",
        "a: 2\nb: 2\nc: 1\nd: 1\n",
        "a: 2\nb: 2\nd: 1\n",
        "- 2\n",
        "",
        "a: 2\nb: 2\nc: [1]\n",
    ] {
        assert!(!is_taken(found, sides), "{found}");
    }
}

#[test]
fn a_list_that_says_something_else_than_was_decided_is_refused() {
    let sides = ["a: [1, 5, 1]\n", "a: [2, 5, 1]\n", "a: [1, 5, 2]\n"];
    assert!(is_taken("a: [2, 5, 2]\n", sides));
    for found in [
        "a: [2, 5, 1]\n",
        "a: [2, 5]\n",
        "a: [2, 5, 2, 2]\n",
        "a: {b: 2}\n",
    ] {
        assert!(!is_taken(found, sides), "{found}");
    }
}

#[test]
fn a_document_where_none_was_decided_is_refused() {
    let sides = ["a: 1\n---\n", "a: 1\n---\n", "a: 1\n---\n"];
    assert!(is_taken("a: 1\n---\n", sides));
    assert!(!is_taken("a: 1\n---\nb: 1\n", sides));
    assert!(!is_taken("---\n---\n", sides));
}
