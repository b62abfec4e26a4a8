//! Runs the person's own git, with the person's own configuration and keys.
//!
//! Only what a person would do by hand is done so: commits, and questions about the work tree. What decides anything
//! is read from the object store in process.

use crate::failure::{Explain, Result, failed};
use crate::output::Output;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output as Finished, Stdio};

/// Git in one directory.
pub(crate) struct Git<'a> {
    directory: PathBuf,
    environment: Vec<(&'static str, PathBuf)>,
    out: &'a Output,
}

impl<'a> Git<'a> {
    /// Git in this directory.
    pub(crate) fn at(directory: &Path, out: &'a Output) -> Self {
        Self {
            directory: directory.to_owned(),
            environment: Vec::new(),
            out,
        }
    }

    /// The same with an index and new objects that lie in this folder and not in the repository.
    pub(crate) fn aside_in(mut self, folder: &Path) -> Self {
        self.environment = vec![
            ("GIT_OBJECT_DIRECTORY", folder.join("objects")),
            ("GIT_INDEX_FILE", folder.join("index")),
        ];
        self
    }

    /// What git printed, without the last line end.
    ///
    /// # Errors
    /// When git cannot be run or ends with an error, which then carries what git said.
    pub(crate) fn read<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<String> {
        let text = String::from_utf8(self.read_bytes(arguments)?)
            .with_context(|| format!("read what `{}` printed", shown(arguments)))?;
        Ok(text.trim_end_matches(['\n', '\r']).to_owned())
    }

    /// What git printed, byte for byte.
    pub(crate) fn read_bytes<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Vec<u8>> {
        let finished = self.finish(arguments)?;
        if finished.status.success() {
            return Ok(finished.stdout);
        }
        let said = String::from_utf8_lossy(&finished.stderr);
        Err(failed(said.trim()).context(format!(
            "`{}` ended with {}",
            shown(arguments),
            finished.status
        )))
    }

    /// The value of a configuration key, none when it is not set.
    pub(crate) fn config(&self, key: &str) -> Result<Option<String>> {
        let finished = self.finish(&["config", "--get", key])?;
        let value = String::from_utf8_lossy(&finished.stdout).trim().to_owned();
        Ok((finished.status.success() && !value.is_empty()).then_some(value))
    }

    /// Runs git at the person's terminal: it may ask for a passphrase or a touch.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<()> {
        let status = self
            .command(arguments)
            .stdout(Stdio::null())
            .status()
            .context("run git")
            .hint("install git, or put it on PATH")?;
        if status.success() {
            return Ok(());
        }
        Err(failed(format!(
            "`{}` ended with {status}",
            shown(arguments)
        )))
    }

    /// How git ended, whatever that was.
    pub(crate) fn finish<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Finished> {
        self.command(arguments)
            .output()
            .context("run git")
            .hint("install git, or put it on PATH")
    }

    fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        self.out.detail(format!(
            "{}$ {}",
            self.directory.display(),
            shown(arguments)
        ));
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.directory).args(arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

fn shown<S: AsRef<OsStr>>(arguments: &[S]) -> String {
    arguments
        .iter()
        .fold(String::from("git"), |shown, argument| {
            shown + " " + &argument.as_ref().to_string_lossy()
        })
}
