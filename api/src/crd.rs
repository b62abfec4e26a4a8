//! The custom resources: [`TrustAnchor`], which an operator sets once, and [`Sync`], which the agent reports.

mod conditions;
mod sync;
mod trust_anchor;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;

pub use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
pub use sync::{DriftCount, DriftSeen, ObjectCount, Sync, SyncSpec, SyncStatus};
pub use trust_anchor::{
    AnchorRepository, AuditHead, Freshness, IdentityRef, OnStale, RepositoryCredentials, Suspend,
    TrustAnchor, TrustAnchorSpec, TrustAnchorStatus, VerifiedTip,
};

/// The definitions of both, for the API server; the same on every call.
pub fn crds() -> Vec<CustomResourceDefinition> {
    vec![Sync::crd(), TrustAnchor::crd()]
}

#[cfg(test)]
mod tests;
