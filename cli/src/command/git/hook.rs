//! The hook that looks at every commit before it is made.

use super::install::write;
use crate::failure::{Explain, Result, refused};
use crate::gitcmd::Git;
use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

const HOOK: &str = "#!/bin/sh\n\
    # Made by `signet git install --hook`: no commit while something that should be sealed is not.\n\
    exec signet check --staged\n";

/// What becomes of the hook.
pub(super) enum Hook {
    Stays,
    Made(PathBuf),
    Removed(PathBuf),
}

impl Hook {
    /// # Errors
    /// When somebody else's hook stands there: it is never overwritten.
    pub(super) fn of(git: &Git<'_>, wanted: bool, unwanted: bool) -> Result<Self> {
        if !wanted && !unwanted {
            return Ok(Self::Stays);
        }
        let path = git.read(&[
            "rev-parse",
            "--path-format=absolute",
            "--git-path",
            "hooks/pre-commit",
        ])?;
        let path = PathBuf::from(path);
        let there = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            text => Some(text.with_context(|| format!("read {}", path.display()))?),
        };
        match there.as_deref() {
            Some(HOOK) if unwanted => Ok(Self::Removed(path)),
            None if !unwanted => Ok(Self::Made(path)),
            Some(HOOK) => Ok(Self::Stays),
            Some(_) if !unwanted => Err(refused(format!(
                "{} is somebody else's hook, and stays",
                path.display()
            ))
            .hint("add a line to it: signet check --staged || exit 1")),
            _ => Ok(Self::Stays),
        }
    }

    /// What is done; nothing if it stays.
    pub(super) fn said(&self) -> Option<String> {
        match self {
            Self::Stays => None,
            Self::Made(path) => Some(format!("{} runs `signet check --staged`", path.display())),
            Self::Removed(path) => Some(format!("{} is removed", path.display())),
        }
    }

    pub(super) fn apply(&self) -> Result<()> {
        match self {
            Self::Stays => Ok(()),
            Self::Made(path) => {
                write(path, HOOK)?;
                let executable = fs::set_permissions(path, Permissions::from_mode(0o755));
                executable.with_context(|| format!("make {} executable", path.display()))
            }
            Self::Removed(path) => {
                fs::remove_file(path).with_context(|| format!("remove {}", path.display()))
            }
        }
    }
}
