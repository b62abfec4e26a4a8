//! Reads identities from a variable, a file or what a command prints.

use super::passphrase;
use crate::failure::{Explain, Failure, Result, failed, refused};
use crate::{reading, remedy};
use secrecy::SecretString;
use signet_seal::{Identity, IdentityError, ProtectedSshKey, is_age_file};
use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use zeroize::Zeroizing;

/// A variable that names a file, or a command that prints what a file would hold.
pub(super) struct Named {
    variable: &'static str,
    value: String,
}

impl Named {
    /// The files that variables name, age's before OpenSSH's.
    pub(super) fn files() -> impl Iterator<Item = Self> {
        Self::set(["SOPS_AGE_KEY_FILE", "SOPS_AGE_SSH_PRIVATE_KEY_FILE"])
    }

    /// The commands that variables name, in the same order.
    pub(super) fn commands() -> impl Iterator<Item = Self> {
        Self::set(["SOPS_AGE_KEY_CMD", "SOPS_AGE_SSH_PRIVATE_KEY_CMD"])
    }

    fn set(variables: [&'static str; 2]) -> impl Iterator<Item = Self> {
        variables.into_iter().filter_map(|variable| {
            let value = env::var(variable).ok().filter(|value| !value.is_empty())?;
            Some(Self { variable, value })
        })
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        Path::new(&self.value)
    }

    /// What the file holds.
    pub(super) fn read(&self) -> Content {
        let doing = || format!("follow {}", self.variable);
        content(self.path()).with_context(doing)
    }

    /// What the command prints; it is told for whom, as sops tells it.
    pub(super) fn run(&self, recipient: &str) -> Content {
        let doing = || format!("follow {}", self.variable);
        let printed = run(&self.value, recipient);
        printed
            .unwrap_or_else(|problem| Content::Plain(Err(problem)))
            .with_context(doing)
    }
}

/// What something that may hold identities is good for. It is read once: it may be a pipe.
pub(super) enum Content {
    /// Identities, or why there are none.
    Plain(Result<Vec<Identity>>),
    /// Identities that a passphrase protects, and why they are of no use without.
    Protected(Protected, Failure),
}

impl Content {
    /// What these bytes are good for; `place` is what holds them.
    fn of(place: String, bytes: &[u8]) -> Self {
        let problem = match identities(bytes) {
            Ok(identities) => return Self::Plain(Ok(identities)),
            Err(problem) => problem.context(format!("read {place}")),
        };
        match Secret::of(bytes) {
            Some(secret) => Self::Protected(Protected { place, secret }, problem),
            None => Self::Plain(Err(problem)),
        }
    }

    fn with_context(self, doing: impl Fn() -> String) -> Self {
        match self {
            Self::Plain(identities) => Self::Plain(identities.with_context(doing)),
            Self::Protected(protected, problem) => {
                Self::Protected(protected, problem.context(doing()))
            }
        }
    }
}

/// The identities in a file, age's, one a line with comments after `#`, or an SSH private key; the person is asked for
/// their passphrase.
///
/// # Errors
/// When there are none, or nobody is there to be asked.
pub(crate) fn all_in(file: &Path) -> Result<Vec<Identity>> {
    let (protected, problem) = match content(file) {
        Content::Plain(identities) => return identities,
        Content::Protected(protected, problem) => (protected, problem),
    };
    match protected.passphrase()? {
        Some(passphrase) => protected.unprotect(passphrase),
        None => Err(problem.hint(passphrase::WHERE)),
    }
}

/// What a file holds.
pub(super) fn content(file: &Path) -> Content {
    let place = format!("the identity file {}", file.display());
    match reading::identity_file(file) {
        Ok(bytes) => Content::of(place, &bytes),
        Err(error) => {
            let problem = Failure::from(error).context(format!("read {place}"));
            Content::Plain(Err(problem))
        }
    }
}

/// What a passphrase protects, and what holds it.
pub(super) struct Protected {
    place: String,
    secret: Secret,
}

enum Secret {
    /// Identities in an age file, which does not say for whom.
    AgeFile(Vec<u8>),
    /// An SSH key.
    SshKey(ProtectedSshKey),
}

impl Secret {
    /// What a passphrase protects in a text, if it does.
    fn of(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.trim_ascii_start();
        if is_age_file(bytes) {
            return Some(Self::AgeFile(bytes.to_vec()));
        }
        ProtectedSshKey::read(bytes).map(Self::SshKey)
    }
}

impl Protected {
    /// The recipient that it opens for, where it says so without the passphrase.
    pub(super) fn recipient(&self) -> Option<&str> {
        match &self.secret {
            Secret::AgeFile(_) => None,
            Secret::SshKey(key) => Some(key.recipient()),
        }
    }

