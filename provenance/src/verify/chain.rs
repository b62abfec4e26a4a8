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
        let bytes = object::read(&**objects, &at, Kind::Commit)?;
        let links = Links::parse(&bytes).ok_or(VerifyError::NoCommit { commit: at })?;
        at = *links
            .parents
            .first()
            .ok_or(VerifyError::Rewritten { last: from, tip })?;
    }
    chain.reverse();
    Ok(chain)
}
