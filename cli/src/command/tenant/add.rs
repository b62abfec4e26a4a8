//! `signet tenant add`: everything that a new tenant needs, in one commit for a person to sign.

use super::manifests::{self, DEFAULT_ROLE};
use crate::beneath::Beneath;
use crate::consent::Consent;
use crate::documents;
use crate::documents::policy::{NewTenant, Signer};
use crate::failure::{Explain, Result, refused, usage};
use crate::files::Changes;
use crate::fleet::{self, Believed};
use crate::new_identity::NewIdentity;
use crate::output::shell::word;
use crate::pin::Trust;
use crate::place::Place;
use crate::repository::Repository;
use crate::sealing::Sealer;
use crate::session::Session;
use signet_api::{
    ClusterName, Fleet, Namespace, Namespaces, POLICY_PATH, ROOT_GROUP, RepoPath, STEERING,
    SealedMode, Tenant, TenantCluster, TenantName, tenant_identity_path, tenant_path,
};
use signet_seal::check_recipient;

/// Add a tenant to a cluster: document, identity, rights and policy
#[derive(clap::Args)]
#[command(
    after_help = "Writes to the work tree and leaves signing and committing to you. The tenant can seal once that commit is signed.\n\n\
    Example:\n  signet tenant add team-a --cluster prod --namespace team-a --signer dave=dave.pub\n  \
    git add signet clusters && git commit -S -m 'Add the tenant team-a'"
)]
pub(crate) struct Add {
    /// The tenant's name
    name: TenantName,
    /// The cluster on which it lives
    #[arg(long, value_name = "NAME")]
    cluster: ClusterName,
    /// A namespace of the tenant; the first is the default of its objects
    #[arg(long = "namespace", value_name = "NAME", required = true)]
    namespaces: Vec<Namespace>,
    /// The `ClusterRole` that the tenant's account has in those namespaces
    #[arg(long, value_name = "CLUSTERROLE", default_value = DEFAULT_ROLE)]
    role: String,
    /// Who signs for the tenant: a principal of the policy, or a new one with its key (repeatable; default: the root group)
    #[arg(long = "signer", value_name = "NAME[=PUBLICKEY]")]
    signers: Vec<Signer>,
    /// Who may open and edit the tenant's sealed files (repeatable, or with commas)
    #[arg(long = "editor", value_name = "RECIPIENT", value_delimiter = ',')]
    editors: Vec<String>,
    /// List what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    consent: Consent,
}

