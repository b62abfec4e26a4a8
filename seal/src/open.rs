//! Opens what a plan needs, and nothing else: verified tree in, values by stand-in out.

mod file;
mod identity;
mod values;

use std::collections::BTreeMap;

use signet_api::{ClusterName, Fleet, RepoPath, SealedMode, TenantName};
use signet_envelope::{Pointer, Scope, Sealed, StandIn, parse, recipients_in_transition};
use signet_provenance::{Tree, Verified};
use signet_render::SealedLeaf;

use crate::unlock::{Opened as Slot, Value, unlock};
use crate::{Identity, OpenError};

pub use file::{OpenedText, UnopenedComment, open_file, open_sealed};
pub(crate) use file::{body_text, clear_text, written};
pub use identity::{open_identities, open_identity};
pub use values::Opened;

/// On whose behalf files are opened, and where.
#[derive(Debug, Clone, Copy)]
pub struct OpenScope<'a> {
    /// The fleet's documents of the verified tree.
    pub fleet: &'a Fleet,
    /// The repository's identifier.
    pub repository: &'a str,
    /// The tenant whose source was rendered.
    pub tenant: &'a TenantName,
    /// This cluster.
    pub cluster: &'a ClusterName,
    /// Whether plain SOPS files will do: the Tenant document's `sealed`.
    pub mode: SealedMode,
}

/// Opens the sealed values that a plan is about to apply.
///
/// Each file is read from the verified tree, checked against its place, its recipients, its seal and its MAC, and only
/// then are the values that were asked for kept. A single file that fails opens nothing. The identities are that of the place
/// and, while it is rotated, the one before it: [`open_identities`].
///
/// # Errors
/// [`OpenError`] for the first file that fails, in the order of `sealed-format` section 4.
pub fn open(
    tree: &Tree<Verified>,
    leaves: &BTreeMap<StandIn, SealedLeaf>,
    scope: &OpenScope<'_>,
    identities: &[Identity],
) -> Result<Opened, OpenError> {
    let identities: Vec<&Identity> = identities.iter().collect();
    let mut by_file: BTreeMap<&RepoPath, Vec<(&StandIn, &Pointer)>> = BTreeMap::new();
    for (stand_in, leaf) in leaves {
        by_file
            .entry(&leaf.path)
            .or_default()
            .push((stand_in, &leaf.pointer));
    }
    let mut opened = Opened::default();
    for (path, wanted) in by_file {
        let unreadable = |source| OpenError::Tree {
            path: path.clone(),
            source,
        };
        let bytes = tree.read(path).map_err(unreadable)?;
        let sealed = read(&bytes, path)?;
        let blob = tree.entry(path).map_err(unreadable)?.map(|entry| entry.id);
        let file = File {
            name: blob.map(|blob| StandIn::file("", path, blob.as_bytes())),
            scope: scope.of(&sealed)?,
            sealed,
        };
        file.open(&identities, &wanted, &mut opened)?;
    }
    Ok(opened)
}

impl OpenScope<'_> {
    fn of(&self, sealed: &Sealed) -> Result<Scope, OpenError> {
        Ok(Scope {
            repository: self.repository.to_owned(),
            tenant: self.tenant.clone(),
            cluster: Some(self.cluster.clone()),
            path: sealed.path().clone(),
            recipients: recipients_in_transition(self.fleet, sealed)?,
            mode: self.mode,
        })
    }
}

pub(crate) fn read(bytes: &[u8], path: &RepoPath) -> Result<Sealed, OpenError> {
    let text = std::str::from_utf8(bytes).map_err(|_| OpenError::NotText { path: path.clone() })?;
    Ok(parse(text, path)?)
}

/// A sealed file, and where it has to belong.
struct File {
    sealed: Sealed,
    scope: Scope,
    /// Its stand-in as a whole, if it is in a tree.
    name: Option<StandIn>,
}

impl File {
    /// Opens the file and keeps what was asked for: values, or its text as a whole.
    fn open(
        &self,
        identities: &[&Identity],
        wanted: &[(&StandIn, &Pointer)],
        opened: &mut Opened,
    ) -> Result<(), OpenError> {
        let slots = unlock(&self.sealed, Some(&self.scope), identities)?;
        let unknown = |pointer: &Pointer| OpenError::UnknownLeaf {
            path: self.sealed.path().clone(),
            pointer: pointer.clone(),
        };
        let (whole, leaves): (Vec<_>, Vec<_>) = wanted
            .iter()
            .copied()
            .partition(|(_, pointer)| **pointer == Pointer::whole_file());
        for (stand_in, pointer) in whole {
            if self.name.as_ref() != Some(stand_in) {
                return Err(unknown(pointer));
            }
            let text = clear_text(&self.sealed, &slots)?;
            opened.keep(stand_in.clone(), Value::text(text.into_bytes()));
        }
        let mut by_pointer = values(slots);
        let stand_ins = self.sealed.stand_ins("");
        let stand_ins: BTreeMap<Pointer, StandIn> =
            stand_ins.map(|(name, leaf)| (leaf.pointer, name)).collect();
        for (stand_in, pointer) in leaves {
            let known = stand_ins.get(pointer) == Some(stand_in);
            let value = by_pointer.remove(pointer).filter(|_| known);
            opened.keep(stand_in.clone(), value.ok_or_else(|| unknown(pointer))?);
        }
        Ok(())
    }
}

fn values(slots: Vec<Slot<'_>>) -> BTreeMap<Pointer, Value> {
    let scalars = slots
        .into_iter()
        .filter(|slot| matches!(slot.slot.content, signet_envelope::Content::Scalar(_)));
    let values = scalars.filter_map(|slot| Some((slot.slot.pointer(), slot.value?)));
    values.collect()
}

#[cfg(test)]
mod tests;
