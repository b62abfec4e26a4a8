//! The mainline: a commit, its first parent, and so on.

use std::sync::Arc;

use super::VerifyError;
use crate::commit::Links;
use crate::object::{self, Kind};
use crate::{ObjectId, Objects};

/// The commits behind `from` up to and with `tip`, oldest first, along first parents.
///
/// # Errors
/// [`VerifyError::Rewritten`] where `from` is not on the mainline of `tip`: a forced push, a
/// push of an older tip, or a merge that made the mainline a side branch.
pub(crate) fn chain(
    objects: &Arc<dyn Objects>,
    from: ObjectId,
    tip: ObjectId,
) -> Result<Vec<ObjectId>, VerifyError> {
    let mut chain = Vec::new();
    let mut at = tip;
    while at != from {
        chain.push(at);
        at = first_parent(objects, at)?.ok_or(VerifyError::Rewritten { last: from, tip })?;
    }
    chain.reverse();
    Ok(chain)
}

/// The newest of the commits that are looked for on the mainline of `tip`; none where none of them is
/// on it.
///
/// # Errors
/// [`VerifyError`] where the mainline cannot be read.
pub fn newest_on_mainline(
    objects: &Arc<dyn Objects>,
    tip: ObjectId,
    is_looked_for: impl Fn(ObjectId) -> bool,
) -> Result<Option<ObjectId>, VerifyError> {
    let mut at = tip;
    while !is_looked_for(at) {
        match first_parent(objects, at)? {
            Some(parent) => at = parent,
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

pub(super) fn first_parent(
    objects: &Arc<dyn Objects>,
    commit: ObjectId,
) -> Result<Option<ObjectId>, VerifyError> {
    let bytes = object::read(&**objects, &commit, Kind::Commit)?;
    let links = Links::parse(&bytes).ok_or(VerifyError::NoCommit { commit })?;
    Ok(links.parents.first().copied())
}
