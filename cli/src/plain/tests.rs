use super::{PlaceArgs, Plain};
use crate::failure::Result;
use crate::value::Value;
use secrecy::ExposeSecret;
use serde_json::{Value as Json, json};
use signet_envelope::Store;
use signet_seal::ClearText;
use zeroize::Zeroizing;

fn place(path: &str, document: Option<usize>) -> PlaceArgs {
    PlaceArgs {
        path: path.parse().unwrap(),
        document,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests compare texts of their own"
)]
fn written(after: &ClearText) -> String {
    String::from_utf8(after.expose_secret().to_vec()).unwrap()
}

fn clear(text: &str) -> ClearText {
    Zeroizing::new(text.as_bytes().to_vec()).into()
}

fn set_in(store: Store, text: &str, path: &str, value: &Json) -> Result<String> {
    let text = clear(text);
    let plain = Plain::read(store, &text).unwrap();
    let value = serde_json::from_value(value.clone()).unwrap();
    Ok(written(&plain.set(&place(path, None), &value)?))
}

fn set(text: &str, path: &str, value: &Json) -> Result<String> {
    set_in(Store::Yaml, text, path, value)
}

#[test]
fn makes_what_the_path_needs_and_leaves_the_rest() {
    let text = "# note\na: 1   # one\n";
    let after = set(text, "/b/c", &json!("x")).unwrap();
    assert_eq!(after, "# note\na: 1   # one\nb:\n  c: x\n");
}

#[test]
fn refuses_a_path_through_a_value_without_naming_it() {
    let error = set("a: canary\n", "/a/b", &json!(1)).unwrap_err();
    let report = error.report(false);
    assert!(
        report.contains("/a/b") && !report.contains("canary"),
        "{report}"
    );
}

#[test]
fn asks_which_document_is_meant_where_that_is_not_clear() {
    let two = "a: 1\nb: 1\n---\na: 2\n";
    assert!(set(two, "/a", &json!(3)).is_err());
    assert!(set(two, "/c", &json!(3)).is_err());
    assert_eq!(
        set(two, "/b", &json!(3)).unwrap(),
        "a: 1\nb: 3\n---\na: 2\n"
    );
    let text = clear(two);
    let plain = Plain::read(Store::Yaml, &text).unwrap();
    let after = plain.set(&place("/a", Some(1)), &Value::Signed(3)).unwrap();
    assert_eq!(written(&after), "a: 1\nb: 1\n---\na: 3\n");
}

#[test]
fn takes_out_what_is_there_and_nothing_else() {
    let text = clear("a: 1\nb: 2 # two\nc: 3\n");
    let plain = Plain::read(Store::Yaml, &text).unwrap();
    let after = plain.unset(&place("/b", None)).unwrap().unwrap();
    assert_eq!(written(&after), "a: 1\nc: 3\n");
    assert!(plain.unset(&place("/d", None)).unwrap().is_none());
}

#[test]
fn json_stays_json_in_its_own_layout() {
    let text = "{\n\t\"a\": {\n\t\t\"b\": 1\n\t}\n}\n";
    let after = set_in(Store::Json, text, "/a/c", &json!({"d": "x"})).unwrap();
    assert!(after.starts_with(&text[..text.len() - 7]), "{after}");
    let read: Json = serde_json::from_str(&after).unwrap();
    assert_eq!(read, json!({"a": {"b": 1, "c": {"d": "x"}}}));
    let after = set_in(Store::Json, text, "/a/b", &json!("two")).unwrap();
    assert_eq!(after, text.replace('1', "\"two\""));
}

#[test]
fn where_all_is_text_a_number_is_text_and_a_list_has_no_place() {
    let after = set_in(Store::Dotenv, "A=1\n# c\n", "/B", &json!(5432)).unwrap();
    assert_eq!(after, "A=1\n# c\nB=5432\n");
    let after = set_in(Store::Ini, "[s]\na=1\n", r#"["s"]["b"]"#, &json!(true)).unwrap();
    assert_eq!(after, "[s]\na=1\nb=true\n");
    for value in [json!(null), json!([1]), json!({"a": 1})] {
        let error = set_in(Store::Dotenv, "A=1\n", "/A", &value).unwrap_err();
        assert!(error.report(false).contains("is text"));
    }
    let text = clear("[s]\na=1\n");
    let plain = Plain::read(Store::Ini, &text).unwrap();
    assert!(plain.set(&place("/s/a", Some(1)), &Value::Null).is_err());
    assert!(
        plain
            .set(&place("/s/a", Some(1)), &Value::Bool(true))
            .is_err()
    );
}

#[test]
fn no_path_leads_into_what_has_no_tree_of_its_own() {
    assert!(Plain::read(Store::Binary, &clear("A=1\n")).is_err());
}
