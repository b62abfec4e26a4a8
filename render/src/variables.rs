//! Variables that `signet-source.yaml` declares, and `${NAME}` in manifests, which stands for their values.
//!
//! As `substitute` of Flux's `postBuild`, but nothing is taken from an environment, what is not declared stays as it is (a
//! script in a ConfigMap has names of its own), and values are put into scalars that have been read: none makes another
//! structure of a manifest.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use signet_envelope::names_stand_in;
use signet_yaml::{Entry, Item, Node, Position, Style, Value};

use crate::size::LARGEST;

/// The declared variables, and which of them stood anywhere.
#[derive(Default)]
pub(crate) struct Variables {
    values: BTreeMap<Name, String>,
    used: RefCell<BTreeSet<Name>>,
    /// How many bytes of values may still be inserted: a short name may stand for a long value many times.
    left: Cell<usize>,
}

/// A name as shells have them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Name(String);

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if matches!(name.as_str(), "true" | "false" | "null") {
            return Err(format!(
                "the name of a variable was read as {name}: quote it, for YAML takes y, N and on for truths"
            ));
        }
        match name_at(&name) {
            Some((found, "")) if found == name => Ok(Self(name)),
            _ => Err(format!(
                "{name:?} is no name of a variable: letters, digits and _, no digit first"
            )),
        }
    }
}

/// What cannot be substituted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// A declared variable stands in a form that would do something with it.
    #[error("of the variable {name} only ${{{name}}}, ${{{name}:=…}} and ${{{name}:-…}} are known")]
    Form {
        /// The variable.
        name: String,
    },
    /// A value makes a stand-in of what it is put into: only rendering makes those.
    #[error("with the values of variables the text contains \"signetsealed\"")]
    StandIn,
    /// The values of variables take too much room.
    #[error("the values of variables take more than {} bytes", LARGEST.bytes)]
    TooLarge,
}

impl Variables {
    pub(crate) fn of(values: BTreeMap<Name, String>) -> Self {
        Self {
            values,
            used: RefCell::default(),
            left: Cell::new(LARGEST.bytes),
        }
    }

    /// Whether none is declared.
    pub(crate) fn are_none(&self) -> bool {
        self.values.is_empty()
    }

    /// Those that stood nowhere, in byte order.
    pub(crate) fn unused(&self) -> Vec<String> {
        let used = self.used.borrow();
        let unused = self.values.keys().filter(|name| !used.contains(*name));
        unused.map(|Name(name)| name.clone()).collect()
    }

    /// Puts values in the place of variables, in every scalar but keys. A scalar without quotes then has the type that its
    /// text has.
    ///
    /// # Errors
    /// [`VariableError`] and the scalar's place.
    pub(crate) fn put_into(&self, node: &mut Node) -> Result<(), (Position, VariableError)> {
        match &mut node.value {
            Value::Scalar(scalar) => {
                let put = self.put(&scalar.text).map_err(|error| (node.at, error))?;
                if let Some(text) = put {
                    scalar.text = text.into();
                    // A line break at the end of the text is one of the scalar's now.
                    if !matches!(scalar.style, Style::Plain) {
                        let text = scalar.text.to_string();
                        node.become_text(text);
                    }
                }
                Ok(())
            }
            Value::Sequence(items) => items.iter_mut().try_for_each(|item| match item {
                Item::Node(node) => self.put_into(node),
                Item::Comment(_) => Ok(()),
            }),
            Value::Mapping(entries) => entries.iter_mut().try_for_each(|entry| match entry {
                Entry::Pair { value, .. } => self.put_into(value),
                Entry::Comment(_) => Ok(()),
            }),
        }
    }

    /// The text with values; nothing where that is the text itself.
    fn put(&self, text: &str) -> Result<Option<String>, VariableError> {
        if !text.contains("${") {
            return Ok(None);
        }
        let mut put = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, from) = rest.split_at(at);
            let declared = name_at(&from[2..]).and_then(|(name, behind)| {
                Some((self.values.get_key_value(&Name(name.to_owned()))?, behind))
            });
            let Some(((name, value), behind)) = declared else {
                put.push_str(&rest[..at + 2]);
                rest = &from[2..];
                continue;
            };
            let Some(end) = end_of(behind) else {
                return Err(VariableError::Form {
                    name: name.0.clone(),
                });
            };
            if let Some(before) = before.strip_suffix('$') {
                // `$${NAME}` is `${NAME}` itself.
                put.push_str(before);
                put.push_str(&from[..from.len() - behind.len() + end]);
            } else {
                put.push_str(before);
                let left = self.left.get().checked_sub(value.len());
                self.left.set(left.ok_or(VariableError::TooLarge)?);
                put.push_str(value);
            }
            self.used.borrow_mut().insert(name.clone());
            rest = &behind[end..];
        }
        put.push_str(rest);
        if names_stand_in(put.as_bytes()) {
            return Err(VariableError::StandIn);
        }
        Ok(Some(put))
    }
}

