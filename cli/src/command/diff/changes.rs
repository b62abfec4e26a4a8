//! What becomes of the objects of each source.

use super::sides::{Place, Side};
use crate::failure::{Explain, Result};
use serde_json::Value;
use signet_api::RepoPath;
use signet_envelope::{Pointer, StandIn};
use signet_render::{Desired, DesiredObject, Hook, ObjectRef, Placement, SealedLeaf};
use std::collections::{BTreeMap, BTreeSet};

/// A source of which objects change.
pub(super) struct SourceChange {
    pub(super) place: Place,
    pub(super) objects: Vec<ObjectChange>,
}

/// An object that comes, goes or changes.
pub(super) struct ObjectChange {
    pub(super) id: ObjectRef,
    pub(super) before: Option<Shown>,
    pub(super) after: Option<Shown>,
    /// Where a sealed value changes that is there before and after.
    pub(super) resealed: Vec<String>,
}

/// An object as people may see it.
pub(super) struct Shown {
    /// In the place of each stand-in, what is sealed there: `(sealed: tenants/a/db.yaml /0/data/x)`.
    pub(super) json: Value,
    pub(super) file: RepoPath,
    /// When it is written, if that is not with the rest.
    pub(super) hook: Option<Hook>,
}

impl ObjectChange {
    /// `added`, `removed` or `changed`.
    pub(super) fn kind(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        }
    }

    /// The file that it comes from, or came from.
    pub(super) fn file(&self) -> Option<&RepoPath> {
        self.last().map(|shown| &shown.file)
    }

    /// The events at which it is, or was, written as a hook of Helm's.
    pub(super) fn hook(&self) -> Option<&Hook> {
        self.last()?.hook.as_ref()
    }

    /// The object, and that it is a hook, if it is one.
    pub(super) fn title(&self) -> String {
        match self.hook() {
            None => self.id.to_string(),
            Some(hook) => format!("{}, hook: {hook}", self.id),
        }
    }

    fn last(&self) -> Option<&Shown> {
        self.after.as_ref().or(self.before.as_ref())
    }
}

/// What changes in the sources that stand in or around the folders or read files there, in all where there are no folders; and
/// the folders that no source has to do with.
///
/// # Errors
/// Where a source does not render before or after.
pub(super) fn between<'a>(
    before: &Side<'_>,
    after: &Side<'_>,
    folders: &'a [RepoPath],
) -> Result<(Vec<SourceChange>, Vec<&'a RepoPath>)> {
    let (old, new) = (before.sources(), after.sources());
    let places: BTreeSet<&Place> = old.keys().chain(new.keys()).collect();
    let mut changed = Vec::new();
    let mut idle: Vec<&RepoPath> = folders.iter().collect();
    for place in places {
        let (old, new) = (old.get(place), new.get(place));
        let options = || old.iter().chain(&new);
        let may_read = |folder: &RepoPath| {
            options().any(|of| of.folders().iter().any(|root| meet(folder.as_str(), root)))
        };
        if !folders.is_empty() && !folders.iter().any(may_read) {
            continue;
        }
        let mut read: BTreeSet<RepoPath> = options().map(|of| of.path.clone()).collect();
        let render = |side: &Side<'_>, options, when| match options {
            None => Ok(None),
            Some(options) => side.render(options).with_context(|| {
                format!(
                    "render {}/{} for {} {when}",
                    place.tenant, place.source, place.cluster
                )
            }),
        };
        let old = render(before, old, "as it was")?;
        let new = render(after, new, "as it will be")?;
        read.extend(old.iter().chain(&new).flat_map(Desired::read_from));
        let has_to_do =
            |folder: &RepoPath| read.iter().any(|of| meet(folder.as_str(), of.as_str()));
        if !folders.is_empty() && !folders.iter().any(has_to_do) {
            continue;
        }
        idle.retain(|folder| !has_to_do(folder));
        let (old, new) = (old.map(objects), new.map(objects));
        let objects = compare(&old.unwrap_or_default(), &new.unwrap_or_default());
        if !objects.is_empty() {
            let place = place.clone();
            changed.push(SourceChange { place, objects });
        }
    }
    Ok((changed, idle))
}

