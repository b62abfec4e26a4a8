//! Opens a file for the person at the terminal.

use crate::failure::{Explain, Failure, Result, failed, refused, usage};
use crate::foreign;
use crate::identities::{Found, IdentityArgs, Lock};
use crate::output::Output;
use crate::output::shell::word;
use crate::place::Place;
use crate::reading;
use crate::remedy;
use crate::repository::{base_of, folder_of, followed, path_at, path_below, work_tree_around};
use crate::store_args::StoreArgs;
use crate::unmerged;
use signet_api::RepoPath;
use signet_envelope::{EnvelopeError, Sealed, Store, is_sealed, parse_as};
use signet_seal::{ClearText, OpenError};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// What to do about a text that is sealed, under a name that stands for any bytes.
const OF_OTHER_FORM: &str =
    "its name does not say of what form it is: --type yaml, json, dotenv or ini does";

/// A sealed file that the person named, of the store that its path is said to have, and what was sealed.
///
/// A link is followed: nothing is written, and of a text that is not sealed nothing is shown.
///
/// # Errors
/// As [`open_sealed`], and when a link leads to no file.
pub(crate) fn open_as(
    store: &StoreArgs,
    file: &Path,
    identity: &IdentityArgs,
    out: &Output,
) -> Result<(Sealed, ClearText)> {
    let file = &followed(file)?;
    if file.is_dir() {
        return Err(refused(format!("{} is a folder", file.display())).hint("name a file in it"));
    }
    let folder = folder_of(file)?;
    let root = work_tree_around(&folder, out)?.map_or_else(|| base_of(folder), Ok)?;
    let path = path_below(&root, file)?;
    let name = Place::of(&root)?.name(path.as_str());
    let opened = open_at(&path, store.of(&path), file, identity, out);
    let (sealed, opened) = opened.map_err(|failure| {
        let failure = remedy::of_file(failure, &root);
        failure.naming(&path, name.clone())
    })?;
    tell_of_place(&sealed, &name, out);
    Ok((sealed, opened))
}

fn open_at(
    path: &RepoPath,
    store: Store,
    file: &Path,
    identity: &IdentityArgs,
    out: &Output,
) -> Result<(Sealed, ClearText)> {
    let doing = || format!("read {path}");
    let text = text_of(File::open(file).with_context(doing)?).with_context(doing)?;
    let sealed = read(store, text, path, file)?;
    let opened = open_with(&sealed, identity, out)?;
    Ok((sealed, opened))
}

/// What stands sealed on stdin, as the file of this name; without one, of the store that is named.
///
/// # Errors
/// As [`open_sealed`], and when neither says of what store it is.
pub(crate) fn open_stdin(
    store: &StoreArgs,
    filename: Option<&Path>,
    identity: &IdentityArgs,
    out: &Output,
) -> Result<(Sealed, ClearText)> {
    if filename.is_none() && !store.is_named() {
        return Err(
            usage("stdin has no name that says of what form it is").hint(
                "say so with --filename FILE, or with --type yaml, json, dotenv, ini or binary",
            ),
        );
    }
    let path = match filename {
        Some(file) => {
            let folder = folder_of(file).or_else(|_| folder_of(Path::new(".")))?;
            path_at(&work_tree_around(&folder, out)?.unwrap_or(folder), file)?
        }
        None => "stdin".parse().expect("a valid path"),
    };
    let text = text_of(io::stdin()).context("read stdin")?;
    if text.is_empty() {
        return Err(reading::nothing_piped());
    }
    let shown = filename.unwrap_or_else(|| Path::new(path.as_str()));
    let sealed = read(store.of(&path), text, &path, shown)?;
    let opened = open_with(&sealed, identity, out)?;
    if filename.is_some() {
        tell_of_place(&sealed, path.as_str(), out);
    }
    Ok((sealed, opened))
}

