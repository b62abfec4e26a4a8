//! The fields of an object that somebody can own.

use std::fmt;

use serde_json::Value;

/// From an object to one of its fields.
#[derive(Debug, Clone)]
pub(crate) struct FieldPath<'a>(Vec<Step<'a>>);

/// One step on the way to a field.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'a> {
    /// Into a mapping.
    Field(&'a str),
    /// Into a list. The other items are needed to tell which one is meant.
    Item { list: &'a [Value], index: usize },
}

/// Fields that name the object and are not recorded as anybody's.
const IDENTITY: [&[&str]; 4] = [
    &["apiVersion"],
    &["kind"],
    &["metadata", "name"],
    &["metadata", "namespace"],
];

/// Every field of the object that its applier owns, by its innermost path.
///
/// Empty mappings are fields, nulls and empty lists are not: the API server does not record them.
pub(crate) fn leaves(object: &Value) -> Vec<FieldPath<'_>> {
    let mut leaves = Vec::new();
    collect(object, &mut Vec::new(), &mut leaves);
    leaves
}

fn collect<'a>(value: &'a Value, path: &mut Vec<Step<'a>>, leaves: &mut Vec<FieldPath<'a>>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                path.push(Step::Field(key));
                collect(value, path, leaves);
                path.pop();
            }
        }
        Value::Array(list) => {
            for (index, item) in list.iter().enumerate() {
                path.push(Step::Item { list, index });
                collect(item, path, leaves);
                path.pop();
            }
        }
        Value::Null => {}
        Value::Object(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            if !names_the_object(path) {
                leaves.push(FieldPath(path.clone()));
            }
        }
    }
}

fn names_the_object(path: &[Step<'_>]) -> bool {
    let same =
        |(step, name): (&Step<'_>, &&str)| matches!(step, Step::Field(field) if field == name);
    IDENTITY
        .iter()
        .any(|names| names.len() == path.len() && path.iter().zip(*names).all(same))
}

impl<'a> FieldPath<'a> {
    pub(crate) fn steps(&self) -> &[Step<'a>] {
        &self.0
    }
}

/// `spec.containers[name=web].image`, `metadata.annotations[signet.dev/rendered]`.
impl fmt::Display for FieldPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if !is_word(name) => write!(f, "[{name}]")?,
                Step::Field(name) if depth == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Item { list, index } => {
                    match list[*index].get("name").and_then(Value::as_str) {
                        Some(name) => write!(f, "[name={name}]")?,
                        None => write!(f, "[{index}]")?,
                    }
                }
            }
        }
        Ok(())
    }
}

fn is_word(name: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    !name.is_empty() && name.bytes().all(word)
}