impl Add {
    /// Writes documents, manifests, policy and the sealed identity, all or none.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let out = &session.out;
        let repository = Repository::here(out)?;
        let believed = fleet::believed(&repository, self.trust)?;
        let identity = NewIdentity::generate(self.name.as_str());
        let changes = self.changes(&repository, &believed, &identity)?;
        let own = fleet::proposed(&repository, &Changes::to(repository.root()))?;
        let beneath = Beneath::judged(&repository, &believed.verdict);
        beneath.tell_of_own(&own.policy, out)?;
        beneath.agree(self.consent.rehearsed_if(self.dry_run))?;
        changes.list(out)?;
        if self.dry_run {
            return Ok(());
        }
        changes.apply()?;
        let (name, cluster) = (&self.name, &self.cluster);
        let place = Place::of(repository.root())?;
        let [signet, clusters] = [STEERING, "clusters"].map(|folder| word(&place.name(folder)));
        out.note(format!(
            "next: git add {signet} {clusters} && git commit -S -m 'Add the tenant {name}'"
        ));
        let folder = place.name(&format!("tenants/{name}/{cluster}"));
        out.note(format!(
            "then: put manifests into {folder}/ and signet seal what is secret"
        ));
        Ok(())
    }

    fn changes(
        &self,
        repository: &Repository,
        believed: &Believed,
        identity: &NewIdentity,
    ) -> Result<Changes> {
        let fleet = fleet::proposed(repository, &Changes::to(repository.root()))?;
        self.refuse_what_is_taken(&fleet)?;
        let mut changes = Changes::to(repository.root());
        self.add_documents(&mut changes, repository, believed, identity)?;
        let manifests = format!("clusters/{}/tenants/{}.yaml", self.cluster, self.name);
        changes.create(
            manifests.parse()?,
            manifests::text(&self.name, &self.namespaces, &self.role),
        )?;
        let proposed = fleet::proposed(repository, &changes)?;
        let sealer = Sealer {
            proposed: &proposed,
            believed: &believed.fleet,
            named: &[identity.recipient().to_owned()],
            consent: self.consent,
        };
        sealer.add_identity(
            &mut changes,
            tenant_identity_path(&self.cluster, &self.name),
            identity,
        )?;
        Ok(changes)
    }

    /// The Tenant document and, for a new tenant, its part of the policy.
    fn add_documents(
        &self,
        changes: &mut Changes,
        repository: &Repository,
        believed: &Believed,
        identity: &NewIdentity,
    ) -> Result<()> {
        let path = tenant_path(&self.name);
        let on = self.on_cluster(identity)?;
        if let Some(text) = repository.read(&path)? {
            self.refuse_what_the_document_has()?;
            changes.write(
                path.clone(),
                documents::tenant::with_cluster(&text, &path, &on)?,
            );
            return Ok(());
        }
        changes.create(path.clone(), self.document(on, &path)?)?;
        let policy = self.policy(repository, believed)?;
        changes.write(POLICY_PATH.parse()?, policy);
        Ok(())
    }

    /// The work tree's policy with the tenant in it.
    fn policy(&self, repository: &Repository, believed: &Believed) -> Result<String> {
        let text = repository.document(&POLICY_PATH.parse()?)?;
        let tenant = NewTenant {
            name: self.name.as_str(),
            signers: &self.signers,
            verified_version: believed.fleet.policy.version,
        };
        tenant.added_to(&text)
    }

    fn document(&self, on: TenantCluster, path: &RepoPath) -> Result<String> {
        for editor in &self.editors {
            check_recipient(editor).with_context(|| format!("{editor} can edit nothing"))?;
        }
        let text = Tenant {
            name: self.name.clone(),
            editors: self.editors.clone(),
            sealed: SealedMode::Strict,
            clusters: vec![on],
        }
        .to_yaml();
        Tenant::parse(&text, path).context("such a tenant would be refused")?;
        Ok(text)
    }

    fn on_cluster(&self, identity: &NewIdentity) -> Result<TenantCluster> {
        let path = format!("tenants/{}/{}", self.name, self.cluster);
        Ok(TenantCluster {
            name: self.cluster.clone(),
            recipient: identity.recipient().to_owned(),
            transitional: Vec::new(),
            namespaces: Namespaces::List(self.namespaces.clone()),
            sources: vec![documents::tenant::source("apps", &path)?],
            sinks: Vec::new(),
        })
    }

    fn refuse_what_is_taken(&self, fleet: &Fleet) -> Result<()> {
        if self.name.is_platform() || self.name.as_str() == ROOT_GROUP {
            return Err(usage(format!(
                "a tenant cannot be called {}: that name has a meaning",
                self.name
            )));
        }
        if !fleet.clusters.contains_key(&self.cluster) {
            let names: Vec<&str> = fleet.clusters.keys().map(ClusterName::as_str).collect();
            return Err(
                refused(format!("there is no cluster {}", self.cluster)).hint(
                    match names.as_slice() {
                        [] => format!("signet cluster add {}", self.cluster),
                        names => format!("the clusters are: {}", names.join(", ")),
                    },
                ),
            );
        }
        if fleet
            .tenants
            .get(&self.name)
            .is_some_and(|tenant| tenant.on(&self.cluster).is_some())
        {
            return Err(refused(format!(
                "the tenant {} is on {} already",
                self.name, self.cluster
            )));
        }
        self.refuse_shared_namespaces(fleet)
    }

    /// Two tenants in one namespace could change each other's objects and read each other's Secrets.
    fn refuse_shared_namespaces(&self, fleet: &Fleet) -> Result<()> {
        for namespace in &self.namespaces {
            if ["default", "kube-system", "kube-public", "kube-node-lease"]
                .contains(&namespace.as_str())
            {
                return Err(
                    refused(format!("the namespace {namespace} belongs to the cluster"))
                        .hint("name a namespace that only this tenant uses"),
                );
            }
            let owner = fleet
                .tenants_on(&self.cluster)
                .filter(|tenant| !tenant.name.is_platform())
                .find(|tenant| {
                    tenant
                        .on(&self.cluster)
                        .is_some_and(|on| on.namespaces.contains(namespace))
                });
            if let Some(owner) = owner {
                return Err(refused(format!(
                    "the namespace {namespace} is the tenant {}'s",
                    owner.name
                )));
            }
        }
        Ok(())
    }

    fn refuse_what_the_document_has(&self) -> Result<()> {
        if self.signers.is_empty() && self.editors.is_empty() {
            return Ok(());
        }
        Err(usage(format!(
            "the tenant {} exists: its signers and editors stay as they are",
            self.name
        ))
        .hint(format!(
            "leave out --signer and --editor, and change {POLICY_PATH} and {} by hand",
            tenant_path(&self.name)
        )))
    }
}
