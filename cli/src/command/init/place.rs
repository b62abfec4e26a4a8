//! Where the state repository comes to be.

use crate::failure::{Explain, Result, refused};
use crate::gitcmd::Git;
use crate::output::Output;
use crate::pin;
use crate::repository::{Repository, work_tree};
use signet_api::{POLICY_PATH, STEERING};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// A work tree, or a folder that becomes one.
pub(super) struct Place {
    root: PathBuf,
    reference: String,
    exists: bool,
}

impl Place {
    /// The work tree around the current folder, or that folder itself.
    ///
    /// # Errors
    /// When it is a state repository already, or is not on the branch that clusters are to follow.
    pub(super) fn find(wanted: Option<&str>, out: &Output) -> Result<Self> {
        let wanted = wanted.map(full_reference);
        let Some(root) = work_tree(out)? else {
            let reference = wanted.unwrap_or_else(|| "refs/heads/main".to_owned());
            let root = env::current_dir()?.canonicalize()?;
            return Self::new(root, reference, false);
        };
        let current = current_branch(&root, out)?;
        match wanted {
            Some(wanted) if wanted != current => Err(refused(format!(
                "this work tree is on {current}, but clusters are to follow {wanted}"
            ))
            .hint("git switch to that branch first")),
            _ => {
                refuse_leftover_pin(&root, out)?;
                Self::new(root, current, true)
            }
        }
    }

    fn new(root: PathBuf, reference: String, exists: bool) -> Result<Self> {
        if root.join(STEERING).symlink_metadata().is_ok() {
            return Err(refused(format!(
                "{} has a folder {STEERING} already",
                root.display()
            ))
            .hint(format!(
                "if {POLICY_PATH} is in it, this is a state repository"
            )));
        }
        Ok(Self {
            root,
            reference,
            exists,
        })
    }

    /// The folder of the work tree.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The full name of the ref that clusters follow.
    pub(super) fn reference(&self) -> &str {
        &self.reference
    }

    /// The repository whose configuration decides how commits are signed; none before there is one.
    pub(super) fn signing_folder(&self) -> Option<&Path> {
        self.exists.then_some(self.root.as_path())
    }

    /// Tells of a repository that was made.
    pub(super) fn tell(&self, out: &Output) {
        if !self.exists {
            out.note(format!(
                "{} was in no work tree of Git: a repository begins there now",
                self.root.display()
            ));
        }
    }

    /// Makes the repository where there is none.
    pub(super) fn create(&self, out: &Output) -> Result<()> {
        if self.exists {
            return Ok(());
        }
        let branch = self.reference.trim_start_matches("refs/heads/");
        Git::at(&self.root, out).run(&["init", "--quiet", "--initial-branch", branch])
    }
}

/// Takes back what was written before the first commit failed. Best effort: the commit's failure is what counts.
pub(super) fn clear_away(repository: &Repository) {
    let _ = repository
        .git()
        .read(&["rm", "--cached", "--quiet", "--force", "--", POLICY_PATH]);
    let _ = fs::remove_file(repository.root().join(POLICY_PATH));
    let _ = fs::remove_dir(repository.root().join(STEERING));
}

fn full_reference(name: &str) -> String {
    if name.starts_with("refs/") {
        name.to_owned()
    } else {
        format!("refs/heads/{name}")
    }
}

fn current_branch(root: &Path, out: &Output) -> Result<String> {
    Git::at(root, out)
        .read(&["symbolic-ref", "HEAD"])
        .context("find the current branch")
        .hint("git switch to the branch that clusters are to follow")
}

fn refuse_leftover_pin(root: &Path, out: &Output) -> Result<()> {
    let pinned = pin::place(Repository::at(root.to_owned(), out)?.store());
    if pinned.exists() {
        return Err(
            refused("an introduction is pinned for this clone already").hint(format!(
                "if that history is gone for good, remove {}",
                pinned.display()
            )),
        );
    }
    Ok(())
}
