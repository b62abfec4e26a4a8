//! The `sops` block of a file.

mod keys;
mod scope;
mod wrapping;

use signet_yaml::{Node, Position};

use crate::{Enc, EncError, PatternError, Rule, is_of_plugin};

pub use keys::WrappedKey;
pub use scope::SealScope;
pub use wrapping::WrappingError;

/// What a sealed file says about itself, read from the block of its first document as SOPS does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The version of the tool that wrote it.
    pub version: String,
    /// When it was written, as it stands there. The additional data of the MAC's ciphertext is made from it.
    pub last_modified: String,
    /// SOPS' own check, sealed.
    pub mac: Enc,
    /// Whether the MAC leaves out clear values.
    pub mac_only_encrypted: bool,
    /// Which leaves are sealed.
    pub rule: Rule,
    /// The wrapped data key, for each group in file order. One group: each key wraps all of it.
    pub groups: Vec<Vec<WrappedKey>>,
    /// How many groups are needed; 0 where the file says nothing.
    pub shamir_threshold: u32,
    /// Our own part, if there is one.
    pub signet: Option<SealScope>,
}

/// A `sops` block that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// A field is missing.
    #[error("{at}: the sops block has no {field}")]
    Missing {
        /// Where the block begins.
        at: Position,
        /// The field.
        field: &'static str,
    },
    /// A field is not what it has to be.
    #[error("{at}: {field} is not {expected}")]
    Field {
        /// Where the field's value stands.
        at: Position,
        /// The field.
        field: String,
        /// What it has to be.
        expected: &'static str,
    },
    /// More than one selection rule.
    #[error("{at}: {second} stands beside {first}, and only one rule can select what is sealed")]
    Rules {
        /// Where the second stands.
        at: Position,
        /// The one.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// The rule is no regular expression.
    #[error("{at}: the selection rule cannot be used")]
    Pattern {
        /// Where it stands.
        at: Position,
        /// Why.
        #[source]
        source: PatternError,
    },
    /// The MAC is no sealed value.
    #[error("{at}: the MAC cannot be read")]
    Mac {
        /// Where it stands.
        at: Position,
        /// Why.
        #[source]
        source: EncError,
    },
    /// There are more wrapped keys than any file needs.
    #[error("{at}: the file is sealed for more than {limit} recipients")]
    TooManyKeys {
        /// Where the block begins.
        at: Position,
        /// The limit.
        limit: usize,
    },
}

impl Metadata {
    /// The wrapped keys of all groups.
    pub fn keys(&self) -> impl Iterator<Item = &WrappedKey> {
        self.groups.iter().flatten()
    }

    /// Those of them that only sops wraps: by other means than age, or for a plugin of it.
    pub fn foreign_keys(&self) -> impl Iterator<Item = &WrappedKey> {
        self.keys()
            .filter(|key| !key.is_age() || is_of_plugin(&key.recipient))
    }

    /// Those of them that are wrapped for age recipients.
    pub fn age_keys(&self) -> impl Iterator<Item = &WrappedKey> {
        self.keys().filter(|key| key.is_age())
    }

    /// Reads a `sops` block.
    pub(crate) fn read(block: &Node) -> Result<Self, MetadataError> {
        if block.pairs().next().is_none() {
            return Err(wrong(block, "sops", "a mapping"));
        }
        let mac = required(block, "mac")?;
        Ok(Self {
            version: text(required(block, "version")?, "version")?.to_owned(),
            last_modified: text(required(block, "lastmodified")?, "lastmodified")?.to_owned(),
            mac: text(mac, "mac")?
                .parse()
                .map_err(|source| MetadataError::Mac { at: mac.at, source })?,
            mac_only_encrypted: flag(block, "mac_only_encrypted")?,
            rule: rule(block)?,
            groups: keys::groups(block)?,
            shamir_threshold: number(block, "shamir_threshold")?,
            signet: block.get("signet").map(SealScope::read).transpose()?,
        })
    }
}

fn rule(block: &Node) -> Result<Rule, MetadataError> {
    let mut found: Option<Rule> = None;
    for (key, value) in block.pairs() {
        let name = key.text().unwrap_or_default();
        let rule = match value.text() {
            Some(text) => Rule::named(name, text),
            None => continue,
        };
        let Some(rule) = rule.map_err(|source| MetadataError::Pattern {
            at: value.at,
            source,
        })?
        else {
            continue;
        };
        if rule.value().is_empty() {
            continue;
        }
        if let Some(first) = &found {
            return Err(MetadataError::Rules {
                at: key.at,
                first: first.name(),
                second: rule.name(),
            });
        }
        found = Some(rule);
    }
    Ok(found.unwrap_or_default())
}

fn required<'a>(node: &'a Node, field: &'static str) -> Result<&'a Node, MetadataError> {
    node.get(field)
        .ok_or(MetadataError::Missing { at: node.at, field })
}

fn text<'a>(node: &'a Node, field: &str) -> Result<&'a str, MetadataError> {
    node.text().ok_or_else(|| wrong(node, field, "a string"))
}

fn flag(node: &Node, field: &'static str) -> Result<bool, MetadataError> {
    match node.get(field).map(|value| (value, value.text())) {
        None | Some((_, Some("false" | ""))) => Ok(false),
        Some((_, Some("true"))) => Ok(true),
        Some((value, _)) => Err(wrong(value, field, "true or false")),
    }
}

fn number(node: &Node, field: &'static str) -> Result<u32, MetadataError> {
    let Some(value) = node.get(field) else {
        return Ok(0);
    };
    text(value, field)?
        .parse()
        .map_err(|_| wrong(value, field, "a small number"))
}

fn wrong(node: &Node, field: &str, expected: &'static str) -> MetadataError {
    MetadataError::Field {
        at: node.at,
        field: field.to_owned(),
        expected,
    }
}
