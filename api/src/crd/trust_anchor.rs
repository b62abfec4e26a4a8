//! `TrustAnchor`: what an operator tells a cluster, and the last tip that was believed.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ClusterName, Duration, Introduction, Revocation, TenantName};

/// Which history this cluster believes, and who it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, CustomResource, JsonSchema)]
#[kube(
    group = "signet.dev",
    version = "v1alpha1",
    kind = "TrustAnchor",
    plural = "trustanchors",
    derive = "PartialEq",
    status = "TrustAnchorStatus",
    printcolumn = r#"{"name": "Cluster", "type": "string", "jsonPath": ".spec.cluster"}"#,
    printcolumn = r#"{"name": "Ready", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status"}"#,
    printcolumn = r#"{"name": "Verified", "type": "string", "jsonPath": ".status.verified.commit"}"#,
    printcolumn = r#"{"name": "Signer", "type": "string", "jsonPath": ".status.verified.signer"}"#,
    printcolumn = r#"{"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}"#,
    printcolumn = r#"{"name": "Message", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].message"}"#
)]
#[serde(rename_all = "camelCase")]
pub struct TrustAnchorSpec {
    /// This cluster's name in the fleet.
    pub cluster: ClusterName,
    /// Where the history comes from.
    pub repository: AnchorRepository,
    /// Where belief begins.
    pub introduction: Introduction,
    /// Where the cluster's identity is.
    pub identity: IdentityRef,
    /// Keys that are no longer believed, whatever Git says: a hostile host could withhold the news.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revoked: Vec<Revocation>,
    /// How old the newest verified commit may be. A host that withholds newer ones shows the old one as long as it likes; where
    /// something commits regularly, that is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freshness: Option<Freshness>,
    /// The operator's emergency brake.
    #[serde(default)]
    pub suspend: Suspend,
}

/// Where the history comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnchorRepository {
    /// The URL, over HTTPS or SSH, without credentials.
    pub url: String,
    /// The full name of the ref to follow.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The repository's id, as in the policy.
    pub id: String,
    /// How to get in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<RepositoryCredentials>,
    /// Further URLs of the same repository: they are asked too where its ref stands, and what one withholds is taken from another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mirrors: Vec<String>,
    /// How often to look.
    #[serde(default = "one_minute")]
    pub interval: Duration,
}

fn one_minute() -> Duration {
    Duration::from_secs(60)
}

/// How to get into a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryCredentials {
    /// A Secret in `signet-system` with `username`, `password`, `bearerToken`, `githubAppID`, `githubAppInstallationID`, `githubAppPrivateKey`, `githubAppBaseURL`, `tls.crt`, `tls.key`, `ca.crt`, `sshKey` and `known_hosts`, whichever apply.
    pub secret_ref: String,
}

/// Where the cluster's identity is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IdentityRef {
    /// A Secret in `signet-system` with the key `identity`.
    pub secret_ref: String,
}

/// How old the newest verified commit may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Freshness {
    /// By its committer date.
    pub max_age: Duration,
    /// What happens where it is older.
    #[serde(default)]
    pub on_stale: OnStale,
}

/// What happens where the newest verified commit is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OnStale {
    /// The condition `Fresh` says so, and an Event.
    #[default]
    Alert,
    /// That, and nothing is applied.
    Suspend,
}

/// The operator's emergency brake.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Suspend {
    /// Nothing is applied.
    #[serde(default)]
    pub all: bool,
    /// Nothing of these tenants is applied.
    #[serde(default)]
    pub tenants: Vec<TenantName>,
}

/// What the agent makes of the history.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrustAnchorStatus {
    /// The generation of the spec that this is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// The last tip that was believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<VerifiedTip>,
    /// How far the audit record goes, whose entries are lines of the agent's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<AuditHead>,
    /// Ready, Reconciling, Stalled, Verified; Fresh where the spec says how old a commit may be; Mirrored where the repository has mirrors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "crate::crd::conditions::schema")]
    pub conditions: Vec<Condition>,
}

/// How far a record goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditHead {
    /// How many entries it has.
    pub entries: u64,
    /// SHA-256 of the last one, in lower-case hexadecimal.
    pub sha256: String,
}

/// A tip that was believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedTip {
    /// Its full id.
    pub commit: String,
    /// The principal who signed it.
    pub signer: String,
    /// Its committer date.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub time: Timestamp,
    /// The version of the policy at it.
    pub policy_version: u64,
}
