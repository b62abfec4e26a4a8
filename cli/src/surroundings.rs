//! What is around a file that a person named: a fleet's state repository, another repository, or none.

use crate::audience::{Audience, AudienceArgs};
use crate::consent::Consent;
use crate::failure::{Explain, Failure, Result, refused};
use crate::files::Changes;
use crate::fleet::{self, Believed};
use crate::output::Output;
use crate::own_work::OwnWork;
use crate::pin::Trust;
use crate::place::Place;
use crate::repository::{Repository, base_of, folder_of, path_below, path_to_be, work_tree_around};
use crate::sealing::existing::Existing;
use crate::sealing::{Sealer, refuse_unowned};
use crate::vouchers::{Known, Vouchers};
use signet_api::{Fleet, RepoPath, SealedMode, owner};
use signet_envelope::Sealed;
use signet_provenance::{Unverified, Verdict, Verified};
use signet_seal::KeyGroups;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A folder that paths are relative to, and who says for whom the files in it are sealed.
pub(crate) struct Surroundings {
    root: PathBuf,
    fleet: Option<FleetHere>,
    /// Those of a repository that is no fleet's: nobody signs for what is committed there.
    vouchers: Vouchers<Unverified>,
}

/// A fleet, believed and as the work tree has it.
struct FleetHere {
    believed: Believed,
    proposed: Fleet,
    vouchers: Vouchers<Verified>,
    /// Recipients that this command made itself.
    named: Vec<String>,
}

impl Surroundings {
    /// Those of a folder, or of a file that need not be there yet.
    ///
    /// # Errors
    /// When they are a fleet's, and its history does not verify.
    pub(crate) fn of(file: &Path, trust: Trust, out: &Output) -> Result<Self> {
        let folder = folder_of(file)?;
        let Some(root) = work_tree_around(&folder, out)? else {
            return Ok(Self {
                root: base_of(folder)?,
                fleet: None,
                vouchers: Vouchers::default(),
            });
        };
        let repository = Repository::at(root.clone(), out)?;
        if !fleet::is_here(&repository) {
            fleet::refuse_within(&folder, &root)?;
            return Ok(Self {
                root,
                fleet: None,
                vouchers: Vouchers::of(&repository),
            });
        }
        let believed = fleet::believed(&repository, trust)?;
        let known = FleetHere {
            proposed: fleet::proposed(&repository, &Changes::to(&root))?,
            vouchers: Vouchers::of_fleet(&repository, &believed, trust),
            named: Vec::new(),
            believed,
        };
        Ok(Self {
            root,
            fleet: Some(known),
            vouchers: Vouchers::default(),
        })
    }

    /// The folder that paths are relative to, without symbolic links.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The name of a file from where the person stands.
    pub(crate) fn name_of(&self, path: &RepoPath) -> Result<String> {
        Ok(Place::of(&self.root)?.name(path.as_str()))
    }

    /// The fleet's documents, as the last commit that verifies has them and as the work tree does.
    ///
    /// # Errors
    /// Where no fleet is.
    pub(crate) fn fleets(&self) -> Result<(&Fleet, &Fleet)> {
        let known = self.fleet.as_ref().ok_or_else(nowhere)?;
        Ok((&known.believed.fleet, &known.proposed))
    }

    /// What the fleet's history up to HEAD was found to be.
    ///
    /// # Errors
    /// Where no fleet is.
    pub(crate) fn verdict(&self) -> Result<&Verdict> {
        let known = self.fleet.as_ref().ok_or_else(nowhere)?;
        Ok(&known.believed.verdict)
    }

    /// The same with changes to the fleet's documents, which name these recipients that this command made itself.
    ///
    /// # Errors
    /// Where no fleet is, and when its documents do not read.
    pub(crate) fn with(
        mut self,
        changes: &Changes,
        named: Vec<String>,
        out: &Output,
    ) -> Result<Self> {
        let known = self.fleet.as_mut().ok_or_else(nowhere)?;
        let repository = Repository::at(self.root.clone(), out)?;
        known.proposed = fleet::proposed(&repository, changes)?;
        known.named = named;
        Ok(self)
    }

