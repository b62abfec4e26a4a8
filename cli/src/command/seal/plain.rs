//! Files that belong to no tenant: plain SOPS files, sealed for those that are named.

use super::{Seal, sealed_in};
use crate::audience::{Audience, Audiences};
use crate::failure::{Explain, Result, refused};
use crate::files::Changes;
use crate::fleet;
use crate::identities::{Found, lock_in};
use crate::leavers;
use crate::output::Output;
use crate::output::visible::lines_of;
use crate::repository::{Repository, base_of, folder_of_all, work_tree_around};
use crate::sealing::existing::{Existing, groups_of, refuse_placed};
use crate::sealing::{Sealing, seal_for};
use crate::vouchers::{Known, Vouchers};
use signet_api::{Fleet, RepoPath, owner};
use signet_envelope::{Sealed, is_sealed, parse_unfinished_as};
use signet_provenance::Unverified;
use signet_seal::{Identity, KeyGroups, rotate_file, seal_file};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What is around the files.
pub(super) struct Place<'a> {
    root: PathBuf,
    fleet: Option<Fleet>,
    vouchers: Vouchers<Unverified>,
    found: Found,
    audiences: Audiences<'a>,
}

impl<'a> Place<'a> {
    /// The place of these files, of which one lies in the folder.
    pub(super) fn of(
        seal: &'a Seal,
        folder: &Path,
        files: &[PathBuf],
        out: &'a Output,
    ) -> Result<Self> {
        let tree = work_tree_around(folder, out)?;
        let repository = tree.as_ref().map(|root| Repository::at(root.clone(), out));
        let repository = repository.transpose()?;
        let fleet = repository.as_ref().filter(|here| fleet::is_here(here));
        Ok(Self {
            fleet: fleet
                .map(|here| fleet::proposed(here, &Changes::to(here.root())))
                .transpose()?,
            vouchers: repository.as_ref().map(Vouchers::of).unwrap_or_default(),
            root: root(tree, files)?,
            found: seal.identity.at_hand()?,
            audiences: seal.audience.audiences(out)?,
        })
    }

    /// The folder to which paths are relative.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// No changes yet to the files there.
    pub(super) fn changes(&self) -> Changes {
        Changes::to(&self.root).recorded_in(self.vouchers.own_work())
    }

    /// What the file holds sealed for those that are named on the command line, in the environment or in a `.sops.yaml`.
    pub(super) fn seal(
        &mut self,
        seal: &Seal,
        file: &Path,
        path: &RepoPath,
        bytes: &[u8],
    ) -> Result<String> {
        refuse_owned(path, self.fleet.as_ref())?;
        let Audience {
            groups,
            rule,
            mac_only_encrypted,
        } = self.audience(seal, file, path, bytes)?;
        let known = self.vouchers.of_file(path, bytes)?;
        let store = seal.store.of(path);
        let Some(groups) = groups else {
            let sealed = parse_unfinished_as(store, text(path, bytes)?, path)?;
            let existing = Existing::by_itself(&sealed, known)?;
            return self.unlocking(seal, path, bytes, |identities| {
                existing.carry_out(identities, seal.consent, None, |request, rng| {
                    seal_file(bytes, request, rng)
                })
            });
        };
        if let Some(sealed) = sealed_in(store, path, bytes) {
            refuse_placed(&sealed)?;
            let own = groups_of(&sealed);
            leavers::refuse(file, named_with(file, &seal.files), &sealed, &groups)?;
            let joins = &groups.recipients() - &own.recipients();
            if self.fleet.is_some() && !joins.is_empty() {
                seal.consent.to_people(&joining(path, &joins))?;
            }
            if !seal.audience.are_named() && leavers::stand_elsewhere(&own, &groups) {
                return self.regroup(seal, &sealed, groups, known);
            }
        }
        let sealing = Sealing {
            store: Some(store),
            rule: seal.only()?.or(rule),
            mac_only_encrypted,
            identities: &[],
            known: Some(&known),
            take_in: None,
            in_fleet: self.fleet.is_some(),
        };
        self.unlocking(seal, path, bytes, |identities| {
            let sealing = sealing.opened_with(identities);
            seal_for(path, bytes, &groups, sealing, seal.consent)
        })
    }

    fn audience(
        &mut self,
        seal: &Seal,
        file: &Path,
        path: &RepoPath,
        bytes: &[u8],
    ) -> Result<Audience> {
        if is_sealed(bytes) {
            let sealed = sealed_in(seal.store.of(path), path, bytes);
            self.audiences.of_sealed(file, sealed.as_ref())
        } else {
            self.audiences.of_fresh(file)
        }
    }

    /// The file for people in these groups, under a new key: who was enough to open it knows the one that it has.
    fn regroup(
        &mut self,
        seal: &Seal,
        sealed: &Sealed,
        groups: KeyGroups,
        known: Known,
    ) -> Result<String> {
        let existing = Existing::by_itself(sealed, known)?.regrouped(groups);
        let (path, bytes) = (sealed.path(), sealed.text().as_bytes());
        self.unlocking(seal, path, bytes, |identities| {
            existing.carry_out(identities, seal.consent, None, |request, rng| {
                rotate_file(sealed, request, rng)
            })
        })
    }

    /// What comes of the work with what opens the file, if it is sealed.
    fn unlocking(
        &mut self,
        seal: &Seal,
        path: &RepoPath,
        bytes: &[u8],
        work: impl Fn(&[Identity]) -> Result<String>,
    ) -> Result<String> {
        let lock = || lock_in(seal.store.of(path), path, bytes);
        let sealed = self.found.unlocking(lock, work);
        sealed.with_context(|| format!("seal {path}"))
    }
}

/// What a person named to have a file sealed: the folder that it lies in, or the file.
fn named_with<'n>(file: &'n Path, named: &'n [PathBuf]) -> &'n Path {
    let mut folders = named.iter().filter(|name| name.is_dir());
    let lies_in = |folder: &&PathBuf| file.starts_with(folder) || folder.as_os_str() == ".";
    folders.find(lies_in).map_or(file, PathBuf::as_path)
}

fn text<'t>(path: &RepoPath, bytes: &'t [u8]) -> Result<&'t str> {
    str::from_utf8(bytes).with_context(|| format!("read {path}"))
}

/// The work tree; outside of one the current folder if all files lie in it, else the folder of all files.
pub(super) fn root(tree: Option<PathBuf>, files: &[PathBuf]) -> Result<PathBuf> {
    tree.map_or_else(|| base_of(folder_of_all(files).canonicalize()?), Ok)
}

/// A tenant's file sealed for others than its path demands would be refused by its agent.
fn refuse_owned(path: &RepoPath, fleet: Option<&Fleet>) -> Result<()> {
    match fleet.and_then(|fleet| owner(fleet, path)) {
        Some(owned) => Err(refused(format!(
            "{path} belongs to {}, and its path says for whom it is sealed",
            owned.tenant
        ))
        .hint("leave out --age; further people who may open it are `editors` of the tenant")),
        None => Ok(()),
    }
}

/// What a person is asked before more people get the key of a file in a fleet's repository that belongs to nobody there.
fn joining(path: &RepoPath, joins: &BTreeSet<String>) -> String {
    format!(
        "{path} is sealed already, and belongs to nobody in the fleet. These come to open it:{}\n\
         Whoever cannot open it could have brought a tenant's there, for others to read. Seal it for them?",
        lines_of(joins)
    )
}
