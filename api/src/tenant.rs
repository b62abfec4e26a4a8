//! Where a tenant lives and what is applied there: `signet/tenants/<tenant>.yaml`.

mod check;
mod namespaces;

use serde::{Deserialize, Serialize};

pub use namespaces::Namespaces;

use crate::document::{self, Sealable};
use crate::{ClusterName, DocumentError, Duration, RepoPath, SourceName, TenantName, recipient};

const KIND: &str = "Tenant";

/// A tenant; the platform is one too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The name, which its file, its `ServiceAccount` and its folder have too.
    pub name: TenantName,
    /// Recipients of the people who may open and edit this tenant's sealed files.
    pub editors: Vec<String>,
    /// Whether plain SOPS files are taken.
    pub sealed: SealedMode,
    /// Where the tenant lives.
    pub clusters: Vec<TenantCluster>,
}

/// The written form of [`Tenant`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "recipient::many"
    )]
    editors: Vec<String>,
    #[serde(default)]
    sealed: SealedMode,
    clusters: Vec<TenantCluster>,
}

/// What a sealed file must carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SealedMode {
    /// Signet's seal, which binds the file to its place.
    #[default]
    Strict,
    /// SOPS' own metadata suffice.
    Compat,
}

/// A tenant's part of one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TenantCluster {
    /// The cluster.
    pub name: ClusterName,
    /// The public half of the tenant's identity there.
    #[serde(deserialize_with = "recipient::one")]
    pub recipient: String,
    /// Recipients that may be on sealed files while an identity is rotated.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "recipient::many"
    )]
    pub transitional: Vec<String>,
    /// Where the tenant's objects may be.
    pub namespaces: Namespaces,
    /// What is applied.
    #[serde(default)]
    pub sources: Vec<TenantSource>,
    /// Where opened values may go besides Secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sinks: Vec<Sink>,
}

/// A folder that is applied to a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TenantSource {
    /// The source's name, unique among the tenant's sources on the cluster.
    pub name: SourceName,
    /// The folder.
    pub path: RepoPath,
    /// Whether objects that left the folder leave the cluster.
    #[serde(default = "yes")]
    pub prune: bool,
    /// What happens to objects that somebody else changed.
    #[serde(default)]
    pub drift: Drift,
    /// Sources to wait for: `source` of this tenant, or `tenant/source`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// How long one attempt may take, waiting for its turn included; then it is tried again.
    #[serde(default = "five_minutes")]
    pub timeout: Duration,
    /// Whether the source is left alone for now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspend: bool,
}

fn yes() -> bool {
    true
}

fn five_minutes() -> Duration {
    Duration::from_secs(300)
}

/// What happens to objects that somebody else changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Drift {
    /// They are put back.
    #[default]
    Correct,
    /// It is reported.
    Detect,
    /// Nothing.
    Ignore,
}

/// A field that may hold opened values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sink {
    /// The object's kind.
    pub kind: String,
    /// The object's name.
    pub name: String,
    /// The field's path.
    pub field: String,
}

impl Tenant {
    /// Reads a Tenant document.
    ///
    /// # Errors
    /// [`DocumentError`] with the place of the first offence: besides fields and their form, a name that is not the
    /// file's, `namespaces: ["*"]` for any but the platform, Signet's own namespaces, a folder that belongs to somebody else,
    /// and what is listed twice.
    pub fn parse(text: &str, path: &RepoPath) -> Result<Self, DocumentError> {
        let read = document::read::<Spec>(text, path, KIND, Sealable::No)?;
        let name: TenantName = read.name()?;
        check::clusters(&name, &read.spec.clusters)
            .map_err(|fault| read.complain(&fault.steps(), &fault.message))?;
        let Spec {
            editors,
            sealed,
            clusters,
        } = read.spec;
        Ok(Self {
            name,
            editors,
            sealed,
            clusters,
        })
    }

    /// The document as a person would write it.
    pub fn to_yaml(&self) -> String {
        let Self {
            name,
            editors,
            sealed,
            clusters,
        } = self.clone();
        document::write(
            KIND,
            Some(name.as_str()),
            &Spec {
                editors,
                sealed,
                clusters,
            },
        )
    }

    /// The tenant's part of a cluster, if it lives there.
    pub fn on(&self, cluster: &ClusterName) -> Option<&TenantCluster> {
        self.clusters.iter().find(|part| part.name == *cluster)
    }
}

#[cfg(test)]
mod tests;
