//! Which sealed files are rotated.

use crate::candidates;
use crate::failure::{Explain, Failure, Result, refused, usage};
use crate::left::{Left, Reason};
use crate::output::Output;
use crate::parallel;
use crate::reading;
use crate::sealing::existing::groups_of;
use crate::store_args::StoreArgs;
use crate::surroundings::Surroundings;
use crate::unmerged;
use signet_api::RepoPath;
use signet_envelope::{EnvelopeError, Sealed, Store, is_sealed, parse_unfinished_as};
use signet_seal::{Identity, Version};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::PathBuf;

/// A sealed file of the work tree.
pub(super) struct Chosen {
    pub(super) path: RepoPath,
    pub(super) sealed: Sealed,
    /// For whom it is sealed.
    pub(super) people: BTreeSet<String>,
    /// Whether the person named this very file.
    pub(super) is_named: bool,
}

/// A file that may be sealed.
struct Candidate {
    path: RepoPath,
    place: PathBuf,
    /// Whether the person named this very file.
    is_named: bool,
}

impl Chosen {
    /// The file as it is now, to be compared with its past.
    pub(super) fn version<'a>(&self, identities: &'a [Identity]) -> Option<Version<'a>> {
        let store = self.sealed.store();
        Version::read(store, self.sealed.text(), &self.path, identities)
    }

    /// Whether it is a plain SOPS file, as its tenant keeps them.
    pub(super) fn is_plain(&self, around: &Surroundings) -> bool {
        self.sealed.signet().is_none() && around.keeps_plain(&self.path)
    }
}

/// The sealed files among those that were named, each once, in the order of their paths. Of a folder or a pattern that
/// is every sealed file that git does not ignore; without names, every one of the fleet's repository. In a fleet, those that nobody
/// named and that look sealed and cannot be read are left.
///
/// # Errors
/// When a file that was named by itself is not sealed, or one that is sealed cannot be read.
pub(super) fn sealed(
    named: &[PathBuf],
    store: &StoreArgs,
    around: &Surroundings,
    left: &mut Left,
    out: &Output,
) -> Result<Vec<Chosen>> {
    let mut candidates = BTreeMap::new();
    for candidate in candidates_of(named, around, out)? {
        let is_named = candidate.is_named;
        let kept = candidates
            .entry(candidate.path.clone())
            .or_insert(candidate);
        kept.is_named |= is_named;
    }
    let read = parallel::map(candidates.into_values(), |one| {
        let read = one.read(store.of(&one.path));
        (one, read)
    });
    let mut chosen = Vec::new();
    for (candidate, read) in read {
        match read {
            Ok(file) => chosen.extend(file),
            Err(failure) if around.is_fleet() && !candidate.is_named => {
                let path = &candidate.path;
                let told = format!("{path}: {}", failure.told());
                left.leave_saying(path, Reason::Broken, around.name_of(path)?, told);
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(chosen)
}

fn candidates_of(named: &[PathBuf], around: &Surroundings, out: &Output) -> Result<Vec<Candidate>> {
    if named.is_empty() && !around.is_fleet() {
        return Err(usage(
            "no file is named, and this is no fleet's repository, of which all would be rotated",
        )
        .hint("`signet rotate FILE` changes it in place by itself; `-i` takes the file of an identity"));
    }
    let root = [around.root().to_owned()];
    let named = if named.is_empty() { &root } else { named };
    let mut found = Vec::new();
    for name in named {
        let (places, is_named) = if name.is_dir() {
            let below = candidates::below(name, out)?.into_iter();
            (below.map(|file| name.join(file)).collect(), false)
        } else if name.symlink_metadata().is_err() && candidates::is_pattern(name) {
            (candidates::matching(name, out)?, false)
        } else {
            (vec![name.clone()], true)
        };
        for place in places {
            found.push(Candidate {
                path: around.path_of(&place)?,
                place,
                is_named,
            });
        }
    }
    Ok(found)
}

impl Candidate {
    /// The sealed file; nothing for one that is not sealed, if only its folder or a pattern was named.
    fn read(&self, store: Store) -> Result<Option<Chosen>> {
        let Self { path, place, .. } = self;
        let bytes = match reading::file(place) {
            Err(error) if error.kind() == ErrorKind::FileTooLarge && !self.is_named => {
                return Ok(None);
            }
            bytes => bytes.with_context(|| format!("read {path}"))?,
        };
        let marker = unmerged::marker(store, &bytes);
        if marker.is_some() && is_sealed(&bytes) {
            let failure = refused(format!("{path} is sealed, and not merged yet"));
            return Err(unmerged::explained(failure, place, marker));
        }
        if !is_sealed(&bytes) || store == Store::Binary && !bytes.starts_with(b"{") {
            return self.is_clear();
        }
        let text = reading::text(bytes).ok_or_else(|| refused(format!("{path} is no text")))?;
        match parse_unfinished_as(store, text, path) {
            Err(EnvelopeError::NotSealed { .. }) => self.is_clear(),
            Err(error) => {
                let failure = Failure::from(error)
                    .context(format!("read {path}, which looks sealed"))
                    .hint("nothing was changed; name the files that are to be rotated");
                Err(unmerged::explained(failure, place, marker))
            }
            Ok(sealed) => Ok(Some(Chosen {
                path: path.clone(),
                people: groups_of(&sealed).recipients(),
                sealed,
                is_named: self.is_named,
            })),
        }
    }

    fn is_clear(&self) -> Result<Option<Chosen>> {
        if self.is_named {
            return Err(refused(format!("{} is not sealed", self.path)));
        }
        Ok(None)
    }
}
