//! The documents people write and the custom resources the agent reads and reports.
//!
//! A state repository is steered by a handful of Kubernetes-shaped documents below `signet/`: the [`Policy`] says who
//! may change what, a [`Cluster`] is what a cluster's agent answers to, a [`Tenant`] says where a tenant lives and what is
//! applied there, an [`Identity`] is the sealed key that opens a tenant's files on a cluster, and the [`Anchor`] tells the true
//! history from a forged one. [`Fleet`] is all of them together, and [`owner`] answers from them whose file a path is.
//!
//! Reading is strict: an unknown field is an error with line, column and the nearest field that exists. Nothing here
//! decides; `provenance` judges what a policy allows.
//!
//! With the feature `crd`, `crd` has the two custom resources: the `TrustAnchor` that an operator sets and the `Sync` that the
//! agent reports.

mod policy;
pub use policy::{
    AutomationRule, Class, FieldPointer, InvalidPointer, Policy, PolicyFault, PolicyKey, Principal,
    ROOT_GROUP, Recovery, Revocation, RevocationMode, Rule, Side,
};

mod tenant;
pub use tenant::{Drift, Namespaces, SealedMode, Sink, Tenant, TenantCluster, TenantSource};

mod cluster;
pub use cluster::Cluster;

mod identity;
pub use identity::{Identity, TransitionalIdentity};

mod anchor;
pub use anchor::{Anchor, AnchorMac, Introduction};

mod fleet;
pub use fleet::Fleet;

mod owner;
pub use owner::{Owner, owner};

mod document;
pub use document::{API_VERSION, DocumentError, GROUP};

mod names;
pub use names::{
    AGENT, ClusterName, InvalidName, Namespace, PLATFORM, SYSTEM_NAMESPACE, SourceName,
    TENANTS_NAMESPACE, TenantName,
};

mod marks;
pub use marks::{HOOK, PART_OF, RENDERED};

mod repo_path;
pub use repo_path::{InvalidPath, RepoPath};

mod places;
pub use places::{
    ANCHOR_PATH, CERTIFICATES, POLICY_PATH, STEERING, certificate_path, cluster_identity_path,
    cluster_path, is_identity_path, is_steering, tenant_identity_path, tenant_path,
};

mod glob;
pub use glob::{Glob, InvalidGlob};

mod duration;
pub use duration::{Duration, InvalidDuration};

mod recipient;

mod text;

#[cfg(feature = "crd")]
pub mod crd;
