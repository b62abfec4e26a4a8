//! Go modules whose files are used as they are published.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{cache, go};

/// Returns the folder in Go's module cache that holds the files of a published module, fetched at first use.
///
/// # Errors
/// If Go is missing or the module can't be fetched.
pub fn published_module(module: &str, version: &str) -> Result<PathBuf> {
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
    let facts: serde_json::Value = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("reading what `go mod download` says of {module}"))?;
    let folder = facts["Dir"]
        .as_str()
        .with_context(|| format!("{module} has no folder"))?;
    Ok(PathBuf::from(folder))
}
