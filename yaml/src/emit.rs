//! Writes new documents in block style.

mod block;
mod flow;
mod ordered;

use serde::Serialize;
use serde_json::Value as Json;

pub(crate) use crate::emit::block::{BEHIND_DASH, Layout, write as write_block};
pub(crate) use crate::emit::flow::{Quotes, pair as flow_pair, write as write_flow};
pub(crate) use crate::emit::ordered::Ordered;
use crate::writing::{self, Context};

/// A value that YAML with string keys cannot hold.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the value as YAML")]
pub struct EmitError(#[source] pub(crate) serde_json::Error);

/// A document whose fields stand in the order in which their type lists them.
///
/// Strings are quoted where any typing would read something else, and are literal blocks where they have several lines.
///
/// # Errors
/// [`EmitError`] for keys that are no strings, and if the type's own `Serialize` fails.
pub fn to_yaml<T: Serialize>(value: &T) -> Result<String, EmitError> {
    Ok(block::write(&Ordered::of(value)?, Layout::NEW))
}

/// As [`to_yaml`], for JSON.
pub fn emit(value: &Json) -> String {
    block::write(&value.into(), Layout::NEW)
}

/// A scalar on one line that every typing reads as this string.
pub fn quote(text: &str) -> String {
    writing::on_one_line(text, Context::Flow)
}

#[cfg(test)]
mod tests;
