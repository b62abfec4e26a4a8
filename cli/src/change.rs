//! A file that is about to get another plaintext.

use crate::audience::AudienceArgs;
use crate::clear;
use crate::consent::Consent;
use crate::failure::{Explain, Result, failed, refused};
use crate::files::{self, Changes};
use crate::identities::{Found, IdentityArgs, Lock};
use crate::opening;
use crate::output::Output;
use crate::output::shell::word;
use crate::output::visible::lines_of;
use crate::pin::Trust;
use crate::place::Place;
use crate::reading;
use crate::remedy;
use crate::repository::refuse_link;
use crate::sealing::existing::Existing;
use crate::store_args::StoreArgs;
use crate::surroundings::Surroundings;
use crate::unmerged;
use secrecy::ExposeSecret;
use signet_api::RepoPath;
use signet_envelope::{Store, is_sealed};
use signet_seal::{ClearText, edit_file, seal_file};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use zeroize::Zeroizing;

/// What every command takes that changes sealed files.
#[derive(clap::Args)]
pub(crate) struct ChangeArgs {
    /// Say which file would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    identity: IdentityArgs,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    consent: Consent,
}

/// A file, and what it holds in the clear.
pub(crate) struct OpenedFile {
    changes: Changes,
    pub(crate) path: RepoPath,
    pub(crate) store: Store,
    before: Before,
    /// What was sealed, or is to be.
    pub(crate) plain: ClearText,
    people: Existing,
    /// Those of the people whom no version of the file names that is known to be right.
    strangers: BTreeSet<String>,
    found: Found,
    consent: Consent,
}

/// What stands in the file's place.
enum Before {
    Nothing,
    Clear(Zeroizing<Vec<u8>>),
    Sealed(String),
}

impl ChangeArgs {
    /// Opens a sealed file.
    ///
    /// # Errors
    /// When it is not sealed, when no identity opens it, or when it does not stand where it belongs.
    pub(crate) fn open(&self, file: &Path, out: &Output) -> Result<OpenedFile> {
        let surroundings = self.surroundings(file, out)?;
        let bytes = reading::file(file).with_context(|| format!("read {}", file.display()))?;
        if !is_sealed(&bytes) {
            return Err(
                refused(format!("{} is not sealed", file.display())).hint(format!(
                    "`signet seal {}` seals it",
                    word(&file.to_string_lossy())
                )),
            );
        }
        self.open_sealed(file, bytes, &surroundings, out)
    }

    /// Opens a sealed file; one that is in the clear or not there yet is to be sealed as one of its place is.
    ///
    /// # Errors
    /// As [`Self::open`], and when nobody is named for whom it could be sealed.
    pub(crate) fn open_or_begin(
        &self,
        file: &Path,
        audience: &AudienceArgs,
        out: &Output,
    ) -> Result<OpenedFile> {
        let surroundings = self.surroundings(file, out)?;
        let before = match reading::file(file) {
            Ok(bytes) if is_sealed(&bytes) => {
                return self.open_sealed(file, bytes, &surroundings, out);
            }
            Ok(bytes) => Before::Clear(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => Before::Nothing,
            Err(error) => return Err(error).with_context(|| format!("read {}", file.display())),
        };
        let path = surroundings.path_of(file)?;
        let store = self.store.of(&path);
        if let Before::Clear(bytes) = &before {
            refuse_unmerged(store, &path, bytes, file)?;
        }
        let people = surroundings.fresh(&path, file, audience, self.consent, out)?;
        Ok(OpenedFile {
            people: people.in_store(store),
            strangers: BTreeSet::new(),
            changes: surroundings.changes(),
            plain: match &before {
                Before::Clear(bytes) => bytes.clone().into(),
                Before::Nothing | Before::Sealed(_) => ClearText::default(),
            },
            path,
            store,
            before,
            found: Found::default(),
            consent: self.consent,
        })
    }

    /// What is around a file that is to be changed, once what an earlier run left there has come to its end.
    fn surroundings(&self, file: &Path, out: &Output) -> Result<Surroundings> {
        refuse_link(file)?;
        let surroundings = Surroundings::of(file, self.trust, out)?;
        files::recover(surroundings.root(), out)?;
        Ok(surroundings)
    }

    fn open_sealed(
        &self,
        file: &Path,
        bytes: Zeroizing<Vec<u8>>,
        surroundings: &Surroundings,
        out: &Output,
    ) -> Result<OpenedFile> {
        let path = surroundings.path_of(file)?;
        let name = Place::of(surroundings.root())?.name(path.as_str());
        self.open_at(path.clone(), file, bytes, surroundings, out)
            .map_err(|failure| failure.naming(path, name))
    }

    fn open_at(
        &self,
        path: RepoPath,
        file: &Path,
        bytes: Zeroizing<Vec<u8>>,
        surroundings: &Surroundings,
        out: &Output,
    ) -> Result<OpenedFile> {
        let text = reading::text(bytes).ok_or_else(|| failed(format!("{path} is no text")))?;
        let store = self.store.of(&path);
        refuse_unmerged(store, &path, text.as_bytes(), file)?;
        let sealed = opening::read(store, text.as_str(), &path, file)?;
        let found = self.identity.find_for(&[Lock::of(&sealed)])?;
        let plain = opening::open_sealed(&sealed, &found, out)
            .map_err(|failure| remedy::of_file(failure, surroundings.root()))?;
        let people = surroundings.existing(&sealed, self.consent)?;
        Ok(OpenedFile {
            changes: surroundings.changes(),
            path,
            store,
            before: Before::Sealed(text),
            plain,
            strangers: people.strangers(&sealed),
            people,
            found,
            consent: self.consent,
        })
    }

    /// Puts the new sealed text in the file's place, and prints its path; nothing is done if it is the same text.
    pub(crate) fn write(&self, file: OpenedFile, sealed: String, out: &Output) -> Result<()> {
        let mut changes = file.changes;
        match file.before {
            Before::Sealed(text) if text == sealed => {
                out.note(format!("{}: nothing to change", file.path));
                return Ok(());
            }
            Before::Sealed(text) => {
                clear::tell(file.store, &file.path, [&text, &sealed], out);
                changes.replace(file.path, text, sealed);
            }
            Before::Clear(mut bytes) => {
                changes.replace(file.path, std::mem::take(&mut *bytes), sealed);
            }
            Before::Nothing => changes.create(file.path, sealed)?,
        }
        if !self.dry_run {
            changes.apply()?;
        }
        changes.list(out)
    }
}

impl OpenedFile {
    /// The file's name without the folders.
    pub(crate) fn name(&self) -> &str {
        self.path.file_name()
    }

