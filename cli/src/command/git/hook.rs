//! The hooks that look at commits before they are made.

use super::install::write;
use crate::failure::{Explain, Result, refused};
use crate::gitcmd::Git;
use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What Git runs before a commit, and before that of a merge without conflicts (githooks(5)).
const NAMES: [&str; 2] = ["pre-commit", "pre-merge-commit"];

const HOOK: &str = "#!/bin/sh\n\
    # Made by `signet git install --hook`: no commit while something that should be sealed is not.\n\
    exec signet check --staged\n";

/// What becomes of a hook.
pub(super) enum Hook {
    Made(PathBuf),
    Removed(PathBuf),
}

impl Hook {
    /// What becomes of all of them; nothing of those that stay.
    ///
    /// # Errors
    /// When somebody else's hook stands there: it is never overwritten.
    pub(super) fn all(git: &Git<'_>, wanted: bool, unwanted: bool) -> Result<Vec<Self>> {
        if !wanted && !unwanted {
            return Ok(Vec::new());
        }
        let folder = git.read(&["rev-parse", "--path-format=absolute", "--git-path", "hooks"])?;
        let paths = NAMES.map(|name| Path::new(&folder).join(name)).into_iter();
        paths
            .filter_map(|path| Self::of(path, unwanted).transpose())
            .collect()
    }

    fn of(path: PathBuf, unwanted: bool) -> Result<Option<Self>> {
        let there = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            text => Some(text.with_context(|| format!("read {}", path.display()))?),
        };
        match there.as_deref() {
            Some(HOOK) if unwanted => Ok(Some(Self::Removed(path))),
            None if !unwanted => Ok(Some(Self::Made(path))),
            Some(text) if !unwanted && text != HOOK => Err(refused(format!(
                "{} is somebody else's hook, and stays",
                path.display()
            ))
            .hint("add a line to it: signet check --staged || exit 1")),
            _ => Ok(None),
        }
    }

    /// What is done.
    pub(super) fn said(&self) -> String {
        match self {
            Self::Made(path) => format!("{} runs `signet check --staged`", path.display()),
            Self::Removed(path) => format!("{} is removed", path.display()),
        }
    }

    pub(super) fn apply(&self) -> Result<()> {
        match self {
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
