use data_encoding::BASE64;
use proptest::prelude::*;
use serde_json::json;
use zeroize::Zeroizing;

use super::*;
use crate::testing::CANARY;
use crate::unlock::Value;

fn stand_in(letter: char) -> StandIn {
    format!("signetsealed{}", letter.to_string().repeat(32))
        .parse()
        .unwrap()
}

/// The values of the stand-ins `a`, `b`, …
fn opened(values: &[(LeafType, &[u8])]) -> Opened {
    let mut opened = Opened::default();
    for (letter, (kind, bytes)) in ('a'..).zip(values) {
        opened.keep(
            stand_in(letter),
            Value {
                kind: *kind,
                bytes: crate::unlock::Bytes::Own(Zeroizing::new(bytes.to_vec())),
            },
        );
    }
    opened
}

fn text(value: &str) -> Opened {
    opened(&[(LeafType::Str, value.as_bytes())])
}

fn secret(data: &Json) -> Json {
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "team-a"}, "data": {"x": data}})
}

fn places(field: &str) -> BTreeSet<Placement> {
    places_escaped(field, Escape::default())
}

fn places_escaped(field: &str, escape: Escape) -> BTreeSet<Placement> {
    [Placement {
        stand_in: stand_in('a'),
        field: field.to_owned(),
        escape,
    }]
    .into()
}

fn spliced(data: impl Into<Json>, opened: &Opened) -> Result<Json, SpliceError> {
    let body = splice(&secret(&data.into()), &places("/data/x"), opened)?;
    let object: Json = serde_json::from_slice(body.as_ref()).expect("a body is JSON");
    Ok(object["data"]["x"].clone())
}

#[test]
fn a_whole_scalar_takes_the_type_of_the_leaf() {
    let one = || json!(stand_in('a').as_str());
    let of = |kind, bytes: &[u8]| spliced(one(), &opened(&[(kind, bytes)]));
    assert_eq!(of(LeafType::Str, b"5432"), Ok(json!("5432")));
    assert_eq!(of(LeafType::Int, b"5432"), Ok(json!(5432)));
    assert_eq!(of(LeafType::Float, b"1.5"), Ok(json!(1.5)));
    assert_eq!(of(LeafType::Bool, b"True"), Ok(json!(true)));
    assert_eq!(
        of(LeafType::Time, b"2024-01-01T00:00:00Z"),
        Ok(json!("2024-01-01T00:00:00Z"))
    );
    assert!(matches!(
        of(LeafType::Float, b"NaN"),
        Err(SpliceError::Type { .. })
    ));
    assert!(matches!(
        of(LeafType::Int, b"x"),
        Err(SpliceError::Type { .. })
    ));
    assert!(matches!(
        of(LeafType::Str, b"\xff"),
        Err(SpliceError::NotText { .. })
    ));
}

#[test]
fn inside_a_text_the_value_is_inserted_as_it_is() {
    let (a, b) = (stand_in('a'), stand_in('b'));
    let opened = opened(&[(LeafType::Str, b"p\"w\n"), (LeafType::Int, b"5432")]);
    let data = json!(format!("postgres://app:{a}@db:{b}/{a}"));
    assert_eq!(
        spliced(data, &opened),
        Ok(json!("postgres://app:p\"w\n@db:5432/p\"w\n"))
    );
}

#[test]
fn base64_is_encoded_anew_around_the_value() {
    let plain = |password: &str| format!("user: app\npassword: {password}\n");
    let data = json!(BASE64.encode(plain(stand_in('a').as_str()).as_bytes()));
    assert_eq!(
        spliced(data, &text("hunter2")),
        Ok(json!(BASE64.encode(plain("hunter2").as_bytes())))
    );
}

#[test]
fn a_value_that_is_no_text_fits_into_base64() {
    let data = json!(BASE64.encode(stand_in('a').as_str().as_bytes()));
    let opened = opened(&[(LeafType::Str, b"\x00\xff\xfe")]);
    assert_eq!(
        spliced(data, &opened),
        Ok(json!(BASE64.encode(b"\x00\xff\xfe")))
    );
}

#[test]
fn base64_inside_base64_and_inside_text_is_found() {
    let config = |password: &str| {
        let auth = BASE64.encode(format!("app:{password}").as_bytes());
        BASE64.encode(
            json!({"auths": {"r.example.org": {"auth": auth}}})
                .to_string()
                .as_bytes(),
        )
    };
    let data = json!(config(stand_in('a').as_str()));
    assert_eq!(
        spliced(data, &text("hunter2")),
        Ok(json!(config("hunter2")))
    );
}

#[test]
fn an_inserted_value_is_not_searched() {
    let b = stand_in('b').to_string();
    let opened = opened(&[(LeafType::Str, b.as_bytes()), (LeafType::Str, b"other")]);
    let data = json!(format!("x{}", stand_in('a')));
    assert_eq!(spliced(data, &opened), Ok(json!(format!("x{b}"))));
}

