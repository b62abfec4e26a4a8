//! A person's clone of a repository.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::Person;
use crate::git_remote::git;

/// A clone in a temporary folder, with the remote it came from as `origin`.
pub struct WorkTree {
    person: Person,
    folder: TempDir,
}

impl WorkTree {
    pub(super) fn clone_of(person: Person, url: &str) -> Result<Self> {
        let folder = tempfile::tempdir_in(person.home()).context("creating a work tree")?;
        let tree = Self { person, folder };
        tree.git(&["clone", "--quiet", url, "."])?;
        Ok(tree)
    }

    /// The work tree's folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Whose it is.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// A command that runs as the person, in the work tree.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> std::process::Command {
        let mut command = self.person.command(program);
        command.current_dir(self.path());
        command
    }

    /// Runs git and returns what it prints, trimmed.
    ///
    /// # Errors
    /// If git fails: its words.
    pub fn git(&self, arguments: &[&str]) -> Result<String> {
        let output = self
            .command(git()?)
            .args(arguments)
            .output()
            .context("starting git")?;
        ensure!(
            output.status.success(),
            "{}: `git {}` failed: {}",
            self.person.name(),
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Writes a file, and the folders above it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, path: &str, text: &str) -> Result<()> {
        let path = self.file(path);
        let folder = path.parent().context("a file lies in a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&self, path: &str) -> Result<String> {
        let path = self.file(path);
        fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
    }

    /// Removes a file.
    ///
    /// # Errors
    /// If it is not there.
    pub fn remove(&self, path: &str) -> Result<()> {
        let path = self.file(path);
        fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))
    }

    /// Commits everything in the work tree, signed, and returns the commit's id.
    ///
    /// # Errors
    /// git's own; among them that nothing changed.
    pub fn commit(&self, message: &str) -> Result<String> {
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--gpg-sign", "--message", message])?;
        self.head()
    }

    /// Commits everything in the work tree without a signature, and returns the commit's id.
    ///
    /// # Errors
    /// git's own; among them that nothing changed.
    pub fn commit_unsigned(&self, message: &str) -> Result<String> {
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--no-gpg-sign", "--message", message])?;
        self.head()
    }

    /// Commits the reverse of a commit, signed, and returns the new commit's id.
    ///
    /// # Errors
    /// git's own; among them conflicts.
    pub fn revert(&self, commit: &str) -> Result<String> {
        self.git(&["revert", "--no-edit", "--gpg-sign", commit])?;
        self.head()
    }

    /// The id of the commit that is checked out.
    ///
    /// # Errors
    /// If there is none yet.
    pub fn head(&self) -> Result<String> {
        self.git(&["rev-parse", "HEAD"])
    }

    /// The id of the commit without parents: with it trust begins.
    ///
    /// # Errors
    /// If there is none yet.
    pub fn root(&self) -> Result<String> {
        self.git(&["rev-list", "--max-parents=0", "HEAD"])
    }

    /// Pushes the branch that is checked out.
    ///
    /// # Errors
    /// git's own; among them that somebody else pushed before.
    pub fn push(&self) -> Result<()> {
        self.git(&["push", "--quiet", "origin", "HEAD"]).map(drop)
    }

    /// Pushes the branch that is checked out over whatever the remote has.
    ///
    /// # Errors
    /// git's own.
    pub fn push_force(&self) -> Result<()> {
        self.git(&["push", "--quiet", "--force", "origin", "HEAD"])
            .map(drop)
    }

    /// Makes the work tree what the remote's main branch is, as somebody does who starts afresh.
    ///
    /// # Errors
    /// git's own.
    pub fn catch_up(&self) -> Result<()> {
        self.git(&["fetch", "--quiet", "origin"])?;
        self.git(&["reset", "--quiet", "--hard", "origin/main"])
            .map(drop)
    }

    fn file(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }
}
