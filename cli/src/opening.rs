//! Opens a file for the person at the terminal.

use crate::failure::{Explain, Failure, Result, refused};
use crate::identities::{Found, IdentityArgs, key_groups};
use crate::output::Output;
use crate::remedy;
use crate::repository::{folder_of, path_below, work_tree_around};
use signet_api::RepoPath;
use signet_envelope::{Store, is_sealed, parse};
use signet_seal::OpenError;
use std::fs;
use std::path::Path;
use zeroize::Zeroizing;

/// The path of a sealed file that the person named, and what was sealed.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_at(
    file: &Path,
    identity: &IdentityArgs,
    out: &Output,
) -> Result<(RepoPath, Zeroizing<Vec<u8>>)> {
    let folder = folder_of(file)?;
    let root = work_tree_around(&folder, out)?.unwrap_or(folder);
    let path = path_below(&root, file)?;
    let text = fs::read_to_string(file).with_context(|| format!("read {path}"))?;
    if !is_sealed(text.as_bytes()) {
        out.warn(format!("{path} is not sealed"));
    }
    let found = identity.find_for(key_groups(&text, &path))?;
    let opened = open(&text, &path, &found)?;
    if let Some(place) = sealed_elsewhere(&text, &path) {
        out.warn(format!(
            "{path} was sealed as {place}: an agent refuses it here"
        ));
    }
    Ok((path, opened))
}

/// The text that was sealed.
///
/// # Errors
/// When no identity that was found opens the file, with where they were looked for and whose would.
pub(crate) fn open(text: &str, path: &RepoPath, found: &Found) -> Result<Zeroizing<Vec<u8>>> {
    if found.identities.is_empty() {
        return Err(found.explain(refused("no identity was found to open it with")));
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "a person opens a file with an identity of their own"
    )]
    let opened = signet_seal::open_file(text, Store::of(path), path, &found.identities, None);
    opened.map_err(|error| match error {
        OpenError::NotForIdentity { .. } => found
            .explain(Failure::from(error))
            .hint(sealed_for(text, path)),
        error => remedy::of_opening(error),
    })
}

/// Whose identity would help. The file itself says so, hence anybody who wrote it.
fn sealed_for(text: &str, path: &RepoPath) -> String {
    let sealed = parse(text, path);
    let keys = sealed.iter().flat_map(|sealed| sealed.metadata().keys());
    let recipients: Vec<&str> = keys.map(|key| key.recipient.as_str()).collect();
    format!("it says that it is sealed for {}", recipients.join(", "))
}

/// The place that the seal names, if the file was moved.
fn sealed_elsewhere(text: &str, path: &RepoPath) -> Option<String> {
    let sealed = parse(text, path).ok()?;
    let place = sealed.signet()?.path.clone();
    (place != path.as_str()).then_some(place)
}
