//! `Sync`: what the agent did with a tenant's source.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Drift, Duration, RepoPath, SourceName, TenantName};

/// A copy of what Git says about a source. An edit here changes nothing but is put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, CustomResource, JsonSchema)]
#[kube(
    group = "signet.dev",
    version = "v1alpha1",
    kind = "Sync",
    plural = "syncs",
    namespaced,
    derive = "PartialEq",
    status = "SyncStatus",
    printcolumn = r#"{"name": "Ready", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status"}"#,
    printcolumn = r#"{"name": "Revision", "type": "string", "jsonPath": ".status.revision"}"#,
    printcolumn = r#"{"name": "Signer", "type": "string", "jsonPath": ".status.signer"}"#,
    printcolumn = r#"{"name": "Drift", "type": "integer", "jsonPath": ".status.drift.count"}"#,
    printcolumn = r#"{"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}"#,
    printcolumn = r#"{"name": "Message", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].message"}"#
)]
#[serde(rename_all = "camelCase")]
pub struct SyncSpec {
    /// Whose it is.
    pub tenant: TenantName,
    /// Which of the tenant's sources.
    pub source: SourceName,
    /// The folder.
    pub path: RepoPath,
    /// Whether objects that left the folder leave the cluster.
    pub prune: bool,
    /// What happens to objects that somebody else changed.
    pub drift: Drift,
    /// Sources to wait for.
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// How long one attempt may take, waiting for its turn included; then it is tried again.
    pub timeout: Duration,
    /// Whether the source is left alone for now.
    pub suspend: bool,
}

/// What the agent did.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncStatus {
    /// The generation of the spec that this is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// What is applied: `<branch>@sha1:<full id>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// What was tried last, in the same form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempted: Option<String>,
    /// The principal who signed the applied revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// How many objects there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objects: Option<ObjectCount>,
    /// What others changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<DriftCount>,
    /// Ready, Reconciling, Stalled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "crate::crd::conditions::schema")]
    pub conditions: Vec<Condition>,
}

/// How many objects a source has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectCount {
    /// All of them.
    pub total: u32,
    /// Those that are as the source wants them; whether what they run works is not looked at.
    pub ready: u32,
}

/// How often others changed a source's objects.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DriftCount {
    /// With `drift: correct`, how often objects were put back since this revision was first attempted; otherwise how many
    /// differ now.
    pub count: u32,
    /// The last one seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<DriftSeen>,
}

/// One object that somebody else changed. Names fields, never their values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DriftSeen {
    /// The object, such as `Secret team-a/db`.
    pub object: String,
    /// The fields.
    pub fields: Vec<String>,
    /// The field manager who changed them, where the API server knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
    /// When it was seen.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub time: Timestamp,
}
