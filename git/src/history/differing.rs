//! The files in which two trees differ, among those that are asked for.

use std::collections::BTreeMap;

use gix::{ObjectId, Repository};

use super::{HistoryError, unreadable};

/// What is left of a file's path below the folder that is looked at.
#[derive(Clone, Copy)]
pub(super) struct Below<'a> {
    pub(super) path: &'a str,
    /// Which of the files it is.
    pub(super) file: usize,
}

/// A file that is not the same in both trees, with the blobs that it is.
pub(super) struct Differing {
    pub(super) file: usize,
    pub(super) here: Option<ObjectId>,
    pub(super) there: Option<ObjectId>,
}

/// The files that differ. The paths are in order; folders that are equal are not read.
pub(super) fn differing(
    repository: &Repository,
    here: Option<ObjectId>,
    there: Option<ObjectId>,
    paths: &[Below<'_>],
) -> Result<Vec<Differing>, HistoryError> {
    if here == there {
        return Ok(Vec::new());
    }
    let here = Folder::read(repository, here)?;
    let there = Folder::read(repository, there)?;
    let mut found = Vec::new();
    for named in paths.chunk_by(|one, next| one.name() == next.name()) {
        let both = |is_folder| {
            let name = named[0].name();
            (here.get(name, is_folder), there.get(name, is_folder))
        };
        let (below, files): (Vec<_>, Vec<_>) = named.iter().partition(|one| one.rest().is_some());
        let (here, there) = both(false);
        let differ = files.iter().filter(|_| here != there);
        found.extend(differ.map(|&Below { file, .. }| Differing { file, here, there }));
        let below: Vec<Below<'_>> = below.iter().filter_map(Below::rest).collect();
        let (here, there) = both(true);
        found.extend(differing(repository, here, there, &below)?);
    }
    Ok(found)
}

impl<'a> Below<'a> {
    fn name(&self) -> &'a str {
        self.path
            .split_once('/')
            .map_or(self.path, |(name, _)| name)
    }

    /// Nothing for what stands in this folder itself.
    fn rest(&self) -> Option<Self> {
        let (_, path) = self.path.split_once('/')?;
        Some(Self { path, ..*self })
    }
}

/// What stands in a folder, by name and by whether that is a folder again; nothing where there is no folder.
struct Folder(BTreeMap<(Vec<u8>, bool), ObjectId>);

impl Folder {
    fn read(repository: &Repository, id: Option<ObjectId>) -> Result<Self, HistoryError> {
        let Some(id) = id else {
            return Ok(Self(BTreeMap::new()));
        };
        let read = || -> Result<Self, gix::Error> {
            let tree = repository.find_tree(id)?;
            let entries = tree.decode()?.entries.into_iter();
            let named = entries.map(|entry| {
                let name = (entry.filename.to_vec(), entry.mode.is_tree());
                (name, entry.oid.to_owned())
            });
            Ok(Self(named.collect()))
        };
        read().map_err(|source| unreadable(id, source))
    }

    fn get(&self, name: &str, is_folder: bool) -> Option<ObjectId> {
        let name = (name.as_bytes().to_vec(), is_folder);
        self.0.get(&name).copied()
    }
}
