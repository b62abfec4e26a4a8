//! Folders that a process left behind which had no time to wipe them.

use super::wipe::Contents;
use rustix::process::{Pid, geteuid, test_kill_process};
use std::fs::{self, DirEntry};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What the name of each folder begins with, before the process that made it.
pub(super) const PREFIX: &str = "signet-edit-";

/// Wipes the person's own folders whose process is gone. Best effort: the next one tries again.
pub(super) fn wipe_in(place: &Path) {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    for entry in entries.filter(is_left) {
        Contents::of(entry.path()).wipe();
    }
}

/// Whether it is a folder as we make them, of this person, and no such process is there any more.
fn is_left(entry: &DirEntry) -> bool {
    // Of the entry itself: no link is followed.
    let Ok(metadata) = entry.metadata() else {
        return false;
    };
    let is_ours = metadata.is_dir()
        && metadata.mode() & 0o777 == 0o700
        && metadata.uid() == geteuid().as_raw();
    is_ours && maker(entry).is_some_and(|maker| test_kill_process(maker).is_err())
}

/// The process that the name tells.
fn maker(entry: &DirEntry) -> Option<Pid> {
    let name = entry.file_name();
    let (number, _) = name.to_str()?.strip_prefix(PREFIX)?.split_once('-')?;
    Pid::from_raw(number.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::{PREFIX, wipe_in};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};

    /// A number that no process has: the kernel's are smaller.
    const NOBODY: u32 = 1 << 30;

    fn folder(place: &Path, name: &str, mode: u32) -> PathBuf {
        let folder = place.join(name);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("db.yaml"), "canary").unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
        folder
    }

    #[test]
    fn only_a_private_folder_of_a_process_that_is_gone_is_wiped() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path();
        let left = folder(place, &format!("{PREFIX}{NOBODY}-a"), 0o700);
        let open = folder(place, &format!("{PREFIX}{NOBODY}-b"), 0o755);
        let alive = folder(place, &format!("{PREFIX}{}-c", std::process::id()), 0o700);
        let other = folder(place, &format!("signet-typed-{NOBODY}-d"), 0o700);
        let link = place.join(format!("{PREFIX}{NOBODY}-e"));
        std::os::unix::fs::symlink(&other, &link).unwrap();
        wipe_in(place);
        assert!(!left.exists());
        for kept in [open, alive, other] {
            assert!(kept.join("db.yaml").exists(), "{}", kept.display());
        }
    }
}
