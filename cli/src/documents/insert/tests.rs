use super::{add_item, add_pair, leading_comments};
use signet_yaml::{Aliases, Limits, Node, apply, parse};

fn root(text: &str) -> Node {
    parse(text, &Limits::DOCUMENT, Aliases::Refuse)
        .expect("valid YAML")
        .documents
        .remove(0)
        .root
        .expect("a root")
}

fn with_pair(text: &str) -> String {
    let root = root(text);
    let edit = add_pair(text, root.get("groups").expect("groups"), "b", "[y]");
    apply(text, vec![edit]).expect("one edit")
}

fn with_item(text: &str) -> String {
    let root = root(text);
    let edit = add_item(text, root.get("rules").expect("rules"), "{signers: b}");
    apply(text, vec![edit]).expect("one edit")
}

#[test]
fn adds_a_line_behind_the_last_pair_and_its_comment() {
    assert_eq!(
        with_pair("groups:\n    a: [x]   # the first\n\n# after\nrules: []\n"),
        "groups:\n    a: [x]   # the first\n    b: [y]\n\n# after\nrules: []\n"
    );
}

#[test]
fn adds_to_a_flow_mapping_before_its_bracket() {
    assert_eq!(
        with_pair("groups: {a: [x]} # all\n"),
        "groups: {a: [x], b: [y]} # all\n"
    );
    assert_eq!(with_pair("groups: {}\n"), "groups: {b: [y]}\n");
    assert_eq!(
        with_pair("groups: {a: [x],}\n"),
        "groups: {a: [x], b: [y]}\n"
    );
}

#[test]
fn fills_an_absent_value() {
    assert_eq!(
        with_pair("groups:\nrules: []\n"),
        "groups: {b: [y]}\nrules: []\n"
    );
}

#[test]
fn adds_at_the_end_of_a_text_without_a_last_line_end() {
    assert_eq!(
        with_pair("groups:\n  a: [x]"),
        "groups:\n  a: [x]\n  b: [y]"
    );
}

#[test]
fn keeps_the_line_ends_of_the_text() {
    assert_eq!(
        with_pair("groups:\r\n  a: [x]\r\nz: 1\r\n"),
        "groups:\r\n  a: [x]\r\n  b: [y]\r\nz: 1\r\n"
    );
}

#[test]
fn adds_an_item_in_the_style_of_the_sequence() {
    assert_eq!(
        with_item("rules:\n- {signers: a}\nz: 1\n"),
        "rules:\n- {signers: a}\n- {signers: b}\nz: 1\n"
    );
    assert_eq!(
        with_item("rules:\n  - signers: a\n    paths: [x]\n"),
        "rules:\n  - signers: a\n    paths: [x]\n  - {signers: b}\n"
    );
    assert_eq!(
        with_item("rules: [{signers: a}]\n"),
        "rules: [{signers: a}, {signers: b}]\n"
    );
}

#[test]
fn finds_the_comments_before_the_document() {
    assert_eq!(
        leading_comments("# one\n\n# two\nkind: Policy\n"),
        "# one\n\n# two\n"
    );
    assert_eq!(leading_comments("kind: Policy\n"), "");
}
