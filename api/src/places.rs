//! Where the documents stand in a state repository.

use crate::{ClusterName, RepoPath, TenantName};

/// The policy.
pub const POLICY_PATH: &str = "signet/policy.yaml";
/// The anchor.
pub const ANCHOR_PATH: &str = "signet/anchor.yaml";

/// The folder of the policy's OpenPGP certificates.
pub const CERTIFICATES: &str = "signet/keys/";

/// The folder of a fleet's own documents.
pub const STEERING: &str = "signet";

pub(crate) const CLUSTERS: &str = "clusters";
pub(crate) const TENANTS: &str = "tenants";
pub(crate) const IDENTITIES: &str = "identities";
pub(crate) const CLUSTER_IDENTITY: &str = "cluster";

/// Whether a path is the folder of a fleet's own documents, or in it.
pub fn is_steering(path: &RepoPath) -> bool {
    path.components().next() == Some(STEERING)
}

/// The certificate of the OpenPGP key of this full fingerprint, in upper-case hexadecimal.
pub fn certificate_path(fingerprint: &str) -> RepoPath {
    path(&format!("{CERTIFICATES}{fingerprint}.asc"))
}

/// The Cluster document of a cluster.
pub fn cluster_path(cluster: &ClusterName) -> RepoPath {
    path(&format!("{STEERING}/{CLUSTERS}/{cluster}.yaml"))
}

/// The Tenant document of a tenant.
pub fn tenant_path(tenant: &TenantName) -> RepoPath {
    path(&format!("{STEERING}/{TENANTS}/{tenant}.yaml"))
}

/// The sealed identity of a tenant on a cluster.
pub fn tenant_identity_path(cluster: &ClusterName, tenant: &TenantName) -> RepoPath {
    path(&format!("{STEERING}/{IDENTITIES}/{cluster}/{tenant}.yaml"))
}

/// The sealed identity of a cluster.
pub fn cluster_identity_path(cluster: &ClusterName) -> RepoPath {
    path(&format!(
        "{STEERING}/{IDENTITIES}/{cluster}/{CLUSTER_IDENTITY}.yaml"
    ))
}

/// Whether a sealed identity stands at this path, a tenant's or a cluster's.
pub fn is_identity_path(path: &RepoPath) -> bool {
    path.as_str()
        .starts_with(&format!("{STEERING}/{IDENTITIES}/"))
}

fn path(text: &str) -> RepoPath {
    text.parse()
        .expect("names are labels or digits, which make good components")
}
