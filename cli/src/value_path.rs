//! The way to one value of an opened file.

use signet_yaml::edit::Step;
use signet_yaml::{Node, Value};
use std::fmt;
use std::str::FromStr;

/// The way to a value: keys of mappings and numbers of elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ValuePath(Vec<Step>);

impl FromStr for ValuePath {
    type Err = String;

    /// A JSON pointer (RFC 6901), or the form that `sops --extract` takes.
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        if text.starts_with('/') {
            return Ok(Self(text.split('/').skip(1).map(key).collect()));
        }
        if text.starts_with('[') {
            return bracketed(text).map(Self);
        }
        let is_part = |c: char| c.is_alphanumeric() || "_-.".contains(c);
        let keys = if !text.is_empty() && text.chars().all(is_part) {
            &[text][..]
        } else {
            &["stringData", "password"]
        };
        Err(format!(
            "a path is a JSON pointer (/{}) or in sops' form ([\"{}\"])",
            keys.join("/"),
            keys.join("\"][\"")
        ))
    }
}

fn key(token: &str) -> Step {
    Step::Key(token.replace("~1", "/").replace("~0", "~"))
}

/// Each bracket holds a JSON string or a number.
fn bracketed(text: &str) -> std::result::Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let inner = rest.strip_prefix('[').ok_or("a `[` is missing")?;
        let mut values = serde_json::Deserializer::from_str(inner).into_iter::<serde_json::Value>();
        steps.push(
            match values.next() {
                Some(Ok(serde_json::Value::String(key))) => Some(Step::Key(key)),
                Some(Ok(serde_json::Value::Number(index))) => index.as_u64().and_then(element),
                _ => None,
            }
            .ok_or("between `[` and `]` stands a key in double quotes or a number")?,
        );
        rest = inner[values.byte_offset()..]
            .trim_start()
            .strip_prefix(']')
            .ok_or("a `]` is missing")?
            .trim_start();
    }
    Ok(steps)
}

fn element(index: u64) -> Option<Step> {
    usize::try_from(index).ok().map(Step::Index)
}

impl From<Vec<Step>> for ValuePath {
    fn from(steps: Vec<Step>) -> Self {
        Self(steps)
    }
}

/// A JSON pointer.
impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|step| match step {
            Step::Key(key) => write!(f, "/{}", key.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => write!(f, "/{index}"),
        })
    }
}

impl ValuePath {
    /// The steps from a document's root down, of which there is at least one.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// What the path leads to from a document's root; nothing if that is not there.
    pub(crate) fn walk<'a>(&self, root: &'a Node) -> Option<&'a Node> {
        self.0
            .iter()
            .try_fold(root, |node, step| match (&node.value, step) {
                (Value::Sequence(_), Step::Key(key)) => node.items().nth(key.parse().ok()?),
                (Value::Sequence(_), Step::Index(index)) => node.items().nth(*index),
                (_, Step::Key(key)) => node.get(key),
                (_, Step::Index(_)) => None,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::ValuePath;

    fn shown(text: &str) -> String {
        text.parse::<ValuePath>().unwrap().to_string()
    }

    #[test]
    fn both_forms_lead_to_the_same_place() {
        let pointer = "/stringData/a~1b/0";
        assert_eq!(shown(pointer), pointer);
        assert_eq!(shown(r#"["stringData"]["a/b"][0]"#), pointer);
    }

    #[test]
    fn a_key_by_itself_is_answered_with_its_path() {
        let said = "API_KEY".parse::<ValuePath>().unwrap_err();
        assert!(
            said.contains(r#"(/API_KEY) or in sops' form (["API_KEY"])"#),
            "{said}"
        );
    }

    #[test]
    fn other_texts_are_no_path() {
        for text in [
            "password",
            "[password]",
            "[\"a\"",
            "[\"a\"]b",
            "[]",
            "[-1]",
            "[1.5]",
        ] {
            assert!(text.parse::<ValuePath>().is_err(), "{text}");
        }
    }
}
