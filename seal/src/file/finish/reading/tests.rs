//! What counts as the text that was filled.

use signet_envelope::{Pattern, Rule, Store, walk};

use super::*;

const BEFORE: &str = "# said\na: one\nlist:\n  - two\n  - {b: three}\nempty: []\n";
const AFTER: &str = "#E0\na: E1\nlist:\n  - E2\n  - {b: E3}\nempty: []\nsops:\n  mac: x\n";

/// What is put into a text: `E0`, `E1` and so on, in the order of its slots.
fn puts(stream: &Stream) -> Puts {
    let mut puts = Puts::default();
    for (number, slot) in (0..).zip(walk(stream, &Rule::default()).unwrap()) {
        puts.push(&slot, &format!("E{number}"));
    }
    puts
}

fn reads(before: &str, after: &str) -> bool {
    let [before, after] =
        [before, after].map(|text| signet_envelope::read(Store::Yaml, text).unwrap());
    puts(&before).are_in(&before, Block::Filled, &after)
}

#[test]
fn a_text_with_each_ciphertext_in_its_place_reads_as_it_was_put() {
    assert!(reads(BEFORE, AFTER));
    let again = AFTER.replace("mac: x", "mac: y");
    let unsealed = signet_envelope::read(Store::Yaml, AFTER).unwrap();
    let sealed = signet_envelope::read(Store::Yaml, &again).unwrap();
    assert!(Puts::default().are_in(&unsealed, Block::Filled, &sealed));
}

#[test]
fn what_stands_between_two_puts_stays_what_it_was() {
    let stream = signet_envelope::read(Store::Yaml, "a: one\nb: two\nc: three\n").unwrap();
    for (after, is_as_put) in [
        ("a: E0\nb: two\nc: E2\n", true),
        ("a: E0\nb: other\nc: E2\n", false),
        ("a: E0\nb: E2\nc: E2\n", false),
        ("a: E0\nb: two\nc: three\n", false),
    ] {
        let slots = walk(&stream, &Rule::default()).unwrap();
        let mut puts = Puts::default();
        puts.push(&slots[0], "E0");
        puts.push(&slots[2], "E2");
        let sealed = signet_envelope::read(Store::Yaml, after).unwrap();
        assert_eq!(
            puts.are_in(&stream, Block::Filled, &sealed),
            is_as_put,
            "{after}"
        );
    }
}

#[test]
fn puts_are_found_in_whatever_order_a_store_reads_them() {
    for (store, before, after) in [
        (
            Store::Yaml,
            "#h\na:\n  b: c\n  #l\nd: e\n#t\n",
            "#E0\na:\n  b: E1\n  #E2\nd: E3\n#E4\n",
        ),
        (
            Store::Dotenv,
            "#h\na=b\n#m\nc=d\n#t\n",
            "#E0\na=E1\n#E2\nc=E3\n#E4\n",
        ),
        (
            Store::Ini,
            "#h\n[s]\na=b\n#m\nc=d\n[t]\n#n\ne=f\n",
            "#E0\n[s]\na=E1\n#E2\nc=E3\n[t]\n#E4\ne=E5\n",
        ),
        (
            Store::Json,
            r#"{"a": ["b", {"c": "d"}], "e": "f"}"#,
            r#"{"a": ["E0", {"c": "E1"}], "e": "E2"}"#,
        ),
    ] {
        let [before, after] =
            [before, after].map(|text| signet_envelope::read(store, text).unwrap());
        let mut slots = walk(&before, &Rule::default()).unwrap();
        slots.sort_by_key(place);
        let mut puts = Puts::default();
        for (number, slot) in (0..).zip(&slots) {
            puts.push(slot, &format!("E{number}"));
        }
        assert!(puts.are_in(&before, Block::Filled, &after), "{store}");
    }
}

#[test]
fn any_other_difference_is_seen() {
    for (good, bad) in [
        ("#E0", "#E9"),
        ("#E0\na: E1\n", "a: E1\n#E0\n"),
        ("#E0\n", ""),
        ("a: E1", "a: E9"),
        ("a: E1", "a: E1\nnew: x"),
        ("a: E1", "A: E1"),
        ("  - E2\n  - {b: E3}", "  - E2\n  - {b: E3}\n  - x"),
        ("  - E2", "  - [E2]"),
        ("{b: E3}", "{b: E3, c: x}"),
        ("empty: []", "empty: {}"),
        ("empty: []\n", ""),
        ("mac: x", "mac: x\nmore: x"),
    ] {
        let after = AFTER.replacen(good, bad, 1);
        assert_ne!(after, AFTER, "{good}");
        assert!(!reads(BEFORE, &after), "{bad}");
    }
}

#[test]
fn only_the_mac_and_its_time_may_differ_in_a_block() {
    let block = "a: E1\nsops:\n  lastmodified: then\n  mac: x\n  version: 1\n";
    let read = |text: &str| signet_envelope::read(Store::Yaml, text).unwrap();
    let before = read(block);
    let anew = read(&block.replace("then", "now").replace("mac: x", "mac: y"));
    assert!(Puts::default().are_in(&before, Block::Filled, &anew));
    for (good, bad) in [("version: 1", "version: 2"), ("mac: x", "more: x")] {
        let damaged = read(&block.replace(good, bad));
        assert!(!Puts::default().are_in(&before, Block::Filled, &damaged));
        assert!(!Puts::default().are_in(&damaged, Block::Filled, &before));
    }
}

#[test]
fn a_comment_that_would_decide_otherwise_once_it_is_sealed_is_seen() {
    let open = Pattern::new("^ open").unwrap();
    let [before, after] = ["# open\na: b\n", "# ENC\na: b\n"]
        .map(|text| signet_envelope::read(Store::Yaml, text).unwrap());
    for rule in [
        Rule::EncryptedCommentRegex(open.clone()),
        Rule::UnencryptedCommentRegex(open),
    ] {
        assert!(selects_alike(&rule, &before, &before));
        assert!(!selects_alike(&rule, &before, &after));
    }
    assert!(selects_alike(&Rule::default(), &before, &after));
}

#[test]
fn only_a_block_stands_in_the_place_of_a_block() {
    let read = |text: &str| signet_envelope::read(Store::Yaml, text).unwrap();
    let before = read("sops:\n  mac: x\na: E1\n");
    let after = read("more:\n  mac: x\na: E1\n");
    for block in [Block::Filled, Block::Replaced] {
        assert!(Puts::default().are_in(&before, block, &before));
        assert!(!Puts::default().are_in(&before, block, &after));
        assert!(!Puts::default().are_in(&after, block, &before));
    }
}

#[test]
fn another_block_is_taken_where_one_was_put_and_nothing_else_is() {
    let text = "a: E1\nsops:\n  mac: x\n  age: [one]\n";
    let [before, anew, damaged] = [
        text.to_owned(),
        text.replace("one", "one, two"),
        text.replace("one", "one, two").replace("E1", "E2"),
    ]
    .map(|text| signet_envelope::read(Store::Yaml, &text).unwrap());
    assert!(Puts::default().are_in(&before, Block::Replaced, &anew));
    assert!(!Puts::default().are_in(&before, Block::Filled, &anew));
    assert!(!Puts::default().are_in(&before, Block::Replaced, &damaged));
}
