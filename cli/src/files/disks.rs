//! File systems that are flushed as a whole: a thousand files are on the disk after one wait, not after a thousand.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// A folder of each file system, open since before the first new file was written: what could not be written after that is
/// reported when it is flushed.
pub(super) struct Disks(BTreeMap<u64, File>);

impl Disks {
    /// Those of folders, of which some may have to be made; nothing where the system only knows how to flush single files, or
    /// where a folder cannot be opened.
    pub(super) fn of(folders: &BTreeSet<PathBuf>) -> Option<Self> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        let mut disks = BTreeMap::new();
        for folder in folders {
            let mut there = folder.ancestors();
            let (there, metadata) =
                there.find_map(|folder| Some((folder, fs::metadata(folder).ok()?)))?;
            if let Entry::Vacant(disk) = disks.entry(metadata.dev()) {
                disk.insert(File::open(there).ok()?);
            }
        }
        Some(Self(disks))
    }

    /// Waits until all that was written is on the disks, names of files in their folders too (syncfs(2)).
    ///
    /// # Errors
    /// When something could not be written since they were opened, on Linux from 5.8 on.
    pub(super) fn flush(&self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        for disk in self.0.values() {
            rustix::fs::syncfs(disk)?;
        }
        Ok(())
    }
}
