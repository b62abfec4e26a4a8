//! Who owns the fields that a source has applied.

use std::collections::BTreeSet;

use serde_json::Value;
use signet_render::ObjectRef;

use crate::fields::{FieldPath, FieldSet, Step, leaves};
use crate::{Drift, LiveObject, ManagedFields, Operation, PART_OF, RENDERED};

/// So many fields are named.
const NAMED: usize = 8;

/// The owners of one live object's fields, as seen from our field manager.
pub(crate) struct Owners<'a> {
    /// Whether we have applied the object before.
    pub(crate) applied: bool,
    ours: FieldSet,
    others: Vec<(&'a str, FieldSet)>,
}

impl<'a> Owners<'a> {
    pub(crate) fn of(live: &'a LiveObject, manager: &str) -> Self {
        let mut owners = Self {
            applied: false,
            ours: FieldSet::default(),
            others: Vec::new(),
        };
        for entry in &live.managed_fields {
            owners.add(entry, manager);
        }
        owners
    }

    fn add(&mut self, entry: &'a ManagedFields, manager: &str) {
        let set = FieldSet::read(&entry.fields);
        let ours = entry.manager == manager && entry.subresource.is_empty();
        if ours && entry.operation == Operation::Apply {
            self.applied = true;
            self.ours = set;
        } else {
            self.others.push((&entry.manager, set));
        }
    }

    /// Whether the label and the annotation that every write of ours carries are still ours, in so many words: labels
    /// without a child in our set are those that we have lost all.
    pub(crate) fn owns_marks(&self) -> bool {
        let marks = [("labels", PART_OF), ("annotations", RENDERED)];
        marks.iter().all(|(map, key)| {
            let path = ["metadata", map, key].map(Step::Field);
            self.ours.depth(&path) == Some(path.len())
        })
    }

    /// What of `applied` is no longer ours, if anything.
    ///
    /// Whoever writes another value takes the field from us, by an update as well as by a forced apply; whoever removes
    /// it leaves it without owner.
    pub(crate) fn drift(&self, id: &ObjectRef, applied: &Value) -> Option<Drift> {
        let mut lost = leaves(applied);
        lost.retain(|leaf| !self.is_ours(leaf));
        if lost.is_empty() {
            return None;
        }
        let managers = lost.iter().flat_map(|leaf| self.owners_of(leaf));
        Some(Drift {
            id: id.clone(),
            managers: managers.map(str::to_owned).collect::<BTreeSet<_>>(),
            fields: lost.iter().take(NAMED).map(ToString::to_string).collect(),
        })
    }

    /// Whether we own the field.
    ///
    /// A mapping without children in our set is one that the API treats as one value, or one whose children we have lost
    /// all: then others have parts of it.
    fn is_ours(&self, leaf: &FieldPath<'_>) -> bool {
        let steps = leaf.steps();
        let depth = self.ours.depth(steps);
        depth.is_some_and(|depth| {
            !self
                .others
                .iter()
                .any(|(_, set)| set.splits(&steps[..depth]))
        })
    }

    fn owners_of<'b>(&'b self, leaf: &'b FieldPath<'_>) -> impl Iterator<Item = &'b str> {
        let owners = self.others.iter().filter(|(_, set)| set.has(leaf.steps()));
        owners.map(|(manager, _)| *manager)
    }
}

#[cfg(test)]
mod tests;
