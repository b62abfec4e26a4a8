//! The files to look at: as they stand in a work tree, as they are staged, or as a commit has them.

use crate::blobs::{Blobs, Held};
use crate::candidates::{self, Entries};
use crate::failure::{Explain, Result, failed};
use crate::gitcmd::Git;
use crate::output::Output;
use crate::reading;
use crate::repository::{Repository, path_below};
use signet_api::RepoPath;
use signet_provenance::{Mode, ObjectId, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// All files of a tree by their paths.
pub(crate) struct Source {
    root: PathBuf,
    files: BTreeMap<RepoPath, Option<ObjectId>>,
    /// Symbolic links, submodules and other repositories.
    others: BTreeSet<RepoPath>,
    /// Where they are read from that stand in no work tree.
    index: Option<Blobs>,
    /// What is staged or committed under a path that Signet does not take.
    unnamable: Vec<PathBuf>,
}

impl Source {
    /// The work tree, or any folder: what git ignores is left out.
    pub(crate) fn work_tree(root: &Path, out: &Output) -> Result<Self> {
        Self::part(root, root, out)
    }

    /// The same of a folder in it alone.
    pub(crate) fn part(root: &Path, folder: &Path, out: &Output) -> Result<Self> {
        let mut files = BTreeMap::new();
        let above = folder.strip_prefix(root).unwrap_or(Path::new(""));
        let Entries {
            files: found,
            others,
        } = candidates::entries(folder, out)?;
        for file in found {
            let file = above.join(file);
            match repo_path(&file) {
                Some(path) => drop(files.insert(path, None)),
                None => out.warn(unnamable(&file)),
            }
        }
        Ok(Self {
            root: root.to_owned(),
            files,
            others: others
                .iter()
                .filter_map(|other| repo_path(&above.join(other)))
                .collect(),
            index: None,
            unnamable: Vec::new(),
        })
    }

    /// The index of a repository.
    pub(crate) fn index(repository: &Repository) -> Result<Self> {
        let Staged {
            files,
            others,
            unnamable,
        } = staged(&repository.git())?;
        let files = files.into_iter().map(|(path, id)| (path, Some(id)));
        Ok(Self {
            root: repository.root().to_owned(),
            files: files.collect(),
            others,
            index: Some(repository.blobs()),
            unnamable,
        })
    }

    /// A commit, whoever signed it.
    pub(crate) fn commit(repository: &Repository, commit: ObjectId) -> Result<Self> {
        let tree = Tree::unverified(repository.store().objects(), commit)?;
        let mut unnamable = Vec::new();
        let mut files = BTreeMap::new();
        let mut others = BTreeSet::new();
        for (name, entry) in tree.paths()? {
            let name = Path::new(OsStr::from_bytes(&name));
            match repo_path(name) {
                path if !matches!(entry.mode, Mode::File | Mode::Executable) => others.extend(path),
                Some(path) => drop(files.insert(path, Some(entry.id))),
                None => unnamable.push(name.to_owned()),
            }
        }
        Ok(Self {
            root: repository.root().to_owned(),
            files,
            others,
            index: Some(repository.blobs()),
            unnamable,
        })
    }

    /// A folder in which nothing is looked for: only what is named is read.
    pub(crate) fn folder(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            files: BTreeMap::new(),
            others: BTreeSet::new(),
            index: None,
            unnamable: Vec::new(),
        }
    }

    /// Whether it is what is staged.
    pub(crate) fn is_index(&self) -> bool {
        self.index.is_some()
    }

    /// The folder in which the tree begins.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The paths, in order.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        self.files.keys()
    }

    /// What stands in the tree and is no file: symbolic links, submodules and other repositories.
    pub(super) fn others(&self) -> impl Iterator<Item = &RepoPath> {
        self.others.iter()
    }

    /// Whether one of these stands at a path.
    pub(super) fn is_other(&self, path: &RepoPath) -> bool {
        self.others.contains(path)
    }

    /// The files that are staged under a path that Signet does not take, so that nobody looks at them.
    pub(crate) fn unnamable(&self) -> &[PathBuf] {
        &self.unnamable
    }

    /// Whether a file is one of those to look at.
    pub(super) fn lists(&self, path: &RepoPath) -> bool {
        self.files.contains_key(path)
    }

    /// Whether there is a file.
    pub(crate) fn has(&self, path: &RepoPath) -> bool {
        let on_disk = || self.index.is_none() && self.root.join(path.as_str()).is_file();
        self.files.contains_key(path) || on_disk()
    }

    /// Where a file or folder that the person named stands in the tree; nothing for all of it.
    ///
    /// # Errors
    /// When it is not there, is a symbolic link, or lies outside.
    pub(crate) fn below(&self, named: &Path) -> Result<Option<RepoPath>> {
        if named.canonicalize().is_ok_and(|place| place == self.root) {
            return Ok(None);
        }
        path_below(&self.root, named).map(Some)
    }

    /// What a file holds.
    ///
    /// # Errors
    /// When there is none, it cannot be read, or it has more than any sealed file.
    pub(crate) fn read(&self, path: &RepoPath) -> Result<Vec<u8>> {
        let too_large = || failed(format!("{path} has more than 88 MiB"));
        self.read_small(path)?.ok_or_else(too_large)
    }

    /// What a file holds; nothing if that is more than any sealed file has, so that it is not read.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub(crate) fn read_small(&self, path: &RepoPath) -> Result<Option<Vec<u8>>> {
        let blob = self.files.get(path).copied().flatten();
        match (blob, &self.index) {
            (Some(id), Some(blobs)) => {
                match blobs
                    .read(&id)
                    .with_context(|| format!("read {path} as it is staged"))?
                {
                    Held::Bytes(bytes) => Ok(Some(bytes)),
                    Held::TooLarge => Ok(None),
                    Held::Nothing => Err(failed(format!("{path} is not there"))),
                }
            }
            _ => match reading::file(&self.root.join(path.as_str())) {
                Ok(mut bytes) => Ok(Some(std::mem::take(&mut *bytes))),
                Err(error) if error.kind() == ErrorKind::FileTooLarge => Ok(None),
                Err(error) => Err(error).with_context(|| format!("read {path}")),
            },
        }
    }
}

