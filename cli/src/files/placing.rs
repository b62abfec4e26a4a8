//! One new file: written beside its target, then renamed over it.

use crate::failure::{Explain, Result, refused};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
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
        let there = fs::metadata(target).ok();
        if there.is_none() {
            make_parent(target)?;
        }
        if let Some(there) = &there {
            refuse_read_only(there, target)?;
        }
        let mut options = OpenOptions::new();
        let mut new = options
            .write(true)
            .create_new(true)
            .mode(0o666)
            .open(place)?;
        let file = TempPath::try_from_path(place)?;
        // Before a word is in it: what is put back may be the plaintext of a file that only its owner reads.
        if let Some(there) = there {
            let made = new.metadata()?;
            keep_owner(&new, &made, &there);
            if made.permissions() != there.permissions() {
                new.set_permissions(there.permissions())?;
            }
        }
        new.write_all(bytes)?;
        let target = target.to_owned();
        let prepared = Prepared { file, target };
        Ok(Self { new, prepared })
    }

    /// The file, with which the disk has begun where the system knows how to say so: while the next ones are written, so that
    /// flushing waits for all of them at once.
    pub(super) fn begun(self) -> Self {
        #[cfg(target_os = "linux")]
        let _ = rustix::fs::fadvise(&self.new, 0, None, rustix::fs::Advice::DontNeed);
        self
    }

    /// The file, closed: its file system has yet to be flushed.
    pub(super) fn closed(self) -> Prepared {
        self.prepared
    }

    /// Waits until the file is on the disk.
    pub(super) fn flush(self) -> Result<Prepared> {
        self.new.sync_all()?;
        Ok(self.prepared)
    }
}

/// Refuses to change a file that nobody may write. A rename would replace it all the same: it is the folder that has to be
/// writable for that.
pub(super) fn refuse_read_only(there: &Metadata, target: &Path) -> Result<()> {
    if !there.permissions().readonly() {
        return Ok(());
    }
    let refusal = refused(format!("{} may be written by nobody", target.display()));
    Err(refusal.hint("its permissions say so; chmod u+w lets it be changed"))
}

fn make_parent(target: &Path) -> Result<()> {
    let folder = target
        .parent()
        .expect("a path below the work tree has a parent");
    fs::create_dir_all(folder).with_context(|| format!("make the folder {}", folder.display()))
}

/// Gives the new file to whom its target belongs, where that is permitted: root changes files of others.
fn keep_owner(new: &File, made: &Metadata, there: &Metadata) {
    if (made.uid(), made.gid()) == (there.uid(), there.gid()) {
        return;
    }
    let owned = fchown(new, Some(there.uid()), Some(there.gid()));
    // Others may still give a file of theirs to a group that they are in.
    let _ = owned.or_else(|_| fchown(new, None, Some(there.gid())));
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
    /// Puts back what stood there, on the way out of another failure, which is the one to report.
    ///
    /// # Errors
    /// The target's name, if it holds the new file still.
    pub(super) fn put_back(self) -> std::result::Result<(), String> {
        let back = match self.before {
            Some(bytes) => Written::create(&self.beside, &self.target, &bytes)
                .and_then(Written::flush)
                .and_then(|before| before.put_in_place(None).map(drop)),
            None => fs::remove_file(&self.target).map_err(Into::into),
        };
        back.map_err(|_| self.target.display().to_string())
    }
}
