//! Programs whose Go source stands beside the tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::{build_once, go, say};

/// A Go module in a folder of that name.
pub(super) struct OwnModule {
    pub(super) name: &'static str,
}

impl OwnModule {
    pub(super) fn folder(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(self.name)
    }

    /// The name of the executable, another one for each state of the source.
    pub(super) fn kept_name(&self) -> Result<String> {
        let mut hash = Sha256::new();
        for file in ["go.mod", "go.sum", "main.go"] {
            let path = self.folder().join(file);
            hash.update(fs::read(&path).with_context(|| format!("reading {}", path.display()))?);
        }
        let digest = HEXLOWER.encode(&hash.finalize());
        Ok(format!("{}-{}", self.name, &digest[..16]))
    }

    pub(super) fn install(&self) -> Result<PathBuf> {
        build_once(&self.kept_name()?, |target| {
            say(&format!(
                "building {} from source, once on this machine",
                self.name
            ));
            let output = Command::new(go()?)
                .current_dir(self.folder())
                .args(["build", "-trimpath", "-ldflags=-s -w", "-o"])
                .arg(target)
                .arg(".")
                .output()
                .with_context(|| format!("building {}", self.name))?;
            ensure!(
                output.status.success(),
                "building {} failed:\n{}",
                self.name,
                String::from_utf8_lossy(&output.stderr)
            );
            Ok(())
        })
    }
}
