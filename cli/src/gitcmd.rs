//! Runs the person's own git, with the person's own configuration and keys.
//!
//! Only what a person would do by hand is done so: commits, and questions about the work tree. What decides anything
//! is read from the object store in process.

use crate::failure::{Explain, Result, failed};
use crate::output::Output;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output as Finished, Stdio};

/// A folder that a branch brings may be a bare repository, whose configuration names programs to run (git-config(1),
/// `safe.bareRepository`).
const CONFIGURED_BY_THE_PERSON: &str = "safe.bareRepository=explicit";

/// Of what a configuration has git run, this alone runs for a mere listing.
const NO_MONITOR: &str = "core.fsmonitor=false";

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
        command.args(["-c", CONFIGURED_BY_THE_PERSON, "-c", NO_MONITOR]);
        command.arg("-C").arg(&self.directory).args(arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// Whether a value of `GIT_TERMINAL_PROMPT` lets the person be asked for something.
///
/// A boolean as Git reads it (`git_parse_maybe_bool` and `git_parse_int`); where Git would end with an error, nobody is asked.
pub(crate) fn may_prompt(value: Option<&OsStr>) -> bool {
    let Some(value) = value else {
        return true;
    };
    let Some(value) = value.to_str().map(str::to_ascii_lowercase) else {
        return false;
    };
    matches!(value.as_str(), "true" | "yes" | "on") || is_nonzero(&value)
}

/// Whether a text is a number with an optional unit, and not 0.
fn is_nonzero(text: &str) -> bool {
    let digits = text.strip_suffix(['k', 'm', 'g']).unwrap_or(text);
    let number = match digits.strip_prefix("0x") {
        Some(digits) => i32::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    number.is_ok_and(|number| number != 0)
}

fn shown<S: AsRef<OsStr>>(arguments: &[S]) -> String {
    arguments
        .iter()
        .fold(String::from("git"), |shown, argument| {
            shown + " " + &argument.as_ref().to_string_lossy()
        })
}

#[cfg(test)]
mod tests {
    use super::may_prompt;
    use std::ffi::OsStr;

    #[test]
    fn a_prompt_is_forbidden_by_whatever_git_takes_for_false() {
        let may = |value: &str| may_prompt(Some(OsStr::new(value)));
        for no in ["", "0", "00", "0k", "0x0", "false", "No", "OFF", "never"] {
            assert!(!may(no), "{no:?}");
        }
        for yes in ["1", "true", "YES", "on", "2k", "-1", "0x1"] {
            assert!(may(yes), "{yes:?}");
        }
        assert!(may_prompt(None));
    }
}