    /// Seals for those whom the fleet's documents demand.
    ///
    /// # Errors
    /// Where no fleet is.
    pub(crate) fn sealer(&self, consent: Consent) -> Result<Sealer<'_>> {
        let known = self.fleet.as_ref().ok_or_else(nowhere)?;
        Ok(known.sealer(consent))
    }

    /// No changes yet to the files in it.
    pub(crate) fn changes(&self) -> Changes {
        Changes::to(&self.root).recorded_in(self.own_work())
    }

    /// What Signet wrote there.
    pub(crate) fn own_work(&self) -> &OwnWork {
        match &self.fleet {
            Some(fleet) => fleet.vouchers.own_work(),
            None => self.vouchers.own_work(),
        }
    }

    /// Whether they are a fleet's.
    pub(crate) fn is_fleet(&self) -> bool {
        self.fleet.is_some()
    }

    /// Whether a path of a fleet belongs to nobody there.
    pub(crate) fn is_nobodys(&self, path: &RepoPath) -> bool {
        let fleet = self.fleet.as_ref();
        fleet.is_some_and(|fleet| !fleet.names_owner_of(path))
    }

    /// Whether a plain SOPS file is right at a path: its tenant's agents take it as it is.
    pub(crate) fn keeps_plain(&self, path: &RepoPath) -> bool {
        let fleet = self.fleet.as_ref().map(|known| &known.believed.fleet);
        let tenant = fleet.and_then(|fleet| fleet.tenants.get(&owner(fleet, path)?.tenant));
        tenant.is_some_and(|tenant| tenant.sealed == SealedMode::Compat)
    }

    /// The path of a file, which need not be there.
    ///
    /// # Errors
    /// When it is a symbolic link or lies outside.
    pub(crate) fn path_of(&self, file: &Path) -> Result<RepoPath> {
        match file.symlink_metadata() {
            Ok(_) => path_below(&self.root, file),
            Err(_) => path_to_be(&self.root, file),
        }
    }

    /// What a request says about a file that is sealed already: its place and its people as the fleet has them; outside of
    /// one, the people that it is sealed for.
    ///
    /// # Errors
    /// When the file belongs to nobody that a verified commit names, or was sealed in a fleet and stands outside of it;
    /// when the person does not agree to recipients that only the work tree names.
    pub(crate) fn existing(&self, sealed: &Sealed, consent: Consent) -> Result<Existing> {
        let path = sealed.path();
        match &self.fleet {
            Some(known) if known.names_owner_of(path) => {
                refuse_unowned(path, &known.believed.fleet, &known.proposed)?;
                let versions = known.vouchers.of_sealed(sealed, &known.believed.fleet)?;
                let existing = Existing::in_fleet(&known.sealer(consent), path, versions);
                existing.map(|existing| existing.in_store(sealed.store()))
            }
            Some(known) => known
                .vouchers
                .of_file(path, sealed.text())
                .and_then(|known| Existing::by_itself(sealed, known))
                .map(Existing::among_fleet),
            None => self
                .vouchers
                .of_file(path, sealed.text())
                .and_then(|known| Existing::by_itself(sealed, known)),
        }
        .with_context(|| format!("look for whom {path} is sealed"))
    }

    /// What a request says about a file that was never sealed: its place and its people as the fleet has them; outside of
    /// one, those that the person, the environment or a `.sops.yaml` names.
    ///
    /// # Errors
    /// When nobody is named, or somebody for a file whose path names them; else as [`Self::existing`].
    pub(crate) fn fresh(
        &self,
        path: &RepoPath,
        file: &Path,
        audience: &AudienceArgs,
        consent: Consent,
        out: &Output,
    ) -> Result<Existing> {
        match &self.fleet {
            Some(known) if known.names_owner_of(path) => {
                audience.refuse_for(path)?;
                refuse_unowned(path, &known.believed.fleet, &known.proposed)?;
                let rule = audience.creation(out)?.rule_within(&self.root, path)?;
                let to_be = Existing::in_fleet(&known.sealer(consent), path, Known::default())?;
                Ok(to_be.selecting(rule, false))
            }
            _ => {
                let Audience {
                    groups,
                    rule,
                    mac_only_encrypted,
                } = audience.audiences(out)?.of_fresh(file)?;
                let groups = groups.unwrap_or_else(|| KeyGroups::one(BTreeSet::new()));
                let to_be = Existing::to_be(path, groups);
                Ok(to_be.selecting(rule, mac_only_encrypted))
            }
        }
    }
}

fn nowhere() -> Failure {
    refused("this is no fleet's repository")
        .hint("run it in the work tree of the state repository, or name that with -C")
}

impl FleetHere {
    fn names_owner_of(&self, path: &RepoPath) -> bool {
        [&self.believed.fleet, &self.proposed]
            .iter()
            .any(|fleet| owner(fleet, path).is_some())
    }

    fn sealer(&self, consent: Consent) -> Sealer<'_> {
        Sealer {
            proposed: &self.proposed,
            believed: &self.believed.fleet,
            named: &self.named,
            consent,
        }
    }
}
