use serde_json::json;

use super::*;
use crate::{Aliases, Limits, kubernetes, parse, sops};

fn read(text: &str) -> crate::Node {
    let mut stream = parse(text, &Limits::DOCUMENT, Aliases::Refuse).unwrap();
    stream.documents.remove(0).root.unwrap()
}

#[test]
fn writes_block_style() {
    let value = json!({"a": [1, {"b": null, "c": []}, [true, "x"]], "d": {"e": {}, "f": "l1\nl2\n", "g": "yes"}});
    assert_eq!(
        emit(&value),
        "\
a:
  - 1
  - b: null
    c: []
  - - true
    - x
d:
  e: {}
  f: |
    l1
    l2
  g: \"yes\"
"
    );
}

#[test]
fn keeps_the_order_of_fields() {
    #[derive(Serialize)]
    struct Document {
        zebra: u8,
        ape: Option<&'static str>,
    }
    assert_eq!(
        to_yaml(&Document {
            zebra: 1,
            ape: Some("x")
        })
        .unwrap(),
        "zebra: 1\nape: x\n"
    );
}

#[test]
fn reads_back_what_it_wrote() {
    let hard = [
        "", " ", "a\nb", "a\n\n", "\n", " a\nb", "- x", "a: b", "#", "1e3", "y", "\t", "\u{7f}",
        "\u{85}", "\u{2028}", "🦀", "'", "\"", "\\", "{a}", "|",
    ];
    for text in hard {
        for value in [
            json!(text),
            json!([text]),
            json!({text: {text: text}}),
            json!([[text], {text: text}]),
        ] {
            assert_eq!(
                kubernetes::to_json(&read(&emit(&value))).unwrap(),
                value,
                "{}",
                emit(&value)
            );
        }
    }
}

#[test]
fn numbers_stay_numbers() {
    for value in [
        json!(0.5),
        json!(1e21),
        json!(1e-7),
        json!(-3),
        json!(u64::MAX),
    ] {
        let read = kubernetes::to_json(&read(&emit(&json!({"v": value})))).unwrap();
        assert_eq!(read["v"].as_f64(), value.as_f64());
    }
}

#[test]
fn floats_keep_their_last_digit() {
    let mut bits = 1_u64;
    for _ in 0..10_000 {
        bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let value = f64::from_bits(bits);
        if !value.is_finite() {
            continue;
        }
        let written = to_yaml(&json!({ "v": value })).unwrap();
        let read = read(&written);
        let typed = sops::scalar(read.get("v").unwrap()).unwrap();
        assert_eq!(typed, sops::Typed::Float(value), "{written}");
    }
}

#[test]
fn a_quoted_string_is_a_string_to_both_typings() {
    for text in ["yes", "2001-01-01", "0o7", "12", "", "null", "a,b", "plain"] {
        let node = read(&format!("[{}]\n", quote(text)));
        let item = node.items().next().unwrap();
        assert_eq!(sops::scalar(item).unwrap(), sops::Typed::Str(text.into()));
        assert_eq!(kubernetes::to_json(item).unwrap(), json!(text));
    }
}

#[test]
fn a_key_too_long_to_be_implicit_reads_back() {
    for length in [1_023, 1_024, 1_025, 5_000] {
        let key = "k".repeat(length - 1) + ":";
        for value in [json!("x"), json!({"a": ["b"]}), json!(["c"])] {
            let document = json!({"list": [{key.clone(): value, "next": 1}]});
            let written = emit(&document);
            assert_eq!(kubernetes::to_json(&read(&written)).unwrap(), document);
        }
    }
}
