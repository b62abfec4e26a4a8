//! The store's packs, kept few.
//!
//! Packs are joined as they are, byte for byte and one behind the other: a delta names its base by
//! the distance to it or by its name, so both stay right, and nothing is unpacked. An object that
//! came with several packs, as the base of deltas, stays in each copy.

mod index;
mod joined;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The most packs that a fetch begins with. gix opens up to 32 unless told otherwise.
const MOST_PACKS: usize = 16;

/// Joins the packs of a store into one where there are too many, and returns those that are in the
/// new one now, by their indexes. Nothing is removed.
///
/// The largest is left out where it outweighs all others, so that a large history is not written
/// again and again for the sake of small commits.
///
/// # Errors
/// Where a file cannot be read or written. The folder is then as it was.
pub(super) fn join_surplus(git: &Path) -> io::Result<Vec<PathBuf>> {
    let folder = git.join("objects/pack");
    let mut packs = by_size(&folder)?;
    if packs.len() <= MOST_PACKS {
        return Ok(Vec::new());
    }
    if let Some(((largest, _), others)) = packs.split_last()
        && *largest > others.iter().map(|(size, _)| size).sum()
    {
        packs.pop();
    }
    let indexes: Vec<_> = packs.into_iter().map(|(_, index)| index).collect();
    let new = joined::write(&folder, &indexes)?;
    Ok(indexes.into_iter().filter(|index| *index != new).collect())
}

/// Whether a pack is not what it was written as, or the disk does not give it back.
pub(super) fn is_damage(error: &io::Error) -> bool {
    /// `errno(3)`.
    const EIO: i32 = 5;
    let is_garbled = matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
    );
    is_garbled || error.raw_os_error() == Some(EIO)
}

/// Removes packs, each index before its pack: an index alone would promise what is not there.
pub(super) fn remove(indexes: &[PathBuf]) -> io::Result<()> {
    for index in indexes {
        fs::remove_file(index)?;
        fs::remove_file(index.with_extension("pack"))?;
    }
    Ok(())
}

/// The packs of a folder by their indexes, the largest last.
fn by_size(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut packs = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "idx") {
            let size = fs::metadata(path.with_extension("pack"))?.len();
            packs.push((size, path));
        }
    }
    packs.sort();
    Ok(packs)
}

#[cfg(test)]
mod tests;
