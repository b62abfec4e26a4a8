//! The versions of files that Git has beside the one that is looked at: committed, staged, and those of a merge that is not
//! committed yet.

use super::kept_key::{self, Suspect};
use super::{Finding, sealed, source};
use crate::blobs::Held;
use crate::failure::{Explain, Failure, Result};
use crate::gitcmd::Git;
use crate::output::Output;
use crate::repository::Repository;
use signet_api::RepoPath;
use signet_envelope::Sealed;
use signet_provenance::{Commit, Kind, ObjectId, Objects, Tree, Unverified};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a stash is that is popped. It has no file of its own beside HEAD.
const STASH: &str = "refs/stash";

/// So many earlier versions of a file are looked at.
const EARLIER: &str = "--max-count=20";

/// Every version of every file that may tell something about the one that is looked at.
pub(crate) struct Versions<'a> {
    repository: &'a Repository<'a>,
    git: Git<'a>,
    objects: Arc<dyn Objects>,
    head: Option<Named>,
    parents: Vec<Named>,
    sides: Vec<Named>,
    merged: Option<Named>,
    staged: BTreeMap<RepoPath, ObjectId>,
    is_index: bool,
    /// Why a version could not be read, the first time.
    failed: RefCell<Option<Failure>>,
}

/// A file that a commit has, and what comes after it has not.
pub(super) struct Lost {
    pub(super) path: RepoPath,
    /// What it was.
    pub(super) version: Version,
    /// Whether something that is no file stands in its place.
    pub(super) is_replaced: bool,
}

/// A commit and what a person calls it.
struct Named {
    name: String,
    tree: Tree<Unverified>,
}

/// A version of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    /// Where it stands, in a person's words.
    pub(super) name: String,
    /// What git takes it back from, if that is not the index.
    pub(super) revision: Option<String>,
    id: ObjectId,
}

/// What a file was, where it may have been changed since.
pub(super) struct Before {
    /// The name of what it is now, unless it is made to collide with another.
    now: Option<ObjectId>,
    /// Whether HEAD has it so.
    pub(super) is_committed: bool,
    /// In HEAD; in HEAD's first parent, where HEAD has the file as it is.
    pub(super) main: Option<Version>,
    /// In what is brought together with that.
    pub(super) sides: Vec<Version>,
    /// In the index, where that is not what is looked at.
    pub(super) staged: Option<Version>,
    /// As a merge left it, with the lines of both sides where they conflict.
    pub(super) merged: Option<Version>,
    /// The commits.
    commits: Vec<ObjectId>,
}

impl<'a> Versions<'a> {
    /// Those of a repository whose work tree is looked at, or whose index is.
    ///
    /// # Errors
    /// When the index cannot be listed.
    pub(super) fn of(repository: &'a Repository<'a>, is_index: bool) -> Result<Self> {
        let objects = repository.store().objects();
        let named = |id: ObjectId, name: String| {
            Some(Named {
                tree: Tree::unverified(objects.clone(), id).ok()?,
                name,
            })
        };
        let resolved =
            |revision: &str, name: &str| named(repository.resolve(revision).ok()?, name.to_owned());
        let head = resolved("HEAD", "HEAD");
        let parents = head
            .iter()
            .flat_map(|head| parents(&*objects, head.tree.commit()));
        let parents = parents.filter_map(|(id, name)| named(id, name)).collect();
        let sides = repository.in_progress().into_iter();
        let sides = sides.filter_map(|side| named(side.commit, side.name.to_owned()));
        let sides = sides.chain(resolved(STASH, "the stash")).collect();
        let git = repository.git();
        let staged = if is_index {
            BTreeMap::new()
        } else {
            source::staged(&git)?.files
        };
        let merged = repository.left_by_merge().map(|tree| Named {
            name: "the merge with our lines".to_owned(),
            tree: Tree::of_tree(objects.clone(), tree),
        });
        Ok(Self {
            repository,
            git,
            objects,
            head,
            parents,
            sides,
            merged,
            staged,
            is_index,
            failed: RefCell::new(None),
        })
    }

