//! The fleet's documents, as they are believed and as the work tree proposes them.

use crate::belief::Belief;
use crate::failure::{Explain, Result, refused};
use crate::files::Changes;
use crate::output::Output;
use crate::pin::{self, Trust};
use crate::repository::{Repository, work_tree_around};
use signet_api::{Fleet, POLICY_PATH, RepoPath};
use signet_git::Store;
use signet_provenance::{ObjectId, Verdict};
use std::collections::BTreeMap;
use std::path::Path;

/// The last commit that verifies, and its fleet.
pub(crate) struct Believed {
    pub(crate) verdict: Verdict,
    pub(crate) fleet: Fleet,
}

/// The state repository around a folder; nothing outside of one.
pub(crate) fn around<'a>(folder: &Path, out: &'a Output) -> Result<Option<Repository<'a>>> {
    let Some(root) = work_tree_around(folder, out)? else {
        return Ok(None);
    };
    let repository = Repository::at(root, out)?;
    if is_here(&repository) {
        return Ok(Some(repository));
    }
    refuse_within(repository.root(), out)?;
    Ok(None)
}

/// Refuses a repository that stands inside of a fleet's: anybody who can write there could make one, of whose files the fleet says
/// nothing.
pub(crate) fn refuse_within(root: &Path, out: &Output) -> Result<()> {
    let mut inner = root.to_owned();
    while let Some(folder) = inner.parent() {
        let Some(outer) = work_tree_around(folder, out)? else {
            break;
        };
        if is_here(&Repository::at(outer.clone(), out)?) {
            return Err(refused(format!(
                "{} is a repository of its own inside of the fleet's at {}, which says nothing of its files",
                root.display(),
                outer.display()
            ))
            .hint("work on what it holds in a clone outside of the fleet"));
        }
        inner = outer;
    }
    Ok(())
}

/// Whether a repository is a state repository: a policy stands in its work tree, or this clone has pinned an introduction.
///
/// The pin decides too, so that nobody who can write to the work tree makes it a plain repository, whose recipients stand
/// in a file that nobody signs.
pub(crate) fn is_here(repository: &Repository) -> bool {
    pin::place(repository.store()).exists() || repository.root().join(POLICY_PATH).exists()
}

/// What may be believed up to HEAD, from the introduction that this clone has pinned.
pub(crate) fn believed(repository: &Repository, trust: Trust) -> Result<Believed> {
    let head = repository.resolve("HEAD")?;
    let verdict = verified(repository.store(), head, trust)?;
    let fleet = verdict.tree.fleet()?;
    Ok(Believed { verdict, fleet })
}

/// The verdict on the history up to a commit, from what this clone believes of it.
pub(crate) fn verified(store: &Store, tip: ObjectId, trust: Trust) -> Result<Verdict> {
    Belief::of(store, trust)?.verdict(tip)
}

/// The fleet that the work tree would have with these changes.
pub(crate) fn proposed(repository: &Repository, changes: &Changes) -> Result<Fleet> {
    let mut documents: BTreeMap<RepoPath, Vec<u8>> = BTreeMap::new();
    for file in repository.files(Some(&signet_folder()))? {
        documents.insert(file.path, file.bytes);
    }
    for (path, text) in changes.texts() {
        documents.insert(path.clone(), text.as_bytes().to_vec());
    }
    Fleet::parse(documents).context("read the fleet's documents in the work tree")
}

fn signet_folder() -> RepoPath {
    "signet".parse().expect("a valid path")
}
