use signet_yaml::{Aliases, Limits, parse};

use super::*;
use crate::Store;

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

#[test]
fn a_merge_key_is_a_key_like_another_in_the_stores_that_have_none() {
    let named = |store, text: &str| {
        let stream = crate::read(store, text).unwrap();
        let slots = walk(&stream, &Rule::default()).unwrap();
        slots[0].pointer().as_str().to_owned()
    };
    assert_eq!(named(Store::Json, "{\"<<\": {\"a\": 1}}"), "/0/<</a");
    assert_eq!(named(Store::Dotenv, "<<=1\n"), "/0/<<");
    assert_eq!(named(Store::Ini, "[<<]\n<<=1\n"), "/0/<</<<");
}

const MARKED: &str = "encrypted_comment_regex";

/// The pointers of what is sealed where `seal` marks it.
fn marked(text: &str) -> Vec<String> {
    let rule = Rule::named(MARKED, "seal").unwrap().unwrap();
    let slots = slots(text, &rule).into_iter();
    let sealed = slots.filter_map(|slot| Some(slot.strip_suffix(" sealed")?.to_owned()));
    sealed
        .map(|slot| slot.split(' ').next().unwrap().to_owned())
        .collect()
}

#[test]
fn a_comment_beside_a_value_decides_on_that_value() {
    for (text, sealed) in [
        ("z: 0\na: 1 # seal\nb: 2\n", "/0/a"),
        ("z: 0\na: |2 # seal\n   t\nb: 2\n", "/0/a"),
        ("a: \"x\n  y\" # seal\nb: 2\n", "/0/a"),
        ("a: x\n  y # seal\nb: 2\n", "/0/a"),
        ("z: 0\na: # seal\n  1\nb: 2\n", "/0/a"),
        ("z: 0\na:\n  # seal\n  1\nb: 2\n", "/0/a"),
        ("? a # seal\n: x\nb: 2\n", "/0/a"),
        ("z: 0\na: # seal\nb: 2\n", "/0/a"),
        ("z: 0\na:\n  # seal\nb: 2\n", "/0/b"),
        ("o: # seal\n  p: 1\n  q: 2\nr: 3\n", "/0/o/p /0/o/q"),
        ("o: !!map # seal\n  p: 1\nr: 3\n", "/0/o/p"),
        ("l: # seal\n- 1\n- 2\nr: 3\n", "/0/l/0 /0/l/1"),
        ("m: # seal\n  {p: 1, q: 2}\nr: 3\n", "/0/m/p /0/m/q"),
        ("l:\n- 0\n- 1 # seal\n- 2\n", "/0/l/1"),
        ("l:\n- 0\n- | # seal\n  t\n- 2\n", "/0/l/1"),
        ("l:\n- 0\n- - 1 # seal\n  - 2\n", "/0/l/1/0"),
        ("l:\n- a: 1 # seal\n  b: 2\n- 3\n", "/0/l/0/a"),
        ("a: 1 # seal\n# foot\n\nb: 2\n", "/0/a"),
        ("a: 1\n# seal\n\nb: 2\n", "/0/b"),
        ("--- # seal\na: 1\nb: 2\n", "/0/a"),
        ("a: 1\n... # seal\n---\nb: 2\n", "/1/b"),
    ] {
        assert_eq!(marked(text).join(" "), sealed, "{text}");
    }
}

#[test]
fn a_comment_beside_a_marked_value_is_sealed_with_it() {
    assert_eq!(
        marked("# seal\na: 1 # old\nb: 2 # other\n"),
        ["#/0", "/0/a"]
    );
    assert_eq!(marked("# seal\na: 1 # seal it\n"), ["#/0", "/0/a"]);
}

#[test]
fn a_deciding_comment_is_refused_where_it_is_uncertain_on_what_it_decides() {
    for name in [MARKED, "unencrypted_comment_regex"] {
        let rule = Rule::named(name, "seal").unwrap().unwrap();
        for text in [
            "m: {p: 1, q: 2} # seal\n",
            "m: [1, 2] # seal\n",
            "m: { # seal\n  p: 1}\n",
            "m: [1, # seal\n  2]\n",
            "m:\n  # seal\n  {p: 1}\n",
            "{a: 1} # seal\n",
            "l:\n- # seal\n  a: 1\n  b: 2\n",
            "l:\n- # seal\n  - 1\n",
            "l:\n- # seal\n- 1\n",
            "l:\n- {p: 1, q: 2} # seal\n- 3\n",
            "a: !!str # seal\nb: 1\n",
        ] {
            let refused = walk(&read(text), &rule).map(|_| ()).unwrap_err();
            assert!(matches!(refused, WalkError::Comment { .. }), "{text}");
            assert!(walk(&read(&text.replace("seal", "x")), &rule).is_ok());
            assert!(walk(&read(text), &Rule::default()).is_ok());
        }
    }
    let rule = Rule::named(MARKED, "seal").unwrap().unwrap();
    assert!(walk(&read("m: {\n  # seal\n  }\n"), &rule).is_ok());
}

#[test]
fn a_comment_of_what_is_further_below_neither_decides_nor_is_decided_on() {
    let rule = Rule::named("unencrypted_comment_regex", "plain").unwrap();
    let refused = |text: &str| walk(&read(text), rule.as_ref().unwrap()).err();
    let at = |line| Position { line, column: 1 };
    let text = "a:\n- h: 1\n# plain\n\n- x\n";
    assert_eq!(refused(text), Some(WalkError::Comment { at: at(3) }));
    let text = "a:\n- h: 1\n# plain\n# pw\n\n- x\n";
    assert_eq!(refused(text), Some(WalkError::Comment { at: at(3) }));
    assert_eq!(refused("a:\n- h: 1\n# pw\n\n- x\n"), None);
    assert_eq!(refused("a:\n- h: 1\n# plain\n- x\n"), None);
    assert_eq!(refused("a:\n- h\n# plain\n\n- x\n"), None);
}
