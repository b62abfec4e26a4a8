//! A document that cannot be taken, and where.

use std::fmt;

use signet_yaml::{ParseError, Position};

use crate::RepoPath;

/// A complaint about a document: what, and where. It names fields, never the values of sealed ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentError {
    /// The file.
    pub path: RepoPath,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// The line with a mark below the place, of a document that is never sealed. It is no part of the message.
    pub excerpt: Option<String>,
}

impl DocumentError {
    /// A complaint about the file as a whole.
    pub(crate) fn new(path: &RepoPath, message: &str) -> Self {
        Self::at(path, Position { line: 1, column: 1 }, message)
    }

    pub(crate) fn at(path: &RepoPath, at: Position, message: &str) -> Self {
        Self {
            path: path.clone(),
            line: at.line,
            column: at.column,
            message: message.to_owned(),
            excerpt: None,
        }
    }

    /// The same complaint with the line of a text, where there is one that may be shown.
    pub(crate) fn quoting(self, text: Option<&str>) -> Self {
        let at = Position {
            line: self.line,
            column: self.column,
        };
        let excerpt = text.and_then(|text| signet_yaml::excerpt(text, at));
        Self { excerpt, ..self }
    }

    pub(crate) fn of_parse(path: &RepoPath, error: &ParseError) -> Self {
        match error.at() {
            Some(at) => Self::at(path, at, &error.problem()),
            None => Self::new(path, &error.problem()),
        }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {}",
            self.path, self.line, self.column, self.message
        )
    }
}

impl std::error::Error for DocumentError {}