    /// The findings about sealed files whose keys others know, as far as the history can be read: of HEAD, and of what is
    /// brought into it.
    pub(super) fn kept_keys(&self, suspects: &[Suspect], out: &Output) -> Vec<Finding> {
        let head = self.head.iter().map(|head| head.tree.commit());
        let sides = self.repository.in_progress().into_iter();
        let commits: Vec<ObjectId> = head.chain(sides.map(|side| side.commit)).collect();
        let found = kept_key::found(self.repository, &commits, suspects, out);
        found.unwrap_or_else(|failure| {
            let failure = failure.context("look for who was taken out of sealed files");
            out.warn(failure.report(false).trim_end());
            Vec::new()
        })
    }

    /// What a file that holds these bytes was.
    pub(super) fn before(&self, path: &RepoPath, bytes: &[u8]) -> Before {
        let id = ObjectId::of(Kind::Blob, bytes);
        let is_committed = self
            .head
            .as_ref()
            .is_some_and(|head| id.is_some() && head.has(path) == id);
        let (main, sides) = match &self.parents[..] {
            _ if !is_committed => (self.head.as_ref(), &self.sides[..]),
            [main, sides @ ..] => (Some(main), sides),
            [] => (None, &[][..]),
        };
        let staged = self.staged.get(path).map(|id| Version {
            name: "the index".to_owned(),
            revision: None,
            id: *id,
        });
        Before {
            main: main.and_then(|main| main.version(path)),
            sides: sides.iter().filter_map(|side| side.version(path)).collect(),
            staged: staged.filter(|version| Some(version.id) != id),
            merged: self.merged.as_ref().and_then(|merged| merged.version(path)),
            commits: main
                .into_iter()
                .chain(sides)
                .map(|named| named.tree.commit())
                .collect(),
            now: id,
            is_committed,
        }
    }

    /// The files of HEAD that are gone from the tree, and those of its first parent that are gone from HEAD.
    pub(super) fn lost(&self) -> Vec<Lost> {
        let cached = if self.is_index {
            &["--cached"][..]
        } else {
            &[]
        };
        let now = [&["diff-index", "HEAD"][..], cached].concat();
        let before = ["diff-tree", "-r", "HEAD^1", "HEAD"];
        let head = self.head.iter().map(|head| (head, &now[..]));
        let parent = self.parents.first().map(|parent| (parent, &before[..]));
        let compared = head.chain(parent);
        compared
            .flat_map(|(commit, words)| self.lost_since(commit, words))
            .collect()
    }

    fn lost_since(&self, commit: &Named, words: &[&str]) -> Vec<Lost> {
        let how = ["--no-renames", "--diff-filter=TD", "--name-status", "-z"];
        let words: Vec<&str> = words[..1]
            .iter()
            .chain(&how)
            .chain(&words[1..])
            .copied()
            .collect();
        let listed = self.git.read_bytes(&words).unwrap_or_default();
        let mut fields = listed.split(|byte| *byte == 0);
        let pairs = std::iter::from_fn(|| Some((fields.next()?, fields.next()?)));
        let lost = pairs.filter_map(|(status, name)| {
            let path: RepoPath = std::str::from_utf8(name).ok()?.parse().ok()?;
            Some(Lost {
                version: commit.version(&path)?,
                path,
                is_replaced: status == b"T",
            })
        });
        lost.collect()
    }

    /// Whether HEAD, or the first parent by its name, had a file there.
    pub(super) fn had(&self, commit: &str, path: &RepoPath) -> bool {
        let commits = self.head.iter().chain(self.parents.first());
        let mut named = commits.filter(|named| named.name == commit);
        named.any(|named| named.has(path).is_some())
    }

    /// What a version holds; nothing if this clone does not have it, or it cannot be read, which [`Self::ensure_read`] tells.
    pub(super) fn read(&self, version: &Version) -> Option<Vec<u8>> {
        let held = self.repository.blobs().read(&version.id);
        match self.noted(held.with_context(|| format!("read {}", version.name)))? {
            Held::Bytes(bytes) => Some(bytes),
            Held::TooLarge | Held::Nothing => None,
        }
    }

    /// Ensures that all that was to be read was.
    ///
    /// # Errors
    /// The first failure since this was asked last.
    pub(super) fn ensure_read(&self) -> Result<()> {
        self.failed.take().map_or(Ok(()), Err)
    }

