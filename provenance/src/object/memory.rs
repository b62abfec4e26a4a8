//! Objects that are held in memory.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use super::{Kind, Object, Objects, ReadError, hash};
use crate::Mode;
use crate::ObjectId;

/// A set of objects in memory, for trees that no repository holds: work in progress, and tests.
#[derive(Debug, Default)]
pub struct MemoryObjects {
    objects: RwLock<BTreeMap<ObjectId, Object>>,
}

impl MemoryObjects {
    /// Adds an object and gives its name.
    ///
    /// # Panics
    /// If the bytes carry the marks of a SHA-1 collision attack.
    pub fn write(&self, kind: Kind, bytes: impl Into<Vec<u8>>) -> ObjectId {
        let bytes = bytes.into();
        let id = hash(kind, &bytes).expect("objects written here are our own, made by no attacker");
        let mut objects = self.objects.write().unwrap_or_else(PoisonError::into_inner);
        objects.insert(id, Object { kind, bytes });
        id
    }

    /// Adds the blobs and trees of a folder and gives the tree's name.
    ///
    /// Paths are relative, with `/` between components; where a file stands at a path, nothing
    /// may stand below it.
    pub fn write_files<P, B>(&self, files: impl IntoIterator<Item = (P, B)>) -> ObjectId
    where
        P: AsRef<[u8]>,
        B: AsRef<[u8]>,
    {
        let entries = files.into_iter().map(|(path, bytes)| {
            let blob = self.write(Kind::Blob, bytes.as_ref());
            (path, Mode::File, blob)
        });
        self.write_entries(entries)
    }

    /// Adds the trees of a folder with these entries, by their paths as in [`Self::write_files`], and gives the tree's name.
    pub fn write_entries<P>(
        &self,
        entries: impl IntoIterator<Item = (P, Mode, ObjectId)>,
    ) -> ObjectId
    where
        P: AsRef<[u8]>,
    {
        let mut folder = Folder::default();
        for (path, mode, id) in entries {
            folder.insert(path.as_ref(), mode, id);
        }
        self.write_folder(&folder)
    }

    /// Adds a tree with exactly these entries, in git's order, and gives its name.
    pub fn write_tree<N>(&self, entries: impl IntoIterator<Item = (Mode, N, ObjectId)>) -> ObjectId
    where
        N: AsRef<[u8]>,
    {
        let mut lines: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for (mode, name, id) in entries {
            let mut order = name.as_ref().to_vec();
            if mode == Mode::Folder {
                order.push(b'/');
            }
            let mut line = mode.as_str().as_bytes().to_vec();
            line.push(b' ');
            line.extend_from_slice(name.as_ref());
            line.push(0);
            line.extend_from_slice(id.as_bytes());
            lines.push((order, line));
        }
        lines.sort();
        let bytes: Vec<u8> = lines.into_iter().flat_map(|(_, line)| line).collect();
        self.write(Kind::Tree, bytes)
    }

    fn write_folder(&self, folder: &Folder) -> ObjectId {
        let mut entries = Vec::new();
        for (name, (mode, id)) in &folder.files {
            entries.push((*mode, name.clone(), *id));
        }
        for (name, below) in &folder.folders {
            entries.push((Mode::Folder, name.clone(), self.write_folder(below)));
        }
        self.write_tree(entries)
    }
}

impl Objects for MemoryObjects {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError> {
        let objects = self.objects.read().unwrap_or_else(PoisonError::into_inner);
        Ok(objects.get(id).cloned())
    }
}

#[derive(Default)]
struct Folder {
    files: BTreeMap<Vec<u8>, (Mode, ObjectId)>,
    folders: BTreeMap<Vec<u8>, Folder>,
}

impl Folder {
    fn insert(&mut self, path: &[u8], mode: Mode, id: ObjectId) {
        match path.iter().position(|byte| *byte == b'/') {
            None => {
                self.files.insert(path.to_vec(), (mode, id));
            }
            Some(slash) => {
                let below = self.folders.entry(path[..slash].to_vec()).or_default();
                below.insert(&path[slash + 1..], mode, id);
            }
        }
    }
}
