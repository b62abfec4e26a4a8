//! Places for files that are kept in memory.

use std::env;
use std::path::{Path, PathBuf};

/// The folders that are, best first: the user's own, then the one that everybody shares.
pub(super) fn places() -> impl Iterator<Item = PathBuf> {
    let own = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let shared = PathBuf::from("/dev/shm");
    let places = own.into_iter().chain([shared]);
    places.filter(|place| place.is_absolute() && is_in_memory(place))
}

/// Whether the file system of a folder has no disk behind it.
///
/// Source: `statfs(2)`, `linux/magic.h`.
#[cfg(target_os = "linux")]
fn is_in_memory(folder: &Path) -> bool {
    const TMPFS_MAGIC: u32 = 0x0102_1994;
    const RAMFS_MAGIC: u32 = 0x8584_58f6;
    // The field's type differs between architectures; the magic numbers are 32 bits wide everywhere.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "as said"
    )]
    let kind = |system: rustix::fs::StatFs| system.f_type as u32;
    let kind = rustix::fs::statfs(folder).map(kind);
    matches!(kind, Ok(TMPFS_MAGIC | RAMFS_MAGIC))
}

/// Nowhere else is a place known that never reaches a disk.
#[cfg(not(target_os = "linux"))]
fn is_in_memory(_: &Path) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::is_in_memory;
    use std::path::Path;

    #[test]
    fn only_a_file_system_without_a_disk_is_in_memory() {
        let mounts = std::fs::read_to_string("/proc/mounts").unwrap();
        let mounts = mounts.lines().map(|line| {
            let mut words = line.split(' ').skip(1);
            (words.next().unwrap(), words.next().unwrap())
        });
        for (place, kind) in mounts.filter(|(place, _)| !place.contains('\\')) {
            let last = |other: &&str| *other == place;
            if ["tmpfs", "ext4", "overlay", "proc", "xfs", "btrfs"].contains(&kind) && last(&place)
            {
                assert_eq!(
                    is_in_memory(Path::new(place)),
                    kind == "tmpfs",
                    "{place} {kind}"
                );
            }
        }
        assert!(!is_in_memory(Path::new("/nowhere")));
    }
}
