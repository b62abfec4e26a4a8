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

/// A value that YAML with string keys cannot hold.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the value as YAML")]
pub struct EmitError(#[source] serde_json::Error);

/// As [`emit`], with the fields in the order in which the type lists them.
///
/// # Errors
/// [`EmitError`]
pub fn to_yaml<T: serde::Serialize>(value: &T) -> Result<String, EmitError> {
    serde_json::to_value(value)
        .map(|value| emit(&value))
        .map_err(EmitError)
}
