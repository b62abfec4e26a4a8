use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::{Aliases, Limits, parse};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    name: String,
    #[serde(default)]
    count: Option<u8>,
    #[serde(default)]
    side: Side,
    #[serde(default)]
    inner: Vec<Inner>,
    #[serde(default)]
    by_name: BTreeMap<String, f64>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inner {
    path: String,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Side {
    #[default]
    Net,
    Signed,
}

fn read(text: &str) -> Result<Spec, String> {
    let stream = parse(text, &Limits::DOCUMENT, Aliases::Refuse).unwrap();
    from_node(stream.documents[0].root.as_ref().unwrap()).map_err(|error| error.to_string())
}

fn complaint(text: &str) -> String {
    read(text).unwrap_err()
}

#[test]
fn reads_structs_lists_maps_and_variants() {
    let spec =
        read("name: x\ncount: 0x10\nside: signed\ninner: [{path: p}]\nbyName: {a: 1, 2: .5}\n")
            .unwrap();
    assert_eq!(
        (spec.name.as_str(), spec.count, spec.side),
        ("x", Some(16), Side::Signed)
    );
    assert_eq!(
        spec.inner,
        [Inner {
            path: "p".to_owned()
        }]
    );
    assert_eq!(
        spec.by_name,
        BTreeMap::from([("a".to_owned(), 1.0), ("2".to_owned(), 0.5)])
    );
}

#[test]
fn null_is_an_absent_option() {
    assert_eq!(read("name: x\ncount: ~\n").unwrap().count, None);
}

#[test]
fn names_unknown_field_place_and_nearest() {
    assert_eq!(
        complaint("name: x\nconut: 1\n"),
        "line 2, column 1: the document has no field `conut`; did you mean `count`?"
    );
    assert_eq!(
        complaint("name: x\ninner:\n  - path: a\n  - {path: b, Pahts: c}\n"),
        "line 4, column 15: inner[1] has no field `Pahts`; did you mean `path`?"
    );
    assert_eq!(
        complaint("name: x\ninner: [{path: b, zzz: c}]\n"),
        "line 2, column 19: inner[0] has no field `zzz`; there is `path`"
    );
}

#[test]
fn names_missing_fields_where_their_mapping_begins() {
    assert_eq!(
        complaint("inner:\n  - path: a\n"),
        "line 1, column 1: the field `name` is missing"
    );
    assert_eq!(
        complaint("name: x\ninner:\n  - {}\n"),
        "line 3, column 5: inner[0]: the field `path` is missing"
    );
}

#[test]
fn names_wrong_kinds_without_the_value() {
    assert_eq!(
        complaint("name: yes\n"),
        "line 1, column 7: name: expected a string, found a boolean (quotes make it a string)"
    );
    assert_eq!(
        complaint("name: [canary]\n"),
        "line 1, column 7: name: expected a string, found a sequence"
    );
    assert_eq!(
        complaint("name: x\ncount: canary\n"),
        "line 2, column 8: count: expected a whole number that is not negative, found a string (a number has no quotes)"
    );
    assert_eq!(
        complaint("name: x\ncount: 256\n"),
        "line 2, column 8: count: expected a whole number that is not negative, found an integer that does not fit"
    );
    assert_eq!(
        complaint("name: x\nside: canary\n"),
        "line 2, column 7: side: not one of the values there are; there is `net`, `signed`"
    );
    assert_eq!(
        complaint("name: !!int canary\n"),
        "line 1, column 13: name: the text cannot be read as !!int"
    );
    assert_eq!(
        complaint("- canary\n"),
        "line 1, column 1: expected a mapping, found a sequence"
    );
    assert_eq!(
        complaint("name: x\ninner: [canary]\n"),
        "line 2, column 9: inner[0]: expected a mapping, found a scalar"
    );
    assert_eq!(
        complaint("name: x\ninner: [~]\n"),
        "line 2, column 9: inner[0]: expected a mapping, found nothing"
    );
}

#[test]
fn a_merge_key_is_an_unknown_field() {
    assert!(complaint("<<: {name: x}\n").contains("has no field `<<`"));
}
