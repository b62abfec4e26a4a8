//! Writes new documents.

use serde_json::Value as Json;

/// A scalar that both typings read as this string.
pub fn quote(text: &str) -> String {
    Json::from(text).to_string()
}

/// A document in block style, with a line break at its end.
pub fn emit(value: &Json) -> String {
    format!("{value}\n")
}
