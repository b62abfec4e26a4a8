//! The digest of a rendering.

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Escape;

/// SHA-256 of the value's canonical JSON in lower-case hex: no blanks, keys in byte order. How its opened values are escaped
/// follows, where that makes another object of it.
pub(crate) fn digest(value: &Value, escape: Option<Escape>) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text.push_str(match escape {
        None | Some(Escape::Refuse) => "",
        Some(Escape::Json) => "\nescape: json",
        Some(Escape::None) => "\nescape: none",
    });
    HEXLOWER.encode(&Sha256::digest(text))
}

/// Sorts for itself: whether `serde_json`'s maps are sorted depends on a feature that any crate may turn on.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_by_key(|(key, _)| *key);
            let pairs = pairs.into_iter().map(|(key, value)| (Some(key), value));
            write_all('{', pairs, '}', text);
        }
        Value::Array(items) => write_all('[', items.iter().map(|item| (None, item)), ']', text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&value.to_string());
        }
    }
}

fn write_all<'a>(
    open: char,
    parts: impl Iterator<Item = (Option<&'a String>, &'a Value)>,
    close: char,
    text: &mut String,
) {
    text.push(open);
    for (index, (key, value)) in parts.enumerate() {
        if index > 0 {
            text.push(',');
        }
        if let Some(key) = key {
            text.push_str(&Value::from(key.as_str()).to_string());
            text.push(':');
        }
        write(value, text);
    }
    text.push(close);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn is_of_sorted_keys_without_blanks() {
        // printf '{"a":[1,true,null],"b":{"c":"\\n\\""}}' | sha256sum
        let value = json!({"b": {"c": "\n\""}, "a": [1, true, null]});
        assert_eq!(
            digest(&value, None),
            "2789480c171b564675209b41acfc7f01437de6133f74ed9107fae77e03740f2c"
        );
    }

    #[test]
    fn tells_objects_apart_that_differ_in_how_opened_values_are_escaped() {
        let digests =
            [None, Some(Escape::Json), Some(Escape::None)].map(|escape| digest(&json!({}), escape));
        assert_eq!(BTreeSet::from(digests).len(), 3);
        assert_eq!(
            digest(&json!({}), Some(Escape::Refuse)),
            digest(&json!({}), None)
        );
    }
}
