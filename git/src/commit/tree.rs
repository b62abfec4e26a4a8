//! A tree that differs from another in some files.

use std::iter::successors;

use gix::objs::tree::EntryKind;
use gix::validate::path::component;
use signet_api::RepoPath;
use signet_provenance::{Mode, ObjectId, Tree, Unverified};

use super::{CommitError, Draft, unwritten};
use crate::Store;
use crate::store::{LARGEST_READ, ours, theirs};

/// The names for `.git` on file systems that have others (`fsck_tree` in git's `fsck.c`), and no more.
const NAMES: component::Options = component::Options {
    protect_windows: false,
    protect_hfs: true,
    protect_ntfs: true,
};
/// The most bytes of a name that `provenance` and git's own checks take.
const LONGEST_NAME: usize = 255;

/// The draft's tree, written with what is new in it.
pub(super) fn changed(store: &Store, draft: &Draft) -> Result<ObjectId, CommitError> {
    let parent = draft.parent;
    let before = Tree::unverified(store.objects(), parent)
        .map_err(|source| CommitError::Parent { parent, source })?;
    let mut kinds = Vec::new();
    for path in draft.changes.keys() {
        check(draft, path)?;
        kinds.push(kind(draft, &before, path)?);
    }
    let tree = write(store, before.id(), draft, &kinds).map_err(|error| unwritten(store, error))?;
    if tree == before.id() {
        return Err(CommitError::Unchanged { parent });
    }
    Ok(tree)
}

/// Whether every reader finds this file at its path.
fn check(draft: &Draft, path: &RepoPath) -> Result<(), CommitError> {
    let is_name = |name: &str| gix::validate::path::component(name.into(), None, NAMES).is_ok();
    let is_file = |path: &RepoPath| matches!(draft.changes.get(path), Some(Some(_)));
    let content = draft.changes[path].as_deref().unwrap_or_default();
    let what = if !path.components().all(is_name) {
        "a part of the path is another name for `.git`"
    } else if path.components().any(|name| name.len() > LONGEST_NAME) {
        "a part of the path has more than 255 bytes"
    } else if above(path).any(|folder| is_file(&folder)) {
        "another change puts a file in the place of a folder above it"
    } else if content.len() as u64 > LARGEST_READ {
        "it has more than 16 MiB"
    } else {
        return Ok(());
    };
    let path = path.clone();
    Err(CommitError::Path { path, what })
}

/// What the file is, or is to be. Nothing but files comes and goes with it.
fn kind(
    draft: &Draft,
    before: &Tree<Unverified>,
    path: &RepoPath,
) -> Result<EntryKind, CommitError> {
    let parent = draft.parent;
    let mode = |at: &RepoPath| {
        let entry = before.entry(at);
        let entry = entry.map_err(|source| CommitError::Parent { parent, source })?;
        Ok::<_, CommitError>(entry.map(|entry| entry.mode))
    };
    let in_the_way = |at: RepoPath, mode| CommitError::InTheWay {
        path: path.clone(),
        at,
        mode,
    };
    for folder in above(path) {
        if let Some(mode) = mode(&folder)?.filter(|mode| *mode != Mode::Folder) {
            return Err(in_the_way(folder, mode));
        }
    }
    match mode(path)? {
        None if draft.changes[path].is_none() => {
            let path = path.clone();
            Err(CommitError::Absent { path, parent })
        }
        None | Some(Mode::File) => Ok(EntryKind::Blob),
        Some(Mode::Executable) => Ok(EntryKind::BlobExecutable),
        Some(mode) => Err(in_the_way(path.clone(), mode)),
    }
}

/// The folders that the path lies in, the lowest first.
fn above(path: &RepoPath) -> impl Iterator<Item = RepoPath> {
    successors(path.parent(), RepoPath::parent)
}

fn write(
    store: &Store,
    before: ObjectId,
    draft: &Draft,
    kinds: &[EntryKind],
) -> Result<ObjectId, gix::Error> {
    let repository = store.repository();
    let root = repository.find_tree(theirs(&before))?;
    let mut editor = root.edit()?.detach();
    for ((path, content), kind) in draft.changes.iter().zip(kinds) {
        match content {
            Some(content) => {
                let blob = repository.write_blob(content)?.detach();
                editor.upsert(path.components(), *kind, blob)?;
            }
            None => {
                editor.remove_leaf(path.components())?;
            }
        }
    }
    let tree = editor.write(|tree| repository.write_object(tree).map(gix::Id::detach))?;
    Ok(ours(&tree))
}
