//! Where values, comments and blocks can stand, and where they cannot.

use serde_json::json;
use signet_envelope::{Rule, read, walk};
use signet_yaml::apply;

use super::*;

const COMMENT: &str = "ENC[AES256_GCM,data:XyJa,iv:BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=,tag:ePy0YhEuqUOD2jl/Awwouw==,type:comment]";

/// The text after the edits that a layout of it has.
fn edited(
    store: Store,
    text: &str,
    edits: impl FnOnce(&Layout<'_>, &Slot<'_>) -> Option<Vec<Edit>>,
) -> Option<String> {
    let stream = read(store, text).unwrap();
    let slots = walk(&stream, &Rule::default()).unwrap();
    let edits = edits(&Layout::of(store, text, &stream), &slots[0])?;
    Some(apply(text, edits).unwrap())
}

/// The text with a value in the place of the first one.
fn opened(store: Store, text: &str, kind: LeafType, value: &str) -> Option<String> {
    edited(store, text, |layout, slot| {
        layout.put_clear(slot, kind, value)
    })
}

fn of_yaml(
    text: &str,
    edits: impl FnOnce(&Layout<'_>) -> Result<Vec<Edit>, NoPlace>,
) -> Option<String> {
    edited(Store::Yaml, text, |layout, _| edits(layout).ok())
}

#[test]
fn a_comment_of_several_lines_has_no_place() {
    let element = format!("a:\n  - {COMMENT}\n  - b\n");
    for (store, text, expected) in [
        (Store::Yaml, "# x\na: b\n", "# one\na: b\n"),
        (Store::Yaml, &element, "a:\n  # one\n  - b\n"),
        (Store::Dotenv, "# x\nA=b\n", "# one\nA=b\n"),
    ] {
        let opened = |value| opened(store, text, LeafType::Comment, value);
        assert_eq!(opened(" one").as_deref(), Some(expected));
        assert_eq!(opened(" one\nB=c"), None, "{text}");
    }
}

#[test]
fn the_last_of_a_list_of_comments_leaves_brackets_behind() {
    let opened = |text: &str| opened(Store::Yaml, text, LeafType::Comment, " one").unwrap();
    let alone = format!("a:\n  - {COMMENT}\nb: c\n");
    assert_eq!(opened(&alone), "a:\n  # one\n  []\nb: c\n");
    let first = format!("a:\n  - {COMMENT}\n  - {COMMENT}\n");
    let second = format!("a:\n  # one\n  - {COMMENT}\n");
    assert_eq!(opened(&first), second);
    let below = format!("a:\n  - b:\n      - {COMMENT}\r\n");
    assert_eq!(opened(&below), "a:\n  - b:\n      # one\n      []\r\n");
}

#[test]
fn bytes_that_are_no_text_stand_on_one_line_and_behind_no_other_tag() {
    let with_bytes = |text| {
        edited(Store::Yaml, text, |layout, slot| {
            layout.put_bytes(slot, b"\xff\0\xfe")
        })
    };
    let expected = "a: !!binary /wD+\n";
    assert_eq!(with_bytes("a: x\n").as_deref(), Some(expected));
    assert_eq!(with_bytes("a: !!str x\n"), None);
    assert_eq!(with_bytes("a: |-\n  x\n"), None);
}

#[test]
fn a_float_is_written_as_one() {
    for (value, expected) in [
        ("+Inf", ".inf"),
        ("-Inf", "-.inf"),
        ("NaN", ".nan"),
        ("1.5", "1.5"),
        ("2", "2.0"),
    ] {
        let opened = opened(Store::Yaml, "a: x\n", LeafType::Float, value);
        assert_eq!(opened, Some(format!("a: {expected}\n")));
    }
}

#[test]
fn a_text_gets_no_quotes_that_it_does_not_need() {
    for (value, expected) in [
        ("b, [c]", "b, [c]"),
        ("[b]", "\"[b]\""),
        ("b # c", "\"b # c\""),
        ("1", "\"1\""),
        ("b\nc", "|-\n    b\n    c"),
    ] {
        let opened = opened(Store::Yaml, "a: x\n", LeafType::Str, value);
        assert_eq!(opened, Some(format!("a: {expected}\n")));
    }
}

#[test]
fn blanks_below_a_block_stay_if_they_are_none_of_its_own() {
    let text = "a: |\n  x\n  \nb: c\n";
    let sealed = edited(Store::Yaml, text, |layout, slot| {
        Some(layout.put_sealed(slot, "ENC[x]"))
    });
    let expected = "a: |-\n  ENC[x]\n  \nb: c\n";
    assert_eq!(sealed.as_deref(), Some(expected));
}

#[test]
fn what_no_block_can_hold_stands_in_quotes() {
    for value in [
        "a\u{85}b\nc\n",
        "a\u{feff}b\nc\n",
        "a\u{2028}b\nc\n",
        "a\u{7f}b\nc\n",
        "a\u{7}b\nc\n",
        " a\nb\n",
        "a\n \n",
    ] {
        for text in ["a: |-\n  x\nb: c\n", "a: x\nb: c\n"] {
            let opened = opened(Store::Yaml, text, LeafType::Str, value).unwrap();
            assert!(
                opened.starts_with("a: \"") && opened.ends_with("\"\nb: c\n"),
                "{opened:?}"
            );
            let stream = read(Store::Yaml, &opened).unwrap();
            let root = stream.documents[0].root.as_ref().unwrap();
            assert_eq!(root.get("a").unwrap().text(), Some(value));
        }
    }
}

#[test]
fn a_field_is_a_text_with_and_without_quotes() {
    let with = |text: &str, new: &str| {
        edited(Store::Yaml, text, |layout, slot| match slot.content {
            Content::Scalar(node) => Some(layout.put_field(node, new)),
            _ => None,
        })
    };
    for (text, new, expected) in [
        ("a: x\n", "ENC[x]", "a: ENC[x]\n"),
        ("a: 'x'\n", "ENC[x]", "a: 'ENC[x]'\n"),
        ("a: \"x\"\n", "ENC[x]", "a: \"ENC[x]\"\n"),
        (
            "a: x\n",
            "2026-01-02T03:04:05Z",
            "a: \"2026-01-02T03:04:05Z\"\n",
        ),
        ("{a: x}\n", "ENC[x]", "{a: \"ENC[x]\"}\n"),
    ] {
        assert_eq!(with(text, new).as_deref(), Some(expected));
    }
}

#[test]
fn a_block_has_its_place_below_keys_that_begin_their_lines() {
    let appended = |text| of_yaml(text, |layout| layout.append("sops:\n    v: 1\n", None));
    let expected = "  a: b\n  sops:\n      v: 1\n";
    assert_eq!(appended("  a: b\n").as_deref(), Some(expected));
    for first in ["? a\n: b\n", "!!str a: b\n", "? |-\n  a\n  c\n: b\n"] {
        let expected = format!("{first}sops:\n    v: 1\n");
        assert_eq!(appended(first), Some(expected));
    }
}

#[test]
fn in_brackets_a_block_stands_behind_the_last_pair_and_goes_without_a_trace() {
    let block = "sops:\n    v:\n        - 1\n";
    let appended = |text: &str| of_yaml(text, |layout| layout.append(block, None));
    for (text, expected) in [
        ("{a: b}\n", "{a: b, \"sops\": {\"v\": [1]}}\n"),
        ("{\"a\":\"b\"}", "{\"a\":\"b\",\"sops\":{\"v\":[1]}}"),
        ("--- {a: b, }\n", "--- {a: b, \"sops\": {\"v\": [1]}, }\n"),
        ("{a: }\n", "{a: ,\"sops\":{\"v\":[1]}}\n"),
        ("{a}\n", "{a,\"sops\":{\"v\":[1]}}\n"),
        (
            "{b: c, a: !!str }\n",
            "{b: c, a: !!str , \"sops\": {\"v\": [1]}}\n",
        ),
        (
            "{\n  a: b\n}\n",
            "{\n  a: b,\n  \"sops\": {\n    \"v\": [\n      1\n    ]\n  }\n}\n",
        ),
        (
            "{\r\n  a: b,\r\n}\r\n",
            "{\r\n  a: b,\r\n  \"sops\": {\r\n    \"v\": [\r\n      1\r\n    ]\r\n  },\r\n}\r\n",
        ),
        (
            "{a: b # one\n # two\n}\n",
            "{a: b, # one\n # two\n\"sops\": {\"v\": [1]}\n}\n",
        ),
        (
            "{a: b, # one, two\n} # three\n",
            "{a: b, # one, two\n\"sops\": {\"v\": [1]},\n} # three\n",
        ),
    ] {
        assert_eq!(appended(text).as_deref(), Some(expected));
        assert_eq!(removed(expected).as_deref(), Some(text));
        let replaced = of_yaml(expected, |layout| layout.replace("sops:\n  w: x\n"));
        let replaced = replaced.unwrap();
        let block = of_yaml_block(&replaced);
        assert_eq!(block.as_deref(), Some("sops:\n  w: x\n"), "{replaced}");
        assert_eq!(removed(&replaced).as_deref(), Some(text));
    }
    let in_front = "{\"sops\": {v: 1}, a: b}\n";
    assert_eq!(removed(in_front).as_deref(), Some("{ a: b}\n"));
}

#[test]
fn a_block_in_brackets_takes_nothing_with_it_and_leaves_nothing_to_others() {
    for (text, expected) in [
        (
            "{a: b, # x\n\"sops\": {v: 1}, c: 2\n}\n",
            Some("{a: b, # x\n c: 2\n}\n"),
        ),
        ("{a: b, # x\n\"sops\": {v: 1}}\n", Some("{a: b # x\n}\n")),
        ("{ # x\n\"sops\": {v: 1}, c: 2}\n", Some("{ # x\n c: 2}\n")),
        ("{a: b, ? \"sops\" : {v: 1}}\n", None),
        ("{a: b, !!str \"sops\": {v: 1}}\n", None),
    ] {
        let left = removed(text);
        assert_eq!(left.as_deref(), expected, "{text}");
        if let Some(left) = left {
            read(Store::Yaml, &left).unwrap();
        }
    }
}

fn removed(text: &str) -> Option<String> {
    edited(Store::Yaml, text, |layout, _| layout.remove().ok())
}

fn of_yaml_block(text: &str) -> Option<String> {
    let stream = read(Store::Yaml, text).unwrap();
    let layout = Layout::of(Store::Yaml, text, &stream);
    layout.block().ok().flatten()
}

#[test]
fn the_first_document_has_a_place_for_a_block_without_keys_of_its_own() {
    let edited = |text: &str, edits: fn(&Layout<'_>) -> Option<Vec<Edit>>| {
        let stream = read(Store::Yaml, text).unwrap();
        let edits = edits(&Layout::of(Store::Yaml, text, &stream))?;
        Some(apply(text, edits).unwrap())
    };
    let appended = |text: &str| edited(text, |layout| layout.append("sops:\n  v: 1\n", None).ok());
    let removed = |text: &str| edited(text, |layout| layout.remove().ok());
    let (block, b) = ("sops:\n  v: 1\n", "---\nb: 2\n");
    for (first, filled, emptied) in [
        ("---\n# x\n", "---\n# x\nsops:\n  v: 1\n", "---\n# x\n"),
        ("---\n", "---\nsops:\n  v: 1\n", "---\n"),
        ("{}\n", "{\"sops\":{\"v\":1}}\n", "{}\n"),
        ("{ }\n", "{\"sops\":{\"v\":1} }\n", "{ }\n"),
        ("  ~\n", block, "{}\n"),
        (
            "{\n}\n# x\n",
            "{\"sops\":{\"v\":1}\n}\n# x\n",
            "{\n}\n# x\n",
        ),
        (
            "--- {} # x\n",
            "--- {\"sops\":{\"v\":1}} # x\n",
            "--- {} # x\n",
        ),
        (
            "%YAML 1.1\n--- null\n",
            "%YAML 1.1\n---\nsops:\n  v: 1\n",
            "%YAML 1.1\n---\n",
        ),
        (
            "\u{feff}{}\n",
            "\u{feff}{\"sops\":{\"v\":1}}\n",
            "\u{feff}{}\n",
        ),
        ("\u{feff}~\n", "\u{feff}sops:\n  v: 1\n", "\u{feff}{}\n"),
        ("!!null\n", block, "{}\n"),
        (
            "--- !!map {} # x\n",
            "--- !!map {\"sops\":{\"v\":1}} # x\n",
            "--- !!map {} # x\n",
        ),
        (
            "{\n# x\n}\n",
            "{\n# x\n\"sops\":{\"v\":1}\n}\n",
            "{\n# x\n}\n",
        ),
    ] {
        let with_block = format!("{filled}{b}{block}");
        assert_eq!(appended(&(first.to_owned() + b)), Some(with_block.clone()));
        assert_eq!(
            removed(&with_block),
            Some(emptied.to_owned() + b),
            "{first}"
        );
    }
    let commented = "!!null # x\n  ~\n".to_owned() + b;
    assert_eq!(appended(&commented), None);
    for keyless in ["{}\n", "---\n{}\n---\n"] {
        assert_eq!(appended(keyless).as_deref(), Some(keyless));
    }
    assert_eq!(removed(block).as_deref(), Some(""));
    let second = format!("a: 1\n---\n{block}---\nc: 3\n");
    assert_eq!(removed(&second).as_deref(), Some("a: 1\n---\n---\nc: 3\n"));
    let of_old = format!("---\n---\nb: 2\n{block}");
    let replaced = edited(&of_old, |layout| layout.replace("sops:\n  v: 2\n").ok());
    assert_eq!(
        replaced.as_deref(),
        Some("---\nsops:\n  v: 2\n---\nb: 2\nsops:\n  v: 2\n")
    );
}

#[test]
fn our_part_has_its_place_in_front_of_a_key_that_begins_its_line() {
    let adopted = |text: &str| of_yaml(text, |layout| layout.adopt(&json!({"v": 1})));
    let expected = "a: b\nsops:\n  signet:\n    v: 1\n  mac: x\n";
    let text = "a: b\nsops:\n  mac: x\n";
    assert_eq!(adopted(text).as_deref(), Some(expected));
    let adopted = |block: &str| adopted(&format!("a: b\nsops: {block}\n"));
    let expected = "a: b\nsops: {\"signet\": {\"v\": 1}, mac: x}\n";
    assert_eq!(adopted("{mac: x}").as_deref(), Some(expected));
    let expected = "a: b\nsops: {\n  \"signet\": {\n    \"v\": 1\n  },\n  mac: x\n  }\n";
    assert_eq!(adopted("{\n  mac: x\n  }").as_deref(), Some(expected));
    assert_eq!(adopted("\n  ? mac\n  : x"), None);
}

#[test]
fn another_block_stands_where_the_one_before_stood() {
    let new = "sops:\n    mac: y\n";
    let replaced = |text| of_yaml(text, |layout| layout.replace(new));
    for (text, expected) in [
        ("a: b\nsops:\n  mac: x\n", "a: b\nsops:\n    mac: y\n"),
        ("a: b\nsops:\n  mac: x", "a: b\nsops:\n    mac: y"),
        ("a: b\r\nsops:\r\n  mac: x", "a: b\r\nsops:\r\n    mac: y"),
        (
            "\u{feff}sops:\n  mac: x\na: b\n",
            "\u{feff}sops:\n    mac: y\na: b\n",
        ),
    ] {
        assert_eq!(replaced(text).as_deref(), Some(expected));
    }
}

#[test]
fn a_block_behind_a_byte_order_mark_is_cut_out_without_it() {
    let text = "\u{feff}sops:\n  mac: x\na: b\n";
    let stream = read(Store::Yaml, text).unwrap();
    let layout = Layout::of(Store::Yaml, text, &stream);
    let block = layout.block().ok().unwrap();
    assert_eq!(block.as_deref(), Some("sops:\n  mac: x\n"));
    let removed = edited(Store::Yaml, text, |layout, _| layout.remove().ok());
    assert_eq!(removed.as_deref(), Some("\u{feff}a: b\n"));
}
