//! Noticing that somebody else changed a source's objects.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::Pin,
};

use futures::{Stream, StreamExt};
use signet_cluster::{Change, Seen, Target, TenantClient};
use signet_plan::ApplySetId;
use signet_render::{Kinds, ObjectRef};
use tokio::time::Instant;

use crate::source::pace::Pace;

/// The objects of one source as we know them, and the watch that tells when they are others.
#[derive(Default)]
pub(crate) struct Watch {
    known: BTreeMap<ObjectRef, Option<String>>,
    targets: BTreeSet<Target>,
    /// The label that is watched for.
    apply_set: Option<ApplySetId>,
    changes: Option<Pin<Box<dyn Stream<Item = Change> + Send>>>,
    pace: Pace,
}

impl Watch {
    /// Watches these objects from now on, by the label of their set. A watch that is the right one goes on.
    pub(crate) fn follow(
        &mut self,
        known: BTreeMap<ObjectRef, Option<String>>,
        everywhere: bool,
        apply_set: ApplySetId,
        tenant: &TenantClient,
        kinds: &Kinds,
    ) {
        let targets: BTreeSet<_> = known
            .keys()
            .map(|object| target(object, everywhere))
            .collect();
        let is_right = targets == self.targets && self.apply_set.as_ref() == Some(&apply_set);
        if !is_right || self.changes.is_none() {
            let sets = BTreeSet::from([apply_set.clone()]);
            self.changes = Some(tenant.watch(kinds, &targets, &sets).boxed());
            (self.targets, self.apply_set) = (targets, Some(apply_set));
        }
        self.known = known;
    }

    /// When to look at the source again because of a change that was not ours. Waits for one.
    pub(crate) async fn answer_at(&mut self) -> Instant {
        loop {
            let Some(changes) = &mut self.changes else {
                return std::future::pending().await;
            };
            match changes.next().await {
                Some(change) if is_foreign(&self.known, &change) => {
                    return self.pace.answer_at(&change.object, Instant::now());
                }
                Some(_) => {}
                None => self.changes = None,
            }
        }
    }
}

/// Whether a change is neither our own write nor about an object that is none of ours.
fn is_foreign(known: &BTreeMap<ObjectRef, Option<String>>, change: &Change) -> bool {
    match (known.get(&change.object), &change.event) {
        (None, _) => false,
        (Some(version), Seen::Version(seen)) => version.as_ref() != Some(seen),
        (Some(version), Seen::Gone) => version.is_some(),
    }
}

/// The platform's objects are watched in all namespaces at once; a tenant may only look into its own.
fn target(object: &ObjectRef, everywhere: bool) -> Target {
    let namespace = object.namespace.clone().filter(|_| !everywhere);
    Target {
        kind: object.gvk(),
        namespace,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::object;

    fn change(name: &str, event: Seen) -> Change {
        Change {
            object: object(name),
            event,
        }
    }

    #[test]
    fn our_own_write_is_no_drift() {
        let known = BTreeMap::from([(object("db"), Some("7".to_owned()))]);
        assert!(!is_foreign(
            &known,
            &change("db", Seen::Version("7".into()))
        ));
        assert!(is_foreign(&known, &change("db", Seen::Version("8".into()))));
    }

    #[test]
    fn a_deletion_is_drift_unless_the_object_was_not_there() {
        let known = BTreeMap::from([
            (object("db"), Some("7".to_owned())),
            (object("refused"), None),
        ]);
        assert!(is_foreign(&known, &change("db", Seen::Gone)));
        assert!(!is_foreign(&known, &change("refused", Seen::Gone)));
    }

    #[test]
    fn an_object_that_only_carries_our_label_is_none_of_ours() {
        assert!(!is_foreign(
            &BTreeMap::new(),
            &change("forged", Seen::Version("1".into()))
        ));
    }

    #[test]
    fn a_tenant_is_watched_in_its_namespaces_and_the_platform_everywhere() {
        assert_eq!(
            target(&object("db"), false).namespace.as_deref(),
            Some("team-a")
        );
        assert_eq!(target(&object("db"), true).namespace, None);
    }
}
