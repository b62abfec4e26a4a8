//! Reads identities from a variable, a file or what a command prints.

use crate::failure::{Explain, Failure, Result, failed, refused};
use secrecy::SecretString;
use signet_seal::{Identity, IdentityError, ProtectedSshKey, is_age_file};
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};
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
        match content(self.path()) {
            Content::Plain(identities) => Content::Plain(identities.with_context(doing)),
            Content::Protected(protected, problem) => {
                Content::Protected(protected, problem.context(doing()))
            }
        }
    }

    /// The identities that the command prints; it is told for whom, as sops tells it.
    pub(super) fn run(&self, recipient: &str) -> Result<Vec<Identity>> {
        run(&self.value, recipient).with_context(|| format!("follow {}", self.variable))
    }
}

/// What a file that may hold identities is good for. It is read once: it may be a pipe.
pub(super) enum Content {
    /// Identities, or why there are none.
    Plain(Result<Vec<Identity>>),
    /// Identities that a passphrase protects, and why they are of no use without.
    Protected(Protected, Failure),
}

/// The identities in a file: age's, one a line with comments after `#`, or an SSH private key.
pub(crate) fn read_file(file: &Path) -> Result<Vec<Identity>> {
    match content(file) {
        Content::Plain(identities) => identities,
        Content::Protected(_, problem) => Err(problem),
    }
}

/// What a file holds.
pub(super) fn content(file: &Path) -> Content {
    let doing = || format!("read the identity file {}", file.display());
    let bytes = match fs::read(file) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) => return Content::Plain(Err(Failure::from(error).context(doing()))),
    };
    let problem = match identities(&bytes).with_context(doing) {
        Err(problem) => problem,
        identities => return Content::Plain(identities),
    };
    match Protected::of(&bytes) {
        Some(protected) => Content::Protected(protected, problem),
        None => Content::Plain(Err(problem)),
    }
}

/// What a passphrase protects in a file.
pub(super) enum Protected {
    /// Identities in an age file, which does not say for whom.
    AgeFile(Vec<u8>),
    /// An SSH key.
    SshKey(ProtectedSshKey),
}

impl Protected {
    /// What a passphrase protects in a text, if it does.
    fn of(bytes: &[u8]) -> Option<Self> {
        if is_age_file(bytes) {
            return Some(Self::AgeFile(bytes.to_vec()));
        }
        ProtectedSshKey::read(bytes).map(Self::SshKey)
    }

    /// The recipient that it opens for, where it says so without the passphrase.
    pub(super) fn recipient(&self) -> Option<&str> {
        match self {
            Self::AgeFile(_) => None,
            Self::SshKey(key) => Some(key.recipient()),
        }
    }

    /// The identities that this passphrase protects.
    pub(super) fn unprotect(self, passphrase: SecretString) -> Result<Vec<Identity>> {
        match self {
            Self::AgeFile(bytes) => usable(&Identity::unprotect(&bytes, passphrase)?),
            Self::SshKey(key) => Ok(vec![key.unprotect(passphrase)?]),
        }
    }
}

/// The identities in `SOPS_AGE_KEY`.
pub(super) fn variable() -> Result<Vec<Identity>> {
    match env::var("SOPS_AGE_KEY") {
        Ok(text) if !text.is_empty() => {
            identities(Zeroizing::new(text).as_bytes()).context("read SOPS_AGE_KEY")
        }
        _ => Ok(Vec::new()),
    }
}

/// The words of a command line as a shell reads them, without a shell: nothing is expanded.
///
/// # Errors
/// When a quote or the line itself is not closed.
pub(crate) fn words(line: &str) -> Result<Vec<String>> {
    shlex::split(line)
        .ok_or_else(|| refused("a quote is not closed, or nothing follows the last backslash"))
}

fn run(line: &str, recipient: &str) -> Result<Vec<Identity>> {
    let words = words(line)?;
    let (program, arguments) = words.split_first().ok_or_else(|| failed("it is empty"))?;
    let finished = Command::new(program)
        .args(arguments)
        .env("SOPS_AGE_RECIPIENT", recipient)
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("run {program}"))?;
    if !finished.status.success() {
        return Err(failed(format!("{program} ended with {}", finished.status)));
    }
    identities(&Zeroizing::new(finished.stdout))
        .with_context(|| format!("read what {program} printed"))
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
        Some(problem) if usable.is_empty() => Err(problem.into()),
        _ => Ok(usable),
    }
}
