//! What a source may do.

use signet_api::{Drift, Namespaces, Sink, SourceName, TenantName};

use crate::ApplySetId;

/// What the Tenant document grants to one source on this cluster.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Whose source this is.
    pub tenant: TenantName,
    /// The source's name.
    pub source: SourceName,
    /// Where the tenant may have objects. All namespaces means cluster-scoped objects as well.
    pub namespaces: Namespaces,
    /// Fields that may hold opened values, beside `data` of Secrets.
    pub sinks: Vec<Sink>,
    /// Whether objects that left the source are deleted.
    pub prune: bool,
    /// What happens to fields that others have changed.
    pub drift: Drift,
    /// The set that the source's objects belong to.
    pub apply_set: ApplySetId,
}

/// How the field managers of all sources begin.
pub(crate) const MANAGER_PREFIX: &str = "signet:";

impl Limits {
    /// The field manager of the source: `signet:<tenant>:<source>`.
    pub fn field_manager(&self) -> String {
        format!("{MANAGER_PREFIX}{}:{}", self.tenant, self.source)
    }
}
