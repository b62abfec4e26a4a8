//! Whether a received pack is closed.

use std::path::Path;

use gix::objs::Kind;
use gix::odb::pack::index;
use gix::{ObjectId, Repository};

use crate::links::links;
use crate::session::{FetchError, Session};

/// Checks that the store has what was wanted, and everything that the pack's objects refer to, as git does
/// after each fetch. Otherwise a pack with holes would count as received, and what is missing would
/// never be asked for again.
///
/// A pack holds an object once: of two copies, each a change to the other, which one is read would
/// depend on what else is in the store.
pub(super) fn check(
    session: &Session,
    repository: &Repository,
    index: Option<&Path>,
    wanted: &[ObjectId],
) -> Result<(), FetchError> {
    if let Some(index) = index {
        let index = index::File::at(index, gix::hash::Kind::Sha1)
            .map_err(|error| session.explain(&error))?;
        let mut before = None;
        for entry in index.iter() {
            if before.replace(entry.oid) == Some(entry.oid) {
                return Err(session.protocol(&format!("it sent {} twice in a pack", entry.oid)));
            }
            check_object(session, repository, entry.oid)?;
        }
    }
    match wanted.iter().find(|id| !repository.has_object(**id)) {
        None => Ok(()),
        Some(id) => Err(session.protocol(&format!("it did not send {id}, where its ref stands"))),
    }
}

fn check_object(
    session: &Session,
    repository: &Repository,
    id: ObjectId,
) -> Result<(), FetchError> {
    session.check_patience()?;
    let explain = |error: gix::Error| session.explain(&error);
    // Blobs are most of a pack, may be large, and refer to nothing.
    if repository.find_header(id).map_err(explain)?.kind() == Kind::Blob {
        return Ok(());
    }
    let object = repository.find_object(id).map_err(explain)?;
    let links = links(object.kind, &object.data).map_err(explain)?;
    match links.iter().find(|link| !repository.has_object(link)) {
        None => Ok(()),
        Some(missing) => Err(session.protocol(&format!(
            "it did not send {missing}, which {} {id} refers to",
            object.kind
        ))),
    }
}