/// Whether one of two folders is the other or holds it; an empty text is the root.
fn meet(one: &str, other: &str) -> bool {
    let holds = |folder: &str, below: &str| {
        let rest = below.strip_prefix(folder);
        folder.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    holds(one, other) || holds(other, one)
}

/// Objects with what is sealed in them.
type Objects = BTreeMap<ObjectRef, (DesiredObject, BTreeMap<StandIn, SealedLeaf>)>;

fn objects<M>(desired: Desired<M>) -> Objects {
    let sealed = desired.sealed;
    let objects = desired.objects.iter().map(|object| {
        let placed = object.stand_ins.iter();
        let leaves = placed.filter_map(|placed| {
            Some((
                placed.stand_in.clone(),
                sealed.get(&placed.stand_in)?.clone(),
            ))
        });
        let leaves = leaves.collect();
        (object.id.clone(), (object.clone(), leaves))
    });
    objects.collect()
}

fn compare(old: &Objects, new: &Objects) -> Vec<ObjectChange> {
    let ids: BTreeSet<&ObjectRef> = old.keys().chain(new.keys()).collect();
    let changes = ids.into_iter().filter_map(|id| {
        let (before, after) = (old.get(id), new.get(id));
        if before.map(|(object, _)| &object.digest) == after.map(|(object, _)| &object.digest) {
            return None;
        }
        Some(ObjectChange {
            id: id.clone(),
            before: before.map(|object| shown(object, after, "before")),
            after: after.map(|object| shown(object, before, "after")),
            resealed: before
                .zip(after)
                .map(|(before, after)| resealed(before, after))
                .unwrap_or_default(),
        })
    });
    changes.collect()
}

type Object = (DesiredObject, BTreeMap<StandIn, SealedLeaf>);

/// The fields in which the same sealed values stand, and at least one of them was sealed anew.
fn resealed((old, old_leaves): &Object, (new, new_leaves): &Object) -> Vec<String> {
    let of = |object: &DesiredObject, leaves: &BTreeMap<StandIn, SealedLeaf>| {
        let mut fields: BTreeMap<String, BTreeMap<SealedLeaf, StandIn>> = BTreeMap::new();
        for placed in &object.stand_ins {
            if let Some(leaf) = leaves.get(&placed.stand_in) {
                let field = fields.entry(placed.field.clone()).or_default();
                field.insert(leaf.clone(), placed.stand_in.clone());
            }
        }
        fields
    };
    let (old, new) = (of(old, old_leaves), of(new, new_leaves));
    let fields = new.into_iter().filter(|(field, leaves)| {
        let before = old.get(field);
        before.is_some_and(|before| before.keys().eq(leaves.keys()) && before != leaves)
    });
    fields.map(|(field, _)| field).collect()
}

/// An object beside the one that it was or will be.
fn shown(of: &Object, other: Option<&Object>, when: &str) -> Shown {
    let (object, leaves) = of;
    let mut json = object.json.clone();
    if object.id.is("", "Secret") {
        mask(&mut json, object, other.map(|(other, _)| other), when);
    }
    let names = leaves.iter().map(|(name, leaf)| {
        let pointer = leaf.pointer.as_str();
        let whole = if pointer.is_empty() { "" } else { " " };
        (
            name.as_str(),
            format!("(sealed: {}{whole}{pointer})", leaf.path),
        )
    });
    Shown {
        json: super::shown::without_stand_ins(&json, &names.collect()),
        file: object.file.clone(),
        hook: object.hook.clone(),
    }
}

/// Takes the values of a Secret out that nothing sealed is in, as kubectl's diff does.
fn mask(json: &mut Value, object: &DesiredObject, other: Option<&DesiredObject>, when: &str) {
    let Some(Value::Object(data)) = json.get_mut("data") else {
        return;
    };
    for (key, value) in data {
        let field = Pointer::whole_file().child("data").child(key);
        let is_there = |placed: &Placement| placed.field == field.as_str();
        if object.stand_ins.iter().any(is_there) {
            continue;
        }
        let other = other.and_then(|other| other.json.pointer(field.as_str()));
        let masked = match other {
            Some(other) if other != value => format!("*** ({when})"),
            _ => "***".to_owned(),
        };
        *value = Value::String(masked);
    }
}
