//! Why a text does not belong to its store.

use signet_yaml::{ParseError, Position};

use crate::Store;

/// A text that is not what its store holds. Nothing here quotes it, but for keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It does not follow the grammar.
    #[error("{at}: not valid {store}: {problem}")]
    Syntax {
        /// Where reading stopped.
        at: Position,
        /// The store.
        store: Store,
        /// What the grammar wants there.
        problem: &'static str,
    },
    /// It is a list.
    #[error("{at}: a JSON file that is a list cannot be sealed: SOPS keeps its block in an object")]
    List {
        /// Where it begins.
        at: Position,
    },
    /// It exceeds a limit, repeats a key, or is not valid YAML.
    #[error(transparent)]
    Parse(#[from] ParseError),
}
