//! The fleet's documents, as they are believed and as the work tree proposes them.

use crate::belief::Belief;
use crate::failure::{Explain, Result, refused};
use crate::files::Changes;
use crate::output::Output;
use crate::pin::{self, Trust};
use crate::repository::{Repository, work_tree_around};
use signet_api::{Fleet, POLICY_PATH, RepoPath, STEERING};
use signet_git::Store;
use signet_provenance::{ObjectId, Verdict};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

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
    refuse_within(folder, repository.root())?;
    Ok(None)
}

/// Refuses a folder that stands in a fleet's work tree and not in the fleet's repository: anybody who can write there could make
/// one of its own, of whose files the fleet says nothing.
pub(crate) fn refuse_within(folder: &Path, root: &Path) -> Result<()> {
    let folder = folder
        .canonicalize()
        .with_context(|| format!("look at the folder {}", folder.display()))?;
    let mut above = folder.ancestors().filter(|above| *above != root);
    match above.find(|above| is_fleets(above)) {
        Some(fleet) => Err(refused(format!(
            "{} is in a repository of its own inside of the fleet's at {}, which says nothing of its files",
            folder.display(),
            fleet.display()
        ))
        .hint("work on what it holds in a clone outside of the fleet")),
        None => Ok(()),
    }
}

/// Whether a fleet's work tree begins in a folder, as its files say: git may be told otherwise, and is not asked.
fn is_fleets(folder: &Path) -> bool {
    let git = folder.join(".git");
    if git.symlink_metadata().is_err() {
        return false;
    }
    folder.join(POLICY_PATH).exists() || pin::below(&common_folder(folder, git)).exists()
}

/// The Git folder that all worktrees of a repository share.
fn common_folder(folder: &Path, git: PathBuf) -> PathBuf {
    let linked = fs::read_to_string(&git).ok();
    let linked = linked
        .as_deref()
        .and_then(|text| text.trim().strip_prefix("gitdir: "));
    let own = linked.map_or(git, |linked| folder.join(linked));
    match fs::read_to_string(own.join("commondir")) {
        Ok(common) => own.join(common.trim()),
        Err(_) => own,
    }
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
    for file in repository.files(Some(&steering()))? {
        documents.insert(file.path, file.bytes);
    }
    for (path, text) in changes.texts() {
        documents.insert(path.clone(), text.as_bytes().to_vec());
    }
    Fleet::parse(documents).context("read the fleet's documents in the work tree")
}

fn steering() -> RepoPath {
    STEERING.parse().expect("a valid path")
}
