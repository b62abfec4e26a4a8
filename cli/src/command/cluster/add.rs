//! `signet cluster add`: a cluster's document and identity, and the platform's place on it.

use crate::beneath::Beneath;
use crate::consent::Consent;
use crate::documents;
use crate::failure::{Explain, Result, refused};
use crate::files::Changes;
use crate::files::private::PrivateFile;
use crate::fleet::{self, Believed};
use crate::new_identity::NewIdentity;
use crate::output::shell::word;
use crate::pin::Trust;
use crate::place::Place;
use crate::repository::Repository;
use crate::sealing::Sealer;
use crate::session::Session;
use signet_api::{
    Cluster, ClusterName, Namespaces, STEERING, SealedMode, Tenant, TenantCluster, TenantName,
    cluster_identity_path, cluster_path, tenant_identity_path, tenant_path,
};
use std::path::PathBuf;

/// Add a cluster: its document, its identity, and the platform's identity on it
#[derive(clap::Args)]
#[command(
    after_help = "Writes to the work tree and leaves signing and committing to you.\n\n\
    Example:\n  signet cluster add prod --identity-out /media/usb/prod.key\n  \
    git add signet clusters && git commit -S -m 'Add the cluster prod'"
)]
pub(crate) struct Add {
    /// The cluster's name
    name: ClusterName,
    /// Also write the cluster's identity to this new file (mode 0600), for `signet bootstrap --identity`
    #[arg(long, value_name = "FILE")]
    identity_out: Option<PathBuf>,
    /// List what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    consent: Consent,
}

impl Add {
    /// Writes the documents and sealed identities, all or none.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let out = &session.out;
        let repository = Repository::here(out)?;
        let believed = fleet::believed(&repository, self.trust)?;
        let (cluster, platform) = (
            NewIdentity::generate("cluster"),
            NewIdentity::generate(signet_api::PLATFORM),
        );
        let changes = self.changes(&repository, &believed, &cluster, &platform)?;
        let own = fleet::proposed(&repository, &Changes::to(repository.root()))?;
        let beneath = Beneath::judged(&repository, &believed.verdict);
        beneath.tell_of_own(&own.policy, out)?;
        beneath.agree(self.consent.rehearsed_if(self.dry_run))?;
        if self.dry_run {
            return changes.list(out);
        }
        let key = match &self.identity_out {
            Some(file) => Some(PrivateFile::create(
                file,
                repository.root(),
                &cluster.identity_file(),
            )?),
            None => None,
        };
        changes.list(out)?;
        changes.apply()?;
        if let Some(key) = key {
            key.keep();
        }
        let name = &self.name;
        let place = Place::of(repository.root())?;
        let [signet, clusters] = [STEERING, "clusters"].map(|folder| word(&place.name(folder)));
        out.note(format!(
            "next: git add {signet} {clusters} && git commit -S -m 'Add the cluster {name}'"
        ));
        out.note(format!(
            "then: signet tenant add TENANT --cluster {name} --namespace NAMESPACE"
        ));
        Ok(())
    }

    fn changes(
        &self,
        repository: &Repository,
        believed: &Believed,
        cluster: &NewIdentity,
        platform: &NewIdentity,
    ) -> Result<Changes> {
        let tenant = TenantName::platform();
        let mut changes = Changes::to(repository.root());
        changes
            .create(cluster_path(&self.name), self.document(cluster))
            .hint("choose another name; `signet cluster list` shows those that are taken")?;
        changes.write(tenant_path(&tenant), self.platform(repository, platform)?);
        if !repository
            .root()
            .join("clusters")
            .join(self.name.as_str())
            .exists()
        {
            changes.create(
                format!("clusters/{}/.gitkeep", self.name).parse()?,
                String::new(),
            )?;
        }
        let proposed = fleet::proposed(repository, &changes)?;
        let sealer = Sealer {
            proposed: &proposed,
            believed: &believed.fleet,
            named: &[cluster, platform].map(|new| new.recipient().to_owned()),
            consent: self.consent,
        };
        sealer.add_identity(&mut changes, cluster_identity_path(&self.name), cluster)?;
        sealer.add_identity(
            &mut changes,
            tenant_identity_path(&self.name, &tenant),
            platform,
        )?;
        Ok(changes)
    }

    fn document(&self, identity: &NewIdentity) -> String {
        Cluster {
            name: self.name.clone(),
            recipient: identity.recipient().to_owned(),
            transitional: Vec::new(),
        }
        .to_yaml()
    }

    /// The platform's document with this cluster in it.
    fn platform(&self, repository: &Repository, identity: &NewIdentity) -> Result<String> {
        let on = self.platform_on(identity)?;
        let path = tenant_path(&TenantName::platform());
        let Some(text) = repository.read(&path)? else {
            return Ok(platform_document(on));
        };
        if Tenant::parse(&text, &path)?.on(&self.name).is_some() {
            return Err(refused(format!(
                "{path} has the cluster {} already",
                self.name
            )));
        }
        documents::tenant::with_cluster(&text, &path, &on)
    }

    fn platform_on(&self, identity: &NewIdentity) -> Result<TenantCluster> {
        Ok(TenantCluster {
            name: self.name.clone(),
            recipient: identity.recipient().to_owned(),
            transitional: Vec::new(),
            namespaces: Namespaces::All,
            sources: vec![documents::tenant::source(
                "cluster",
                &format!("clusters/{}", self.name),
            )?],
            sinks: Vec::new(),
        })
    }
}

fn platform_document(on: TenantCluster) -> String {
    Tenant {
        name: TenantName::platform(),
        editors: Vec::new(),
        sealed: SealedMode::Strict,
        clusters: vec![on],
    }
    .to_yaml()
}
