use signet_yaml::{Aliases, Limits, parse};

use super::*;

fn read(text: &str) -> Stream {
    parse(text, &Limits::SEALED, Aliases::Refuse).unwrap()
}

/// One line for each slot: pointer, additional data, whether sealed.
fn slots(text: &str, rule: &Rule) -> Vec<String> {
    let stream = read(text);
    let line = |slot: &Slot| {
        let kind = if matches!(slot.content, Content::Scalar(_)) {
            ""
        } else {
            "#"
        };
        format!(
            "{kind}{} {} {}",
            slot.pointer().as_str(),
            slot.aad(),
            if slot.selected { "sealed" } else { "clear" }
        )
    };
    walk(&stream, rule).unwrap().iter().map(line).collect()
}

#[test]
fn additional_data_leaves_out_list_indices() {
    let text = "a:\n  b:\n    - x\n    - c: y\nd_unencrypted: z\nsops:\n  mac: m\n";
    let expected = [
        "/0/a/b/0 a:b: sealed",
        "/0/a/b/1/c a:b:c: sealed",
        "/0/d_unencrypted d_unencrypted: clear",
    ];
    assert_eq!(slots(text, &Rule::default()), expected);
}

#[test]
fn comments_have_the_data_of_their_container() {
    let text = "# top\ndata:\n  # in\n  a: x\nlist:\n  # item\n  - y\n";
    let expected = [
        "#/0 : sealed",
        "#/0/data data: sealed",
        "/0/data/a data:a: sealed",
        "#/0/list list: sealed",
        "/0/list/0 list: sealed",
    ];
    assert_eq!(slots(text, &Rule::default()), expected);
}

#[test]
fn only_the_sops_block_of_the_root_is_left_out() {
    let text = "a:\n  sops: x\nsops:\n  mac: m\n---\nb: y\nsops:\n  mac: m\n";
    assert_eq!(
        slots(text, &Rule::default()),
        ["/0/a/sops a:sops: sealed", "/1/b b: sealed"]
    );
}

#[test]
fn a_comment_rule_ends_with_the_next_value() {
    let rule = Rule::named("encrypted_comment_regex", "seal")
        .unwrap()
        .unwrap();
    let text = "# seal\na: x\nb: y\n";
    assert_eq!(
        slots(text, &rule),
        ["#/0 : clear", "/0/a a: sealed", "/0/b b: clear"]
    );
}

#[test]
fn refuses_what_has_two_readings() {
    let expanded = |text: &str| parse(text, &Limits::SEALED, Aliases::Expand).unwrap();
    let refusal = |text: &str| {
        walk(&expanded(text), &Rule::default())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refusal("- a\n"),
        "line 1, column 1: the document is not a mapping"
    );
    assert_eq!(
        refusal("a: {1: x}\n"),
        "line 1, column 5: the key is not a string"
    );
    assert_eq!(
        refusal("a: {<<: {b: c}}\n"),
        "line 1, column 5: merge keys (<<) are not supported"
    );
    assert_eq!(
        refusal("a: {\"<<\": {b: c}}\n"),
        "line 1, column 5: merge keys (<<) are not supported"
    );
    assert_eq!(
        refusal("a: &x b\n"),
        "line 1, column 7: anchors and aliases cannot be sealed"
    );
}