    fn noted<T>(&self, read: Result<T>) -> Option<T> {
        match read {
            Ok(read) => Some(read),
            Err(failure) => {
                self.failed.borrow_mut().get_or_insert(failure);
                None
            }
        }
    }

    /// What git takes for the last committed version that is another one than the file and can be read.
    pub(super) fn whole(&self, path: &RepoPath, file: &Sealed) -> Option<String> {
        let bytes = file.text().as_bytes();
        self.last_other(path, bytes, |other| {
            matches!(sealed::read(file.store(), path, other), Ok(Some(_)))
        })
    }

    /// What git takes for the last committed version of a file that is another one than these bytes and is as it should be.
    pub(super) fn last_other(
        &self,
        path: &RepoPath,
        bytes: &[u8],
        is_right: impl Fn(&[u8]) -> bool,
    ) -> Option<String> {
        let before = self.before(path, bytes);
        let committed = before.main.iter().cloned();
        let mut versions = committed.chain(self.earlier(path, &before));
        let is_other = |version: &Version| {
            let other = self.read(version);
            other.is_some_and(|other| other != bytes && is_right(&other))
        };
        versions.find(is_other).map(|version| version.name)
    }

    /// The latest versions of the file in the history of those commits.
    pub(super) fn earlier(&self, path: &RepoPath, before: &Before) -> Vec<Version> {
        if before.commits.is_empty() {
            return Vec::new();
        }
        let commits = before.commits.iter().map(ObjectId::to_string);
        let mut words = vec!["rev-list".to_owned(), EARLIER.to_owned()];
        words.extend(commits);
        words.extend(["--".to_owned(), format!(":(top,literal){path}")]);
        let listed = self.noted(self.git.read(&words)).unwrap_or_default();
        let commits = listed.lines().filter_map(|id| id.parse().ok());
        let trees = commits.filter_map(|id| Tree::unverified(self.objects.clone(), id).ok());
        let named = trees.map(|tree| Named {
            name: tree.commit().to_string(),
            tree,
        });
        named.filter_map(|named| named.version(path)).collect()
    }
}

impl Before {
    /// Those that the next commit replaces.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Version> {
        let sides = self.sides.iter().filter(|_| self.main.is_none());
        self.main.iter().chain(sides).chain(&self.staged)
    }

    /// Those that it may have been made of.
    pub(super) fn all(&self) -> impl Iterator<Item = &Version> {
        let others = self.staged.iter().chain(&self.merged);
        self.committed()
            .chain(others.filter(|_| !self.is_committed))
    }

    /// Those that are committed.
    pub(super) fn committed(&self) -> impl Iterator<Item = &Version> {
        self.main.iter().chain(&self.sides)
    }

    /// Whether the file is what one of the commits has.
    pub(super) fn has_it(&self) -> bool {
        self.committed().any(|version| Some(version.id) == self.now)
    }
}

impl Named {
    fn has(&self, path: &RepoPath) -> Option<ObjectId> {
        let entry = self.tree.entry(path).ok()??;
        Some(entry.id)
    }

    fn version(&self, path: &RepoPath) -> Option<Version> {
        let id = self.has(path)?;
        // Of a merge of several, each side has the same name.
        let is_revision = self.name.starts_with("HEAD");
        let commit = || self.tree.commit().to_string();
        Some(Version {
            name: self.name.clone(),
            revision: Some(if is_revision {
                self.name.clone()
            } else {
                commit()
            }),
            id,
        })
    }
}

/// The parents of a commit, called as Git does.
fn parents(objects: &dyn Objects, commit: ObjectId) -> Vec<(ObjectId, String)> {
    let object = objects.read(&commit).ok().flatten();
    let commit = object.and_then(|object| Commit::parse(&object.bytes).ok());
    let parents = commit.map(|commit| commit.parents).unwrap_or_default();
    if let [parent] = parents[..] {
        return vec![(parent, "HEAD^".to_owned())];
    }
    let numbered = parents.into_iter().zip(1..);
    numbered
        .map(|(id, number): (_, usize)| (id, format!("HEAD^{number}")))
        .collect()
}
