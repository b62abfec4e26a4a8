//! Opens a file for the person at the terminal.

use crate::failure::{Explain, Failure, Result, refused};
use crate::identities::{Found, IdentityArgs, groups_of};
use crate::output::Output;
use crate::remedy;
use crate::repository::{folder_of, path_below, work_tree_around};
use crate::unmerged;
use signet_api::RepoPath;
use signet_envelope::{Sealed, Store, is_sealed, parse_as};
use signet_seal::OpenError;
use std::fs;
use std::path::Path;
use zeroize::Zeroizing;

/// A sealed file that the person named, of the store that its path is said to have, and what was sealed.
///
/// # Errors
/// As [`open_sealed`].
pub(crate) fn open_as(
    store: impl FnOnce(&RepoPath) -> Store,
    file: &Path,
    identity: &IdentityArgs,
    out: &Output,
) -> Result<(Sealed, Zeroizing<Vec<u8>>)> {
    let folder = folder_of(file)?;
    let root = work_tree_around(&folder, out)?.unwrap_or(folder);
    let path = path_below(&root, file)?;
    let text = fs::read_to_string(file).with_context(|| format!("read {path}"))?;
    if !is_sealed(text.as_bytes()) {
        out.warn(format!("{path} is not sealed"));
    }
    let sealed = read(store(&path), text, &path)?;
    let opened = open_sealed(&sealed, &identity.find_for(groups_of(&sealed))?, out)?;
    if let Some(place) = sealed_elsewhere(&sealed) {
        out.warn(format!(
            "{path} was sealed as {place}: an agent refuses it here"
        ));
    }
    Ok((sealed, opened))
}

/// What was sealed in a file of the store that its path names.
///
/// # Errors
/// As [`open_sealed`].
pub(crate) fn open(
    text: &str,
    path: &RepoPath,
    found: &Found,
    out: &Output,
) -> Result<Zeroizing<Vec<u8>>> {
    open_sealed(&read(Store::of(path), text, path)?, found, out)
}

/// A sealed file, read.
pub(crate) fn read(store: Store, text: impl Into<String>, path: &RepoPath) -> Result<Sealed> {
    let text = text.into();
    let marker = unmerged::marker(text.as_bytes());
    parse_as(store, text, path)
        .map_err(|error| unmerged::explained(remedy::of_opening(error.into()), path, marker))
}

/// What was sealed. Comments that stay sealed are told of.
///
/// # Errors
/// When no identity that was found opens the file, with where they were looked for and whose would.
pub(crate) fn open_sealed(
    sealed: &Sealed,
    found: &Found,
    out: &Output,
) -> Result<Zeroizing<Vec<u8>>> {
    if found.identities.is_empty() {
        return Err(found.explain(refused("no identity was found to open it with")));
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "a person opens a file with an identity of their own"
    )]
    let opened = signet_seal::open_sealed(sealed, &found.identities, None);
    let opened = opened.map_err(|error| match error {
        OpenError::NotForIdentity { .. } => {
            found.explain(Failure::from(error)).hint(sealed_for(sealed))
        }
        error => remedy::of_opening(error),
    })?;
    for comment in opened.unopened {
        out.warn(comment);
    }
    Ok(opened.text)
}

/// Whose identity would help. The file itself says so, hence anybody who wrote it.
fn sealed_for(sealed: &Sealed) -> String {
    let keys = sealed.metadata().keys();
    let recipients: Vec<&str> = keys.map(|key| key.recipient.as_str()).collect();
    format!("it says that it is sealed for {}", recipients.join(", "))
}

/// The place that the seal names, if the file was moved.
fn sealed_elsewhere(sealed: &Sealed) -> Option<&str> {
    let place = sealed.signet()?.path.as_str();
    (place != sealed.path().as_str()).then_some(place)
}
