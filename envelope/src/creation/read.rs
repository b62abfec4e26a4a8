//! From the nodes of a `.sops.yaml` to rules.

use signet_yaml::sops::{self, Typed};
use signet_yaml::{Node, Value};

use super::{CreationError, CreationRule, field, keys};
use crate::{Pattern, Rule};

pub(super) const SELECTIONS: [&str; 6] = [
    "unencrypted_suffix",
    "encrypted_suffix",
    "unencrypted_regex",
    "encrypted_regex",
    "unencrypted_comment_regex",
    "encrypted_comment_regex",
];

/// The rules of a file; nothing if it has no list of them.
pub(super) fn rules(root: &Node) -> Result<Option<Vec<CreationRule>>, CreationError> {
    if !matches!(root.value, Value::Mapping(_)) {
        return Err(wrong(root, ".sops.yaml", "a mapping"));
    }
    let Some(rules) = field(root, "creation_rules") else {
        return Ok(None);
    };
    if !matches!(rules.value, Value::Sequence(_)) {
        return Err(wrong(rules, "creation_rules", "a list"));
    }
    rules.items().map(rule).collect::<Result<_, _>>().map(Some)
}

fn rule(node: &Node) -> Result<CreationRule, CreationError> {
    if !matches!(node.value, Value::Mapping(_)) {
        return Err(wrong(node, "creation_rules", "a list of mappings"));
    }
    let path = match text(node, "path_regex")? {
        Some((_, "")) | None => None,
        Some((value, source)) => Some(pattern(value, source, "path_regex")?),
    };
    Ok(CreationRule {
        at: node.at,
        selection: selection(node)?,
        mac_only_encrypted: flag(node, "mac_only_encrypted")?,
        shamir_threshold: number(node, "shamir_threshold")?,
        path,
        groups: keys::groups(node)?,
    })
}

fn selection(node: &Node) -> Result<Option<Rule>, CreationError> {
    let mut found: Option<Rule> = None;
    for name in SELECTIONS {
        let Some((value, source)) = text(node, name)?.filter(|(_, source)| !source.is_empty())
        else {
            continue;
        };
        let named = Rule::named(name, source).map_err(|source| CreationError::Pattern {
            at: value.at,
            field: name,
            source,
        })?;
        if let Some(first) = &found {
            return Err(CreationError::Rules {
                at: value.at,
                first: first.name(),
                second: name,
            });
        }
        found = named;
    }
    Ok(found)
}

fn pattern(node: &Node, source: &str, field: &'static str) -> Result<Pattern, CreationError> {
    Pattern::new(source).map_err(|source| CreationError::Pattern {
        at: node.at,
        field,
        source,
    })
}

fn text<'a>(
    node: &'a Node,
    name: &'static str,
) -> Result<Option<(&'a Node, &'a str)>, CreationError> {
    let Some(value) = field(node, name) else {
        return Ok(None);
    };
    let text = value.text().ok_or_else(|| wrong(value, name, "a text"))?;
    Ok(Some((value, text)))
}

fn flag(node: &Node, name: &'static str) -> Result<bool, CreationError> {
    match field(node, name).map(|value| (value, sops::scalar(value))) {
        None => Ok(false),
        Some((_, Ok(Typed::Bool(flag)))) => Ok(flag),
        Some((value, _)) => Err(wrong(value, name, "true or false")),
    }
}

fn number(node: &Node, name: &'static str) -> Result<u32, CreationError> {
    let Some(value) = field(node, name) else {
        return Ok(0);
    };
    match sops::scalar(value) {
        Ok(Typed::Int(number)) => u32::try_from(number).ok(),
        _ => None,
    }
    .ok_or_else(|| wrong(value, name, "a number of groups"))
}

fn wrong(node: &Node, field: &'static str, expected: &'static str) -> CreationError {
    CreationError::Field {
        at: node.at,
        field,
        expected,
    }
}
