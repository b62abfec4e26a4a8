//! `signet exec`: a command that finds the secrets in its environment, or in a file that is in memory.

mod descriptor;
mod steering;
mod variables;

use crate::consent::Consent;
use crate::extract::{Looked, extract};
use crate::failure::{Explain, Failure, Result, usage};
use crate::identities::{IdentityArgs, KEY};
use crate::opening;
use crate::session::Session;
use crate::store_args::StoreArgs;
use crate::value_path::ValuePath;
use descriptor::Descriptor;
use secrecy::ExposeSecret;
use signet_envelope::Store;
use signet_seal::ClearText;
use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use variables::Variables;

/// What stands for the file in the command line, as in `sops exec-file`.
const PLACE: &str = "{}";

/// As shells end where there is no such command.
const NOT_FOUND: u8 = 127;

/// As shells end where a command may not be run.
const NOT_EXECUTABLE: u8 = 126;

/// Run a command with what a sealed file holds: as its environment, or as a file in memory
#[derive(clap::Args)]
#[command(
    after_help = "Each value at the top of the file becomes a variable; of a Secret, what is in data and stringData does.\n\
    Who can read a process's environment (its own user, and root) reads them; a file in memory (--file) goes with its last \
    reader.\nThe command takes the place of signet: signals and the exit code are its own; as in a shell it is 127 where there is no such command, and 126 where it may not be run. \
    It gets your environment without SOPS_AGE_KEY, which is a key itself: what names a file or a command (SOPS_AGE_KEY_FILE, SOPS_AGE_KEY_CMD) stays, for a signet or sops that it runs.\n\n\
    Example:\n  signet exec tenants/team-a/prod/db.yaml -- psql\n  \
    signet exec --file --extract /stringData/kubeconfig access.yaml -- kubectl --kubeconfig {} get pods"
)]
pub(crate) struct Exec {
    /// The sealed file
    file: PathBuf,
    /// Take the variables, or the content of the file, from here: a JSON pointer or sops' form
    #[arg(long, value_name = "PATH")]
    extract: Option<ValuePath>,
    /// Set no variables; hand over the plaintext as a file in memory, whose name takes the place of {}
    #[arg(long = "file")]
    file_in_memory: bool,
    /// Start from an empty environment
    #[arg(long, conflicts_with = "file_in_memory")]
    pristine: bool,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    identity: IdentityArgs,
    #[command(flatten)]
    consent: Consent,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Exec {
    /// Becomes the command; returns only if that fails.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let out = &session.out;
        let (sealed, opened) = opening::open_as(&self.store, &self.file, &self.identity, out)?;
        let (path, store) = (sealed.path(), sealed.store());
        if self.file_in_memory {
            return self.with_file(store, opened, session);
        }
        let looked = Looked::into(store, &opened)?;
        let variables = Variables::of(&looked, self.extract.as_ref())
            .with_context(|| format!("take variables from {path}"))?;
        variables.check(path, self.consent)?;
        let mut command = self.command(&self.command[1..]);
        if self.pristine {
            command.env_clear();
        }
        let variables = variables.iter();
        command.envs(variables.map(|(name, value)| {
            let bytes = std::mem::take(&mut *looked.bytes(value));
            (name, OsString::from_vec(bytes))
        }));
        Err(self.become_it(command, session))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the command gets the content as a file in memory"
    )]
    fn with_file(&self, store: Store, opened: ClearText, session: &Session) -> Result<()> {
        let content = match &self.extract {
            Some(path) => extract(store, opened, path)?,
            None => opened,
        };
        let holds = |word: &&OsString| word.to_string_lossy().contains(PLACE);
        if !self.command.iter().skip(1).any(|word| holds(&word)) {
            return Err(usage("the command has no {} for the file's name"));
        }
        let file = Descriptor::holding(content.expose_secret()).context("make a file in memory")?;
        let name = file.name();
        let words = self.command[1..].iter();
        let command = self.command(words.map(|word| with_name(word, &name)));
        Err(self.become_it(command, session))
    }

    /// The command in our environment, but for the private key that may stand in it: nothing else in it opens a file by itself.
    fn command(&self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(&self.command[0]);
        command.args(words).env_remove(KEY);
        command
    }

    fn become_it(&self, mut command: Command, session: &Session) -> Failure {
        if let Err(error) = session.core.restore() {
            return Failure::from(error).context("give the limit of core dumps back (setrlimit)");
        }
        let error = command.exec();
        let is_missing = error.kind() == ErrorKind::NotFound;
        let is_line = is_missing
            && self.command.len() == 1
            && self.command[0].to_string_lossy().contains(' ');
        let hint = "no shell reads this; where one is meant, name it: -- sh -c 'COMMAND'";
        Failure::from(error)
            .context(format!("run {}", self.command[0].display()))
            .hint_if(is_line.then_some(hint))
            .with_code(if is_missing {
                NOT_FOUND
            } else {
                NOT_EXECUTABLE
            })
    }
}

/// The word with the name in its place; a word that is no text stays as it is.
fn with_name(word: &OsString, name: &str) -> OsString {
    match word.to_str() {
        Some(text) => text.replace(PLACE, name).into(),
        None => word.clone(),
    }
}
