//! Which files the person means.

use super::{Seal, plain};
use crate::candidates;
use crate::failure::{Explain, Result};
use crate::inspection::Inspector;
use crate::inspection::finding::Kind;
use crate::inspection::source::Source;
use crate::inspection::to_seal::By;
use crate::output::Output;
use crate::reading;
use crate::repository::{Repository, folder_of, path_below, work_tree_around};
use crate::unmerged;
use signet_envelope::{Store, is_sealed};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A file to seal.
pub(super) struct Chosen {
    pub(super) place: PathBuf,
    /// Whether the person named this very file.
    pub(super) is_named: bool,
    /// Whether it is to be sealed, by sops alone.
    pub(super) is_left: bool,
}

/// The files that were named, each once: a file is itself, a pattern what it matches, a folder the files below it of which
/// `check` says that sealing puts something right.
pub(super) fn files(seal: &Seal, out: &Output) -> Result<Vec<Chosen>> {
    let mut files: Vec<Chosen> = Vec::new();
    let mut known = BTreeMap::new();
    for name in &seal.files {
        let chosen = |is_named: bool| {
            move |place: PathBuf| Chosen {
                place,
                is_named,
                is_left: false,
            }
        };
        let chosen: Vec<Chosen> = if name.is_dir() {
            in_folder(seal, name, out)?
        } else if name.symlink_metadata().is_err() && candidates::is_pattern(name) {
            let matching = candidates::matching(name, out)?.into_iter();
            matching.map(chosen(false)).collect()
        } else {
            vec![chosen(true)(name.clone())]
        };
        for one in chosen {
            let at = *known.entry(entry_of(&one.place)).or_insert(files.len());
            match files.get_mut(at) {
                Some(file) => {
                    file.is_named |= one.is_named;
                    file.is_left &= one.is_left;
                }
                None => files.push(one),
            }
        }
    }
    Ok(files)
}

/// The entry of a folder that a name stands for, however it is spelled. A link is another one than the file that it leads to.
fn entry_of(place: &Path) -> PathBuf {
    let folder = folder_of(place).ok();
    match (folder, place.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => place.to_owned(),
    }
}

/// The files below a folder of which `check` says so.
fn in_folder(seal: &Seal, folder: &Path, out: &Output) -> Result<Vec<Chosen>> {
    let (repository, source) = tree(folder, &[folder.to_owned()], out)?;
    let config = seal.audience.config().named()?;
    let mut inspector = Inspector::of(&source, repository.as_ref(), config)?;
    let mut files = Vec::new();
    let chosen = |place, is_left| Chosen {
        place,
        is_named: false,
        is_left,
    };
    for file in candidates::below(folder, out)? {
        let place = match folder.to_str() {
            Some(".") => file,
            _ => folder.join(&file),
        };
        let Ok(path) = path_below(source.root(), &place) else {
            continue;
        };
        let bytes = match reading::file(&place) {
            Err(error) if error.kind() == ErrorKind::FileTooLarge => {
                let findings = inspector.of_large(&path)?;
                if findings.iter().any(|found| found.kind == Kind::TooLarge) {
                    files.push(chosen(place, false));
                } else {
                    let place = place.display();
                    out.warn(format!(
                        "{place} has more than 88 MiB, and is not looked at"
                    ));
                }
                continue;
            }
            bytes => bytes.with_context(|| format!("read {}", place.display()))?,
        };
        match inspector.sealer_of(&path, &bytes, seal.audience.are_named())? {
            Some(_) if seal.check => files.push(chosen(place, false)),
            Some(By::Signet) => files.push(chosen(place, false)),
            Some(By::Nobody) => out.warn(format!(
                "{} is a template with a value of a Secret in clear text, which nobody can seal",
                place.display()
            )),
            Some(By::Sops) => {
                out.warn(format!(
                    "{} is left to sops, which has the keys that it or its rule names",
                    place.display()
                ));
                files.push(chosen(place, true));
            }
            // In conflict: told of with what stays as it is.
            None if unmerged::marker(Store::of(&path), &bytes).is_some() && is_sealed(&bytes) => {
                files.push(chosen(place, false));
            }
            None => {}
        }
    }
    if files.is_empty() {
        out.note(format!("nothing to seal in {}", folder.display()));
    }
    Ok(files)
}

/// What is around a folder in which these lie, to be looked at without a key.
pub(super) fn tree<'a>(
    folder: &Path,
    places: &[PathBuf],
    out: &'a Output,
) -> Result<(Option<Repository<'a>>, Source)> {
    let root = work_tree_around(folder, out)?;
    let repository = root.map(|root| Repository::at(root, out)).transpose()?;
    let source = match &repository {
        Some(repository) => Source::work_tree(repository.root(), out)?,
        None => Source::folder(&plain::root(None, places)?),
    };
    Ok((repository, source))
}
