//! What of an object's metadata tells drift.

use std::hash::{DefaultHasher, Hash, Hasher};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::request::without_last_applied;

/// A digest of everything but what a write to the status alone changes.
pub(super) fn digest(metadata: ObjectMeta) -> u64 {
    let mut metadata = without_last_applied(metadata);
    metadata.resource_version = None;
    let mut fields = metadata.managed_fields.take().unwrap_or_default();
    fields.retain(|entry| entry.subresource.as_deref().is_none_or(str::is_empty));
    metadata.managed_fields = Some(fields);
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(&metadata)
        .expect("metadata have string keys")
        .hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;

    use super::*;

    fn managed(version: &str, subresources: &[Option<&str>]) -> ObjectMeta {
        let entry = |subresource: Option<&str>| ManagedFieldsEntry {
            manager: Some("kubectl-edit".into()),
            subresource: subresource.map(str::to_owned),
            ..Default::default()
        };
        ObjectMeta {
            name: Some("a".into()),
            resource_version: Some(version.into()),
            managed_fields: Some(subresources.iter().copied().map(entry).collect()),
            ..Default::default()
        }
    }

    #[test]
    fn a_write_to_the_status_alone_is_no_change() {
        let before = digest(managed("7", &[]));
        assert_eq!(digest(managed("8", &[Some("status")])), before);
        assert_ne!(digest(managed("9", &[None])), before);
    }
}
