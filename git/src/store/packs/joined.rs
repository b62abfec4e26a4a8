//! Several packs written as one (gitformat-pack).

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use gix::hash::Kind::Sha1;
use gix::hash::io::Write as Hashed;
use gix::odb::pack;

use super::index::{self, Entry};

/// `PACK`, the version, the number of objects.
const HEADER: usize = pack::data::header::SIZE;
/// The SHA-1 of what comes before.
const TRAILER: u64 = 20;

/// Writes the objects of these packs into one, and returns its index. When it is there, all of it
/// is, on the disk.
///
/// # Errors
/// Where a file cannot be read or written; nothing new is then in the folder.
pub(super) fn write(folder: &Path, indexes: &[PathBuf]) -> io::Result<PathBuf> {
    // Names that no reader takes for packs, and that are swept away after a crash.
    let (pack, index) = (
        folder.join("joined.pack.new"),
        folder.join("joined.idx.new"),
    );
    let written = write_both(&pack, &index, indexes).and_then(|checksum| {
        let name = folder.join(format!("pack-{checksum}.idx"));
        // The index comes last: with it, readers begin to look into the pack.
        fs::rename(&pack, name.with_extension("pack"))?;
        fs::rename(&index, &name)?;
        File::open(folder)?.sync_all()?;
        Ok(name)
    });
    if written.is_err() {
        for file in [pack, index] {
            // It may not have been made, and what failed first is what counts.
            let _ = fs::remove_file(file);
        }
    }
    written
}

fn write_both(pack: &Path, index: &Path, indexes: &[PathBuf]) -> io::Result<gix::ObjectId> {
    let sources = indexes.iter().map(|index| Source::open(index));
    let mut sources = sources.collect::<io::Result<Vec<_>>>()?;
    let mut joined = Joined::create(pack, &sources)?;
    let mut entries = Vec::new();
    for source in &mut sources {
        entries.extend(source.entries(joined.length)?);
        joined.append(source)?;
    }
    let checksum = joined.finish()?;
    index::write(File::create(index)?, entries, &checksum)?;
    Ok(checksum)
}

/// A pack to be copied.
struct Source {
    index: pack::index::File,
    pack: File,
    /// How many bytes there are between header and trailer.
    body: u64,
}

impl Source {
    fn open(index: &Path) -> io::Result<Self> {
        let mut pack = File::open(index.with_extension("pack"))?;
        let index = pack::index::File::at(index, Sha1).map_err(damaged)?;
        let mut header = [0; HEADER];
        pack.read_exact(&mut header)?;
        let (_, objects) = pack::data::header::decode(&header).map_err(damaged)?;
        let length = pack.metadata()?.len();
        match length.checked_sub(HEADER as u64 + TRAILER) {
            Some(body) if objects == index.num_objects() => Ok(Self { index, pack, body }),
            _ => Err(damaged("a pack is not as long as its index says")),
        }
    }

    /// Where the objects are in a pack that has come to this length.
    fn entries(&self, length: u64) -> io::Result<Vec<Entry>> {
        let moved = |entry: pack::index::Entry| {
            let offset = entry.pack_offset.checked_sub(HEADER as u64)?;
            Some(Entry {
                id: entry.oid,
                crc32: entry.crc32?,
                offset: length + offset,
            })
        };
        let entries = self.index.iter().map(moved).collect::<Option<_>>();
        entries.ok_or_else(|| damaged("an index has no checksums, or offsets outside of its pack"))
    }
}

/// A pack being written.
struct Joined {
    file: Hashed<BufWriter<File>>,
    length: u64,
}

impl Joined {
    fn create(path: &Path, sources: &[Source]) -> io::Result<Self> {
        let objects = sources
            .iter()
            .map(|source| source.index.num_objects())
            .try_fold(0_u32, u32::checked_add)
            .ok_or_else(|| damaged("more objects than a pack may have"))?;
        let mut file = Hashed::new(BufWriter::new(File::create(path)?), Sha1);
        file.write_all(&pack::data::header::encode(
            pack::data::Version::V2,
            objects,
        ))?;
        Ok(Self {
            file,
            length: HEADER as u64,
        })
    }

    fn append(&mut self, source: &mut Source) -> io::Result<()> {
        source.pack.seek(SeekFrom::Start(HEADER as u64))?;
        let copied = io::copy(&mut (&source.pack).take(source.body), &mut self.file)?;
        if copied != source.body {
            return Err(damaged("a pack became shorter"));
        }
        self.length += copied;
        Ok(())
    }

    fn finish(self) -> io::Result<gix::ObjectId> {
        index::finish(self.file)
    }
}

fn damaged(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
