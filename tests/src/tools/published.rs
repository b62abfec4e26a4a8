//! Go modules whose files are used as they are published.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{cache, go};

/// A published module of which every byte is known before.
#[derive(Debug, Clone, Copy)]
pub struct PinnedModule {
    /// Its path.
    pub path: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The checksum of its files, as `go.sum` has it.
    pub sum: &'static str,
}

impl PinnedModule {
    /// Returns the folder in Go's module cache that holds the module's files, fetched at first use.
    ///
    /// # Errors
    /// If Go is missing, or the module can't be fetched or is another one.
    pub fn folder(&self) -> Result<PathBuf> {
        let facts = downloaded(self.path, self.version)?;
        ensure!(
            facts["Sum"] == self.sum,
            "{} {} has the checksum {} and not {}",
            self.path,
            self.version,
            facts["Sum"],
            self.sum
        );
        folder(&facts)
    }
}

/// Returns the folder in Go's module cache that holds the files of a published module, fetched at first use.
///
/// # Errors
/// If Go is missing or the module can't be fetched.
pub fn published_module(module: &str, version: &str) -> Result<PathBuf> {
    folder(&downloaded(module, version)?)
}

/// What `go mod download` says of a module.
fn downloaded(module: &str, version: &str) -> Result<serde_json::Value> {
    let module = format!("{module}@{version}");
    let output = Command::new(go()?)
        .args(["mod", "download", "-json", &module])
        .current_dir(cache()?)
        .output()
        .with_context(|| format!("downloading {module}"))?;
    ensure!(
        output.status.success(),
        "downloading {module} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("reading what `go mod download` says of {module}"))
}

fn folder(facts: &serde_json::Value) -> Result<PathBuf> {
    let folder = facts["Dir"]
        .as_str()
        .with_context(|| format!("{} has no folder", facts["Path"]))?;
    Ok(PathBuf::from(folder))
}
