//! The changes of commits, as rows of a table.

use super::table::{Case, Expected};
use crate::failure::{Explain, Result, failed, refused, usage};
use crate::repository::Repository;
use crate::revisions::Range;
use signet_provenance::{Authority, Commit, ObjectId, Tree, newest_on_mainline};

/// A row for each path in which the last commit differs from where the range begins, or from its own first parent; that the
/// principal may change it is expected.
///
/// # Errors
/// When the policy has no such principal, the range begins at what is not on the first-parent history of its last commit, or a
/// tree cannot be read.
pub(super) fn cases(
    repository: &Repository,
    range: &Range,
    signer: &str,
    authority: &Authority,
) -> Result<Vec<Case>> {
    if !authority.policy().principals.contains_key(signer) {
        return Err(usage(format!("the policy has no principal {signer:?}")));
    }
    let tip = repository.resolve(&range.tip)?;
    let from = match &range.from {
        Some(from) => Some(on_mainline(repository, from, tip)?),
        None => first_parent(repository, tip)?,
    };
    let case = |path| Case {
        path,
        signers: vec![signer.to_owned()],
        expect: Some(Expected::Allowed),
    };
    Ok(changed(repository, from, tip)?
        .into_iter()
        .map(case)
        .collect())
}

/// The paths in which a commit differs from another one, or from nothing, as raw bytes.
fn changed(repository: &Repository, from: Option<ObjectId>, tip: ObjectId) -> Result<Vec<Vec<u8>>> {
    let tree = |commit| Tree::unverified(repository.store().objects(), commit);
    let new = tree(tip)?;
    Ok(match from {
        Some(from) => new.differing(&tree(from)?)?,
        None => new.paths()?.into_iter().map(|(path, _)| path).collect(),
    })
}

fn on_mainline(repository: &Repository, from: &str, tip: ObjectId) -> Result<ObjectId> {
    let commit = repository
        .resolve(from)
        .context("find where the range begins")?;
    let objects = repository.store().objects();
    let found = newest_on_mainline(&objects, tip, |one| one == commit)?;
    found.ok_or_else(|| {
        refused(format!(
            "{from} is not on the first-parent history of {tip}"
        ))
        .hint("a branch that is behind, or has it merged in, is put on top of it by: git rebase")
    })
}

fn first_parent(repository: &Repository, commit: ObjectId) -> Result<Option<ObjectId>> {
    let object = repository.store().objects().read(&commit)?;
    let object = object.ok_or_else(|| failed(format!("commit {commit} is not here")))?;
    let read = Commit::parse(&object.bytes).with_context(|| format!("read commit {commit}"))?;
    Ok(read.parents.first().copied())
}
