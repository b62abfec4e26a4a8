//! Who answers for what is sealed in a file of the work tree: commits and, until it is committed, what Signet wrote itself.

use crate::blobs::{Blobs, Held};
use crate::failure::{Explain, Result};
use crate::fleet::{self, Believed};
use crate::own_work::OwnWork;
use crate::pin::Trust;
use crate::repository::Repository;
use signet_api::{Fleet, RepoPath, owner};
use signet_envelope::Sealed;
use signet_provenance::{Entry, Mode, Tree, TreeError, Unverified, Verified};

/// The versions of files that are known to be right.
///
/// Beside HEAD they are the commits that are being merged into it or picked, and those that a revert goes back to: without a
/// conflict, what they hold would stand in HEAD by now, and nobody would be asked about it either.
pub(crate) struct Vouchers<M> {
    trees: Vec<Tree<M>>,
    /// What the files of the trees hold; nothing where there are none.
    blobs: Option<Blobs>,
    own: OwnWork,
}

impl<M> Default for Vouchers<M> {
    /// Nobody answers for anything.
    fn default() -> Self {
        Self {
            trees: Vec::new(),
            blobs: None,
            own: OwnWork::default(),
        }
    }
}

/// The versions of one file that are known to be right.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// Those that vouch for values and keys.
    pub(crate) ours: Vec<String>,
    /// Those that vouch for values alone: of the other sides of a merge.
    pub(crate) theirs: Vec<String>,
    /// Whether they are versions of the path from which the file comes: nobody answers for its being here.
    pub(crate) is_of_another_path: bool,
}

impl Vouchers<Unverified> {
    /// Those of a repository whose commits nobody verifies.
    pub(crate) fn of(repository: &Repository) -> Self {
        let tree = |commit| Tree::unverified(repository.store().objects(), commit).ok();
        let head = repository.resolve("HEAD").ok();
        let sides = repository.in_progress().into_iter();
        let commits = head.into_iter().chain(sides.map(|side| side.commit));
        Self {
            trees: commits.filter_map(tree).collect(),
            blobs: Some(repository.blobs()),
            own: OwnWork::of(repository),
        }
    }
}

impl Vouchers<Verified> {
    /// Those of a fleet's repository: of each commit, the last one up to it that verifies.
    pub(crate) fn of_fleet(repository: &Repository, believed: &Believed, trust: Trust) -> Self {
        let others = repository.in_progress().into_iter().filter_map(|side| {
            let verdict = fleet::verified(repository.store(), side.commit, trust).ok();
            verdict.map(|verdict| verdict.tree)
        });
        Self {
            trees: std::iter::once(believed.verdict.tree.clone())
                .chain(others)
                .collect(),
            blobs: Some(repository.blobs()),
            own: OwnWork::of(repository),
        }
    }
}

impl<M> Vouchers<M> {
    /// The versions that vouch for what is sealed in the file, as it holds these bytes now.
    ///
    /// Values may come from each side of a merge, the key from HEAD alone: another side's may be one that HEAD has done away
    /// with, and whoever was taken out knows it. Of a file that HEAD does not have the sides vouch for all. What Signet wrote
    /// last comes first, since the file's rule is the one that it has there; whatever a person then adds in the clear, the rest
    /// is as it was there.
    ///
    /// # Errors
    /// When Git has a version and does not read it.
    pub(crate) fn of_file(&self, path: &RepoPath, now: impl AsRef<[u8]>) -> Result<Known> {
        let mut versions = self.trees.iter().map(|tree| {
            let read = self.read(tree, path);
            read.with_context(|| format!("read {path} as {} has it", tree.commit()))
        });
        let head = versions.next().transpose()?.flatten();
        let sides: Vec<Option<String>> = versions.collect::<Result<_>>()?;
        let sides: Vec<String> = sides.into_iter().flatten().collect();
        let mut known = match head {
            Some(head) => Known {
                ours: vec![head],
                theirs: sides,
                is_of_another_path: false,
            },
            None => Known {
                ours: sides,
                theirs: Vec::new(),
                is_of_another_path: false,
            },
        };
        let is_committed = |version: &String| version.as_bytes() == now.as_ref();
        if !known.ours.iter().any(is_committed)
            && let Some(own) = self.own.last(path)
        {
            known.ours.insert(0, own.to_owned());
        }
        Ok(known)
    }

    /// The text of a file, if the clone has one there.
    fn read(&self, tree: &Tree<M>, path: &RepoPath) -> Result<Option<String>> {
        let entry = match tree.entry(path) {
            // A link stands in the place of a folder.
            Err(TreeError::NotFile { .. }) => None,
            entry => entry?,
        };
        let is_file = |entry: &Entry| matches!(entry.mode, Mode::File | Mode::Executable);
        let (Some(entry), Some(blobs)) = (entry.filter(is_file), &self.blobs) else {
            return Ok(None);
        };
        Ok(match blobs.read(&entry.id)? {
            Held::Bytes(bytes) => String::from_utf8(bytes).ok(),
            Held::TooLarge | Held::Nothing => None,
        })
    }

    /// The versions that vouch for what a sealed file of a fleet holds: those of its path and, where there are none, of the path
    /// of the same tenant for which it was sealed. Whoever then seals it here has to agree to that.
    ///
    /// # Errors
    /// As [`Self::of_file`].
    pub(crate) fn of_sealed(&self, sealed: &Sealed, fleet: &Fleet) -> Result<Known> {
        let here = self.of_file(sealed.path(), sealed.text())?;
        let from = sealed
            .signet()
            .and_then(|claimed| claimed.path.parse().ok());
        let tenant = |path: &RepoPath| owner(fleet, path).map(|owner| owner.tenant);
        let is_tenants =
            |from: &RepoPath| tenant(from).is_some_and(|of| Some(of) == tenant(sealed.path()));
        Ok(match from.filter(is_tenants) {
            Some(from) if here.ours.is_empty() => Known {
                is_of_another_path: true,
                ..self.of_file(&from, sealed.text())?
            },
            _ => here,
        })
    }

    /// What Signet wrote into the work tree.
    pub(crate) fn own_work(&self) -> &OwnWork {
        &self.own
    }
}
