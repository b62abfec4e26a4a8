//! The real git, with the real ssh-keygen behind it.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use signet_provenance::{Kind, ObjectId};
use tempfile::TempDir;

/// A repository of git's, and its list of keys.
pub(super) struct Git {
    folder: TempDir,
}

impl Git {
    pub(super) fn new(allowed_signers: &str) -> Self {
        let git = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::write(git.path("allowed"), allowed_signers).unwrap();
        let initiated = git.command(&["init", "--quiet"]).status().unwrap();
        assert!(initiated.success(), "git init");
        git
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut git = Command::new("git");
        let allowed = self.path("allowed");
        git.env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.folder.path())
            .env("TMPDIR", self.folder.path())
            .env("GIT_DIR", self.path("repository"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("TZ", "UTC")
            .arg("--no-replace-objects")
            .arg("-c")
            .arg(format!("gpg.ssh.allowedSignersFile={}", allowed.display()))
            .args(arguments)
            .stderr(Stdio::null());
        git
    }

    /// Puts objects into the repository, whatever they hold, and gives their names.
    pub(super) fn write<'a>(
        &self,
        kind: Kind,
        objects: impl Iterator<Item = &'a [u8]>,
    ) -> Vec<ObjectId> {
        let mut paths = String::new();
        for (number, bytes) in objects.enumerate() {
            let path = self.path(&format!("object-{number}"));
            fs::write(&path, bytes).unwrap();
            writeln!(paths, "{}", path.display()).unwrap();
        }
        fs::write(self.path("paths"), paths).unwrap();
        let mut git = self.command(&[
            "hash-object",
            "-t",
            kind.as_str(),
            "-w",
            "--literally",
            "--stdin-paths",
        ]);
        let written = git
            .stdin(File::open(self.path("paths")).unwrap())
            .output()
            .unwrap();
        assert!(written.status.success(), "git hash-object");
        let ids = String::from_utf8(written.stdout).unwrap();
        ids.lines().map(|id| id.parse().unwrap()).collect()
    }

    /// Whether git accepts the signatures of all these: it says so of several at once.
    pub(super) fn accepts(&self, kind: Kind, objects: &[ObjectId]) -> bool {
        let verb = match kind {
            Kind::Commit => "verify-commit",
            Kind::Tag => "verify-tag",
            Kind::Tree | Kind::Blob => panic!("git signs no {kind}"),
        };
        let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
        let mut git = self.command(&[verb]);
        git.args(names)
            .stdout(Stdio::null())
            .status()
            .unwrap()
            .success()
    }
}
