use serde_json::Value as Json;

use super::*;
use crate::{Aliases, Limits, parse};

fn typed(text: &str) -> Result<Typed, String> {
    let text = format!("v: {text}\n");
    let stream =
        parse(&text, &Limits::DOCUMENT, Aliases::Refuse).map_err(|error| error.to_string())?;
    scalar(stream.documents[0].root.as_ref().unwrap().get("v").unwrap())
        .map_err(|error| error.to_string())
}

/// SOPS' name for the type; bytes are strings to it.
fn name(typed: &Typed) -> &'static str {
    match typed {
        Typed::Null => "clear",
        Typed::Str(text) if text.is_empty() => "clear",
        Typed::Bytes(bytes) if bytes.is_empty() => "clear",
        Typed::Bool(_) => "bool",
        Typed::Int(_) => "int",
        Typed::Float(_) => "float",
        Typed::Time(_) => "time",
        Typed::Str(_) | Typed::Bytes(_) => "str",
    }
}

fn json(typed: Typed) -> Json {
    match typed {
        Typed::Null => Json::Null,
        Typed::Bool(value) => value.into(),
        Typed::Int(value) => value.into(),
        Typed::Float(value) => value.into(),
        Typed::Time(text) => text.into(),
        Typed::Str(text) => text.as_str().into(),
        Typed::Bytes(bytes) => String::from_utf8(bytes).unwrap().into(),
    }
}

/// JSON says 1 for the float 1.0.
fn same(ours: &Json, theirs: &Json) -> bool {
    match (ours.as_f64(), theirs.as_f64()) {
        #[expect(clippy::float_cmp, reason = "both are parsed from shortest forms")]
        (Some(ours), Some(theirs)) => ours == theirs,
        _ => ours == theirs,
    }
}

#[test]
fn types_scalars_as_sops_does() {
    let rows = include_str!("scalars.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let mut count = 0;
    for row in rows {
        let [written, kind, value] = row.split('\t').collect::<Vec<_>>().try_into().unwrap();
        count += 1;
        match (kind, typed(written)) {
            ("error", ours) => assert!(ours.is_err(), "sops refuses `{written}`, we read {ours:?}"),
            (kind, ours) => {
                let ours = ours.unwrap();
                assert_eq!(name(&ours), kind, "{written}");
                if value != "-" {
                    let theirs = serde_json::from_str(value).unwrap();
                    assert!(
                        same(&json(ours.clone()), &theirs),
                        "{written}: {ours:?}, sops says {theirs}"
                    );
                }
            }
        }
    }
    assert!(count > 100);
}

#[test]
fn knows_infinity_nan_and_negative_zero() {
    assert_eq!(typed("-.inf"), Ok(Typed::Float(f64::NEG_INFINITY)));
    assert!(matches!(typed(".nan"), Ok(Typed::Float(value)) if value.is_nan()));
    assert!(matches!(typed("-0.0"), Ok(Typed::Float(value)) if value.is_sign_negative()));
}

#[test]
fn binary_need_not_be_text() {
    assert_eq!(typed("!!binary /w=="), Ok(Typed::Bytes(vec![0xff])));
    assert_eq!(
        typed("!!binary |\n  /w\n  =="),
        Ok(Typed::Bytes(vec![0xff]))
    );
}

#[test]
fn a_collection_is_no_scalar() {
    assert_eq!(
        typed("[a]"),
        Err("line 1, column 4: expected a scalar".to_owned())
    );
}
