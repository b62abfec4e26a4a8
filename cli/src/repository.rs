//! The Git work tree in which a command runs.

mod in_progress;
mod shared;

use crate::blobs::Blobs;
use crate::failure::{Explain, Failure, Result, failed, refused};
use crate::gitcmd::Git;
use crate::output::Output;
use crate::reading;
use signet_api::{Policy, RepoPath};
use signet_git::{Store, StoreError};
use signet_provenance::{Certificates, Kind, MemoryObjects, Mode, ObjectId, Tree, Unverified};
use std::fmt::Display;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

pub(crate) use in_progress::MERGE;
pub(crate) use shared::{folder_of_all, refuse_several_trees};

/// A clone of the state repository with its work tree.
pub(crate) struct Repository<'a> {
    root: PathBuf,
    store: Store,
    out: &'a Output,
}

/// A file of the work tree that is tracked, or could be.
pub(crate) struct WorkFile {
    /// Its path in the repository.
    pub(crate) path: RepoPath,
    /// What it holds.
    pub(crate) bytes: Vec<u8>,
}

impl<'a> Repository<'a> {
    /// The repository of the current folder.
    ///
    /// # Errors
    /// When the current folder is in no Git work tree.
    pub(crate) fn here(out: &'a Output) -> Result<Self> {
        Self::at(work_tree(out)?.ok_or_else(nowhere)?, out)
    }

    /// The repository whose work tree begins at this folder.
    pub(crate) fn at(root: PathBuf, out: &'a Output) -> Result<Self> {
        let store = Store::open(&root)?;
        Ok(Self { root, store, out })
    }

    /// The folder in which the work tree begins, without symbolic links.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The clone's objects.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// What files held that the clone has.
    pub(crate) fn blobs(&self) -> Blobs {
        Blobs::of(self.store.objects(), &self.root, self.out)
    }

