//! Writes new documents in block style.

mod block;
mod ordered;

use serde::Serialize;
use serde_json::Value as Json;

use crate::emit::ordered::Ordered;
use crate::writing::{self, Context};

/// A value that YAML with string keys cannot hold.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the value as YAML")]
pub struct EmitError(#[source] serde_json::Error);

impl EmitError {
    pub(crate) fn new(error: serde_json::Error) -> Self {
        Self(error)
    }
}

/// A document whose fields stand in the order in which their type lists them.
///
/// Strings are quoted where any typing would read something else, and are literal blocks where they have several lines.
///
/// # Errors
/// [`EmitError`] for keys that are no strings, and if the type's own `Serialize` fails.
pub fn to_yaml<T: Serialize>(value: &T) -> Result<String, EmitError> {
    let json = serde_json::to_string(value).map_err(EmitError)?;
    let ordered: Ordered = serde_json::from_str(&json).map_err(EmitError)?;
    Ok(block::write(&ordered))
}

/// As [`to_yaml`], for JSON.
pub fn emit(value: &Json) -> String {
    block::write(&value.into())
}

/// A scalar on one line that every typing reads as this string.
pub fn quote(text: &str) -> String {
    writing::on_one_line(text, Context::Flow)
}

#[cfg(test)]
mod tests;
