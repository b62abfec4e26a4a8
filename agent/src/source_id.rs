//! Which source of which tenant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use signet_api::{SourceName, TenantName, crd::Sync};

/// Names a tenant's source: `team-a/apps`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct SourceId {
    pub(crate) tenant: TenantName,
    pub(crate) source: SourceName,
}

/// The text names no source.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no source: <tenant>/<source> was expected")]
pub(crate) struct SourceIdError(String);

impl SourceId {
    /// The source whose Sync this is: one that somebody else made has another name.
    pub(crate) fn of_sync(sync: &Sync) -> Option<Self> {
        let id = Self {
            tenant: sync.spec.tenant.clone(),
            source: sync.spec.source.clone(),
        };
        let name = sync.metadata.name.as_deref()?;
        (name == id.sync_name()).then_some(id)
    }

    /// The name of its Sync.
    pub(crate) fn sync_name(&self) -> String {
        format!("{}-{}", self.tenant, self.source)
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tenant, self.source)
    }
}

impl FromStr for SourceId {
    type Err = SourceIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = || {
            let (tenant, source) = text.split_once('/')?;
            Some(Self {
                tenant: tenant.parse().ok()?,
                source: source.parse().ok()?,
            })
        };
        named().ok_or_else(|| SourceIdError(text.to_owned()))
    }
}

impl TryFrom<String> for SourceId {
    type Error = SourceIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<SourceId> for String {
    fn from(id: SourceId) -> Self {
        id.to_string()
    }
}
