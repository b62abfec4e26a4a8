//! Tenant documents: what a new source looks like, and one cluster more.

use super::policy::flow as scalar;
use super::{Draft, edited};
use crate::failure::Result;
use signet_api::{Drift, Duration, Namespaces, RepoPath, Tenant, TenantCluster, TenantSource};

/// A source with the defaults that the document would read.
pub(crate) fn source(name: &str, path: &str) -> Result<TenantSource> {
    Ok(TenantSource {
        name: name.parse()?,
        path: path.parse()?,
        prune: true,
        drift: Drift::Correct,
        depends_on: Vec::new(),
        timeout: Duration::from_secs(300),
        suspend: false,
    })
}

/// The text of a Tenant document with one cluster more.
pub(crate) fn with_cluster(text: &str, path: &RepoPath, cluster: &TenantCluster) -> Result<String> {
    let mut intended = Tenant::parse(text, path)?;
    intended.clusters.push(cluster.clone());
    let rewrite = |text: &str| {
        Tenant::parse(text, path)
            .ok()
            .map(|tenant| tenant.to_yaml())
    };
    let edit = |draft: &mut Draft| draft.add_item(&["spec", "clusters"], &flow(cluster));
    Ok(edited(text, &intended.to_yaml(), edit, rewrite))
}

/// The cluster on one line, without what has its default.
fn flow(cluster: &TenantCluster) -> String {
    let namespaces: Vec<String> = match &cluster.namespaces {
        Namespaces::All => vec![scalar("*")],
        Namespaces::List(list) => list.iter().map(|name| scalar(name.as_str())).collect(),
    };
    let sources: Vec<String> = cluster
        .sources
        .iter()
        .map(|source| {
            format!(
                "{{name: {}, path: {}}}",
                scalar(source.name.as_str()),
                scalar(source.path.as_str())
            )
        })
        .collect();
    format!(
        "{{name: {}, recipient: {}, namespaces: [{}], sources: [{}]}}",
        scalar(cluster.name.as_str()),
        scalar(&cluster.recipient),
        namespaces.join(", "),
        sources.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::{source, with_cluster};
    use signet_api::{Namespaces, RepoPath, Tenant, TenantCluster};

    const RECIPIENT: &str = "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq";

    #[test]
    fn a_cluster_more_leaves_the_rest_of_the_document_alone() {
        let text = format!(
            "# The platform.\napiVersion: signet.dev/v1alpha1\nkind: Tenant\nmetadata: {{name: platform}}\nspec:\n  \
             sealed: strict # always\n  clusters:\n  - name: prod\n    recipient: {RECIPIENT}\n    namespaces: ['*']\n    \
             sources: [{{name: cluster, path: clusters/prod}}]\n# the end\n"
        );
        let path: RepoPath = "signet/tenants/platform.yaml".parse().unwrap();
        let staging = TenantCluster {
            name: "staging".parse().unwrap(),
            recipient: RECIPIENT.to_owned(),
            transitional: Vec::new(),
            namespaces: Namespaces::All,
            sources: vec![source("cluster", "clusters/staging").unwrap()],
            sinks: Vec::new(),
        };
        let with = with_cluster(&text, &path, &staging).unwrap();
        let added = format!(
            "  - {{name: staging, recipient: {RECIPIENT}, namespaces: [\"*\"], sources: [{{name: cluster, path: clusters/staging}}]}}\n# the end\n"
        );
        assert_eq!(with, text.replace("# the end\n", &added));
        assert_eq!(Tenant::parse(&with, &path).unwrap().clusters[1], staging);
    }
}
