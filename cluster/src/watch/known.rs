//! What one watch has seen, so that it yields changes and not events.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::{
    core::{DynamicObject, PartialObjectMeta},
    runtime::watcher::Event,
};
use signet_render::{Gvk, ObjectRef};

use super::{Change, Seen};
use crate::request::without_last_applied;

/// The objects of one kind that a watch has seen, each by a digest of its metadata.
pub(super) struct Known {
    kind: Gvk,
    objects: BTreeMap<ObjectRef, u64>,
    /// Those not listed yet, while the watch begins anew.
    missing: BTreeSet<ObjectRef>,
}

impl Known {
    pub(super) fn new(kind: Gvk) -> Self {
        Self {
            kind,
            objects: BTreeMap::new(),
            missing: BTreeSet::new(),
        }
    }

    /// The changes that an event amounts to.
    pub(super) fn take(&mut self, event: Event<PartialObjectMeta<DynamicObject>>) -> Vec<Change> {
        match event {
            Event::Init => {
                self.missing = self.objects.keys().cloned().collect();
                Vec::new()
            }
            Event::InitApply(found) | Event::Apply(found) => {
                Vec::from_iter(self.seen(found.metadata))
            }
            Event::Delete(found) => {
                let object = self.reference(&found.metadata);
                Vec::from_iter(self.gone(object))
            }
            Event::InitDone => {
                let missing = std::mem::take(&mut self.missing);
                missing
                    .into_iter()
                    .filter_map(|object| self.gone(object))
                    .collect()
            }
        }
    }

    fn seen(&mut self, metadata: ObjectMeta) -> Option<Change> {
        let object = self.reference(&metadata);
        self.missing.remove(&object);
        let version = metadata.resource_version.clone().unwrap_or_default();
        let digest = digest(metadata);
        let before = self.objects.insert(object.clone(), digest);
        (before != Some(digest)).then_some(Change {
            object,
            event: Seen::Version(version),
        })
    }

    fn gone(&mut self, object: ObjectRef) -> Option<Change> {
        self.objects.remove(&object)?;
        Some(Change {
            object,
            event: Seen::Gone,
        })
    }

    fn reference(&self, metadata: &ObjectMeta) -> ObjectRef {
        ObjectRef {
            group: self.kind.group.clone(),
            version: self.kind.version.clone(),
            kind: self.kind.kind.clone(),
            namespace: metadata.namespace.clone(),
            name: metadata.name.clone().unwrap_or_default(),
        }
    }
}

/// A digest of everything but what a write to the status alone changes.
fn digest(metadata: ObjectMeta) -> u64 {
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

    fn known() -> Known {
        Known::new(Gvk {
            group: String::new(),
            version: "v1".into(),
            kind: "ConfigMap".into(),
        })
    }

    fn object(name: &str, version: &str) -> PartialObjectMeta<DynamicObject> {
        let metadata = ObjectMeta {
            name: Some(name.into()),
            namespace: Some("team-a".into()),
            resource_version: Some(version.into()),
            ..Default::default()
        };
        PartialObjectMeta {
            types: None,
            metadata,
            _phantom: std::marker::PhantomData,
        }
    }

    fn managed(version: &str, subresource: Option<&str>) -> PartialObjectMeta<DynamicObject> {
        let mut object = object("a", version);
        let entry = ManagedFieldsEntry {
            manager: Some("kubectl-edit".into()),
            subresource: subresource.map(str::to_owned),
            ..Default::default()
        };
        object.metadata.managed_fields = Some(vec![entry]);
        object
    }

    #[test]
    fn yields_what_is_there_at_first_with_its_version() {
        let changes = known().take(Event::InitApply(object("a", "7")));
        assert_eq!(changes[0].object.to_string(), "ConfigMap team-a/a");
        assert_eq!(changes[0].event, Seen::Version("7".into()));
    }

    #[test]
    fn a_write_to_the_status_alone_is_no_change() {
        let mut known = known();
        known.take(Event::Apply(object("a", "7")));
        assert!(
            known
                .take(Event::Apply(managed("8", Some("status"))))
                .is_empty()
        );
        assert_eq!(known.take(Event::Apply(managed("9", None))).len(), 1);
    }

    #[test]
    fn what_vanished_while_the_watch_was_away_is_gone() {
        let mut known = known();
        known.take(Event::InitApply(object("a", "1")));
        known.take(Event::InitApply(object("b", "2")));
        known.take(Event::Init);
        assert!(known.take(Event::InitApply(object("b", "2"))).is_empty());
        let changes = known.take(Event::InitDone);
        assert_eq!(changes.len(), 1);
        assert_eq!(
            (changes[0].object.name.as_str(), &changes[0].event),
            ("a", &Seen::Gone)
        );
    }
}