/// The name that a text begins with, and what is behind it.
fn name_at(text: &str) -> Option<(&str, &str)> {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let end = text
        .find(|letter| !is_of_name(letter))
        .unwrap_or(text.len());
    let (name, behind) = text.split_at(end);
    let is_name = name.starts_with(|first: char| !first.is_ascii_digit());
    is_name.then_some((name, behind))
}

/// Where a reference ends, from what is behind its name; nothing where it is in a form that is not known.
fn end_of(behind: &str) -> Option<usize> {
    let is_known = ["}", ":=", ":-"]
        .iter()
        .any(|form| behind.starts_with(form));
    let end = behind.find('}')?;
    let is_nested = behind[..end].contains("${");
    (is_known && !is_nested).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use signet_yaml::{Aliases, Limits, kubernetes};

    use super::*;

    fn variables(values: &[(&str, &str)]) -> Variables {
        let named = |(name, value): &(&str, &str)| {
            (
                Name::try_from((*name).to_owned()).unwrap(),
                (*value).to_owned(),
            )
        };
        Variables::of(values.iter().map(named).collect())
    }

    fn put(variables: &Variables, text: &str) -> Result<String, VariableError> {
        let stream = signet_yaml::parse(text, &Limits::SEALED, Aliases::Expand).unwrap();
        let mut root = stream.documents.into_iter().next().unwrap().root.unwrap();
        variables.put_into(&mut root).map_err(|(_, error)| error)?;
        Ok(kubernetes::to_json(&root).unwrap().to_string())
    }

    #[test]
    fn a_value_has_the_type_of_what_it_stands_in() {
        let variables = variables(&[("N", "3"), ("HOST", "a.example.org"), ("ON", "on")]);
        for (text, expected) in [
            ("a: ${N}", r#"{"a":3}"#),
            ("a: \"${N}\"", r#"{"a":"3"}"#),
            ("a: '${N}'", r#"{"a":"3"}"#),
            ("a: |\n  ${N}\n", r#"{"a":"3\n"}"#),
            ("a: ${N}${N}", r#"{"a":33}"#),
            ("a: ${ON}", r#"{"a":true}"#),
            ("a: https://${HOST}/x", r#"{"a":"https://a.example.org/x"}"#),
            ("- ${N:=1}\n- \"${N:-x}\"", r#"[3,"3"]"#),
            ("${N}: a", r#"{"${N}":"a"}"#),
        ] {
            assert_eq!(put(&variables, text).as_deref(), Ok(expected), "{text}");
        }
        assert!(variables.unused().is_empty());
    }

    #[test]
    fn no_value_makes_another_structure() {
        let evil = "x\nb: {c: d}\n- e # f";
        let variables = variables(&[("EVIL", evil)]);
        let expected = serde_json::json!({"a": evil}).to_string();
        assert_eq!(put(&variables, "a: ${EVIL}").as_ref(), Ok(&expected));
        assert_eq!(put(&variables, "a: \"${EVIL}\"").as_ref(), Ok(&expected));
    }

    #[test]
    fn no_value_completes_a_stand_in() {
        let variables = variables(&[("A", "sealed"), ("B", "c2lnbmV0c2VhbGVk")]);
        for text in ["a: signet${A}", "a: ${B}", "a: \"x${B:=}\""] {
            assert_eq!(put(&variables, text), Err(VariableError::StandIn), "{text}");
        }
    }

    #[test]
    fn what_is_not_declared_and_what_is_escaped_stays() {
        let variables = variables(&[("N", "3")]);
        for text in ["${M}", "${M:=x}", "$N", "${", "${}", "${N", "$$${M}"] {
            let given = serde_json::json!({ "a": text }).to_string();
            let put = put(&variables, &format!("a: '{text}'"));
            if text == "${N" {
                assert!(matches!(put, Err(VariableError::Form { .. })), "{text}");
            } else {
                assert_eq!(put.as_ref(), Ok(&given), "{text}");
            }
        }
        let escaped = put(&variables, "a: 'x$${N}y ${N}'");
        assert_eq!(escaped.as_deref(), Ok(r#"{"a":"x${N}y 3"}"#));
        for text in ["a: '${N/3/4}'", "a: '${N:=${M}}'"] {
            assert!(
                matches!(put(&variables, text), Err(VariableError::Form { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn a_long_value_is_not_put_in_without_end() {
        let long = "x".repeat(1 << 20);
        let variables = variables(&[("LONG", &long)]);
        let text = format!("a: [{}]", vec!["'${LONG}'"; 17].join(", "));
        assert_eq!(put(&variables, &text), Err(VariableError::TooLarge));
    }

    #[test]
    fn a_name_is_as_in_a_shell() {
        for name in ["A", "_a1", "a_B"] {
            assert!(Name::try_from(name.to_owned()).is_ok(), "{name}");
        }
        for name in ["", "1a", "a-b", "a.b", "ä", "true"] {
            assert!(Name::try_from(name.to_owned()).is_err(), "{name}");
        }
    }
}