/// The paths that differ between HEAD and the index, those that are gone left out.
pub(crate) fn changed(git: &Git) -> Result<BTreeSet<PathBuf>> {
    let listed = git.read_bytes(&[
        "diff",
        "--cached",
        "--name-only",
        "--no-renames",
        "--diff-filter=d",
        "-z",
    ])?;
    let names = listed.split(|byte| *byte == 0);
    let names = names.filter(|name| !name.is_empty());
    Ok(names.map(|name| OsStr::from_bytes(name).into()).collect())
}

/// Whether a file is staged that HEAD lacks.
pub(crate) fn is_added(git: &Git, path: &str) -> Result<bool> {
    let from_root = format!(":/{path}");
    let words = ["diff", "--cached", "--name-only", "--diff-filter=A", "--"];
    let added = git.read(&[&words[..], &[&from_root]].concat())?;
    Ok(!added.is_empty())
}

/// What is staged.
#[derive(Default)]
pub(super) struct Staged {
    pub(super) files: BTreeMap<RepoPath, ObjectId>,
    /// Symbolic links and submodules.
    others: BTreeSet<RepoPath>,
    /// Files under a path that Signet does not take.
    unnamable: Vec<PathBuf>,
}

/// What is staged at each path.
pub(super) fn staged(git: &Git) -> Result<Staged> {
    let listed = git.read_bytes(&["ls-files", "--stage", "-z"])?;
    let mut staged = Staged::default();
    for Entry { is_file, id, file } in listed.split(|byte| *byte == 0).filter_map(entry) {
        match repo_path(file) {
            Some(path) if is_file => drop(staged.files.insert(path, id)),
            None if is_file => staged.unnamable.push(file.to_owned()),
            path => staged.others.extend(path),
        }
    }
    Ok(staged)
}

struct Entry<'l> {
    is_file: bool,
    id: ObjectId,
    file: &'l Path,
}

/// A line of `git ls-files --stage`: `100644 <id> 0<TAB><path>`.
fn entry(entry: &[u8]) -> Option<Entry<'_>> {
    let tab = entry.iter().position(|byte| *byte == b'\t')?;
    let mut facts = std::str::from_utf8(&entry[..tab]).ok()?.split(' ');
    Some(Entry {
        is_file: facts.next()?.starts_with("100"),
        id: facts.next()?.parse().ok()?,
        file: Path::new(OsStr::from_bytes(&entry[tab + 1..])),
    })
}

fn repo_path(file: &Path) -> Option<RepoPath> {
    file.to_str()?.parse().ok()
}

fn unnamable(file: &Path) -> String {
    let shown = file.to_string_lossy().escape_debug().to_string();
    format!("{shown} has a path that Signet does not take; it is not looked at")
}