    /// Whether the file is there and not sealed.
    pub(crate) fn is_clear(&self) -> bool {
        matches!(self.before, Before::Clear(_))
    }

    /// Ensures that what is sealed in the file may be sealed again with another plaintext; the person is asked once.
    ///
    /// # Errors
    /// As [`Self::with`].
    pub(crate) fn ask(&mut self) -> Result<()> {
        if matches!(self.before, Before::Sealed(_)) {
            self.with(&self.plain)?;
            self.consent = Consent::GIVEN;
        }
        Ok(())
    }

    /// The file with another plaintext, sealed.
    ///
    /// # Errors
    /// When it cannot be sealed so, or the person does not agree to what nothing vouches for.
    pub(crate) fn with(&self, plain: &ClearText) -> Result<String> {
        let name = Place::of(self.changes.root())?.name(self.path.as_str());
        self.sealed(plain)
            .map_err(|failure| failure.naming(&self.path, name))
    }

    #[expect(clippy::disallowed_methods, reason = "it is sealed")]
    fn sealed(&self, plain: &ClearText) -> Result<String> {
        let plain = plain.expose_secret();
        let identities = &self.found.identities;
        let sealed = self
            .people
            .carry_out(identities, self.consent, None, |request, rng| {
                match &self.before {
                    Before::Sealed(sealed) => edit_file(sealed, plain, request, rng),
                    Before::Clear(_) | Before::Nothing => seal_file(plain, request, rng),
                }
            })
            .map_err(|failure| remedy::of_file(failure, self.changes.root()))?;
        if !self.strangers.is_empty() {
            self.consent.to(&question(&self.path, &self.strangers))?;
        }
        Ok(sealed)
    }
}

/// Refuses what Git left of a merge, in a file that the person calls so.
fn refuse_unmerged(store: Store, path: &RepoPath, bytes: &[u8], file: &Path) -> Result<()> {
    let marker = unmerged::marker(store, bytes);
    unmerged::refuse(store, path, bytes)
        .map_err(|failure| unmerged::explained(failure, file, marker))
}

/// What a person is asked before a file keeps names that somebody may have written there: once Signet wrote the file, it is known
/// to be right, and they get its next key.
fn question(path: &RepoPath, strangers: &BTreeSet<String>) -> String {
    format!(
        "{path} is sealed for these, as no version of it is that is known to be right:{}\n\
         Whoever cannot open the file could have written the names there. Keep them?",
        lines_of(strangers)
    )
}
