//! Seals for those that a path demands, and for nobody that only the work tree names without a word from the person.

mod asking;
pub(crate) mod existing;

use crate::clock;
use crate::consent::{Consent, TakeIn};
use crate::documents::transition::Named;
use crate::failure::{Explain, Result, refused};
use crate::files::Changes;
use crate::mistyped::refuse_in_fleet;
use crate::new_identity::NewIdentity;
use crate::output::visible::lines_of;
use crate::vouchers::Known;
use asking::{or_ask, voucher};
use signet_api::{Fleet, Owner, RepoPath, is_identity_path, owner, tenant_identity_path};
use signet_envelope::{Recipients, Rule, Store, recipients};
use signet_seal::{Identity, KeyGroups, SealPlace, SealRequest, Voucher, seal_file};
use std::collections::BTreeSet;

pub(crate) use asking::can_be_asked;

/// Seals files of a fleet.
pub(crate) struct Sealer<'a> {
    /// The fleet as the work tree has it.
    pub(crate) proposed: &'a Fleet,
    /// The fleet of the last commit that verifies.
    pub(crate) believed: &'a Fleet,
    /// Recipients that this command made itself.
    pub(crate) named: &'a [String],
    /// Whether the person was asked already.
    pub(crate) consent: Consent,
}

/// What of a file is sealed, and with whose help.
#[derive(Clone, Default)]
pub(crate) struct Sealing<'a> {
    /// Its store; nothing leaves it to the path.
    pub(crate) store: Option<Store>,
    /// Which leaves; nothing leaves it to the kind of the document.
    pub(crate) rule: Option<Rule>,
    /// Whether SOPS' MAC leaves out the clear values of a fresh file.
    pub(crate) mac_only_encrypted: bool,
    /// Identities that open what is sealed already.
    pub(crate) identities: &'a [Identity],
    /// Versions that vouch for what is sealed already.
    pub(crate) known: Option<&'a Known>,
    /// Whether a file is taken in that no seal shows to be of its place, by a command that does that.
    pub(crate) take_in: Option<TakeIn>,
    /// Whether a file that belongs to nobody stands in a fleet's repository.
    pub(crate) in_fleet: bool,
}

impl<'a> Sealing<'a> {
    /// The same with identities that open what is sealed already.
    pub(crate) fn opened_with(&self, identities: &'a [Identity]) -> Self {
        Self {
            identities,
            ..self.clone()
        }
    }
}

impl Sealer<'_> {
    /// The text sealed in place for those that its path demands; the same text if there is nothing to do.
    pub(crate) fn seal(
        &self,
        path: &RepoPath,
        recipients: &Recipients,
        bytes: impl AsRef<[u8]>,
        sealing: Sealing,
    ) -> Result<String> {
        let owner = self.owner(path)?;
        let request = SealRequest {
            path,
            store: sealing.store.unwrap_or_else(|| Store::of(path)),
            place: Some(SealPlace {
                repository: &self.believed.policy.repository,
                tenant: &owner.tenant,
                clusters: &owner.clusters,
                takes_incoming: false,
            }),
            in_fleet: true,
            recipients,
            key_groups: None,
            rule: sealing.rule,
            mac_only_encrypted: sealing.mac_only_encrypted,
            identities: sealing.identities,
            vouched_by: sealing.known.map_or(Voucher::Nobody, voucher),
            now: clock::now(),
        };
        or_ask(request, self.consent, sealing.take_in, |request, rng| {
            seal_file(bytes.as_ref(), request, rng)
        })
    }

    /// Adds the sealed document of a new identity.
    pub(crate) fn add_identity(
        &self,
        changes: &mut Changes,
        path: RepoPath,
        new: &NewIdentity,
    ) -> Result<()> {
        let sealed = self
            .seal(
                &path,
                &self.recipients(&path)?,
                new.document(),
                Sealing::default(),
            )
            .with_context(|| format!("seal the identity {path}"))?;
        changes.create(path, sealed)
    }

    /// Those that the path demands.
    ///
    /// # Errors
    /// When some of them stand in no verified commit and the person does not agree to them.
    pub(crate) fn recipients(&self, path: &RepoPath) -> Result<Recipients> {
        let mut demanded = recipients(self.proposed, path)?;
        if is_identity_path(path) {
            // A cluster that is given a new identity has one of the two, and nobody here knows which; nor which recovery key
            // somebody will have at hand who has nothing else.
            demanded.required.extend(demanded.transitional.clone());
        }
        refuse_in_fleet(self.proposed, &demanded.required)?;
        let known = self.known(path)?;
        let strangers: Vec<&str> = demanded
            .required
            .iter()
            .filter(|recipient| !known.contains(*recipient) && !self.named.contains(recipient))
            .map(String::as_str)
            .collect();
        if !strangers.is_empty() {
            self.consent
                .to_people(&question(path, &strangers))
                .hint("or first commit and sign what names them")?;
        }
        Ok(demanded)
    }

    /// Those that the last verified commit names for the path: of a new tenant's identity, the cluster and recovery.
    fn known(&self, path: &RepoPath) -> Result<BTreeSet<String>> {
        let Recipients {
            required,
            transitional,
        } = recipients(self.believed, path).unwrap_or_default();
        let Owner { tenant, clusters } = self.owner(path)?;
        let reaches = clusters
            .iter()
            .filter(|cluster| *path == tenant_identity_path(cluster, &tenant));
        let clusters = reaches.filter_map(|cluster| Named::of_cluster(self.believed, cluster));
        let clusters = clusters.flat_map(|named| named.all());
        let recovery = &self.believed.policy.recovery;
        let recovery = recovery.recipients.iter().chain(&recovery.transitional);
        Ok(required
            .into_iter()
            .chain(transitional)
            .chain(recovery.cloned())
            .chain(clusters)
            .collect())
    }

    fn owner(&self, path: &RepoPath) -> Result<Owner> {
        owner(self.proposed, path).ok_or_else(|| refused(format!("{path} belongs to nobody")))
    }
}

