//! The trees that were read, so that each is read and hashed once for a revision.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use signet_api::RepoPath;

use super::diff::{Change, DiffError, diff};
use super::raw::RawTree;
use super::{MAX_FILE, TreeError};
use crate::ObjectId;
use crate::object::{self, Kind, ObjectError, Objects, ReadError};

pub(super) struct Folders {
    objects: Arc<dyn Objects>,
    read: Mutex<BTreeMap<ObjectId, Arc<RawTree>>>,
}

impl Folders {
    pub(super) fn new(objects: Arc<dyn Objects>) -> Self {
        Self {
            objects,
            read: Mutex::default(),
        }
    }

    /// The entries of a tree.
    pub(super) fn read(&self, tree: ObjectId) -> Result<Arc<RawTree>, TreeError> {
        if let Some(known) = self.known(tree) {
            return Ok(known);
        }
        let bytes = object::read(&*self.objects, &tree, Kind::Tree)?;
        let read = RawTree::parse(&bytes).map_err(|source| TreeError::Tree { tree, source })?;
        let read = Arc::new(read);
        self.lock().insert(tree, Arc::clone(&read));
        Ok(read)
    }

    /// The bytes of the file at a path.
    pub(super) fn blob(&self, id: ObjectId, path: &RepoPath) -> Result<Vec<u8>, TreeError> {
        let too_large = |bytes| TreeError::TooLarge {
            path: path.clone(),
            bytes,
        };
        match object::read(&*self.objects, &id, Kind::Blob) {
            Ok(bytes) if bytes.len() > MAX_FILE => Err(too_large(bytes.len() as u64)),
            Err(ObjectError::Read {
                source: ReadError::TooLarge { bytes },
                ..
            }) => Err(too_large(bytes)),
            read => Ok(read?),
        }
    }

    /// Every path in which two folders differ.
    pub(super) fn differing(
        &self,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
    ) -> Result<Vec<Change>, DiffError> {
        diff(&*self.objects, old, new)
    }

    fn known(&self, tree: ObjectId) -> Option<Arc<RawTree>> {
        self.lock().get(&tree).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<ObjectId, Arc<RawTree>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
