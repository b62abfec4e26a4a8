//! One new file: written beside its target, then renamed over it.

use crate::failure::{Explain, Result};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// A new file that stands beside its target; removed if it is not put in place.
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

impl Prepared {
    /// Writes the new file with the permissions of its target, down to the disk.
    pub(super) fn write(place: &Path, target: &Path, bytes: &[u8]) -> Result<Self> {
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
        new.write_all(bytes)?;
        if let Ok(there) = fs::metadata(target) {
            new.set_permissions(there.permissions())?;
        }
        new.sync_all()?;
        let target = target.to_owned();
        Ok(Self { file, target })
    }

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
            Some(bytes) => Prepared::write(&self.beside, &self.target, &bytes)
                .and_then(|before| before.put_in_place(None).map(drop)),
            None => fs::remove_file(&self.target).map_err(Into::into),
        };
    }
}
