//! What a remote lacks.

use std::collections::{BTreeMap, BTreeSet};

use gix::hash::Kind::Sha1;
use gix::objs::{Kind, TagRefIter, TreeRefIter};
use gix::{ObjectId, Repository};

/// The objects behind this one that a remote lacks where these are, each once. A file that was moved may be among them,
/// though the remote has it under another path.
///
/// # Errors
/// Where an object cannot be read.
pub(super) fn lacking(
    repository: &Repository,
    tip: ObjectId,
    present: impl IntoIterator<Item = ObjectId>,
) -> Result<Vec<ObjectId>, gix::Error> {
    let present: BTreeSet<ObjectId> = present.into_iter().collect();
    let mut lacking = Lacking::default();
    let mut commit = tip;
    while let Some(target) = tagged(repository, commit)? {
        if present.contains(&commit) {
            return Ok(lacking.found);
        }
        lacking.add(commit);
        commit = target;
    }
    let present = present.into_iter().map(|id| known_commit(repository, id));
    let present = present.collect::<Result<Vec<_>, _>>()?;
    let walk = repository
        .rev_walk([commit])
        .with_hidden(present.into_iter().flatten());
    let tree = |commit| Ok::<_, gix::Error>(repository.find_commit(commit)?.tree_id()?.detach());
    for step in walk.all()? {
        let step = step?;
        let before = step.parent_ids().map(|parent| tree(parent.detach()));
        let before = before.collect::<Result<Vec<_>, _>>()?;
        lacking.add(step.id);
        lacking.add_new(repository, tree(step.id)?, before)?;
    }
    Ok(lacking.found)
}

/// What a tag tags; none of anything else.
fn tagged(repository: &Repository, id: ObjectId) -> Result<Option<ObjectId>, gix::Error> {
    if repository.find_header(id)?.kind() != Kind::Tag {
        return Ok(None);
    }
    let tag = repository.find_object(id)?;
    Ok(Some(TagRefIter::from_bytes(&tag.data, Sha1).target_id()?))
}

/// The commit that a remote has where it has this, if we have it too.
fn known_commit(repository: &Repository, id: ObjectId) -> Result<Option<ObjectId>, gix::Error> {
    let mut id = id;
    while let Some(header) = repository.try_find_header(id)? {
        match tagged(repository, id)? {
            Some(target) => id = target,
            None => return Ok((header.kind() == Kind::Commit).then_some(id)),
        }
    }
    Ok(None)
}

#[derive(Default)]
struct Lacking {
    found: Vec<ObjectId>,
    known: BTreeSet<ObjectId>,
}

impl Lacking {
    /// Whether the object is new here.
    fn add(&mut self, id: ObjectId) -> bool {
        let is_new = self.known.insert(id);
        if is_new {
            self.found.push(id);
        }
        is_new
    }

    /// Adds what is in a tree and not at the same place in one of those before it, which the remote has or is sent.
    fn add_new(
        &mut self,
        repository: &Repository,
        tree: ObjectId,
        before: Vec<ObjectId>,
    ) -> Result<(), gix::Error> {
        let mut pending = vec![(tree, before)];
        while let Some((tree, before)) = pending.pop() {
            if before.contains(&tree) || !self.add(tree) {
                continue;
            }
            let before = before.iter().map(|tree| entries(repository, *tree));
            let before = before.collect::<Result<Vec<_>, _>>()?;
            for (name, (id, kind)) in entries(repository, tree)? {
                let same = before.iter().filter_map(|entries| entries.get(&name));
                let same = same.filter(|(_, other)| *other == kind);
                let mut same = same.map(|(id, _)| *id);
                match kind {
                    Kind::Tree => pending.push((id, same.collect())),
                    _ if same.any(|other| other == id) => {}
                    _ => {
                        self.add(id);
                    }
                }
            }
        }
        Ok(())
    }
}

/// The folders and files of a tree by name. Commits of submodules belong to other repositories.
fn entries(
    repository: &Repository,
    tree: ObjectId,
) -> Result<BTreeMap<Vec<u8>, (ObjectId, Kind)>, gix::Error> {
    let tree = repository.find_object(tree)?;
    let mut entries = BTreeMap::new();
    for entry in TreeRefIter::from_bytes(&tree.data, Sha1) {
        let entry = entry?;
        let kind = if entry.mode.is_tree() {
            Kind::Tree
        } else {
            Kind::Blob
        };
        if !entry.mode.is_commit() {
            entries.insert(entry.filename.to_vec(), (entry.oid.to_owned(), kind));
        }
    }
    Ok(entries)
}
