//! Finds the person's identities where sops finds them, and in two places before those.

mod words;

use crate::failure::{Explain, Failure, Result, failed};
use secrecy::SecretString;
use signet_seal::Identity;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// `--identity`, for commands that open something.
#[derive(clap::Args)]
pub(crate) struct IdentityArgs {
    /// Open with the age identities in this file first
    #[arg(
        short,
        long = "identity",
        value_name = "FILE",
        env = "SIGNET_IDENTITY_FILE"
    )]
    identity: Vec<PathBuf>,
}

/// The identities that were found, and the sources that could not be read.
pub(crate) struct Found {
    pub(crate) identities: Vec<Identity>,
    problems: Vec<Failure>,
}

impl Found {
    /// Explains why nothing opened: a source that could not be read matters only now.
    pub(crate) fn explain(&self, failure: Failure) -> Failure {
        let hint = "identities are read from --identity, SIGNET_IDENTITY_FILE, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, \
                    SOPS_AGE_KEY_CMD, SOPS_AGE_SSH_PRIVATE_KEY_FILE, ~/.config/sops/age/keys.txt and ~/.ssh";
        self.problems
            .iter()
            .fold(failure, |failure, problem| {
                failure.hint(problem.report(false).trim())
            })
            .hint(hint)
    }
}

impl IdentityArgs {
    /// Every identity that is at hand, in the order in which they are tried.
    ///
    /// # Errors
    /// When a file that `--identity` names cannot be read: that one was asked for.
    pub(crate) fn find(&self) -> Result<Found> {
        let mut found = Found {
            identities: Vec::new(),
            problems: Vec::new(),
        };
        for file in &self.identity {
            found.identities.extend(read_file(file)?);
        }
        let named = [variable, file, command, ssh_file].map(|source| source());
        let default = default_files().into_iter().map(|file| read_file(&file));
        for source in named.into_iter().chain(default) {
            match source {
                Ok(identities) => found.identities.extend(identities),
                Err(problem) => found.problems.push(problem),
            }
        }
        Ok(found)
    }
}

/// The identities in a file: age's, one a line with comments after `#`, or an SSH private key.
pub(crate) fn read_file(file: &Path) -> Result<Vec<Identity>> {
    let doing = || format!("read the identity file {}", file.display());
    let text = fs::read_to_string(file)
        .map(SecretString::from)
        .with_context(doing)?;
    Identity::parse_all(&text).with_context(doing)
}

fn variable() -> Result<Vec<Identity>> {
    match env::var("SOPS_AGE_KEY") {
        Ok(text) => Identity::parse_all(&SecretString::from(text)).context("read SOPS_AGE_KEY"),
        Err(_) => Ok(Vec::new()),
    }
}

fn file() -> Result<Vec<Identity>> {
    named_by("SOPS_AGE_KEY_FILE")
}

fn ssh_file() -> Result<Vec<Identity>> {
    named_by("SOPS_AGE_SSH_PRIVATE_KEY_FILE")
}

fn named_by(variable: &str) -> Result<Vec<Identity>> {
    match env::var_os(variable).filter(|file| !file.is_empty()) {
        Some(file) => read_file(Path::new(&file)).with_context(|| format!("follow {variable}")),
        None => Ok(Vec::new()),
    }
}

fn command() -> Result<Vec<Identity>> {
    match env::var("SOPS_AGE_KEY_CMD") {
        Ok(line) => run(&line).context("follow SOPS_AGE_KEY_CMD"),
        Err(_) => Ok(Vec::new()),
    }
}

fn run(line: &str) -> Result<Vec<Identity>> {
    let words = words::split(line)?;
    let (program, arguments) = words.split_first().ok_or_else(|| failed("it is empty"))?;
    let finished = Command::new(program)
        .args(arguments)
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("run {program}"))?;
    if !finished.status.success() {
        return Err(failed(format!("{program} ended with {}", finished.status)));
    }
    let text = String::from_utf8(finished.stdout)
        .map_err(|_| failed(format!("{program} printed no text")))?;
    Identity::parse_all(&SecretString::from(text))
        .with_context(|| format!("read what {program} printed"))
}

/// Where sops looks without being told: `sops/age/keys.txt` in `os.UserConfigDir` of Go, then OpenSSH's default keys.
fn default_files() -> Vec<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let configuration = env::var_os("XDG_CONFIG_HOME")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
        .or_else(|| home.as_ref().map(|home| home.join(".config")));
    let age = configuration.map(|folder| folder.join("sops/age/keys.txt"));
    let ssh =
        ["id_ed25519", "id_rsa"].map(|name| home.as_ref().map(|home| home.join(".ssh").join(name)));
    age.into_iter()
        .chain(ssh.into_iter().flatten())
        .filter(|file| file.exists())
        .collect()
}
