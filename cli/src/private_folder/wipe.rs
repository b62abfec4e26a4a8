//! Overwrites files before it removes them.

use crate::signals::Unfinished;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A folder and the files that were put there, whether or not their names still lead to them.
pub(super) struct Contents {
    folder: PathBuf,
    held: Mutex<Vec<File>>,
}

impl Contents {
    pub(super) fn of(folder: PathBuf) -> Self {
        Self {
            folder,
            held: Mutex::new(Vec::new()),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps a file at hand: an editor may put another one in its place.
    pub(super) fn hold(&self, file: File) {
        self.held().push(file);
    }

    /// Overwrites everything and removes the folder. Best effort: this is the way out.
    pub(super) fn wipe(&self) {
        for file in self.held().iter() {
            let _ = overwrite(file);
        }
        wipe_below(&self.folder);
        let _ = fs::remove_dir_all(&self.folder);
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Vec<File>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wipe_below(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => wipe_below(&path),
            Ok(kind) if kind.is_file() => {
                let file = OpenOptions::new()
                    .write(true)
                    .custom_flags(no_follow())
                    .open(&path);
                let _ = file.and_then(|file| overwrite(&file));
            }
            _ => {}
        }
    }
}

fn no_follow() -> i32 {
    rustix::fs::OFlags::NOFOLLOW.bits().cast_signed()
}

impl Unfinished for Contents {
    fn put_right(&self) {
        self.wipe();
    }
}

/// Zeros in the place of all that the file holds, down to the disk, and then nothing.
fn overwrite(file: &File) -> io::Result<()> {
    fill_with_zeros(file)?;
    file.set_len(0)
}

fn fill_with_zeros(mut file: &File) -> io::Result<()> {
    let mut left = file.metadata()?.len();
    file.seek(SeekFrom::Start(0))?;
    let zeros = [0; 4096];
    while left > 0 {
        let some = usize::try_from(left).unwrap_or(usize::MAX).min(zeros.len());
        file.write_all(&zeros[..some])?;
        left -= some as u64;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::{Contents, fill_with_zeros, overwrite};
    use std::fs::{self, OpenOptions};
    use std::io::Write;

    fn contents() -> Contents {
        Contents::of(tempfile::tempdir().unwrap().keep())
    }

    fn file(path: &std::path::Path, text: &str) -> fs::File {
        let mut options = OpenOptions::new();
        let mut file = options
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn a_file_is_zeros_before_it_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let long = "canary".repeat(2000);
        let file = file(&folder.path().join("a"), &long);
        fill_with_zeros(&file).unwrap();
        let left = fs::read(folder.path().join("a")).unwrap();
        assert_eq!(left, vec![0; long.len()]);
        overwrite(&file).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 0);
    }

    #[test]
    fn a_file_whose_name_leads_to_another_one_is_wiped_too() {
        let contents = contents();
        let path = contents.folder().join("a");
        let first = file(&path, "canary");
        contents.hold(first.try_clone().unwrap());
        fs::remove_file(&path).unwrap();
        fs::write(&path, "canary").unwrap();
        contents.wipe();
        assert_eq!(first.metadata().unwrap().len(), 0);
        assert!(!contents.folder().exists());
    }

    #[test]
    fn what_a_link_leads_to_stays() {
        let contents = contents();
        let outside = tempfile::tempdir().unwrap();
        let kept = outside.path().join("kept");
        fs::write(&kept, "mine").unwrap();
        std::os::unix::fs::symlink(&kept, contents.folder().join("link")).unwrap();
        std::os::unix::fs::symlink(outside.path(), contents.folder().join("folder")).unwrap();
        contents.wipe();
        assert_eq!(fs::read_to_string(&kept).unwrap(), "mine");
    }
}
