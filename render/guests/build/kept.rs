//! Files that are made once for the same inputs.

use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use wasmtime::Result;
use wasmtime::error::Context;

/// The digest of what a file is made from.
#[derive(Clone)]
pub(crate) struct Key(Sha256);

impl Key {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    pub(crate) fn with(mut self, input: &[u8]) -> Self {
        self.0.update((input.len() as u64).to_le_bytes());
        self.0.update(input);
        self
    }

    pub(crate) fn text(&self) -> String {
        HEXLOWER.encode(&self.0.clone().finalize())
    }
}

/// Returns the file `guest-<key>.<kind>`, made by `make` if it is not there; files of other keys go.
pub(crate) fn made(
    folder: &Path,
    guest: &str,
    kind: &str,
    key: &Key,
    make: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let file = folder.join(format!("{guest}-{}.{kind}", &key.text()[..16]));
    if file.is_file() {
        return Ok(file);
    }
    for entry in fs::read_dir(folder)? {
        let old = entry?.path();
        let name = old
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let of_kind = name
            .split_once('.')
            .is_some_and(|(_, ending)| ending == kind);
        if of_kind && name.starts_with(&format!("{guest}-")) {
            fs::remove_file(&old).with_context(|| format!("removing {}", old.display()))?;
        }
    }
    let unfinished = folder.join(format!("{guest}.unfinished"));
    make(&unfinished)?;
    fs::rename(&unfinished, &file).with_context(|| format!("keeping {}", file.display()))?;
    Ok(file)
}
