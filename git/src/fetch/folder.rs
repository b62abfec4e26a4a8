//! Fetching from a folder of this machine.

use std::path::Path;

use gix::prelude::Write as _;
use gix::{ObjectId, Repository};
use signet_provenance::TagRef;

use super::{Brought, Fetch, approved};
use crate::approvals;
use crate::links::links;
use crate::session::{FetchError, Session};
use crate::store::theirs;

/// Where the ref stands in the repository in this folder.
pub(super) fn look(session: &Session, folder: &Path) -> Result<ObjectId, FetchError> {
    tip(session, &session.folder(folder)?.repository())
}

/// Where the refs stand in the repository in this folder, once what they name is in the store.
///
/// Git itself, and gix after it, would start `git-upload-pack` for this. Copying the objects that
/// are missing needs no process, and no git on the machine.
pub(super) fn fetch(fetch: &Fetch, folder: &Path) -> Result<Brought, FetchError> {
    let session = &*fetch.session;
    let origin = session.folder(folder)?;
    let (source, target) = (origin.repository(), session.store.repository());
    let tip = tip(session, &source)?;
    let received = !target.has_object(tip);
    copy(session, &source, &target, tip)?;
    fetch.keep(tip, received)?;
    let listed = origin.approvals()?.into_iter();
    let listed = listed.map(|tag| (tag.reference.into_bytes(), theirs(&tag.tag)));
    let (approvals, excess) = approvals::chosen(listed);
    let is_here = |tag: &TagRef| approvals::is_tag(&target, tag);
    let failed = approved::bring(session, &approvals, is_here, |tags| {
        let mut all = tags.iter();
        all.try_for_each(|tag| copy(session, &source, &target, theirs(&tag.tag)))
    })?;
    Ok(Brought {
        tip,
        received,
        shortfall: failed.or(excess),
    })
}

fn tip(session: &Session, source: &Repository) -> Result<ObjectId, FetchError> {
    let reference = source
        .try_find_reference(session.remote.reference())
        .map_err(|error| session.explain(&error))?
        .ok_or_else(|| session.ref_missing())?;
    match reference.into_fully_peeled_id() {
        Ok(id) => Ok(id.detach()),
        Err(error) => Err(session.explain(&error)),
    }
}

/// Copies what the target lacks of the object and all that it refers to. An object follows those
/// it refers to, so one that is present is complete, whenever the copying ends.
fn copy(
    session: &Session,
    source: &Repository,
    target: &Repository,
    tip: ObjectId,
) -> Result<(), FetchError> {
    let mut pending = vec![Step::Visit(tip)];
    while let Some(step) = pending.pop() {
        session.check_patience()?;
        match step {
            Step::Visit(id) if !target.has_object(id) => {
                pending.push(Step::Write(id));
                pending.extend(linked(session, source, id)?.into_iter().map(Step::Visit));
            }
            Step::Visit(_) => {}
            Step::Write(id) => write(session, source, target, id)?,
        }
    }
    Ok(())
}

enum Step {
    Visit(ObjectId),
    Write(ObjectId),
}

fn linked(
    session: &Session,
    source: &Repository,
    id: ObjectId,
) -> Result<Vec<ObjectId>, FetchError> {
    let explain = |error: gix::Error| session.explain(&error);
    let object = source.find_object(id).map_err(explain)?;
    links(object.kind, &object.data).map_err(explain)
}

fn write(
    session: &Session,
    source: &Repository,
    target: &Repository,
    id: ObjectId,
) -> Result<(), FetchError> {
    let explain = |error: gix::Error| session.explain(&error);
    let object = source.find_object(id).map_err(explain)?;
    session.count(object.data.len())?;
    let written = target
        .write_buf(object.kind, &object.data)
        .map_err(explain)?;
    if written == id {
        Ok(())
    } else {
        Err(session.protocol(&format!("{} {id} is damaged", object.kind)))
    }
}
