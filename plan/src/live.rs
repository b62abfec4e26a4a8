//! What is in the cluster, as far as a plan may know: metadata, never a value.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use signet_render::{Kinds, ObjectRef};

/// The live counterparts of a source's objects, present and past.
#[derive(Debug, Clone)]
pub struct Live {
    /// The objects that exist, by the reference under which they were asked for.
    pub objects: BTreeMap<ObjectRef, LiveObject>,
    /// What the cluster serves.
    pub kinds: Arc<Kinds>,
}

/// The metadata of one object. It reads from the JSON of Kubernetes' `ObjectMeta`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveObject {
    /// Tells this object from later ones of the same name.
    pub uid: String,
    /// Changes with each write.
    pub resource_version: String,
    /// The labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The annotations, `last-applied-configuration` left out: it may hold plaintext.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// Who owns which field.
    #[serde(default)]
    pub managed_fields: Vec<ManagedFields>,
    /// Since when the object is being deleted, if it is.
    #[serde(default)]
    pub deletion_timestamp: Option<String>,
}

/// The fields that one manager owns by one operation (`ManagedFieldsEntry` of Kubernetes' API).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagedFields {
    /// The manager's name.
    #[serde(default)]
    pub manager: String,
    /// How it came to own them.
    pub operation: Operation,
    /// The subresource through which; empty for the object itself.
    #[serde(default)]
    pub subresource: String,
    /// The set of fields, format `FieldsV1`.
    #[serde(default, rename = "fieldsV1")]
    pub fields: Value,
}

/// How a manager came to own fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Operation {
    /// By server-side apply.
    Apply,
    /// By any other write.
    Update,
}
