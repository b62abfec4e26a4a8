//! What becomes of the objects of each source.

use super::sides::{Place, Side};
use crate::failure::{Explain, Result};
use serde_json::Value;
use signet_api::RepoPath;
use signet_envelope::StandIn;
use signet_render::{DesiredObject, ObjectRef, SealedLeaf};
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
        let shown = self.after.as_ref().or(self.before.as_ref());
        shown.map(|shown| &shown.file)
    }
}

/// What changes in the sources in or around the folders, in all where there are none.
///
/// # Errors
/// Where a source does not render before or after.
pub(super) fn between(
    before: &Side<'_>,
    after: &Side<'_>,
    folders: &[RepoPath],
) -> Result<Vec<SourceChange>> {
    let (old, new) = (before.sources(), after.sources());
    let places: BTreeSet<&Place> = old.keys().chain(new.keys()).collect();
    let mut changed = Vec::new();
    for place in places {
        let (old, new) = (old.get(place), new.get(place));
        let is_meant = |path: &RepoPath| {
            let around =
                |folder: &RepoPath| path.starts_with_dir(folder) || folder.starts_with_dir(path);
            folders.is_empty() || folders.iter().any(around)
        };
        if !old
            .iter()
            .chain(&new)
            .any(|options| is_meant(&options.path))
        {
            continue;
        }
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
        let (old, new) = (old.map(objects), new.map(objects));
        let objects = compare(&old.unwrap_or_default(), &new.unwrap_or_default());
        if !objects.is_empty() {
            let place = place.clone();
            changed.push(SourceChange { place, objects });
        }
    }
    Ok(changed)
}

/// Objects with what is sealed in them.
type Objects = BTreeMap<ObjectRef, (DesiredObject, BTreeMap<StandIn, SealedLeaf>)>;

fn objects<M>(desired: signet_render::Desired<M>) -> Objects {
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
            before: before.map(shown),
            after: after.map(shown),
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

fn shown((object, leaves): &Object) -> Shown {
    let names = leaves.iter().map(|(name, leaf)| {
        let pointer = leaf.pointer.as_str();
        let whole = if pointer.is_empty() { "" } else { " " };
        (
            name.as_str(),
            format!("(sealed: {}{whole}{pointer})", leaf.path),
        )
    });
    Shown {
        json: super::shown::without_stand_ins(&object.json, &names.collect()),
        file: object.file.clone(),
    }
}