/// All that is to be read. What names a file may be a device that never ends.
fn text_of(from: impl Read) -> Result<String> {
    reading::text(reading::all(from)?).ok_or_else(|| failed("it is no text"))
}

fn open_with(sealed: &Sealed, identity: &IdentityArgs, out: &Output) -> Result<ClearText> {
    ensure_opens_by_age(sealed)?;
    open_sealed(sealed, &identity.find_for(&[Lock::of(sealed)])?, out)
}

/// A sealed file, read; what there is to do about it names it as the person does.
pub(crate) fn read(
    store: Store,
    text: impl Into<String>,
    path: &RepoPath,
    file: &Path,
) -> Result<Sealed> {
    let text = text.into();
    let marker = unmerged::marker(store, text.as_bytes());
    let is_of_other_form =
        store == Store::Binary && is_sealed(text.as_bytes()) && !text.trim_start().starts_with('{');
    parse_as(store, text, path).map_err(|error| {
        let is_clear = matches!(error, EnvelopeError::NotSealed { .. });
        let is_there = || file.symlink_metadata().is_ok();
        let remedy = if is_of_other_form {
            Some(OF_OTHER_FORM.to_owned())
        } else {
            let seals = || format!("`signet seal {}` seals it", word(&file.to_string_lossy()));
            (is_clear && is_there()).then(seals)
        };
        let failure = Failure::from(OpenError::from(error)).hint_if(remedy.as_deref());
        unmerged::explained(failure, file, marker)
    })
}

/// What was sealed. Comments that stay sealed are told of.
///
/// # Errors
/// When no identity that was found opens the file, with where they were looked for and whose would, or none can.
pub(crate) fn open_sealed(sealed: &Sealed, found: &Found, out: &Output) -> Result<ClearText> {
    ensure_opens_by_age(sealed)?;
    if found.identities.is_empty() {
        let path = sealed.path();
        let by_sops = foreign::has_any(sealed).then(|| {
            format!(
                "where a key of another kind is, `sops decrypt {}` opens it",
                word(path.as_str())
            )
        });
        let failure = refused(format!("no identity was found to open {path} with"));
        return Err(found.explain(failure).hint_if(by_sops.as_deref()));
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
        error => error.into(),
    })?;
    for comment in opened.unopened {
        out.warn(comment);
    }
    Ok(opened.text)
}

/// The kinds of keys that a file is sealed for, if none is age's, the only ones that open here.
pub(crate) fn kinds_without_age(sealed: &Sealed) -> Option<String> {
    let kinds: BTreeSet<&str> = sealed.metadata().keys().map(|key| key.kind).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    (!kinds.is_empty() && !kinds.contains(&"age")).then(|| kinds.join(", "))
}

/// Ensures that the data key is wrapped for somebody with an age identity, if for anybody.
pub(crate) fn ensure_opens_by_age(sealed: &Sealed) -> Result<()> {
    let Some(kinds) = kinds_without_age(sealed) else {
        return Ok(());
    };
    let path = sealed.path();
    let failure = refused(format!(
        "{path} is sealed for {kinds} alone, and signet opens age's keys"
    ));
    Err(failure.hint("where those keys are, `sops decrypt` opens it and `sops edit` changes it"))
}

/// Whose identity would help. The file itself says so, hence anybody who wrote it.
fn sealed_for(sealed: &Sealed) -> String {
    let keys = sealed.metadata().keys();
    let recipients: Vec<&str> = keys.map(|key| key.recipient.as_str()).collect();
    format!("it says that it is sealed for {}", recipients.join(", "))
}

/// Says so if the seal names another place.
fn tell_of_place(sealed: &Sealed, name: &str, out: &Output) {
    let place = sealed.signet().map(|seal| seal.path.as_str());
    if let Some(place) = place.filter(|place| *place != sealed.path().as_str()) {
        out.warn(format!(
            "{name} was sealed as {place}: an agent refuses it here"
        ));
    }
}
