//! The table of expectations, as it is written.

use crate::failure::{Result, failed};
use serde::Deserialize;
use signet_api::{Policy, RepoPath};
use signet_yaml::{Aliases, Limits, from_node, parse};

/// A change and what is expected of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Case {
    /// The path that is changed, as raw bytes.
    pub(super) path: Vec<u8>,
    /// The principals who sign or approve it, at least one.
    pub(super) signers: Vec<String>,
    /// What should come of it.
    pub(super) expect: Option<Expected>,
}

/// A row as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    path: RepoPath,
    signers: Vec<String>,
    #[serde(default)]
    expect: Option<Expected>,
}

/// Whether a change passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Expected {
    /// It does.
    Allowed,
    /// It does once others have approved it.
    Approvals,
    /// It does where it is a program's, of nothing but certain fields.
    Fields,
    /// It does not.
    Denied,
}

impl Expected {
    /// Its name.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Approvals => "approvals",
            Self::Fields => "fields",
            Self::Denied => "denied",
        }
    }
}

/// The rows of a table about a policy.
///
/// # Errors
/// With the place, when it is no such table, has no row, or names nobody or somebody whom the policy does not know.
pub(super) fn read(text: &str, policy: &Policy) -> Result<Vec<Case>> {
    let stream = parse(text, &Limits::DOCUMENT, Aliases::Refuse)?;
    let mut roots = stream.roots();
    let root = roots.next().ok_or_else(|| failed("it has no row"))?;
    if let Some(second) = roots.next() {
        return Err(failed(format!("{}: a second document begins", second.at)));
    }
    let rows: Vec<Row> = from_node(root)?;
    for (row, node) in rows.iter().zip(root.items()) {
        let at = node.at;
        let is_unknown = |name: &&String| !policy.principals.contains_key(*name);
        if let Some(stranger) = row.signers.iter().find(is_unknown) {
            return Err(failed(format!(
                "{at}: the policy has no principal {stranger:?}"
            )));
        }
        if row.signers.is_empty() {
            return Err(failed(format!("{at}: the row names no signer")));
        }
    }
    if rows.is_empty() {
        return Err(failed("it has no row"));
    }
    Ok(rows.into_iter().map(Case::from).collect())
}

impl From<Row> for Case {
    fn from(row: Row) -> Self {
        Self {
            path: row.path.as_bytes().to_vec(),
            signers: row.signers,
            expect: row.expect,
        }
    }
}
