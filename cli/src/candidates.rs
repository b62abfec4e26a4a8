//! Files that could be meant where a person names a folder or a pattern: what git ignores is left out.

use crate::failure::{Explain, Result};
use crate::gitcmd::Git;
use crate::output::Output;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Every file below a folder, relative to it, in order: those that git tracks or could track; without git, all.
///
/// Symbolic links and submodules are no files.
pub(crate) fn below(folder: &Path, out: &Output) -> Result<Vec<PathBuf>> {
    let git = Git::at(folder, out);
    let is_work_tree = git.read(&["rev-parse", "--is-inside-work-tree"]);
    let mut files = if is_work_tree.is_ok_and(|answer| answer == "true") {
        listed(&git)?
    } else {
        let mut found = Vec::new();
        walk(folder, Path::new(""), &mut found)?;
        found
    };
    files.retain(|file| {
        let metadata = folder.join(file).symlink_metadata();
        metadata.is_ok_and(|metadata| metadata.is_file())
    });
    files.sort();
    Ok(files)
}

fn listed(git: &Git) -> Result<Vec<PathBuf>> {
    let listed = git.read_bytes(&[
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
    ])?;
    let names = listed.split(|byte| *byte == 0);
    let names = names.filter(|name| !name.is_empty());
    Ok(names.map(|name| OsStr::from_bytes(name).into()).collect())
}

fn walk(root: &Path, below: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let folder = root.join(below);
    let entries = fs::read_dir(&folder).with_context(|| format!("list {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = below.join(entry.file_name());
        match entry.file_type()? {
            kind if kind.is_dir() && entry.file_name() != ".git" => walk(root, &path, found)?,
            kind if kind.is_file() => found.push(path),
            _ => {}
        }
    }
    Ok(())
}
