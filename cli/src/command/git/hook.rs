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

/// What a hook does for us, whoever wrote it.
const CHECK: &str = "signet check --staged";

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
        let there = match fs::read(&path) {
            // A link to nothing is somebody's too: what is written through it lands elsewhere.
            Err(error) if error.kind() == ErrorKind::NotFound && !path.is_symlink() => None,
            Err(error) if error.kind() == ErrorKind::NotFound => Some(Vec::new()),
            bytes => Some(bytes.with_context(|| format!("read {}", path.display()))?),
        };
        let Some(there) = there else {
            return Ok((!unwanted).then_some(Self::Made(path)));
        };
        let is_ours = there == HOOK.as_bytes();
        if is_ours || unwanted {
            return Ok((is_ours && unwanted).then_some(Self::Removed(path)));
        }
        if there
            .windows(CHECK.len())
            .any(|bytes| bytes == CHECK.as_bytes())
        {
            return Ok(None);
        }
        let failure = refused(format!(
            "{} is somebody else's hook, and stays",
            path.display()
        ));
        Err(failure.hint(format!(
            "add a line to it, `{CHECK} || exit 1`, and run this again for the rest"
        )))
    }

    /// What is done.
    pub(super) fn said(&self) -> String {
        match self {
            Self::Made(path) => format!("{} runs `{CHECK}`", path.display()),
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
