//! Documents in which an identity gives way to another one.

use super::{Draft, edited, key};
use crate::failure::{Result, refused};
use signet_api::{Cluster, ClusterName, Fleet, RepoPath, Tenant, TenantName};
use signet_yaml::edit::Step;
use std::collections::BTreeSet;

/// What a document names for an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// The public half.
    pub(crate) recipient: String,
    /// Those that it takes the place of.
    pub(crate) transitional: Vec<String>,
}

impl Named {
    /// What a tenant's document names on a cluster.
    pub(crate) fn of_tenant(
        fleet: &Fleet,
        tenant: &TenantName,
        cluster: &ClusterName,
    ) -> Option<Self> {
        let on = fleet.tenants.get(tenant)?.on(cluster)?;
        Some(Self {
            recipient: on.recipient.clone(),
            transitional: on.transitional.clone(),
        })
    }

    /// What a cluster's document names.
    pub(crate) fn of_cluster(fleet: &Fleet, cluster: &ClusterName) -> Option<Self> {
        let document = fleet.clusters.get(cluster)?;
        Some(Self {
            recipient: document.recipient.clone(),
            transitional: document.transitional.clone(),
        })
    }

    /// A new identity in the place of this one.
    pub(crate) fn replaced_by(&self, recipient: &str) -> Self {
        Self {
            recipient: recipient.to_owned(),
            transitional: vec![self.recipient.clone()],
        }
    }

    /// Without those that it takes the place of.
    pub(crate) fn alone(&self) -> Self {
        Self {
            recipient: self.recipient.clone(),
            transitional: Vec::new(),
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> BTreeSet<String> {
        let others = self.transitional.iter();
        others.chain([&self.recipient]).cloned().collect()
    }

    /// The text of a Tenant document that names this on a cluster.
    pub(crate) fn in_tenant(
        &self,
        text: &str,
        path: &RepoPath,
        cluster: &ClusterName,
    ) -> Result<String> {
        let mut intended = Tenant::parse(text, path)?;
        let place = |on: &signet_api::TenantCluster| on.name == *cluster;
        let number = intended.clusters.iter().position(place);
        let number = number.ok_or_else(|| refused(format!("{path} has no cluster {cluster}")))?;
        let on = &mut intended.clusters[number];
        let had = !on.transitional.is_empty();
        on.recipient.clone_from(&self.recipient);
        on.transitional.clone_from(&self.transitional);
        let rewrite = |text: &str| Some(Tenant::parse(text, path).ok()?.to_yaml());
        let above = [key("spec"), key("clusters"), Step::Index(number)];
        let edit = |draft: &mut Draft| self.put(draft, &above, had);
        Ok(edited(text, &intended.to_yaml(), edit, rewrite))
    }

    /// The text of a Cluster document that names this.
    pub(crate) fn in_cluster(&self, text: &str, path: &RepoPath) -> Result<String> {
        let mut intended = Cluster::parse(text, path)?;
        let had = !intended.transitional.is_empty();
        intended.recipient.clone_from(&self.recipient);
        intended.transitional.clone_from(&self.transitional);
        let rewrite = |text: &str| Some(Cluster::parse(text, path).ok()?.to_yaml());
        let edit = |draft: &mut Draft| self.put(draft, &[key("spec")], had);
        Ok(edited(text, &intended.to_yaml(), edit, rewrite))
    }

    fn put(&self, draft: &mut Draft, above: &[Step], had: bool) -> Result<()> {
        let recipient = above.iter().cloned().chain([key("recipient")]);
        draft.put(recipient.collect(), &self.recipient)?;
        put_transitional(draft, above, &self.transitional, had)
    }
}

/// Has a mapping say whose place is taken, where it said so before or not.
pub(super) fn put_transitional(
    draft: &mut Draft,
    above: &[Step],
    transitional: &[String],
    had: bool,
) -> Result<()> {
    let at = above.iter().cloned().chain([key("transitional")]).collect();
    match (transitional.is_empty(), had) {
        (false, _) => draft.put(at, transitional),
        (true, true) => draft.take_out(at),
        (true, false) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::Named;

    const NEW: &str = "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq";
    const OLD: &str = "age1jtvrnr834v4fmy89mp2h5nyhurprzv9ad5rp375nlth46zcc7seqz3mq9h";

    fn old() -> Named {
        Named {
            recipient: OLD.to_owned(),
            transitional: Vec::new(),
        }
    }

    /// A document with comments, where the new identity comes and where the old one has gone.
    fn round(text: &str, change: impl Fn(&Named, &str) -> String) {
        let both = change(&old().replaced_by(NEW), text);
        assert!(both.contains(NEW) && both.contains(OLD), "{both}");
        let alone = change(&old().replaced_by(NEW).alone(), &both);
        assert_eq!(alone, text.replace(OLD, NEW));
    }

    #[test]
    fn an_identity_comes_and_another_goes_and_the_rest_of_a_tenant_stays_as_it_was() {
        for on in [
            format!(
                "  - name: prod # ours\n    recipient: {OLD}\n    namespaces: [a]\n    sources: []\n"
            ),
            format!("  - {{name: prod, recipient: {OLD}, namespaces: [a], sources: []}}\n"),
        ] {
            let text = format!(
                "# team-a\napiVersion: signet.dev/v1alpha1\nkind: Tenant\nmetadata: {{name: team-a}}\nspec:\n  clusters:\n  \
                 - {{name: dev, recipient: age1dev, namespaces: [a], sources: []}}\n{on}# the end\n"
            );
            let path = "signet/tenants/team-a.yaml".parse().unwrap();
            let cluster = "prod".parse().unwrap();
            round(&text, |named, text| {
                named.in_tenant(text, &path, &cluster).unwrap()
            });
        }
    }

    #[test]
    fn an_identity_comes_and_another_goes_and_the_rest_of_a_cluster_stays_as_it_was() {
        let path = "signet/clusters/prod.yaml".parse().unwrap();
        for spec in [
            format!("{{recipient: {OLD}}}"),
            format!("\n  recipient: {OLD} # in the safe"),
        ] {
            let text = format!(
                "# prod\napiVersion: signet.dev/v1alpha1\nkind: Cluster\nmetadata: {{name: prod}}\nspec: {spec}\n"
            );
            round(&text, |named, text| named.in_cluster(text, &path).unwrap());
        }
    }
}
