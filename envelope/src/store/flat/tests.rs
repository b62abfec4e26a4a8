use serde_json::json;
use signet_yaml::kubernetes::to_json;

use super::*;

fn fields(pairs: &[(&'static str, &str)]) -> Vec<Field<'static>> {
    let field = |(line, (path, value)): (usize, &(&'static str, &str))| {
        let at = Position {
            line: line + 1,
            column: 1,
        };
        Field {
            path,
            span: line..line + 1,
            at,
            value: Node::scalar(*value, Style::Double, line..line + 1, at),
        }
    };
    pairs.iter().enumerate().map(field).collect()
}

fn refusal(pairs: &[(&'static str, &str)]) -> String {
    nested(Store::Dotenv, fields(pairs))
        .unwrap_err()
        .to_string()
}

#[test]
fn flat_fields_become_the_mapping_that_they_mean() {
    let block = nested(
        Store::Ini,
        fields(&[
            ("age__list_1__map_enc", "b"),
            ("age__list_0__map_enc", "a"),
            ("age__list_0__map_recipient", "age1"),
            ("key_groups__list_0__map_age__list_0__map_enc", "c"),
            ("mac_only_encrypted", "true"),
            ("signet__map_clusters__list_0", "prod"),
        ]),
    );
    assert_eq!(
        to_json(&block.unwrap().unwrap()).unwrap(),
        json!({
            "age": [{"enc": "a", "recipient": "age1"}, {"enc": "b"}],
            "key_groups": [{"age": [{"enc": "c"}]}],
            "mac_only_encrypted": "true",
            "signet": {"clusters": ["prod"]},
        })
    );
    assert!(nested(Store::Ini, Vec::new()).unwrap().is_none());
}

#[test]
fn flat_fields_that_contradict_each_other_are_refused() {
    assert_eq!(
        refusal(&[("mac", "a"), ("mac", "b")]),
        "line 2, column 1: not valid dotenv: a field of metadata stands there twice"
    );
    let kinds =
        "line 2, column 1: not valid dotenv: metadata is a value here and a collection elsewhere";
    assert_eq!(refusal(&[("age", "a"), ("age__list_0", "b")]), kinds);
    assert_eq!(refusal(&[("age__list_0", "a"), ("age__map_x", "b")]), kinds);
    assert_eq!(
        refusal(&[("age__list_0", "a"), ("age", "b")]),
        "line 2, column 1: not valid dotenv: a field of metadata stands there twice"
    );
    assert_eq!(
        refusal(&[
            ("age__list_0", "a"),
            ("age__list_18446744073709551615", "b")
        ]),
        "line 1, column 1: not valid dotenv: an element of a list of metadata is missing"
    );
    assert_eq!(
        refusal(&[("age__list_x", "a")]),
        "line 1, column 1: not valid dotenv: an index of metadata is no number"
    );
    let deep: &'static str = "a__map_".repeat(100_000).leak();
    assert_eq!(
        refusal(&[(deep, "x")]),
        "line 1, column 1: nested more than 64 levels deep"
    );
}