    /// The person's git in this work tree.
    pub(crate) fn git(&self) -> Git<'a> {
        Git::at(&self.root, self.out)
    }

    /// The paths that `git diff` lists for these words, as raw bytes, whatever the person's configuration makes of it.
    pub(crate) fn differing(&self, words: &[&str]) -> Result<Vec<Vec<u8>>> {
        #[rustfmt::skip]
        let plain = ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-relative", "--ignore-submodules=none"];
        let listed = self.git().read_bytes(&[&plain[..], words].concat())?;
        let paths = listed.split(|byte| *byte == 0);
        let paths = paths.filter(|path| !path.is_empty());
        Ok(paths.map(<[u8]>::to_vec).collect())
    }

    /// The certificates of the OpenPGP keys of a policy that stand in the work tree.
    pub(crate) fn certificates(&self, policy: &Policy) -> Result<Certificates> {
        Certificates::of(policy, |path| {
            let text = self.read(path)?;
            Ok::<_, Failure>(text.map(String::into_bytes))
        })
    }

    /// The commit that a revision names.
    pub(crate) fn resolve(&self, revision: &str) -> Result<ObjectId> {
        resolve(&self.store, revision)
    }

    /// Where a file or folder that the person named stands in the repository.
    ///
    /// # Errors
    /// When it is not there, is a symbolic link, or lies outside.
    pub(crate) fn path_of(&self, named: &Path) -> Result<RepoPath> {
        path_below(&self.root, named)
    }

    /// Where a file or folder that the person named stands in the repository; none for the root.
    pub(crate) fn folder_of(&self, named: &Path) -> Result<Option<RepoPath>> {
        if named.canonicalize().is_ok_and(|place| place == self.root) {
            return Ok(None);
        }
        self.path_of(named).map(Some)
    }

    /// Where a folder or file would stand that need not be in the work tree; none for the root.
    pub(crate) fn folder_at(&self, named: &Path) -> Result<Option<RepoPath>> {
        if named.canonicalize().is_ok_and(|place| place == self.root) {
            return Ok(None);
        }
        self.path_at(named).map(Some)
    }

    /// Where something would stand that need not be in the work tree.
    pub(crate) fn path_at(&self, named: &Path) -> Result<RepoPath> {
        path_at(&self.root, named)
    }

    /// What a file of the work tree holds, none where there is none.
    ///
    /// # Errors
    /// When it is no text, or a symbolic link or below one: whoever can commit could have a file of this machine quoted.
    pub(crate) fn read(&self, path: &RepoPath) -> Result<Option<String>> {
        let place = self.root.join(path.as_str());
        match place.canonicalize() {
            Ok(found) if found == place => {
                let bytes = reading::file(&place).with_context(|| format!("read {path}"))?;
                let text = reading::text(bytes);
                text.map(Some)
                    .ok_or_else(|| refused(format!("{path} is not UTF-8 text")))
            }
            Err(error) if error.kind() == ErrorKind::NotFound && !place.is_symlink() => Ok(None),
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("read {path}"))
            }
            _ => Err(refused(format!("{path} is a symbolic link, or below one"))),
        }
    }

    /// What a document of the fleet holds in the work tree.
    ///
    /// # Errors
    /// When it is not there, or as [`Self::read`].
    pub(crate) fn document(&self, path: &RepoPath) -> Result<String> {
        let text = self.read(path)?;
        text.ok_or_else(|| refused(format!("the work tree has no {path}")))
    }

    /// Every file below a folder (of all, without one) that is tracked or could be: what git ignores is left out.
    pub(crate) fn files(&self, below: Option<&RepoPath>) -> Result<Vec<WorkFile>> {
        let pathspec = below.map(|path| format!(":(top,literal){path}"));
        let mut files = Vec::new();
        for name in self.names(&Vec::from_iter(pathspec))? {
            files.extend(self.work_file(&name)?);
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// The names of all that is tracked or could be, of what the pathspecs select where there are some.
    fn names(&self, pathspecs: &[String]) -> Result<Vec<Vec<u8>>> {
        let mut arguments = vec![
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--deduplicate",
        ];
        if !pathspecs.is_empty() {
            arguments.push("--");
            arguments.extend(pathspecs.iter().map(String::as_str));
        }
        let listed = self.git().read_bytes(&arguments)?;
        let names = listed.split(|byte| *byte == 0);
        Ok(names
            .filter(|name| !name.is_empty())
            .map(<[u8]>::to_vec)
            .collect())
    }

    /// The work tree below these folders (of all, for the empty text), as a tree that nobody vouches for. Symbolic links and
    /// submodules stand in it as what they are.
    pub(crate) fn tree(&self, folders: &[String]) -> Result<Tree<Unverified>> {
        let pathspecs = folders.iter().map(|folder| match folder.as_str() {
            "" => ":(top)".to_owned(),
            folder => format!(":(top,literal){folder}"),
        });
        let objects = MemoryObjects::default();
        let mut entries = Vec::new();
        for name in self.names(&pathspecs.collect::<Vec<_>>())? {
            // A repository within this one ends in a slash.
            let path = taken(name.strip_suffix(b"/").unwrap_or(&name))?;
            let place = self.root.join(path.as_str());
            let (mode, bytes) = match place.symlink_metadata() {
                Ok(metadata) if metadata.is_file() => (Mode::File, fs::read(&place)),
                Ok(metadata) if metadata.is_symlink() => {
                    let target = fs::read_link(&place);
                    (
                        Mode::Symlink,
                        target.map(|target| target.into_os_string().into_encoded_bytes()),
                    )
                }
                Ok(_) => (Mode::Submodule, Ok(Vec::new())),
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => (Mode::File, Err(error)),
            };
            let bytes = bytes.with_context(|| format!("read {path}"))?;
            entries.push((path, mode, objects.write(Kind::Blob, bytes)));
        }
        let entries = entries
            .iter()
            .map(|(path, mode, id)| (path.as_bytes(), *mode, *id));
        let tree = objects.write_entries(entries);
        Ok(Tree::of_tree(Arc::new(objects), tree))
    }

    /// None for what is deleted in the work tree but still in the index.
    fn work_file(&self, name: &[u8]) -> Result<Option<WorkFile>> {
        let path = taken(name)?;
        let place = self.root.join(path.as_str());
        match place.symlink_metadata() {
            Ok(metadata) if metadata.is_file() => {
                let bytes = fs::read(&place).with_context(|| format!("read {path}"))?;
                Ok(Some(WorkFile { path, bytes }))
            }
            Ok(_) => Err(refused(format!(
                "{path} is no file: symbolic links and submodules are not rendered"
            ))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("look at {path}")),
        }
    }
}

/// The path that git names so.
fn taken(name: &[u8]) -> Result<RepoPath> {
    let shown = String::from_utf8_lossy(name).into_owned();
    std::str::from_utf8(name)
        .context("its name is not UTF-8")
        .and_then(|name| repo_path(Path::new(name)))
        .with_context(|| format!("{shown:?} has a path that Signet does not take"))
}

/// The objects and refs of the current folder's repository, which may be a bare one, as on a server.
///
/// # Errors
/// When the current folder is in no repository.
pub(crate) fn store_here(out: &Output) -> Result<Store> {
    match work_tree(out)? {
        Some(root) => Ok(Store::open(&root)?),
        None => match Store::open(Path::new(".")) {
            Err(StoreError::NotARepository { .. }) => Err(nowhere()),
            opened => Ok(opened?),
        },
    }
}

/// The commit that a revision names.
pub(crate) fn resolve(store: &Store, revision: &str) -> Result<ObjectId> {
    match store.resolve(revision) {
        Err(_) if revision == "HEAD" && store.is_unborn() => {
            Err(failed("HEAD names no commit: there is none yet")
                .hint("`signet init` makes the first of a state repository"))
        }
        resolved => Ok(resolved?),
    }
}

fn nowhere() -> Failure {
    failed("this folder is in no Git work tree").hint(
        "change to the state repository, or name it with -C DIR; `signet init` makes a new one",
    )
}

/// The folder in which the work tree around the current folder begins; none outside of one.
pub(crate) fn work_tree(out: &Output) -> Result<Option<PathBuf>> {
    work_tree_around(Path::new("."), out)
}

/// The folder in which the work tree around a folder begins; none outside of one.
pub(crate) fn work_tree_around(folder: &Path, out: &Output) -> Result<Option<PathBuf>> {
    if !may_lie_in_work_tree(folder)? {
        return Ok(None);
    }
    // No work tree to go by would mean no pin, no fleet and nobody who vouches: whoever makes git fail must not have that.
    let root = Git::at(folder, out).read(&["rev-parse", "--show-toplevel"]);
    let root = root.map_err(|failure| {
        // As git says it of a folder that is made to look like a repository, and of nothing else.
        let is_bare_within = failure.report(false).contains("safe.bareRepository");
        let failure = failure.context(format!("look for the work tree around {}", folder.display()));
        failure.hint_if(is_bare_within.then_some(
            "where a folder is a repository of its own within another, take its HEAD, objects and refs out",
        ))
    })?;
    Ok(Some(Path::new(&root).canonicalize()?))
}

/// Whether it is worth asking git, which takes longer to start than a small file takes to open.
fn may_lie_in_work_tree(folder: &Path) -> Result<bool> {
    let folder = folder
        .canonicalize()
        .with_context(|| format!("look at the folder {}", folder.display()))?;
    let has_git = |above: &Path| above.join(".git").symlink_metadata().is_ok();
    Ok(is_named_by_environment() || folder.ancestors().any(has_git))
}

/// Whether the environment says which repository git works on, wherever it runs.
fn is_named_by_environment() -> bool {
    let is_named = ["GIT_DIR", "GIT_WORK_TREE"].map(|variable| env::var_os(variable).is_some());
    is_named.contains(&true)
}

/// The folder of a file that need not be there, or the folder that is named, without symbolic links.
pub(crate) fn folder_of(named: &Path) -> Result<PathBuf> {
    let folder = match named.parent() {
        _ if named.is_dir() => named,
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    folder
        .canonicalize()
        .with_context(|| format!("look at the folder {}", folder.display()))
}

/// The folder that paths are relative to outside a work tree: the current one, if the folder lies in it.
pub(crate) fn base_of(folder: PathBuf) -> Result<PathBuf> {
    let here = env::current_dir()?.canonicalize()?;
    Ok(if folder.starts_with(&here) {
        here
    } else {
        folder
    })
}

/// Where a file that is not there would stand below the root, which has no symbolic links.
pub(crate) fn path_to_be(root: &Path, named: &Path) -> Result<RepoPath> {
    let shown = named.display();
    let name = named
        .file_name()
        .ok_or_else(|| refused(format!("{shown} names no file")))?;
    below(root, &folder_of(named)?.join(name), shown)
}

/// Where a file or folder that the person named stands below the root, which has no symbolic links.
///
/// # Errors
/// When it is not there, is a symbolic link, or lies outside.
pub(crate) fn path_below(root: &Path, named: &Path) -> Result<RepoPath> {
    let shown = named.display();
    refuse_link(named)?;
    let place = named
        .canonicalize()
        .with_context(|| format!("look at {shown}"))?;
    below(root, &place, shown)
}

/// Refuses a symbolic link: what a person named may lead anywhere, to something without an end too.
pub(crate) fn refuse_link(named: &Path) -> Result<()> {
    if named.is_symlink() {
        let shown = named.display();
        return Err(refused(format!(
            "{shown} is a symbolic link; name the file itself"
        )));
    }
    Ok(())
}

/// The file to read where the person named a link to it. What never ends is no file.
///
/// # Errors
/// When the link leads to no file.
pub(crate) fn followed(named: &Path) -> Result<PathBuf> {
    if !named.is_symlink() {
        return Ok(named.to_owned());
    }
    let shown = named.display();
    let place = named
        .canonicalize()
        .with_context(|| format!("follow the link {shown}"))?;
    if place.is_file() {
        return Ok(place);
    }
    Err(refused(format!("{shown} is a symbolic link to no file")))
}

fn below(root: &Path, place: &Path, shown: impl Display) -> Result<RepoPath> {
    let below = place
        .strip_prefix(root)
        .map_err(|_| refused(format!("{shown} lies outside {}", root.display())))?;
    repo_path(below).with_context(|| format!("{shown} has a path that Signet does not take"))
}

/// Where something would stand below the root that need not be there: the path as named, from the current folder.
pub(crate) fn path_at(root: &Path, named: &Path) -> Result<RepoPath> {
    let below = std::env::current_dir()?.canonicalize()?.join(named);
    let below = below.strip_prefix(root).map_err(|_| {
        refused(format!(
            "{} lies outside {}",
            named.display(),
            root.display()
        ))
    })?;
    let plain: PathBuf = below.components().collect();
    repo_path(&plain)
}

fn repo_path(below: &Path) -> Result<RepoPath> {
    let text = below
        .to_str()
        .ok_or_else(|| refused("the path is not UTF-8"))?;
    Ok(text.parse()?)
}
