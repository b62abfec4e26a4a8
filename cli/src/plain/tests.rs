use super::{PlaceArgs, Plain};
use crate::failure::Result;
use serde_json::{Value, json};
use signet_envelope::Store;

fn place(path: &str, document: Option<usize>) -> PlaceArgs {
    PlaceArgs {
        path: path.parse().unwrap(),
        document,
    }
}

fn set_in(store: Store, text: &str, path: &str, value: &Value) -> Result<String> {
    let plain = Plain::read(store, text.as_bytes()).unwrap();
    Ok(plain.set(&place(path, None), value)?.to_string())
}

fn set(text: &str, path: &str, value: &Value) -> Result<String> {
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
    let plain = Plain::read(Store::Yaml, two.as_bytes()).unwrap();
    let after = plain.set(&place("/a", Some(1)), &3).unwrap();
    assert_eq!(*after, "a: 1\nb: 1\n---\na: 3\n");
}

#[test]
fn takes_out_what_is_there_and_nothing_else() {
    let plain = Plain::read(Store::Yaml, b"a: 1\nb: 2 # two\nc: 3\n").unwrap();
    let after = plain.unset(&place("/b", None)).unwrap().unwrap();
    assert_eq!(*after, "a: 1\nc: 3\n");
    assert!(plain.unset(&place("/d", None)).unwrap().is_none());
}

#[test]
fn json_stays_json_in_its_own_layout() {
    let text = "{\n\t\"a\": {\n\t\t\"b\": 1\n\t}\n}\n";
    let after = set_in(Store::Json, text, "/a/c", &json!({"d": "x"})).unwrap();
    assert!(after.starts_with(&text[..text.len() - 7]), "{after}");
    let read: Value = serde_json::from_str(&after).unwrap();
    assert_eq!(read, json!({"a": {"b": 1, "c": {"d": "x"}}}));
    let after = set_in(Store::Json, text, "/a/b", &json!("two")).unwrap();
    assert_eq!(after, text.replace('1', "\"two\""));
}

#[test]
fn no_path_leads_into_what_has_no_tree_of_its_own() {
    for store in [Store::Dotenv, Store::Ini, Store::Binary] {
        assert!(Plain::read(store, b"A=1\n").is_err());
    }
}
