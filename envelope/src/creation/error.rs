//! What can be wrong with a `.sops.yaml`.

use signet_yaml::{ParseError, Position};

use crate::PatternError;

/// A `.sops.yaml` that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CreationError {
    /// It is not YAML.
    #[error("it cannot be read")]
    Parse(#[from] ParseError),
    /// A field is not what it has to be.
    #[error("{at}: {field} is not {expected}")]
    Field {
        /// Where its value stands.
        at: Position,
        /// The field.
        field: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// A field is no regular expression.
    #[error("{at}: {field} cannot be used")]
    Pattern {
        /// Where its value stands.
        at: Position,
        /// The field.
        field: &'static str,
        /// Why.
        #[source]
        source: PatternError,
    },
    /// More than one selection rule.
    #[error("{at}: {second} stands beside {first}, and only one rule can select what is sealed")]
    Rules {
        /// Where the second's value stands.
        at: Position,
        /// The one.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
}

impl CreationError {
    /// Where the offence stands; nothing where the file as a whole is refused.
    pub fn at(&self) -> Option<Position> {
        match self {
            Self::Parse(error) => error.at(),
            Self::Field { at, .. } | Self::Pattern { at, .. } | Self::Rules { at, .. } => Some(*at),
        }
    }
}

/// A rule that asks for keys that cannot be wrapped for here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: this rule also wraps for {}, and signet wraps for age's own keys alone", .kinds.join(", "))]
pub struct ForeignKeysError {
    /// Where the rule begins.
    pub at: Position,
    /// The kinds, by their names in the file.
    pub kinds: Vec<&'static str>,
}
