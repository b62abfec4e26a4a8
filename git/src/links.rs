//! What an object refers to.

use gix::ObjectId;
use gix::hash::Kind::Sha1;
use gix::objs::{CommitRefIter, Kind, TagRefIter, TreeRefIter};

/// The objects that this one refers to and that belong to the same repository. The commits of
/// submodules, which trees name, do not.
///
/// # Errors
/// Those of the parser, where the bytes are no object of this kind.
pub(crate) fn links(kind: Kind, bytes: &[u8]) -> Result<Vec<ObjectId>, gix::Error> {
    match kind {
        Kind::Blob => Ok(Vec::new()),
        Kind::Tree => tree(bytes),
        Kind::Commit => commit(bytes),
        Kind::Tag => Ok(vec![TagRefIter::from_bytes(bytes, Sha1).target_id()?]),
    }
}

fn tree(bytes: &[u8]) -> Result<Vec<ObjectId>, gix::Error> {
    let mut links = Vec::new();
    for entry in TreeRefIter::from_bytes(bytes, Sha1) {
        let entry = entry?;
        if !entry.mode.is_commit() {
            links.push(entry.oid.to_owned());
        }
    }
    Ok(links)
}

fn commit(bytes: &[u8]) -> Result<Vec<ObjectId>, gix::Error> {
    let mut links = vec![CommitRefIter::from_bytes(bytes, Sha1).tree_id()?];
    links.extend(CommitRefIter::from_bytes(bytes, Sha1).parent_ids());
    Ok(links)
}
