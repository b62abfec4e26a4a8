//! The mainline: a commit, its first parent, and so on.

use std::collections::VecDeque;
use std::sync::Arc;

use super::VerifyError;
use crate::commit::Links;
use crate::object::{self, Kind};
use crate::{ObjectId, Objects};

/// The commits behind a good one up to a tip, oldest first, along first parents.
#[derive(Debug)]
pub(crate) struct Mainline {
    pub(crate) commits: Vec<ObjectId>,
    /// The bytes of the first of them, which were hashed.
    pub(crate) bytes: VecDeque<Vec<u8>>,
}

/// The most bytes that those have together: 8 MiB, as many as ten thousand commits have.
pub(super) const MOST: usize = 8 << 20;

/// The commits behind `from` up to and with `tip`.
///
/// # Errors
/// [`VerifyError::Rewritten`] where `from` is not on the mainline of `tip`: a forced push, a
/// push of an older tip, or a merge that made the mainline a side branch.
pub(crate) fn chain(
    objects: &Arc<dyn Objects>,
    from: ObjectId,
    tip: ObjectId,
) -> Result<Mainline, VerifyError> {
    let (mut commits, mut bytes) = (Vec::new(), VecDeque::new());
    let mut kept = 0;
    let mut at = tip;
    while at != from {
        let (read, parent) = read(objects, at)?;
        commits.push(at);
        kept += read.len();
        bytes.push_front(read);
        while kept > MOST {
            kept -= bytes.pop_back().map_or(kept, |last| last.len());
        }
        at = parent.ok_or_else(|| VerifyError::rewritten(from, tip))?;
    }
    commits.reverse();
    Ok(Mainline { commits, bytes })
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

/// The first parent of a commit, whatever else there is to say of it; none where a history begins with it.
///
/// # Errors
/// [`VerifyError`] where it cannot be read.
pub fn first_parent(
    objects: &Arc<dyn Objects>,
    commit: ObjectId,
) -> Result<Option<ObjectId>, VerifyError> {
    read(objects, commit).map(|(_, parent)| parent)
}

/// A commit's bytes, and its first parent.
fn read(
    objects: &Arc<dyn Objects>,
    commit: ObjectId,
) -> Result<(Vec<u8>, Option<ObjectId>), VerifyError> {
    let bytes = object::read(&**objects, &commit, Kind::Commit)?;
    let links = Links::parse(&bytes).ok_or(VerifyError::NoCommit { commit })?;
    Ok((bytes, links.parents.first().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryObjects;

    #[test]
    fn keeps_the_first_commits_up_to_a_bound() {
        let objects = MemoryObjects::default();
        let tree = objects.write_files([("a", "b")]);
        let mut commits: Vec<ObjectId> = Vec::new();
        for number in 0..6 {
            let parent = commits.last();
            let parent = parent.map_or_else(String::new, |parent| format!("parent {parent}\n"));
            let text = "a".repeat(MOST * 2 / 5);
            let text = format!("tree {tree}\n{parent}\n{number}{text}");
            commits.push(objects.write(Kind::Commit, &*text));
        }
        let objects: Arc<dyn Objects> = Arc::new(objects);
        let mainline = chain(&objects, commits[0], commits[5]).unwrap();
        assert_eq!(mainline.commits, commits[1..]);
        let first = commits[1..3].iter();
        let first = first.map(|commit| object::read(&*objects, commit, Kind::Commit).unwrap());
        assert!(mainline.bytes.into_iter().eq(first));
    }
}
