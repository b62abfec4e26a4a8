use signet_yaml::sops::{self, Typed};

use super::*;

fn read(text: &str) -> Result<Stream, ReadError> {
    super::read(Store::Json, &text.into(), &Limits::SEALED)
}

fn root(text: &str) -> Node {
    read(text).unwrap().documents.remove(0).root.unwrap()
}

fn typed(value: &str) -> Typed {
    sops::scalar(root(&format!("{{\"v\": {value}}}")).get("v").unwrap()).unwrap()
}

fn refusal(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn values_are_typed_as_sops_types_them() {
    let text = |text: &str| Typed::Str(text.into());
    for (value, expected) in [
        ("null", Typed::Null),
        ("true", Typed::Bool(true)),
        ("0", Typed::Int(0)),
        ("-9223372036854775808", Typed::Int(i64::MIN)),
        (
            "9223372036854775808",
            Typed::Float(9_223_372_036_854_775_808.0),
        ),
        (
            "12345678901234567890",
            Typed::Float(12_345_678_901_234_567_890.0),
        ),
        ("1.0", Typed::Float(1.0)),
        ("1e3", Typed::Float(1000.0)),
        ("-0.5E-2", Typed::Float(-0.005)),
        ("1e300", Typed::Float(1e300)),
        (r#""true""#, text("true")),
        (r#""2024-01-02""#, text("2024-01-02")),
        (r#""""#, text("")),
        (r#""a\"\\\/\b\f\n\r\té""#, text("a\"\\/\u{8}\u{c}\n\r\té")),
        (r#""\u00e9\ud83d\udd11""#, text("é🔑")),
    ] {
        assert_eq!(typed(value), expected, "{value}");
    }
}

#[test]
fn every_node_knows_its_bytes_and_its_place() {
    let text = "{\r\n  \"ä\": [1, {\"k\": \"ü\"}],\n  \"b\" : null }\n";
    let root = root(text);
    let list = root.get("ä").unwrap();
    assert_eq!(&text[list.span.clone()], "[1, {\"k\": \"ü\"}]");
    let inner = list.items().nth(1).unwrap().get("k").unwrap();
    assert_eq!(&text[inner.span.clone()], "\"ü\"");
    assert_eq!((inner.at.line, inner.at.column), (2, 18));
    let (key, value) = root.pairs().nth(1).unwrap();
    assert_eq!(&text[key.span.clone()], "\"b\"");
    assert_eq!((value.at.line, value.at.column), (3, 9));
    assert_eq!(root.span, 0..text.len() - 1);
}

#[test]
fn refuses_what_go_reads_otherwise_or_not_at_all() {
    for (text, expected) in [
        ("", "line 1, column 1: not valid json: an object is missing"),
        ("\"a\"", "an object is missing"),
        ("\u{feff}{}", "an object is missing"),
        (
            "{} {}",
            "line 1, column 4: not valid json: something follows",
        ),
        (
            "{\"a\": }",
            "line 1, column 7: not valid json: a value is missing",
        ),
        ("{\"a\" 1}", "a colon is missing"),
        ("{a: 1}", "a key is missing"),
        ("{\"a\": 1,}", "a key is missing"),
        ("{\"a\": [1 2]}", "a comma or a closing bracket"),
        ("{\"a\": [,1]}", "a value is missing"),
        ("{\"a\": 1", "a comma or a closing bracket"),
        ("{\"a\": 01}", "neither a string nor a number"),
        ("{\"a\": +1}", "neither a string nor a number"),
        ("{\"a\": .5}", "neither a string nor a number"),
        ("{\"a\": 1.}", "neither a string nor a number"),
        ("{\"a\": NaN}", "neither a string nor a number"),
        ("{\"a\": 1e400}", "the number is too large"),
        ("{\"a\": \"b}", "the string has no end"),
        ("{\"a\": \"b\n\"}", "a control character"),
        ("{\"a\": \"\\x\"}", "an unknown escape"),
        ("{\"a\": \"\\u12g4\"}", "four hexadecimal digits"),
        ("{\"a\": \"\\ud83d\"}", "half of a surrogate pair"),
        ("{\"a\": \"\\ud83d\\u0041\"}", "half of a surrogate pair"),
        ("{\"a\": \"\\udd11\\ud83d\"}", "half of a surrogate pair"),
        ("{\"a\": 1} // b", "something follows"),
    ] {
        let refusal = refusal(text);
        assert!(refusal.contains(expected), "{text}: {refusal}");
    }
}

#[test]
fn a_list_has_an_error_of_its_own() {
    assert_eq!(
        read(" [1]"),
        Err(ReadError::List {
            at: Position { line: 1, column: 2 }
        })
    );
}

#[test]
fn a_key_that_is_there_twice_is_named_with_both_places() {
    let text = "{\"a\": {\"b\": 1,\n \"\\u0062\": 2}}";
    assert_eq!(
        refusal(text),
        "line 2, column 2: the key \"b\" stands already at line 1, column 8"
    );
    assert!(read("{\"a\": {\"b\": 1}, \"b\": 2}").is_ok());
    let several = "{\"b\": 1, \"a\": 2, \"a\": 3, \"b\": 4, \"a\": 5}";
    assert_eq!(
        refusal(several),
        "line 1, column 18: the key \"a\" stands already at line 1, column 10"
    );
}

#[test]
fn limits_hold() {
    let nested = |depth: usize| {
        format!(
            "{}{}",
            "{\"a\":".repeat(depth),
            "1".to_owned() + &"}".repeat(depth)
        )
    };
    assert!(read(&nested(64)).is_ok());
    assert!(refusal(&nested(65)).contains("nested more than 64 levels"));
    let limits = Limits {
        bytes: 20,
        depth: 2,
        nodes: 5,
    };
    let read = |text: &str| {
        super::read(Store::Json, &text.into(), &limits).map_err(|error| error.to_string())
    };
    assert!(read("{\"a\":1,\"b\":2}").is_ok());
    assert!(
        read("{\"a\":1,\"b\":[2]}")
            .unwrap_err()
            .contains("more than 5 nodes")
    );
    assert!(
        read(&" ".repeat(21))
            .unwrap_err()
            .contains("more than 20 bytes")
    );
}

#[test]
fn the_members_that_follow_are_counted_past_texts_and_what_is_nested() {
    for (rest, expected) in [
        ("}", 0),
        (" , \"b\": 2}", 1),
        (
            r#", "b": ",\",{", "c": [1, {"d": 2, "e": 3}, 4], "f": 5} , 6"#,
            3,
        ),
        (", \"b\": \"never closed, ", 1),
    ] {
        assert_eq!(super::members(rest.as_bytes()), expected, "{rest}");
    }
}

#[test]
fn room_is_taken_once_for_many_members_and_all_of_them_are_read() {
    let members = (0..2_000).map(|number| format!("\"k{number}\": {number}"));
    let text = format!("{{{}}}", members.collect::<Vec<_>>().join(", "));
    assert_eq!(root(&text).pairs().count(), 2_000);
}
