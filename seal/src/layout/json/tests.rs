use serde_json::json;
use signet_envelope::read;
use signet_yaml::apply;

use super::super::Layout;
use super::*;
use signet_envelope::Store;

fn edited(text: &str, edits: impl FnOnce(&Layout<'_>) -> Vec<Edit>) -> String {
    let stream = read(Store::Json, text).unwrap();
    let layout = Layout::of(Store::Json, text, &stream);
    apply(text, edits(&layout)).unwrap()
}

fn with_block(text: &str) -> String {
    edited(text, |layout| {
        let block = layout.print(&json!({"age": [{"enc": "a\nb"}], "v": 1, "none": []}));
        layout.append(&block, None).ok().unwrap()
    })
}

#[test]
fn the_block_takes_on_the_indentation_of_the_object() {
    for (text, expected) in [
        (
            "{\n  \"a\": 1\n}\n",
            "{\n  \"a\": 1,\n  \"sops\": {\n    \"age\": [\n      {\n        \"enc\": \"a\\nb\"\n      }\n    ],\n    \"none\": [],\n    \"v\": 1\n  }\n}\n",
        ),
        (
            "{\r\n\t\"a\":1\r\n}",
            "{\r\n\t\"a\":1,\r\n\t\"sops\":{\r\n\t\t\"age\":[\r\n\t\t\t{\r\n\t\t\t\t\"enc\":\"a\\nb\"\r\n\t\t\t}\r\n\t\t],\r\n\t\t\"none\":[],\r\n\t\t\"v\":1\r\n\t}\r\n}",
        ),
        (
            "{\"a\": 1}",
            "{\"a\": 1, \"sops\": {\"age\": [{\"enc\": \"a\\nb\"}], \"none\": [], \"v\": 1}}",
        ),
        (
            "{\"a\":1}\n",
            "{\"a\":1,\"sops\":{\"age\":[{\"enc\":\"a\\nb\"}],\"none\":[],\"v\":1}}\n",
        ),
        (
            "{\n\"a\": 1\n}",
            "{\n\"a\": 1,\n\"sops\": {\n\"age\": [\n{\n\"enc\": \"a\\nb\"\n}\n],\n\"none\": [],\n\"v\": 1\n}\n}",
        ),
    ] {
        assert_eq!(with_block(text), expected, "{text:?}");
    }
}

#[test]
fn what_was_appended_is_cut_out_to_the_byte() {
    for text in [
        "{\n  \"a\": 1\n}\n",
        "{\r\n\t\"a\":1\r\n}",
        "{\"a\": 1}",
        " { \"a\" : {\"b\": [1]} } ",
    ] {
        let without = edited(&with_block(text), |layout| layout.remove().ok().unwrap());
        assert_eq!(without, text);
    }
    let first = "{\"sops\": {\"v\": 1}, \"a\": 1}";
    assert_eq!(
        edited(first, |layout| layout.remove().ok().unwrap()),
        "{\"a\": 1}"
    );
}

#[test]
fn a_block_moves_to_another_text_as_it_stood() {
    let sealed = with_block("{\n  \"a\": 1\n}\n");
    let stream = read(Store::Json, &sealed).unwrap();
    let block = Layout::of(Store::Json, &sealed, &stream)
        .block()
        .ok()
        .unwrap()
        .unwrap();
    let other = "{\n  \"a\": 1,\n  \"b\": 2\n}\n";
    let moved = edited(other, |layout| layout.append(&block, None).ok().unwrap());
    assert_eq!(moved, with_block(other));
    let replaced = edited(&sealed, |layout| layout.replace(&block).ok().unwrap());
    assert_eq!(replaced, sealed);
}

#[test]
fn our_part_stands_in_front_of_the_others() {
    let adopted = edited(
        "{\n  \"a\": 1,\n  \"sops\": {\n    \"v\": 1\n  }\n}",
        |layout| layout.adopt(&json!({"tenant": "t"})).ok().unwrap(),
    );
    assert_eq!(
        adopted,
        "{\n  \"a\": 1,\n  \"sops\": {\n    \"signet\": {\n      \"tenant\": \"t\"\n    },\n    \"v\": 1\n  }\n}"
    );
}

#[test]
fn an_object_without_pairs_stays_on_its_line() {
    let text = "{\n  \"a\": 1\n}\n";
    let stream = read(Store::Json, text).unwrap();
    let block = Layout::of(Store::Json, text, &stream).print(&json!({"v": {}}));
    assert_eq!(block, "\"sops\": {\n  \"v\": {}\n}");
}

#[test]
fn an_object_without_pairs_has_no_place_for_a_block() {
    let stream = read(Store::Json, "{}").unwrap();
    let layout = Layout::of(Store::Json, "{}", &stream);
    assert!(layout.append("\"sops\": {}", None).is_err());
}
