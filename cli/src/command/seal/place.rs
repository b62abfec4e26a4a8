//! Where files are sealed: in a fleet, or for those that somebody names.

use super::{Seal, fleets, plain};
use crate::failure::Result;
use crate::files::Changes;
use crate::fleet;
use crate::output::Output;
use crate::repository::{folder_of, path_at, path_below, path_to_be};
use crate::unmerged;
use signet_api::RepoPath;
use signet_envelope::Sealed;
use std::path::{Path, PathBuf};

/// Who says for whom a file is sealed.
pub(super) enum Place<'a> {
    /// Its path in the fleet.
    Fleet(Box<fleets::Place<'a>>),
    /// The person, the environment or a `.sops.yaml`.
    Plain(Box<plain::Place<'a>>),
}

impl<'a> Place<'a> {
    /// The place of files: the fleet around the first, unless recipients are named.
    pub(super) fn of(seal: &'a Seal, files: &[PathBuf], out: &'a Output) -> Result<Self> {
        let folder = files.first().map_or(Path::new("."), PathBuf::as_path);
        let folder = folder_of(folder).or_else(|_| folder_of(Path::new(".")))?;
        let fleet = fleet::around(&folder, out)?.filter(|_| !seal.audience.are_named());
        Ok(match fleet {
            Some(repository) => Self::Fleet(Box::new(fleets::Place::of(seal, &repository, out)?)),
            None => Self::Plain(Box::new(plain::Place::of(seal, &folder, files, out)?)),
        })
    }

    /// The folder to which paths are relative.
    pub(super) fn root(&self) -> &Path {
        match self {
            Self::Fleet(place) => place.root(),
            Self::Plain(place) => place.root(),
        }
    }

    /// No changes yet to the files there.
    pub(super) fn changes(&self) -> Changes {
        match self {
            Self::Fleet(place) => place.changes(),
            Self::Plain(place) => place.changes(),
        }
    }

    /// Where a file stands.
    pub(super) fn path_of(&self, file: &Path) -> Result<RepoPath> {
        path_below(self.root(), file)
    }

    /// Where a file would stand that need not be there.
    pub(super) fn path_at(&self, file: &Path) -> Result<RepoPath> {
        let path = path_at(self.root(), file);
        // Below a symbolic link for instance, from where it leads to.
        path.or_else(|failure| path_to_be(self.root(), file).map_err(|_| failure))
    }

    /// Whether it is a fleet.
    pub(super) fn is_fleet(&self) -> bool {
        matches!(self, Self::Fleet(_))
    }

    /// Whether a sealed file was sealed for another path or, in a fleet, for none.
    pub(super) fn is_incoming(&self, sealed: &Sealed) -> bool {
        match sealed.signet() {
            Some(claimed) => claimed.path != sealed.path().as_str(),
            None => matches!(self, Self::Fleet(_)),
        }
    }

    /// Whether nothing of a file in the clear is to be sealed: of objects of a fleet that are no Secrets, without a rule.
    pub(super) fn passes_by(&mut self, seal: &Seal, path: &RepoPath, bytes: &[u8]) -> Result<bool> {
        match self {
            Self::Fleet(place) => place.passes_by(seal, path, bytes),
            Self::Plain(_) => Ok(false),
        }
    }

    /// What the file holds sealed, as the file that the person named.
    pub(super) fn seal(
        &mut self,
        seal: &Seal,
        file: &Path,
        path: &RepoPath,
        bytes: &[u8],
    ) -> Result<String> {
        unmerged::refuse(seal.store.of(path), path, bytes)?;
        match self {
            Self::Fleet(place) => place.seal(seal, path, bytes),
            Self::Plain(place) => place.seal(seal, file, path, bytes),
        }
    }
}