#[test]
fn between_quotes_a_value_is_escaped_as_its_source_says() {
    let config = |value: &str| format!("{{\"p\": \"{value}\"}}");
    let spliced = |escape, opened: &Opened, data: String| {
        let places = places_escaped("/data/x", escape);
        let body = splice(&secret(&data.into()), &places, opened)?;
        let object: Json = serde_json::from_slice(body.as_ref()).expect("a body is JSON");
        Ok::<_, SpliceError>(object["data"]["x"].clone())
    };
    let value = "a\"b\\c\n\u{1}é";
    let escaped = config(r#"a\"b\\c\n\u0001é"#);
    let at = config(stand_in('a').as_str());
    let encoded = BASE64.encode(at.as_bytes());
    assert_eq!(
        spliced(Escape::Json, &text(value), at.clone()),
        Ok(json!(escaped))
    );
    assert_eq!(
        spliced(Escape::Json, &text(value), encoded),
        Ok(json!(BASE64.encode(escaped.as_bytes())))
    );
    assert_eq!(
        spliced(Escape::None, &text(value), at.clone()),
        Ok(json!(config(value)))
    );
    let aside = format!("x={}", stand_in('a'));
    assert_eq!(
        spliced(Escape::Json, &text(value), aside),
        Ok(json!(format!("x={value}")))
    );
    let bytes = opened(&[(LeafType::Str, b"\"\xff")]);
    let refused = spliced(Escape::Json, &bytes, at);
    assert!(matches!(refused, Err(SpliceError::NotText { .. })));
}

#[test]
fn a_value_never_ends_the_quotes_it_stands_in() {
    let quoted = || json!(format!("{{\"password\": \"{}\"}}", stand_in('a')));
    for value in ["a\"b", "a\\b", "a\nb", "a\u{7f}b"] {
        assert!(
            matches!(
                spliced(quoted(), &text(value)),
                Err(SpliceError::Quotes { .. })
            ),
            "{value:?}"
        );
    }
    assert_eq!(
        spliced(quoted(), &text("plain'")),
        Ok(json!("{\"password\": \"plain'\"}"))
    );
    let aside = json!(format!("\"x {}\"", stand_in('a')));
    assert!(
        spliced(aside, &text("a\"b")).is_ok(),
        "only directly between quotes"
    );
    let encoded = json!(BASE64.encode(format!("{{\"p\": \"{}\"}}", stand_in('a')).as_bytes()));
    assert!(matches!(
        spliced(encoded, &text("a\"b")),
        Err(SpliceError::Quotes { .. })
    ));
}

#[test]
fn a_stand_in_goes_into_permitted_fields_alone() {
    let a = stand_in('a').to_string();
    let hidden = BASE64.encode(BASE64.encode(a.as_bytes()).as_bytes());
    for data in [
        json!({"name": a}),
        json!(["x", format!("in {a}")]),
        json!({"deep": {"er": hidden}}),
    ] {
        let object = json!({"kind": "ConfigMap", "metadata": {"name": "c", "namespace": "team-b"}, "data": data});
        let refusal = splice(&object, &BTreeSet::new(), &text(CANARY))
            .err()
            .unwrap();
        let message = refusal.to_string();
        assert!(
            message.starts_with("ConfigMap team-b/c: the field /data/"),
            "{message}"
        );
        assert!(!message.contains(CANARY));
    }
}

#[test]
fn a_stand_in_is_no_name() {
    let mut object = secret(&json!("x"));
    object["data"][stand_in('a').as_str()] = json!("y");
    let refusal = splice(&object, &places("/data/x"), &text(CANARY))
        .err()
        .unwrap();
    assert!(matches!(refusal, SpliceError::Key { .. }));
}

#[test]
fn what_was_not_opened_is_an_error() {
    for data in [stand_in('b').to_string(), format!("x{}", stand_in('b'))] {
        let refusal = spliced(json!(data), &text(CANARY)).unwrap_err();
        assert!(
            matches!(&refusal, SpliceError::NotOpened { stand_in: name, .. } if *name == stand_in('b'))
        );
    }
}

#[test]
fn an_object_without_stand_ins_is_written_as_it_is() {
    let object = json!({"a": [1, -2.5, true, null, "é\u{2028}\"\\"], "b": {}, "c": ""});
    let body = splice(&object, &BTreeSet::new(), &Opened::default())
        .ok()
        .unwrap();
    assert_eq!(
        serde_json::from_slice::<Json>(body.as_ref()).unwrap(),
        object
    );
}

proptest! {
    #[test]
    fn splicing_is_what_replacing_before_encoding_is(
        before in "[ -~é\n]{0,40}",
        after in "[ -!#-~é\n]{0,40}",
        value in "[ !#-\\[\\]-~é]{0,60}",
        depth in 0..=4_usize,
    ) {
        let around = |middle: &str| {
            (0..depth).fold(format!("{before}{middle}{after}"), |text, _| BASE64.encode(text.as_bytes()))
        };
        let data = json!(around(stand_in('a').as_str()));
        // Characters that could be base64 next to a stand-in that is not encoded are taken for what they look like.
        prop_assert_eq!(spliced(data, &text(&value)), Ok(json!(around(&value))));
    }

    #[test]
    fn no_text_makes_splicing_panic(data in ".{0,200}") {
        let _ = spliced(json!(data), &text("x"));
    }
}
