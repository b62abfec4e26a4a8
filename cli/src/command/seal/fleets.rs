//! Files of a tenant, sealed for those that their path demands.

use super::{Seal, sealed_in};
use crate::creation::Creation;
use crate::failure::{Explain, Result};
use crate::files::Changes;
use crate::fleet::{self, Believed};
use crate::identities::{Found, lock_in};
use crate::opening::ensure_opens_by_age;
use crate::output::Output;
use crate::repository::Repository;
use crate::sealing::{Sealer, Sealing, refuse_unowned};
use crate::vouchers::Vouchers;
use signet_api::{Fleet, RepoPath};
use signet_envelope::{Store, are_other_objects, is_sealed, read};
use signet_provenance::Verified;
use std::path::{Path, PathBuf};

/// The fleet as it is believed and as the work tree has it.
pub(super) struct Place<'a> {
    root: PathBuf,
    believed: Believed,
    proposed: Fleet,
    vouchers: Vouchers<Verified>,
    found: Found,
    creation: Creation<'a>,
}

impl<'a> Place<'a> {
    /// The place in a state repository.
    pub(super) fn of(seal: &'a Seal, repository: &Repository, out: &'a Output) -> Result<Self> {
        let believed = fleet::believed(repository, seal.trust)?;
        Ok(Self {
            root: repository.root().to_owned(),
            vouchers: Vouchers::of_fleet(repository, &believed, seal.trust),
            believed,
            proposed: fleet::proposed(repository, &Changes::to(repository.root()))?,
            found: seal.identity.at_hand()?,
            creation: seal.audience.creation(out)?,
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

    /// Whether nothing of a file in the clear is to be sealed: it holds objects that are no Secrets, and no rule is for it.
    pub(super) fn passes_by(&mut self, seal: &Seal, path: &RepoPath, bytes: &[u8]) -> Result<bool> {
        let is_ruled =
            seal.only.is_some() || self.creation.rule_within(&self.root, path)?.is_some();
        Ok(!is_ruled && holds_other_objects(seal.store.of(path), bytes))
    }

    /// What the file holds sealed for its path.
    pub(super) fn seal(&mut self, seal: &Seal, path: &RepoPath, bytes: &[u8]) -> Result<String> {
        refuse_unowned(path, &self.believed.fleet, &self.proposed)?;
        let store = seal.store.of(path);
        let before = sealed_in(store, path, bytes);
        if let Some(before) = &before {
            ensure_opens_by_age(before)
                .hint("or `sops decrypt -i` it there, and `signet seal` that")?;
        }
        let known = before.map_or_else(
            || self.vouchers.of_file(path, bytes),
            |sealed| self.vouchers.of_sealed(&sealed, &self.believed.fleet),
        )?;
        let sealing = Sealing {
            store: Some(store),
            rule: seal.only()?.map_or_else(
                || self.creation.rule_within(&self.root, path),
                |only| Ok(Some(only)),
            )?,
            mac_only_encrypted: false,
            identities: &[],
            known: Some(&known),
            take_in: Some(seal.take_in),
            in_fleet: true,
        };
        let sealer = Sealer {
            proposed: &self.proposed,
            believed: &self.believed.fleet,
            named: &[],
            consent: seal.consent,
        };
        let recipients = sealer.recipients(path)?;
        let done = self.found.unlocking(
            || lock_in(store, path, bytes),
            |identities| sealer.seal(path, &recipients, bytes, sealing.opened_with(identities)),
        );
        done.with_context(|| format!("seal {path}"))
    }
}

/// Whether a file in the clear holds objects of Kubernetes and no Secret.
pub(super) fn holds_other_objects(store: Store, bytes: &[u8]) -> bool {
    let text = str::from_utf8(bytes).ok().filter(|_| !is_sealed(bytes));
    let stream = text.and_then(|text| read(store, text).ok());
    stream.is_some_and(|stream| are_other_objects(&stream))
}
