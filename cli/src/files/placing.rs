//! One new file: written beside its target, then renamed over it.

use crate::failure::{Explain, Result};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// A new file that stands beside its target, and may not be on the disk yet; removed if it is not put in place.
pub(super) struct Written {
    new: File,
    prepared: Prepared,
}

/// A new file that stands beside its target and is on the disk; removed if it is not put in place.
pub(super) struct Prepared {
    file: TempPath,
    target: PathBuf,
}

/// A target and what stood there before.
pub(super) struct Replaced {
    target: PathBuf,
    /// Where the new file stood, which is free again.
    beside: PathBuf,
    before: Option<Vec<u8>>,
}

impl Written {
    /// Writes the new file with the permissions of its target.
    pub(super) fn create(place: &Path, target: &Path, bytes: &[u8]) -> Result<Self> {
        let folder = target
            .parent()
            .expect("a path below the work tree has a parent");
        fs::create_dir_all(folder)
            .with_context(|| format!("make the folder {}", folder.display()))?;
        let mut options = OpenOptions::new();
        let mut new = options
            .write(true)
            .create_new(true)
            .mode(0o666)
            .open(place)?;
        let file = TempPath::try_from_path(place)?;
        // Before a word is in it: what is put back may be the plaintext of a file that only its owner reads.
        if let Ok(there) = fs::metadata(target) {
            new.set_permissions(there.permissions())?;
        }
        new.write_all(bytes)?;
        // The disk begins with this file while the next ones are written, so that flushing waits for all of them at once.
        #[cfg(target_os = "linux")]
        let _ = rustix::fs::fadvise(&new, 0, None, rustix::fs::Advice::DontNeed);
        let target = target.to_owned();
        let prepared = Prepared { file, target };
        Ok(Self { new, prepared })
    }

    /// Waits until the file is on the disk.
    pub(super) fn flush(self) -> Result<Prepared> {
        self.new.sync_all()?;
        Ok(self.prepared)
    }
}

impl Prepared {
    /// Renames the new file over its target, which holds `before`, or nothing.
    pub(super) fn put_in_place(self, before: Option<Vec<u8>>) -> Result<Replaced> {
        let beside = self.file.to_path_buf();
        self.file
            .persist(&self.target)
            .map_err(|failed| failed.error)
            .with_context(|| format!("put {} in place", self.target.display()))?;
        Ok(Replaced {
            target: self.target,
            beside,
            before,
        })
    }
}

impl Replaced {
    /// Best effort, on the way out of another failure, which is the one to report.
    pub(super) fn put_back(self) {
        let _ = match self.before {
            Some(bytes) => Written::create(&self.beside, &self.target, &bytes)
                .and_then(Written::flush)
                .and_then(|before| before.put_in_place(None).map(drop)),
            None => fs::remove_file(&self.target).map_err(Into::into),
        };
    }
}
