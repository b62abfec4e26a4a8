//! Whether a store survived.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use gix::Repository;
use gix::odb::pack::index;

/// Git ends a pack with the SHA-1 of what comes before (gitformat-pack).
const CHECKSUM: usize = 20;

/// Whether the tip that was fetched last is there, unchanged, and every pack is whole: cheap enough
/// for each fetch. A bit that flipped inside a pack shows where the object is read and hashed.
pub(super) fn is_sound(repository: &Repository, fetched: &str) -> bool {
    has_sound_tip(repository, fetched) && has_whole_packs(repository).is_ok_and(|whole| whole)
}

/// Whether the ref is absent, as before the first fetch, or names an object with its own name.
fn has_sound_tip(repository: &Repository, fetched: &str) -> bool {
    match repository.try_find_reference(fetched) {
        Ok(None) => true,
        Ok(Some(reference)) => reference.try_id().is_some_and(|tip| {
            repository
                .find_object(tip)
                .is_ok_and(|object| is_itself(&object))
        }),
        Err(_) => false,
    }
}

fn is_itself(object: &gix::Object<'_>) -> bool {
    gix::objs::compute_hash(object.id.kind(), object.kind, &object.data)
        .is_ok_and(|id| id == object.id)
}

fn has_whole_packs(repository: &Repository) -> io::Result<bool> {
    for entry in fs::read_dir(repository.objects.store_ref().path().join("pack"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "idx") && !is_whole(&path)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the pack ends in the checksum that its index expects, so was written to the end.
fn is_whole(index: &Path) -> io::Result<bool> {
    let Ok(expected) = index::File::at(index, gix::hash::Kind::Sha1) else {
        return Ok(false);
    };
    let mut pack = File::open(index.with_extension("pack"))?;
    let mut checksum = [0; CHECKSUM];
    let length = pack.metadata()?.len();
    pack.seek(SeekFrom::Start(length.saturating_sub(CHECKSUM as u64)))?;
    pack.read_exact(&mut checksum)?;
    Ok(expected.pack_checksum().as_bytes() == checksum)
}
