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
    /// When somebody else's hook stands there that does not look: it is never overwritten. When the work tree's own folders lead
    /// to them by a link.
    pub(super) fn all(
        git: &Git<'_>,
        root: &Path,
        wanted: bool,
        unwanted: bool,
    ) -> Result<Vec<Self>> {
        if !wanted && !unwanted {
            return Ok(Vec::new());
        }
        if let Some(named) = git.config("core.hooksPath")? {
            refuse_link(&root.join(named), root)?;
        }
        let folder = git.read(&["rev-parse", "--path-format=absolute", "--git-path", "hooks"])?;
        let folder = Path::new(&folder);
        if wanted {
            refuse_shared(folder, git, root)?;
        }
        let paths = NAMES.map(|name| folder.join(name)).into_iter();
        paths
            .filter_map(|path| Self::of(path, unwanted).transpose())
            .collect()
    }

    fn of(path: PathBuf, unwanted: bool) -> Result<Option<Self>> {
        let shown = path.display();
        let there = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound && !path.is_symlink() => {
                return Ok((!unwanted).then_some(Self::Made(path)));
            }
            // A link to nothing is somebody's too: what is written through it lands elsewhere.
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            bytes => bytes.with_context(|| format!("read {shown}"))?,
        };
        let is_ours = there == HOOK.as_bytes();
        if is_ours || unwanted {
            return Ok((is_ours && unwanted).then_some(Self::Removed(path)));
        }
        if looks(&there) && is_executable(&path) {
            return Ok(None);
        }
        let failure = refused(format!("{shown} is somebody else's hook, and stays"));
        if is_of_pre_commit(&there) {
            return Err(failure.hint(
                "it is the framework's of https://pre-commit.com: have signet-check of Signet's .pre-commit-hooks.yaml in your \
                 .pre-commit-config.yaml, and run this again without --hook for the rest",
            ));
        }
        Err(failure.hint(format!(
            "add a line to it, `{CHECK} || exit 1`, see that it may be run, and run this again for the rest"
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

/// Whether the framework of that name wrote a hook, which it does anew whenever it is installed.
fn is_of_pre_commit(hook: &[u8]) -> bool {
    String::from_utf8_lossy(hook).contains("https://pre-commit.com")
}

/// Whether a hook of somebody else's looks too.
fn looks(hook: &[u8]) -> bool {
    let hook = String::from_utf8_lossy(hook);
    let mut lines = hook.lines().map(str::trim_start);
    lines.any(|line| !line.starts_with('#') && line.contains(CHECK))
}

/// Git runs no other.
fn is_executable(hook: &Path) -> bool {
    let metadata = fs::metadata(hook);
    metadata.is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

/// Refuses a folder that is neither the clone's nor the work tree's: `core.hooksPath` of the person is that of all their
/// repositories, and each commit in those would be checked.
fn refuse_shared(folder: &Path, git: &Git<'_>, root: &Path) -> Result<()> {
    let own = git.read(&["rev-parse", "--path-format=absolute", "--git-common-dir"])?;
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let place = real(folder);
    if place.starts_with(real(Path::new(&own))) || place.starts_with(real(root)) {
        return Ok(());
    }
    Err(refused(format!(
        "{} is where core.hooksPath has the hooks of other repositories too",
        folder.display()
    ))
    .hint(format!(
        "`git config --local core.hooksPath .git/hooks` gives this clone hooks of its own; or add a line to those there, `{CHECK} || \
         exit 1`"
    )))
}

/// Refuses a folder of the work tree that a link leads to: what is written there lands elsewhere.
fn refuse_link(folder: &Path, root: &Path) -> Result<()> {
    let mut below = folder.ancestors().take_while(|above| *above != root);
    let is_below = folder.starts_with(root);
    match below.find(|above| is_below && above.is_symlink()) {
        None => Ok(()),
        Some(link) => Err(refused(format!(
            "{} is a symbolic link in the work tree, and hooks are not written through it",
            link.display()
        ))),
    }
}
