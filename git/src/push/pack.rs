//! The pack that a push sends (gitformat-pack).

use std::io::{self, Write};

use gix::ObjectId;
use gix::hash::Kind::Sha1;
use gix::hash::io::Write as Hashed;
use gix::objs::Kind;
use gix::odb::pack::data::entry::Header;
use gix::odb::pack::data::{Version, header};
use gix::zlib::Compression;
use gix::zlib::stream::deflate;

use super::lacking::lacking;
use super::{Push, PushError};

/// The most that is sent at once: it is in memory twice, and `deploy/agent.yaml` grants four times as much.
const MOST: usize = 64 << 20;

/// A pack of what the remote lacks where these are. Each object is whole in it: what a push brings is small, and a
/// remote packs it anew.
pub(super) fn pack(
    push: &Push,
    present: impl IntoIterator<Item = ObjectId>,
) -> Result<Vec<u8>, PushError> {
    let session = &push.session;
    let repository = session.store.lend();
    let tip = crate::store::theirs(&push.commit);
    let objects = lacking(&repository, tip, present).map_err(|error| push.unread(error))?;
    let too_large = || PushError::TooLarge {
        remote: session.remote.to_string(),
        commit: push.commit,
    };
    let count = u32::try_from(objects.len()).map_err(|_| too_large())?;
    let mut pack = Hashed::new(header::encode(Version::V2, count).to_vec(), Sha1);
    pack.hash.update(&pack.inner);
    for id in objects {
        session.check_patience()?;
        let unread = |error| push.unread(error);
        // A larger one is not even read.
        if repository.find_header(id).map_err(unread)?.size() > MOST as u64 {
            return Err(too_large());
        }
        let object = repository.find_object(id).map_err(unread)?;
        append(&mut pack, object.kind, &object.data).expect("it is written to memory");
        if pack.inner.len() > MOST {
            return Err(too_large());
        }
    }
    let checksum = pack
        .hash
        .try_finalize()
        .map_err(|error| push.unread(error))?;
    pack.inner.extend_from_slice(checksum.as_slice());
    Ok(pack.inner)
}

fn append(pack: &mut Hashed<Vec<u8>>, kind: Kind, data: &[u8]) -> io::Result<()> {
    let header = match kind {
        Kind::Commit => Header::Commit,
        Kind::Tree => Header::Tree,
        Kind::Blob => Header::Blob,
        Kind::Tag => Header::Tag,
    };
    header.write_to(data.len() as u64, pack)?;
    let mut deflated = deflate::Write::new(pack, Compression::DEFAULT);
    deflated.write_all(data)?;
    deflated.flush()
}