    /// The passphrase; nothing where nobody is there to be asked.
    ///
    /// # Errors
    /// When the terminal fails, or the person gives up.
    pub(super) fn passphrase(&self) -> Result<Option<SecretString>> {
        let place = &self.place;
        passphrase::of(place).with_context(|| format!("ask for the passphrase of {place}"))
    }

    /// The identities that this passphrase protects.
    pub(super) fn unprotect(self, passphrase: SecretString) -> Result<Vec<Identity>> {
        let identities = match self.secret {
            Secret::AgeFile(bytes) => unprotected(&bytes, passphrase),
            Secret::SshKey(key) => key
                .unprotect(passphrase)
                .map(|identity| vec![identity])
                .map_err(Failure::from),
        };
        identities.with_context(|| format!("read {}", self.place))
    }
}

fn unprotected(file: &[u8], passphrase: SecretString) -> Result<Vec<Identity>> {
    usable(&Identity::unprotect(file, passphrase)?)
}

/// The variable that is no name of identities, but holds them.
pub(crate) const KEY: &str = "SOPS_AGE_KEY";

/// What [`KEY`] holds; nothing if it is not set.
pub(super) fn variable() -> Option<Content> {
    let text = env::var(KEY).ok().filter(|text| !text.is_empty())?;
    Some(Content::of(KEY.to_owned(), Zeroizing::new(text).as_bytes()))
}

/// The words of a command line as a shell reads them, without a shell: nothing is expanded.
///
/// # Errors
/// When a quote or the line itself is not closed.
pub(crate) fn words(line: &str) -> Result<Vec<String>> {
    shlex::split(line)
        .ok_or_else(|| refused("a quote is not closed, or nothing follows the last backslash"))
}

fn run(line: &str, recipient: &str) -> Result<Content> {
    let words = words(line)?;
    let (program, arguments) = words.split_first().ok_or_else(|| failed("it is empty"))?;
    let mut running = Command::new(program)
        .args(arguments)
        .env("SOPS_AGE_RECIPIENT", recipient)
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .with_context(|| format!("run {program}"))?;
    let place = format!("what {program} printed");
    let printed = running.stdout.take().map(reading::printed);
    let printed = printed.unwrap_or_else(|| Ok(Zeroizing::default()));
    if printed.is_err() {
        // It may have no end, and is not waited for. One that has ended by itself is gone already.
        let _ = running.kill();
    }
    let ended = running.wait()?;
    let printed = printed.with_context(|| format!("read {place}"))?;
    if !ended.success() {
        return Err(failed(format!("{program} ended with {ended}")));
    }
    Ok(Content::of(place, &printed))
}

/// Those that can be used; if there are none, why the first one cannot.
fn identities(bytes: &[u8]) -> Result<Vec<Identity>> {
    if is_age_file(bytes) {
        return Err(IdentityError::EncryptedFile.into());
    }
    let text = str::from_utf8(bytes).map_err(|_| failed("it is no text"))?;
    usable(&SecretString::from(text))
}

fn usable(text: &SecretString) -> Result<Vec<Identity>> {
    let (usable, unusable) = Identity::parse_usable(text);
    match unusable.into_iter().next() {
        Some(problem) if usable.is_empty() => Err(remedy::of_identity(problem)),
        _ => Ok(usable),
    }
}
