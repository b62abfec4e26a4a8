//! All documents of a repository together.

use std::collections::BTreeMap;

use crate::document::DocumentError;
use crate::places::{CLUSTERS, STEERING, TENANTS};
use crate::{Cluster, ClusterName, POLICY_PATH, Policy, RepoPath, Tenant, TenantName};

/// What a repository says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fleet {
    /// Who may change what.
    pub policy: Policy,
    /// The clusters by name.
    pub clusters: BTreeMap<ClusterName, Cluster>,
    /// The tenants by name.
    pub tenants: BTreeMap<TenantName, Tenant>,
    /// Documents that cannot be read: their tenant or cluster stops, nobody else does.
    pub problems: Vec<DocumentError>,
}

impl Fleet {
    /// Reads the documents among a repository's files; other files are left alone.
    ///
    /// # Errors
    /// [`DocumentError`] if the policy is missing or cannot be read: without it nothing may be believed.
    pub fn parse(
        files: impl IntoIterator<Item = (RepoPath, Vec<u8>)>,
    ) -> Result<Self, DocumentError> {
        let mut policy = None;
        let (mut clusters, mut tenants, mut problems) =
            (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for (path, bytes) in files {
            match Place::of(&path) {
                Some(Place::Policy) => policy = Some(Policy::parse(text(&path, &bytes)?, &path)?),
                Some(Place::Cluster) => {
                    match text(&path, &bytes).and_then(|text| Cluster::parse(text, &path)) {
                        Ok(cluster) => drop(clusters.insert(cluster.name.clone(), cluster)),
                        Err(problem) => problems.push(problem),
                    }
                }
                Some(Place::Tenant) => {
                    match text(&path, &bytes).and_then(|text| Tenant::parse(text, &path)) {
                        Ok(tenant) => drop(tenants.insert(tenant.name.clone(), tenant)),
                        Err(problem) => problems.push(problem),
                    }
                }
                None => {}
            }
        }
        let policy = policy.ok_or_else(missing_policy)?;
        Ok(Self {
            policy,
            clusters,
            tenants,
            problems,
        })
    }

    /// The tenants that live on a cluster, in the order of their names.
    pub fn tenants_on(&self, cluster: &ClusterName) -> impl Iterator<Item = &Tenant> {
        self.tenants
            .values()
            .filter(move |tenant| tenant.on(cluster).is_some())
    }
}

enum Place {
    Policy,
    Cluster,
    Tenant,
}

impl Place {
    fn of(path: &RepoPath) -> Option<Self> {
        if path.as_str() == POLICY_PATH {
            return Some(Self::Policy);
        }
        let components: Vec<&str> = path.components().collect();
        match components.as_slice() {
            [STEERING, CLUSTERS, file] if is_yaml(file) => Some(Self::Cluster),
            [STEERING, TENANTS, file] if is_yaml(file) => Some(Self::Tenant),
            _ => None,
        }
    }
}

fn is_yaml(file: &str) -> bool {
    file.strip_suffix(".yaml").is_some()
}

fn text<'b>(path: &RepoPath, bytes: &'b [u8]) -> Result<&'b str, DocumentError> {
    std::str::from_utf8(bytes).map_err(|error| {
        DocumentError::new(
            path,
            &format!("the file is not UTF-8 from byte {} on", error.valid_up_to()),
        )
    })
}

fn missing_policy() -> DocumentError {
    let path = POLICY_PATH.parse().expect("the policy's path is a path");
    DocumentError::new(&path, "the repository has no policy")
}

#[cfg(test)]
pub(crate) mod tests;
