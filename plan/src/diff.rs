//! The decision, object by object.

use std::collections::BTreeSet;

use serde_json::Value;
use signet_render::{Desired, DesiredObject, ObjectRef};

use crate::drift::Owners;
use crate::limits::MANAGER_PREFIX;
use crate::resources::Resources;
use crate::{
    Action, Apply, Drift, Limits, Live, LiveObject, PART_OF, Plan, RENDERED, Refusal, Refused, Why,
    order, prune, scope, stamp,
};

/// Decides what is to be done so that the cluster is as the source wants it, but for its hooks, which
/// [`hooks`](crate::hooks()) decides about: they are only kept from being pruned.
///
/// `previous` is what verified earlier revisions of the source contained: only that may be pruned. A revision leaves it when
/// a plan has been carried out without refusals and failures.
///
/// # Errors
/// [`Refused`] if an object or a sealed value is out of the tenant's bounds: then nothing at all is to be done.
pub fn diff<M>(
    desired: Desired<M>,
    live: &Live,
    previous: &BTreeSet<ObjectRef>,
    limits: &Limits,
) -> Result<Plan<M>, Refused> {
    let Desired {
        objects,
        sealed,
        files: _,
        defined,
        warnings: _,
        origin,
    } = desired;
    let resources = Resources {
        served: &live.kinds,
        defined: &defined,
    };
    scope::check_objects(&objects, &resources, limits)?;

    let keys: BTreeSet<_> = objects.iter().map(|object| object.id.key()).collect();
    let mut deletions = prune::prune(&keys, previous, live, &resources, limits);
    let facts = Facts {
        live,
        resources: &resources,
        limits,
        manager: limits.field_manager(),
    };
    let with_the_rest = objects.iter().filter(|object| object.hook.is_none());
    let (decisions, drift): (Vec<_>, Vec<_>) =
        with_the_rest.map(|object| facts.decide(object)).unzip();
    if decisions.iter().any(is_refused) {
        // What is to be deleted may be what the refused object was to replace.
        deletions.retain(is_refused);
    }
    Ok(Plan {
        actions: in_order(decisions, deletions),
        drift: drift.into_iter().flatten().collect(),
        leaves: sealed,
        field_manager: facts.manager,
        origin,
    })
}

fn is_refused(action: &Action) -> bool {
    matches!(action, Action::Refused(..))
}

/// Writes by rank, then deletions in reverse: what others need goes last.
fn in_order(mut writes: Vec<Action>, mut deletions: Vec<Action>) -> Vec<Action> {
    let key = |action: &Action| (order::rank(action.id()), action.id().clone());
    writes.sort_by_cached_key(key);
    deletions.sort_by_cached_key(key);
    writes
        .into_iter()
        .chain(deletions.into_iter().rev())
        .collect()
}

/// Whoever else claims an object: by the label of its set, or as a source.
pub(crate) fn other_owner(existing: &LiveObject, limits: &Limits) -> Option<String> {
    let manager = limits.field_manager();
    let other_set = |set: &&String| *set != limits.apply_set.as_str();
    let other_source = |other: &&String| other.starts_with(MANAGER_PREFIX) && **other != manager;
    let set = existing.labels.get(PART_OF).filter(other_set);
    let managers = || existing.managed_fields.iter().map(|entry| &entry.manager);
    managers().find(other_source).or(set).cloned()
}

/// What the decision about each object rests on.
struct Facts<'a> {
    live: &'a Live,
    resources: &'a Resources<'a>,
    limits: &'a Limits,
    manager: String,
}

impl Facts<'_> {
    fn decide(&self, object: &DesiredObject) -> (Action, Option<Drift>) {
        let id = &object.id;
        let refused = |refusal| (Action::Refused(id.clone(), refusal), None);
        let Some(resource) = self.resources.get(id) else {
            let (kind, api_version) = (id.kind.clone(), id.api_version());
            return refused(Refusal::UnknownKind { kind, api_version });
        };
        let existing = self.live.objects.get(id);
        let json = stamp::stamped(object, &self.limits.apply_set);
        let (why, drift) = match existing.map(|live| (live, Owners::of(live, &self.manager))) {
            None => (Some(Why::Created), None),
            // What we have applied is ours. Labels and managers that appear on it later are drift: anybody who may write
            // the object could keep us from it for ever otherwise.
            Some((live, owners)) if owners.applied => self.compare(object, &json, live, &owners),
            Some((live, _)) => match other_owner(live, self.limits) {
                Some(owner) => return refused(Refusal::Conflict { owner }),
                None => (Some(Why::Adopted), None),
            },
        };
        let apply = |why| {
            let (id, resource) = (id.clone(), resource.clone());
            let (stand_ins, file) = (object.stand_ins.clone(), object.file.clone());
            Action::Apply(Apply {
                id,
                resource,
                json,
                stand_ins,
                file,
                why,
            })
        };
        (
            why.map_or_else(|| Action::Unchanged(id.clone()), apply),
            drift,
        )
    }

    /// Whether the label is the one that we have written, but names the set that the source had when it was at home in
    /// another namespace.
    fn has_moved(&self, existing: &LiveObject, owners: &Owners<'_>) -> bool {
        let set = existing.labels.get(PART_OF).map(String::as_str);
        owners.owns_marks() && set != Some(self.limits.apply_set.as_str())
    }

    /// Why an object of ours has to be written, if it has to be, and what others have done to it.
    fn compare(
        &self,
        object: &DesiredObject,
        json: &Value,
        existing: &LiveObject,
        owners: &Owners<'_>,
    ) -> (Option<Why>, Option<Drift>) {
        let same = existing.annotations.get(RENDERED) == Some(&object.digest);
        let changed = (!same || self.has_moved(existing, owners)).then_some(Why::Changed);
        // A new rendering has fields that nobody owns yet: no drift, as long as the mark it is compared with is ours.
        let comparable = same || !owners.owns_marks();
        match owners.drift(&object.id, json).filter(|_| comparable) {
            None => (changed, None),
            drift => match self.limits.drift {
                signet_api::Drift::Correct => (Some(Why::Drifted), drift),
                signet_api::Drift::Detect => (changed, drift),
                signet_api::Drift::Ignore => (changed, None),
            },
        }
    }
}

#[cfg(test)]
mod tests;
