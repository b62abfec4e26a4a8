//! Files that could be meant where a person names a folder or a pattern: what git ignores is left out.

use crate::failure::{Explain, Result, refused};
use crate::gitcmd::Git;
use crate::output::Output;
use signet_api::Glob;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// What package managers, interpreters and tools of Terraform fill with files of others.
const OF_OTHERS: [&str; 7] = [
    ".git",
    ".hg",
    ".svn",
    ".jj",
    "node_modules",
    ".terraform",
    "__pycache__",
];

/// What marks a folder whose files somebody else keeps: another repository, a virtual environment of Python.
const MARKS: [&str; 2] = [".git", "pyvenv.cfg"];

/// The name and beginning of the file that marks a folder as a cache, as Cargo's `target` has it (bford.info/cachedir).
const CACHE: (&str, &[u8]) = (
    "CACHEDIR.TAG",
    b"Signature: 8a477f597d28d172789f06886806bc55",
);

/// Every file below a folder, relative to it, in order: those that git tracks or could track; without git, all but those in
/// caches, other repositories and folders of package managers.
///
/// Symbolic links and submodules are no files, and what lies behind them stands elsewhere.
pub(crate) fn below(folder: &Path, out: &Output) -> Result<Vec<PathBuf>> {
    Ok(entries(folder, out)?.files)
}

/// What lies below a folder, as [`below`] has it.
pub(crate) struct Entries {
    pub(crate) files: Vec<PathBuf>,
    /// Symbolic links, submodules and other repositories.
    pub(crate) others: Vec<PathBuf>,
}

/// The files below a folder and what stands there that is none.
pub(crate) fn entries(folder: &Path, out: &Output) -> Result<Entries> {
    let git = Git::at(folder, out);
    let is_work_tree = git.read(&["rev-parse", "--is-inside-work-tree"]);
    let mut entries = if is_work_tree.is_ok_and(|answer| answer == "true") {
        listed(&git)?
    } else {
        let mut found = Vec::new();
        walk(folder, Path::new(""), &mut found)?;
        found
    };
    entries.sort();
    entries.dedup();
    let mut links = BTreeMap::new();
    let (mut files, mut others) = (Vec::new(), Vec::new());
    for entry in entries {
        let Ok(metadata) = folder.join(&entry).symlink_metadata() else {
            continue;
        };
        let above = entry.parent().unwrap_or(Path::new(""));
        if is_behind_link(folder, above, &mut links) {
            continue;
        }
        let entries = if metadata.is_file() {
            &mut files
        } else {
            &mut others
        };
        entries.push(entry);
    }
    Ok(Entries { files, others })
}

/// Whether one of the folders that lead there is a link: Git takes what it tracks there for deleted.
fn is_behind_link(root: &Path, folder: &Path, known: &mut BTreeMap<PathBuf, bool>) -> bool {
    let Some(above) = folder.parent() else {
        return false;
    };
    if let Some(is_behind) = known.get(folder) {
        return *is_behind;
    }
    let is_behind = root.join(folder).is_symlink() || is_behind_link(root, above, known);
    known.insert(folder.to_owned(), is_behind);
    is_behind
}

/// Whether a name may stand for others.
pub(crate) fn is_pattern(name: &Path) -> bool {
    name.as_os_str().as_bytes().contains(&b'*')
}

/// What a pattern matches that the shell left as it was.
///
/// # Errors
/// When that is nothing.
pub(crate) fn matching(pattern: &Path, out: &Output) -> Result<Vec<PathBuf>> {
    let (folder, rest) = parted(pattern);
    let glob: Glob = rest
        .to_str()
        .ok_or_else(|| refused(format!("{} is not UTF-8", pattern.display())))?
        .parse()?;
    let mut files =
        below(&folder, out).with_context(|| format!("look for {}", pattern.display()))?;
    let names_hidden = is_hidden(&rest);
    files.retain(|file| {
        glob.matches(file.as_os_str().as_bytes()) && (names_hidden || !is_hidden(file))
    });
    if files.is_empty() {
        return Err(refused(format!("no file matches {}", pattern.display()))
            .hint("`*` stands for anything within a folder, `**` for any number of folders"));
    }
    let files = files.into_iter();
    Ok(files
        .map(|file| {
            if folder == Path::new(".") {
                file
            } else {
                folder.join(file)
            }
        })
        .collect())
}

/// Whether a name in the path begins with a dot: as in a shell, a star does not stand for such names.
fn is_hidden(path: &Path) -> bool {
    let mut names = path.components();
    names.any(|name| name.as_os_str().as_bytes().starts_with(b"."))
}

/// The folder in front of the first component with a star, and the rest.
pub(crate) fn parted(pattern: &Path) -> (PathBuf, PathBuf) {
    let is_plain = |part: &Component| !is_pattern(part.as_ref());
    let folder: PathBuf = pattern.components().take_while(is_plain).collect();
    let rest = pattern.components().skip_while(is_plain).collect();
    if folder.as_os_str().is_empty() {
        (PathBuf::from("."), rest)
    } else {
        (folder, rest)
    }
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
    // Git names another repository as a folder.
    let names = names.map(|name| name.strip_suffix(b"/").unwrap_or(name));
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
            kind if kind.is_dir() && !is_of_others(&entry.path()) => walk(root, &path, found)?,
            kind if kind.is_file() || kind.is_symlink() => found.push(path),
            _ => {}
        }
    }
    Ok(())
}

fn is_of_others(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default();
    let (tag, beginning) = CACHE;
    let has_beginning = |mut file: File| {
        let mut bytes = vec![0; beginning.len()];
        file.read_exact(&mut bytes).is_ok() && bytes == beginning
    };
    let tag = folder.join(tag);
    let is_cache = || tag.is_file() && File::open(&tag).is_ok_and(has_beginning);
    let is_marked = || {
        MARKS
            .iter()
            .any(|mark| folder.join(mark).symlink_metadata().is_ok())
    };
    OF_OTHERS.iter().any(|other| name == *other) || is_marked() || is_cache()
}

#[cfg(test)]
mod tests {
    use super::parted;
    use std::path::{Path, PathBuf};

    #[test]
    fn a_pattern_begins_with_its_first_star() {
        for (pattern, folder, rest) in [
            ("**/*.yaml", ".", "**/*.yaml"),
            ("./a/b*.yaml", "./a", "b*.yaml"),
            ("../x/**/y", "../x", "**/y"),
            ("/tmp/*", "/tmp", "*"),
        ] {
            let expected = (PathBuf::from(folder), PathBuf::from(rest));
            assert_eq!(parted(Path::new(pattern)), expected);
        }
    }
}
