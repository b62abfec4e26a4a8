//! The keys of a creation rule: lists of each kind, or groups of such lists.

use std::collections::BTreeSet;

use signet_yaml::{Node, Value};

use super::{CreationError, KeyGroup, field};
use crate::normal_recipient;

/// Kinds of keys beside age's, as a rule names them.
pub(super) const RULE_KINDS: [&str; 6] = [
    "pgp",
    "kms",
    "gcp_kms",
    "hckms",
    "azure_keyvault",
    "hc_vault_transit_uri",
];

/// Kinds of keys beside age's, as a group names them.
pub(super) const GROUP_KINDS: [&str; 6] = [
    "pgp",
    "kms",
    "gcp_kms",
    "hckms",
    "azure_keyvault",
    "hc_vault",
];

/// The groups of a rule; where it has none, its own lists are the only group.
pub(super) fn groups(rule: &Node) -> Result<Vec<KeyGroup>, CreationError> {
    let Some(groups) = field(rule, "key_groups").filter(|groups| !is_empty(groups)) else {
        return Ok(vec![group(rule, &RULE_KINDS)?]);
    };
    if !matches!(groups.value, Value::Sequence(_)) {
        return Err(wrong(groups, "key_groups", "a list"));
    }
    groups.items().map(key_group).collect()
}

/// A group with those that it merges.
fn key_group(node: &Node) -> Result<KeyGroup, CreationError> {
    if !matches!(node.value, Value::Mapping(_)) {
        return Err(wrong(node, "key_groups", "a list of mappings"));
    }
    let mut all = group(node, &GROUP_KINDS)?;
    for merged in field(node, "merge").into_iter().flat_map(Node::items) {
        let KeyGroup { age, foreign } = key_group(merged)?;
        all.age.extend(age);
        for (kind, names) in foreign {
            all.foreign.entry(kind).or_default().extend(names);
        }
    }
    Ok(all)
}

fn group(node: &Node, kinds: &[&'static str]) -> Result<KeyGroup, CreationError> {
    let foreign = kinds.iter().filter_map(|&kind| {
        let keys = field(node, kind).filter(|keys| !is_empty(keys))?;
        Some((kind, names(kind, keys)))
    });
    Ok(KeyGroup {
        age: field(node, "age")
            .map(recipients)
            .transpose()?
            .unwrap_or_default(),
        foreign: foreign.collect(),
    })
}

/// What a sealed file calls a kind of keys.
pub(super) fn kind_in_files(kind: &'static str) -> &'static str {
    match kind {
        "azure_keyvault" => "azure_kv",
        "hc_vault_transit_uri" => "hc_vault",
        other => other,
    }
}

/// The names of keys as a sealed file has them too, written one way: texts with commas, lists of such, or mappings.
fn names(kind: &str, node: &Node) -> BTreeSet<String> {
    let field = match kind {
        "pgp" => "fp",
        "kms" => "arn",
        "gcp_kms" => "resource_id",
        "hckms" => "key_id",
        _ => return BTreeSet::new(),
    };
    let own = std::iter::once(node).filter(|node| node.text().is_some());
    let nodes = own.chain(node.items());
    let texts = nodes.filter_map(|node| node.text().or_else(|| node.get(field)?.text()));
    let names = texts.flat_map(|text| text.split(','));
    let names = names.map(|name| normal_key(kind, name));
    names.filter(|name| !name.is_empty()).collect()
}

/// The form in which names of keys beside age's are compared: fingerprints without spaces, keys of AWS without a role.
pub fn normal_key(kind: &str, name: &str) -> String {
    match kind {
        "pgp" => name
            .split_whitespace()
            .collect::<String>()
            .to_ascii_uppercase(),
        "kms" => name.split('+').next().unwrap_or_default().trim().to_owned(),
        _ => name.trim().to_owned(),
    }
}

/// A text with commas, or a list of such.
fn recipients(node: &Node) -> Result<BTreeSet<String>, CreationError> {
    let texts: Vec<&Node> = match &node.value {
        Value::Scalar(_) => vec![node],
        Value::Sequence(_) => node.items().collect(),
        Value::Mapping(_) => return Err(wrong(node, "age", "a text or a list of texts")),
    };
    let mut found = BTreeSet::new();
    for node in texts {
        let text = node.text().ok_or_else(|| wrong(node, "age", "a text"))?;
        let parts = text.split(',').map(str::trim);
        found.extend(parts.filter(|part| !part.is_empty()).map(normal_recipient));
    }
    Ok(found)
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(scalar) => scalar.text.trim().is_empty(),
        Value::Sequence(_) => node.items().next().is_none(),
        Value::Mapping(_) => false,
    }
}

fn wrong(node: &Node, field: &'static str, expected: &'static str) -> CreationError {
    CreationError::Field {
        at: node.at,
        field,
        expected,
    }
}
