//! From a tree to a document of ours: strict, and with a place for every complaint.

use serde::de::DeserializeOwned;

use crate::{Node, Position};

/// A field that is missing, unknown or of the wrong kind. It names fields, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {message}")]
pub struct FieldError {
    at: Position,
    message: String,
}

impl FieldError {
    /// Where the offending key or value begins.
    pub fn at(&self) -> Position {
        self.at
    }

    /// The complaint without its place.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Reads a document.
///
/// # Errors
/// [`FieldError`]
pub fn from_node<T: DeserializeOwned>(node: &Node) -> Result<T, FieldError> {
    let error = |message: String| FieldError {
        at: node.at,
        message,
    };
    let json = crate::kubernetes::to_json(node).map_err(|e| error(e.to_string()))?;
    serde_json::from_value(json).map_err(|e| error(e.to_string()))
}
