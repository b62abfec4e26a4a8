//! Folders that a process left behind which had no time to wipe them.

use super::wipe::Contents;
use rustix::fs::OFlags;
use rustix::process::geteuid;
use std::fs::{self, DirEntry, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// What the name of each folder begins with; a person who looks finds the process behind it.
pub(super) const PREFIX: &str = "signet-edit-";

/// Wipes the person's own folders that nobody holds any more. Best effort: the next one tries again.
pub(super) fn wipe_in(place: &Path) {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    for entry in entries {
        if let Some(_lock) = left(&entry) {
            Contents::of(entry.path()).wipe();
        }
    }
}

/// The lock on a folder that keeps others from wiping it, for as long as it is open; none if one of them was faster.
///
/// A number of a process would not do: it means another process to whoever shares the place from another container.
pub(super) fn hold(folder: &Path) -> io::Result<Option<File>> {
    let Some(lock) = found(open(folder))? else {
        return Ok(None);
    };
    // Who wipes it keeps the lock until it is gone.
    lock.lock()?;
    Ok(found(folder.symlink_metadata())?.map(|_| lock))
}

/// The lock on a folder as we make them, of this person, that nobody else holds.
fn left(entry: &DirEntry) -> Option<File> {
    entry.file_name().to_str()?.strip_prefix(PREFIX)?;
    let folder = open(&entry.path()).ok()?;
    let metadata = folder.metadata().ok()?;
    let is_ours = metadata.mode() & 0o777 == 0o700 && metadata.uid() == geteuid().as_raw();
    (is_ours && folder.try_lock().is_ok()).then_some(folder)
}

/// The folder itself: no link is followed, and nothing else is waited for.
fn open(folder: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::DIRECTORY;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(folder)
}

fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::{PREFIX, hold, wipe_in};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};

    fn folder(place: &Path, name: &str, mode: u32) -> PathBuf {
        let folder = place.join(name);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("db.yaml"), "canary").unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
        folder
    }

    #[test]
    fn only_a_private_folder_that_nobody_holds_is_wiped() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path();
        let left = folder(place, &format!("{PREFIX}a"), 0o700);
        let open = folder(place, &format!("{PREFIX}b"), 0o755);
        let held = folder(place, &format!("{PREFIX}c"), 0o700);
        let other = folder(place, "signet-typed-d", 0o700);
        std::os::unix::fs::symlink(&other, place.join(format!("{PREFIX}e"))).unwrap();
        let lock = hold(&held).unwrap().unwrap();
        wipe_in(place);
        assert!(!left.exists());
        for kept in [&open, &held, &other] {
            assert!(kept.join("db.yaml").exists(), "{}", kept.display());
        }
        drop(lock);
        wipe_in(place);
        assert!(!held.exists());
    }

    #[test]
    fn who_is_wiped_before_it_holds_its_folder_is_told() {
        let place = tempfile::tempdir().unwrap();
        let gone = place.path().join(format!("{PREFIX}a"));
        assert!(hold(&gone).unwrap().is_none());
    }
}
