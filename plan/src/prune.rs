//! Which objects have left the source and are to be deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use signet_render::{ObjectKey, ObjectRef};

use crate::drift::Owners;
use crate::resources::Resources;
use crate::{Action, Delete, Limits, Live, LiveObject, PART_OF, Refusal};

/// The annotation by which a person decides about the deletion of one object: `disabled` keeps it, `confirmed` answers a
/// [`Guard`]. It counts on the live object, so it can come from Git, one commit before the object goes.
pub const PRUNE: &str = "signet.dev/prune";
const DISABLED: &str = "disabled";
pub(crate) const CONFIRMED: &str = "confirmed";

/// From so many objects on, deleting more than half of them is more likely a mistake.
const MANY: usize = 10;

/// What makes a deletion need a person's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// With the object, others go that may not come back: a namespace's content, a definition's objects, a volume's data.
    Content,
    /// Most of the source's objects would go.
    Most {
        /// How many would go.
        deleted: usize,
        /// Of how many.
        total: usize,
    },
}

/// The deletions, not yet in order. Whatever one revision contained and the next does not is deleted if it still carries our
/// label; the guards turn deletions into refusals and touch nothing else.
pub(crate) fn prune(
    desired: &BTreeSet<ObjectKey<'_>>,
    previous: &BTreeSet<ObjectRef>,
    live: &Live,
    resources: &Resources<'_>,
    limits: &Limits,
) -> Vec<Action> {
    let previous: BTreeMap<_, _> = previous.iter().map(|id| (id.key(), id)).collect();
    let kept: BTreeSet<&str> = live
        .objects
        .iter()
        .filter(|(id, _)| desired.contains(&id.key()))
        .map(|(_, object)| object.uid.as_str())
        .collect();
    let leaving = previous
        .iter()
        .filter(|(key, _)| limits.prune && !desired.contains(key));
    let leaving: Vec<_> = leaving
        .filter_map(|(_, id)| Some((*id, live.objects.get(id)?)))
        // One object may be served by two groups under one uid.
        .filter(|(_, object)| is_ours(object, limits) && !kept.contains(object.uid.as_str()))
        .collect();
    let most = most(leaving.len(), previous.len());
    let action = |(id, object): (&ObjectRef, &LiveObject)| {
        let resource = resources.get(id)?.clone();
        let guard = guard(id)
            .or_else(|| most.clone())
            .filter(|_| !says(object, CONFIRMED));
        let (id, uid) = (id.clone(), object.uid.clone());
        Some(match guard {
            Some(guard) => Action::Refused(id, Refusal::PruneNeedsConfirmation { guard }),
            None => Action::Delete(Delete { id, resource, uid }),
        })
    };
    leaving.into_iter().filter_map(action).collect()
}

/// Whether the object carries the label of our set, or one that we have written ourselves: the set had another name when
/// the source was at home in another namespace.
fn is_ours(object: &LiveObject, limits: &Limits) -> bool {
    let set = object.labels.get(PART_OF).map(String::as_str);
    let labelled = set == Some(limits.apply_set.as_str())
        || (set.is_some() && Owners::of(object, &limits.field_manager()).owns_marks());
    labelled && object.deletion_timestamp.is_none() && !says(object, DISABLED)
}

fn says(object: &LiveObject, word: &str) -> bool {
    object
        .annotations
        .get(PRUNE)
        .is_some_and(|value| value == word)
}

fn guard(id: &ObjectRef) -> Option<Guard> {
    let content = [
        ("", "Namespace"),
        ("", "PersistentVolumeClaim"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ];
    let guarded = content.iter().any(|(group, kind)| id.is(group, kind));
    guarded.then_some(Guard::Content)
}

/// Whether an object is deleted for no other to take its place: what it contains would be lost, or a person says so.
pub(crate) fn is_guarded(id: &ObjectRef, object: &LiveObject) -> bool {
    says(object, DISABLED) || (guard(id).is_some() && !says(object, CONFIRMED))
}

fn most(deleted: usize, total: usize) -> Option<Guard> {
    let most = total >= MANY && deleted * 2 > total;
    most.then_some(Guard::Most { deleted, total })
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content => f.write_str("what it contains would go with it"),
            Self::Most { deleted, total } => {
                write!(f, "{deleted} of the source's {total} objects would go")
            }
        }
    }
}
