//! Whose file a path is.

use crate::places::{CLUSTER_IDENTITY, CLUSTERS, IDENTITIES, STEERING, TENANTS};
use crate::{ClusterName, Fleet, RepoPath, Tenant, TenantName};

/// The tenant that a file belongs to, and the clusters it is sealed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The tenant; the platform for what is a cluster's.
    pub tenant: TenantName,
    /// The clusters, sorted.
    pub clusters: Vec<ClusterName>,
}

/// Whose file a path is and which clusters it is sealed for; nothing if no document of the fleet says so.
///
/// - `tenants/<tenant>/…`: the clusters on which one of the tenant's sources covers the path; all of the tenant's clusters if
///   none does.
/// - `clusters/<cluster>/…`: the platform, on that cluster.
/// - `signet/identities/<cluster>/<tenant>.yaml`: that tenant, on that cluster; `…/cluster.yaml` is the platform's.
pub fn owner(fleet: &Fleet, path: &RepoPath) -> Option<Owner> {
    let components: Vec<&str> = path.components().collect();
    match components.as_slice() {
        [TENANTS, tenant, _, ..] => of_tenant(fleet, tenant, path),
        [CLUSTERS, cluster, _, ..] => of_platform(fleet, cluster),
        [STEERING, IDENTITIES, cluster, file] => {
            of_identity(fleet, cluster, file.strip_suffix(".yaml")?)
        }
        _ => None,
    }
}

fn of_tenant(fleet: &Fleet, tenant: &str, path: &RepoPath) -> Option<Owner> {
    let tenant = fleet.tenants.get(&tenant.parse().ok()?)?;
    let covering = clusters_covering(tenant, path);
    let clusters = if covering.is_empty() {
        all_clusters(tenant)
    } else {
        covering
    };
    Some(Owner {
        tenant: tenant.name.clone(),
        clusters,
    })
}

fn clusters_covering(tenant: &Tenant, path: &RepoPath) -> Vec<ClusterName> {
    let covered = tenant.clusters.iter().filter(|part| {
        part.sources
            .iter()
            .any(|source| path.starts_with_dir(&source.path))
    });
    sorted(covered.map(|part| part.name.clone()))
}

fn all_clusters(tenant: &Tenant) -> Vec<ClusterName> {
    sorted(tenant.clusters.iter().map(|part| part.name.clone()))
}

fn sorted(names: impl Iterator<Item = ClusterName>) -> Vec<ClusterName> {
    let mut names: Vec<ClusterName> = names.collect();
    names.sort();
    names
}

fn of_platform(fleet: &Fleet, cluster: &str) -> Option<Owner> {
    let cluster = &fleet.clusters.get(&cluster.parse().ok()?)?.name;
    Some(Owner {
        tenant: TenantName::platform(),
        clusters: vec![cluster.clone()],
    })
}

fn of_identity(fleet: &Fleet, cluster: &str, name: &str) -> Option<Owner> {
    if name == CLUSTER_IDENTITY {
        return of_platform(fleet, cluster);
    }
    let tenant = fleet.tenants.get(&name.parse().ok()?)?;
    let part = tenant.on(&cluster.parse().ok()?)?;
    Some(Owner {
        tenant: tenant.name.clone(),
        clusters: vec![part.name.clone()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::tests::fleet;

    fn of(path: &str) -> Option<(String, String)> {
        let owner = owner(&fleet(&[]).unwrap(), &path.parse().unwrap())?;
        let clusters: Vec<&str> = owner.clusters.iter().map(ClusterName::as_str).collect();
        Some((owner.tenant.to_string(), clusters.join(" ")))
    }

    fn owned(tenant: &str, clusters: &str) -> (String, String) {
        (tenant.to_owned(), clusters.to_owned())
    }

    #[test]
    fn a_covered_file_is_for_the_clusters_whose_sources_cover_it() {
        assert_eq!(
            of("tenants/team-a/prod/db.yaml"),
            Some(owned("team-a", "prod"))
        );
        assert_eq!(
            of("tenants/team-a/dev/x/y.yaml"),
            Some(owned("team-a", "dev"))
        );
    }

    #[test]
    fn a_file_that_no_source_covers_is_for_all_the_tenants_clusters() {
        assert_eq!(
            of("tenants/team-a/common.yaml"),
            Some(owned("team-a", "dev prod"))
        );
        assert_eq!(
            of("tenants/team-a/production/x.yaml"),
            Some(owned("team-a", "dev prod"))
        );
    }

    #[test]
    fn a_clusters_folder_is_the_platforms() {
        assert_eq!(of("clusters/prod/ns.yaml"), Some(owned("platform", "prod")));
        assert_eq!(of("clusters/unknown/ns.yaml"), None);
    }

    #[test]
    fn an_identity_is_its_tenants_on_its_cluster() {
        assert_eq!(
            of("signet/identities/prod/team-a.yaml"),
            Some(owned("team-a", "prod"))
        );
        assert_eq!(
            of("signet/identities/prod/cluster.yaml"),
            Some(owned("platform", "prod"))
        );
        assert_eq!(of("signet/identities/prod/team-b.yaml"), None);
        assert_eq!(of("signet/identities/elsewhere/team-a.yaml"), None);
    }

    #[test]
    fn what_no_document_names_is_nobodys() {
        for path in [
            "tenants/team-b/x.yaml",
            "tenants/team-a",
            "base/x.yaml",
            "signet/policy.yaml",
            "signet/identities/prod/team-a.yml",
        ] {
            assert_eq!(of(path), None, "{path}");
        }
    }
}
