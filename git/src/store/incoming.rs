//! What a push brings, beside what was here before.

use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use gix::objs::Find;
use gix::odb::Header;
use signet_provenance::{Object, ObjectId, Objects, ReadError, Task};

use super::{Store, layout, read, theirs};

/// A store, and the objects of a push that is not let in yet.
pub(super) struct Incoming {
    store: Store,
    arrived: Mutex<gix::odb::Handle>,
}

impl Incoming {
    /// What arrived in this folder, which is laid out as the objects of a repository are.
    pub(super) fn read(store: &Store, folder: &Path) -> io::Result<Self> {
        let options = gix::odb::store::init::Options {
            alloc_limit_bytes: Some(layout::READING),
            ..Default::default()
        };
        let arrived = gix::odb::at_opts(folder, gix::hash::Kind::Sha1, None, options)?;
        Ok(Self {
            store: store.clone(),
            arrived: Mutex::new(arrived),
        })
    }
}

impl Objects for Incoming {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError> {
        // What was here before is not to be had in another form by pushing it again.
        if let Some(object) = self.store.read(id)? {
            return Ok(Some(object));
        }
        // Reading changes caches alone, which a panic leaves as they are.
        let arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        let id = theirs(id);
        let header = arrived.try_header(&id);
        let size = header.map(|header| header.map(|header| header.size()));
        read(size, || {
            let mut bytes = Vec::new();
            let found = arrived.try_find(&id, &mut bytes)?;
            Ok(found.map(|object| object.kind).map(|kind| (kind, bytes)))
        })
    }

    fn both(&self, one: Task<'_>, other: Task<'_>) {
        self.store.both(one, other);
    }
}
