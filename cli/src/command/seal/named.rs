//! Which files the person means.

use crate::candidates;
use crate::failure::{Explain, Result};
use crate::inspection;
use crate::output::Output;
use std::fs;
use std::path::{Path, PathBuf};

/// A file to seal.
pub(super) struct Chosen {
    pub(super) place: PathBuf,
    /// Whether the person named this very file.
    pub(super) is_named: bool,
}

/// The files that were named: a file is itself, a pattern what it matches, a folder the files below it in which something
/// has to be sealed, whoever looks at it.
pub(super) fn files(named: &[PathBuf], out: &Output) -> Result<Vec<Chosen>> {
    let mut files = Vec::new();
    for name in named {
        let (places, is_named) = if name.is_dir() {
            (in_folder(name, out)?, false)
        } else if name.symlink_metadata().is_err() && candidates::is_pattern(name) {
            (candidates::matching(name, out)?, false)
        } else {
            (vec![name.clone()], true)
        };
        let places = places.into_iter();
        files.extend(places.map(|place| Chosen { place, is_named }));
    }
    Ok(files)
}

fn in_folder(folder: &Path, out: &Output) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for file in candidates::below(folder, out)? {
        let place = folder.join(&file);
        let bytes = fs::read(&place).with_context(|| format!("read {}", place.display()))?;
        let path = file.to_str().and_then(|path| path.parse().ok());
        if path.is_some_and(|path| inspection::has_clear_secret(&path, &bytes)) {
            files.push(place);
        }
    }
    if files.is_empty() {
        out.note(format!("nothing to seal in {}", folder.display()));
    }
    Ok(files)
}
