//! A pack's index, version 2 (gitformat-pack).

use std::fs::File;
use std::io::{self, BufWriter, Write};

use gix::hash::Kind::Sha1;
use gix::hash::io::Write as Hashed;

const SIGNATURE: [u8; 8] = [0xff, b't', b'O', b'c', 0, 0, 0, 2];
/// What an offset in the first table begins with where it is a place in the second one.
const LONG: u32 = 1 << 31;

/// Where an object is in a pack.
pub(super) struct Entry {
    pub(super) id: gix::ObjectId,
    pub(super) crc32: u32,
    pub(super) offset: u64,
}

/// Writes the index of a pack with this checksum, and has it on the disk.
pub(super) fn write(file: File, entries: Vec<Entry>, pack: &gix::oid) -> io::Result<()> {
    let mut out = Hashed::new(BufWriter::new(file), Sha1);
    write_tables(&mut out, entries)?;
    out.write_all(pack.as_bytes())?;
    finish(out).map(drop)
}

/// Writes the checksum of what was written behind it, and has all of it on the disk.
pub(super) fn finish(mut out: Hashed<BufWriter<File>>) -> io::Result<gix::ObjectId> {
    let checksum = out.hash.try_finalize().map_err(io::Error::other)?;
    out.inner.write_all(checksum.as_slice())?;
    out.inner.into_inner()?.sync_all()?;
    Ok(checksum)
}

fn write_tables(out: &mut impl Write, mut entries: Vec<Entry>) -> io::Result<()> {
    entries.sort_by_key(|entry| entry.id);
    out.write_all(&SIGNATURE)?;
    for first in 0..=u8::MAX {
        let up_to = entries.partition_point(|entry| entry.id.first_byte() <= first);
        let up_to = u32::try_from(up_to).expect("a pack's header counts its objects in 32 bits");
        out.write_all(&up_to.to_be_bytes())?;
    }
    for entry in &entries {
        out.write_all(entry.id.as_slice())?;
    }
    for entry in &entries {
        out.write_all(&entry.crc32.to_be_bytes())?;
    }
    write_offsets(out, &entries)
}

fn write_offsets(out: &mut impl Write, entries: &[Entry]) -> io::Result<()> {
    let mut long = Vec::new();
    for entry in entries {
        let short = u32::try_from(entry.offset)
            .ok()
            .filter(|offset| offset & LONG == 0);
        let offset = short.unwrap_or_else(|| {
            let place = u32::try_from(long.len()).expect("fewer than there are objects");
            long.push(entry.offset);
            place | LONG
        });
        out.write_all(&offset.to_be_bytes())?;
    }
    for offset in long {
        out.write_all(&offset.to_be_bytes())?;
    }
    Ok(())
}
