//! The real sops, in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::tools;

/// The versions that our files are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// 3.13.3, built from its Go module.
    V3_13,
    /// 3.11.0, as `PyPI` publishes it.
    V3_11,
}

/// A folder with keys, in which one version of sops works.
pub struct Sops {
    program: PathBuf,
    folder: TempDir,
}

impl Version {
    /// Both, the newer one first.
    pub const ALL: [Self; 2] = [Self::V3_13, Self::V3_11];

    /// The number.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V3_13 => "3.13.3",
            Self::V3_11 => "3.11.0",
        }
    }
}

impl Sops {
    /// Returns a fresh folder; `identities` is the text of an age key file.
    ///
    /// # Errors
    /// If the folder can't be made.
    ///
    /// # Panics
    /// If this version can't be installed; the message names what is missing.
    pub fn new(version: Version, identities: &str) -> Result<Self> {
        let program = match version {
            Version::V3_13 => tools::sops(),
            Version::V3_11 => tools::sops_3_11(),
        };
        let folder = tempfile::tempdir().context("making a folder for sops")?;
        let sops = Self { program, folder };
        fs::write(sops.path("keys.txt"), identities).context("writing the keys of sops")?;
        Ok(sops)
    }

    /// The path of a file in the folder.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns what sops gives for these arguments, in the folder.
    ///
    /// # Errors
    /// If it can't be started, or fails; the message is its own.
    pub fn run(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        let output = self.output(arguments)?;
        ensure!(
            output.status.success(),
            "sops {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(output.stdout)
    }

    /// Returns the file encrypted under the settings of a creation rule, a YAML mapping on one line.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn encrypt(&self, name: &str, plain: &[u8], creation_rule: &str) -> Result<Vec<u8>> {
        fs::write(self.path(name), plain).context("writing a file for sops")?;
        let config = format!("creation_rules:\n  - {creation_rule}\n");
        fs::write(self.path(".sops.yaml"), config).context("writing the rules for sops")?;
        self.run(&["encrypt", name])
    }

    /// Returns the plaintext of a file.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn decrypt(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        fs::write(self.path(name), sealed).context("writing a file for sops")?;
        self.run(&["decrypt", name])
    }

    /// The command, for callers that add to it or time it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path())
            .env("SOPS_AGE_KEY_FILE", self.path("keys.txt"))
            .env("SOPS_DISABLE_VERSION_CHECK", "1");
        command
    }

    fn output(&self, arguments: &[&str]) -> Result<Output> {
        self.command(arguments)
            .output()
            .with_context(|| format!("starting {}", self.program.display()))
    }
}
