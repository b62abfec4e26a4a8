//! The wrapped data keys of a file.

use signet_yaml::{Node, Value};

use super::{MetadataError, required, text, wrong};

const LIMIT: usize = 64;

/// SOPS' lists of keys, each with the fields that name a key of it.
const LISTS: [(&str, &[&str]); 7] = [
    ("age", &["recipient"]),
    ("pgp", &["fp"]),
    ("kms", &["arn"]),
    ("gcp_kms", &["resource_id"]),
    ("azure_kv", &["vault_url", "name", "version"]),
    ("hc_vault", &["vault_address", "engine_path", "key_name"]),
    ("hckms", &["key_id"]),
];

/// The data key, or a share of it, wrapped for one recipient.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WrappedKey {
    /// SOPS' name of the list it stands in: `age`, `pgp`, `kms`, …
    pub kind: &'static str,
    /// For whom; in age only a label, which anybody can write there.
    pub recipient: String,
    /// The wrapped key: for age an armored file.
    pub enc: String,
}

impl WrappedKey {
    /// Whether it is wrapped for an age recipient, the only kind that Signet wraps for and opens.
    #[must_use]
    pub fn is_age(&self) -> bool {
        self.kind == "age"
    }
}

/// The groups of a block: the lists at its top if one of them holds something, else those of `key_groups`.
pub(super) fn groups(block: &Node) -> Result<Vec<Vec<WrappedKey>>, MetadataError> {
    let top = group(block)?;
    let groups = match block.get("key_groups") {
        Some(list) if top.is_empty() => list.items().map(group).collect::<Result<_, _>>()?,
        _ if top.is_empty() => Vec::new(),
        _ => vec![top],
    };
    match groups.iter().map(Vec::len).sum::<usize>() {
        0 => Err(MetadataError::Missing {
            at: block.at,
            field: "age",
        }),
        count if count > LIMIT => Err(MetadataError::TooManyKeys {
            at: block.at,
            limit: LIMIT,
        }),
        _ => Ok(groups),
    }
}

fn group(node: &Node) -> Result<Vec<WrappedKey>, MetadataError> {
    let mut keys = Vec::new();
    for (kind, names) in LISTS {
        let Some(list) = node.get(kind) else { continue };
        if !matches!(list.value, Value::Sequence(_))
            && !matches!(list.text(), Some("" | "null" | "~"))
        {
            return Err(wrong(list, kind, "a list"));
        }
        for item in list.items() {
            keys.push(wrapped(item, kind, names)?);
        }
    }
    Ok(keys)
}

fn wrapped(
    item: &Node,
    kind: &'static str,
    names: &[&'static str],
) -> Result<WrappedKey, MetadataError> {
    let parts: Vec<&str> = names
        .iter()
        .map(|&name| text(required(item, name)?, name))
        .collect::<Result<_, MetadataError>>()?;
    let enc = text(required(item, "enc")?, "enc")?.to_owned();
    Ok(WrappedKey {
        kind,
        recipient: parts.join("/"),
        enc,
    })
}
