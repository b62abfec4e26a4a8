//! Repositories made with stock git, for this crate's tests.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::{Credentials, Remote};

/// A work tree on branch `main` in a temporary folder.
pub(crate) struct Origin {
    folder: TempDir,
}

impl Origin {
    pub(crate) fn new() -> Self {
        let origin = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        origin.git(&["init", "--quiet", "--initial-branch=main"]);
        origin
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Commits a file with this text, and returns the commit's id.
    pub(crate) fn commit(&self, file: &str, text: &str) -> String {
        let path = self.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", text]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Packs these objects alone into a folder, and returns the pack's index.
    pub(crate) fn pack(&self, revisions: &[&str], folder: &Path) -> PathBuf {
        let names = self.git(&[&["rev-parse"], revisions].concat());
        let base = folder.join("pack");
        let arguments = ["pack-objects", "--quiet", base.to_str().unwrap()];
        let checksum = self.git_with_input(&arguments, &format!("{names}\n"));
        folder.join(format!("pack-{checksum}.idx"))
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_with_input(arguments, "")
    }

    pub(crate) fn git_with_input(&self, arguments: &[&str], input: &str) -> String {
        let mut git = Command::new("git")
            .args(["-c", "user.name=dave", "-c", "user.email=dave@example.org"])
            .args(arguments)
            .current_dir(self.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("git is installed (Debian: apt-get install git)");
        // Taken, so that it is closed after the write.
        git.stdin.take().unwrap().write_all(input.as_bytes()).ok();
        let output = git.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A new folder beside the work tree's files that git does not look at.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.path().join(".git").join(name)
    }

    /// The work tree as a remote, by its main branch.
    pub(crate) fn remote(&self) -> Remote {
        self.remote_for("refs/heads/main")
    }

    pub(crate) fn remote_for(&self, reference: &str) -> Remote {
        let url = format!("file://{}", self.path().display());
        let patience = Duration::from_secs(20);
        Remote::new(&url, reference, Credentials::default(), patience).unwrap()
    }
}