fn question(path: &RepoPath, strangers: &[&str]) -> String {
    format!(
        "no verified commit names these recipients of {path}, only the work tree does:{}\nSeal for them too?",
        lines_of(strangers)
    )
}

/// Seals a file for exactly these groups of recipients: a plain SOPS file, bound to no place.
pub(crate) fn seal_for(
    path: &RepoPath,
    bytes: &[u8],
    groups: &KeyGroups,
    sealing: Sealing,
    consent: Consent,
) -> Result<String> {
    let request = SealRequest {
        path,
        store: sealing.store.unwrap_or_else(|| Store::of(path)),
        place: None,
        in_fleet: sealing.in_fleet,
        recipients: &Recipients {
            required: groups.recipients(),
            transitional: BTreeSet::new(),
        },
        key_groups: (groups.groups.len() > 1).then_some(groups),
        rule: sealing.rule,
        mac_only_encrypted: sealing.mac_only_encrypted,
        identities: sealing.identities,
        vouched_by: sealing.known.map_or(Voucher::Nobody, voucher),
        now: clock::now(),
    };
    or_ask(request, consent, None, |request, rng| {
        seal_file(bytes, request, rng)
    })
}

/// Refuses a path whose owner the last verified commit does not know.
///
/// Who a tenant is, is decided by the commit that makes it: before that is signed, anybody who can write to the work tree
/// could name recipients.
pub(crate) fn refuse_unowned(path: &RepoPath, believed: &Fleet, proposed: &Fleet) -> Result<()> {
    if owner(believed, path).is_some() {
        return Ok(());
    }
    if let Some(proposed) = owner(proposed, path) {
        return Err(refused(format!(
            "{path} belongs to {}, which stands in no verified commit yet",
            proposed.tenant
        ))
        .hint("commit and sign the tenant first: git add :/signet :/clusters && git commit -S"));
    }
    let folders: Vec<String> = believed
        .tenants
        .values()
        .flat_map(|tenant| {
            tenant
                .clusters
                .iter()
                .flat_map(move |on| on.sources.iter().map(move |source| (tenant, source)))
        })
        .map(|(tenant, source)| format!("{} in {}/", tenant.name, source.path))
        .collect();
    let failure = refused(format!(
        "{path} belongs to nobody, so nobody can be named who may open it"
    ));
    Err(match folders.as_slice() {
        [] => failure.hint("there are no tenants yet; signet tenant add makes one"),
        folders => failure.hint(format!(
            "move it to where it belongs; the tenants are: {}",
            folders.join(", ")
        )),
    })
}
