use serde_json::json;

use super::*;
use crate::{Aliases, Limits, parse};

fn value(text: &str) -> Result<Json, String> {
    let text = format!("v: {text}\n");
    let stream =
        parse(&text, &Limits::DOCUMENT, Aliases::Expand).map_err(|error| error.to_string())?;
    let root = stream.documents[0].root.as_ref().unwrap();
    to_json(root.get("v").unwrap()).map_err(|error| error.to_string())
}

/// The rows of a table: what is written, and what kubectl made of it.
fn rows(table: &str) -> impl Iterator<Item = (&str, &str)> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once('\t').unwrap())
}

/// Beyond 64 bits with sign kubectl holds floats, whatever it prints.
fn as_held(value: Json) -> Json {
    match value {
        Json::Number(number) if number.as_i64().is_none() => Json::from(number.as_f64().unwrap()),
        Json::Array(items) => items.into_iter().map(as_held).collect(),
        Json::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, as_held(value)))
            .collect(),
        other => other,
    }
}

fn agrees_with_kubectl(table: &str) -> usize {
    let mut count = 0;
    for (written, made) in rows(table) {
        count += 1;
        match (made, value(written)) {
            ("error", Err(_)) => {}
            ("error", Ok(ours)) => panic!("kubectl refuses `{written}`, we read {ours}"),
            (made, ours) => {
                let made: Json = serde_json::from_str(made).unwrap();
                assert_eq!(ours, Ok(as_held(made)), "{written}");
            }
        }
    }
    count
}

#[test]
fn types_scalars_as_kubectl_does() {
    assert!(agrees_with_kubectl(include_str!("scalars.tsv")) > 100);
}

#[test]
fn merges_and_names_keys_as_kubectl_does() {
    assert!(agrees_with_kubectl(include_str!("mappings.tsv")) > 25);
}

#[test]
fn a_block_scalar_at_the_end_of_the_text_has_a_line_break_as_kubectl_ends_every_line() {
    for (text, read) in [
        ("v: |\n  a", "a\n"),
        ("v: >\n  a", "a\n"),
        ("v: |-\n  a", "a"),
        ("v: |+\n  a\n  ", "a\n\n"),
        ("v: |\n  a\n  ", "a\n"),
        ("v: |\n  a\n", "a\n"),
        ("v: | # c\n  a", "a\n"),
        ("v: |", ""),
        ("v: |+", ""),
    ] {
        let stream = parse(text, &Limits::DOCUMENT, Aliases::Refuse).unwrap();
        let root = stream.documents[0].root.as_ref().unwrap();
        assert_eq!(to_json(root), Ok(json!({"v": read})), "{text:?}");
    }
}

#[test]
fn refuses_keys_that_become_equal_where_kubectl_drops_one() {
    for text in [
        "{on: 1, true: 2}",
        "{1: a, 0x1: b}",
        "{1: a, '1': b}",
        "{1.0: a, 1: b}",
    ] {
        assert!(
            value(text)
                .unwrap_err()
                .contains("stands already at line 1"),
            "{text}"
        );
    }
}

#[test]
fn refuses_binary_that_is_no_text_where_kubectl_garbles_it() {
    assert!(value("!!binary /w==").unwrap_err().contains("no text"));
}

#[test]
fn an_error_has_a_place_and_no_value() {
    let error = value("{a: !!int canary}").unwrap_err();
    assert_eq!(error, "line 1, column 14: the text cannot be read as !!int");
}

#[test]
fn expands_aliases() {
    assert_eq!(
        value("{a: &x [1, {b: 2}], c: *x}"),
        Ok(json!({"a": [1, {"b": 2}], "c": [1, {"b": 2}]}))
    );
}
