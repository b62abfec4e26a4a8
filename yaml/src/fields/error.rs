//! What is said when a document does not fit its type.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::{Position, TypeError};

/// A field that is missing, unknown, of the wrong kind or refused by its type.
///
/// It names fields and places. Values do not appear, unless the field's own type quotes them.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.message)
    }
}

impl std::error::Error for FieldError {}

/// A complaint on its way out: the innermost node gives the place, each collection prepends its step.
#[derive(Debug)]
pub(super) struct Failure {
    at: Option<Position>,
    /// Such as `spec.rules[0]`, from the document's root.
    path: String,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Unknown {
        what: &'static str,
        name: String,
        nearest: Option<&'static str>,
        known: &'static [&'static str],
    },
    Other(String),
}

impl Failure {
    fn new(problem: Problem) -> Self {
        Self {
            at: None,
            path: String::new(),
            problem,
        }
    }

    pub(super) fn typed(error: &TypeError) -> Self {
        Self {
            at: Some(error.at()),
            ..Self::new(Problem::Other(error.problem()))
        }
    }

    /// Gives the place, unless something further in has.
    pub(super) fn at(mut self, at: Position) -> Self {
        self.at.get_or_insert(at);
        self
    }

    pub(super) fn in_field(mut self, name: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("{name}{joint}{}", self.path);
        self
    }

    pub(super) fn in_element(mut self, number: usize) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("[{number}]{joint}{}", self.path);
        self
    }

    pub(super) fn placed(self, root: Position) -> FieldError {
        let message = match (self.path.as_str(), &self.problem) {
            ("", problem @ Problem::Unknown { what: "field", .. }) => {
                format!("the document {problem}")
            }
            (path, problem @ Problem::Unknown { what: "field", .. }) => format!("{path} {problem}"),
            ("", problem) => problem.to_string(),
            (path, problem) => format!("{path}: {problem}"),
        };
        FieldError {
            at: self.at.unwrap_or(root),
            message,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(text) => f.write_str(text),
            Self::Unknown {
                what: "field",
                name,
                nearest,
                known,
            } => {
                write!(f, "has no field `{name}`")?;
                hint(f, *nearest, known)
            }
            Self::Unknown { nearest, known, .. } => {
                f.write_str("not one of the values there are")?;
                hint(f, *nearest, known)
            }
        }
    }
}

fn hint(f: &mut fmt::Formatter<'_>, nearest: Option<&str>, known: &[&str]) -> fmt::Result {
    match nearest {
        Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
        None if known.is_empty() => write!(f, "; there is none at all"),
        None => write!(f, "; there is `{}`", known.join("`, `")),
    }
}

/// The known name that a typing error may have turned into this one.
fn nearest(name: &str, known: &'static [&'static str]) -> Option<&'static str> {
    let distance = |candidate: &&&str| {
        strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase())
    };
    let best = known.iter().min_by_key(distance)?;
    (distance(&best) <= 1 + best.len() / 4).then_some(*best)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for Failure {}

impl de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Problem::Other(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let wanted = in_words(wanted);
        let advice = match found {
            Unexpected::Bool(_)
            | Unexpected::Unsigned(_)
            | Unexpected::Signed(_)
            | Unexpected::Float(_)
                if wanted.contains("string") =>
            {
                " (quotes make it a string)"
            }
            Unexpected::Str(_) if wanted.contains("number") => " (a number has no quotes)",
            _ => "",
        };
        Self::custom(format_args!(
            "expected {wanted}, found {}{advice}",
            kind(found)
        ))
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::custom(format_args!(
            "expected {}, found {} that does not fit",
            in_words(wanted),
            kind(found)
        ))
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        let nearest = nearest(field, known);
        Self::new(Problem::Unknown {
            what: "field",
            name: field.to_owned(),
            nearest,
            known,
        })
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        let nearest = nearest(variant, known);
        Self::new(Problem::Unknown {
            what: "value",
            name: String::new(),
            nearest,
            known,
        })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(format_args!("the field `{field}` is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::custom(format_args!("the field `{field}` stands twice"))
    }
}

/// What is wanted, where serde has the name of one of Rust's types for it.
fn in_words(wanted: &dyn Expected) -> String {
    let wanted = wanted.to_string();
    match wanted.as_str() {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a map" => "a mapping".to_owned(),
        _ => wanted,
    }
}

/// What was found, without its value, which may be a secret.
fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Unit | Unexpected::Option => "nothing",
        Unexpected::Seq => "a sequence",
        Unexpected::Map => "a mapping",
        Unexpected::Bytes(_)
        | Unexpected::NewtypeStruct
        | Unexpected::Enum
        | Unexpected::UnitVariant
        | Unexpected::NewtypeVariant
        | Unexpected::TupleVariant
        | Unexpected::StructVariant
        | Unexpected::Other(_) => "something else",
    }
}
