//! A sealed file that is about to get another plaintext.

use crate::consent::Consent;
use crate::failure::{Explain, Result, failed, refused};
use crate::files::Changes;
use crate::identities::{Found, IdentityArgs, key_groups};
use crate::opening;
use crate::output::Output;
use crate::pin::Trust;
use crate::sealing::existing::Existing;
use crate::surroundings::Surroundings;
use signet_api::RepoPath;
use signet_envelope::is_sealed;
use signet_seal::edit_file;
use std::fs;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What every command takes that changes sealed files.
#[derive(clap::Args)]
pub(crate) struct ChangeArgs {
    /// Say which file would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    identity: IdentityArgs,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    consent: Consent,
}

/// A sealed file that was opened.
pub(crate) struct OpenedFile {
    root: PathBuf,
    pub(crate) path: RepoPath,
    sealed: String,
    /// What was sealed.
    pub(crate) plain: Zeroizing<String>,
    existing: Existing,
    found: Found,
    consent: Consent,
}

impl ChangeArgs {
    /// Opens a sealed file.
    ///
    /// # Errors
    /// When it is not sealed, when no identity opens it, or when it does not stand where it belongs.
    pub(crate) fn open(&self, file: &Path, out: &Output) -> Result<OpenedFile> {
        let surroundings = Surroundings::of(file, self.trust, out)?;
        let path = surroundings.path_of(file)?;
        let sealed = fs::read_to_string(file).with_context(|| format!("read {path}"))?;
        if !is_sealed(sealed.as_bytes()) {
            return Err(refused(format!("{path} is not sealed"))
                .hint(format!("`signet seal {}` seals it", file.display())));
        }
        let found = self.identity.find_for(key_groups(&sealed, &path))?;
        let plain = text(opening::open(&sealed, &path, &found)?)
            .ok_or_else(|| failed(format!("{path} holds no text")))?;
        Ok(OpenedFile {
            existing: surroundings.existing(&path, &sealed, self.consent)?,
            root: surroundings.root().to_owned(),
            path,
            sealed,
            plain,
            found,
            consent: self.consent,
        })
    }

    /// Puts the new sealed text in the file's place, and prints its path; nothing is done if it is the same text.
    pub(crate) fn write(&self, file: OpenedFile, sealed: String, out: &Output) -> Result<()> {
        if sealed == file.sealed {
            out.note(format!("{}: nothing to change", file.path));
            return Ok(());
        }
        let mut changes = Changes::to(&file.root);
        changes.replace(file.path, file.sealed, sealed);
        changes.list(out)?;
        if self.dry_run {
            return Ok(());
        }
        changes.apply()
    }
}

impl OpenedFile {
    /// The file's name without the folders.
    pub(crate) fn name(&self) -> &str {
        let path = self.path.as_str();
        path.rsplit('/').next().unwrap_or(path)
    }

    /// The file with another plaintext, sealed.
    ///
    /// # Errors
    /// When it cannot be sealed so, or the person does not agree to what nothing vouches for.
    pub(crate) fn with(&self, plain: &str) -> Result<String> {
        self.existing
            .carry_out(&self.found.identities, self.consent, |request, rng| {
                edit_file(&self.sealed, plain, request, rng)
            })
    }
}

/// The bytes as text; nothing if they are none.
fn text(mut bytes: Zeroizing<Vec<u8>>) -> Option<Zeroizing<String>> {
    let text = String::from_utf8(std::mem::take(&mut *bytes));
    match text {
        Ok(text) => Some(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            None
        }
    }
}
