//! Opening what a plan needs: the cluster's identity opens the tenant's, and the tenant's opens the files.

use std::collections::BTreeMap;

use secrecy::SecretString;
use signet_envelope::StandIn;
use signet_render::SealedLeaf;
use signet_seal::{Identity, OpenScope, Opened, open_identities};

use crate::{error::ReconcileError, source::job::Job};

/// The opened values. Where none is needed, no key is touched.
///
/// # Errors
/// [`ReconcileError::ClusterIdentity`], [`ReconcileError::NoIdentity`], [`ReconcileError::TenantIdentity`],
/// [`ReconcileError::Open`].
pub(crate) async fn open(
    job: &Job,
    leaves: BTreeMap<StandIn, SealedLeaf>,
) -> Result<Opened, ReconcileError> {
    if leaves.is_empty() {
        return Ok(Opened::default());
    }
    let identity = job.shared.cluster.identity(&job.orders.identity).await;
    let identity = identity.map_err(ReconcileError::ClusterIdentity)?;
    let job = job.clone();
    let shared = job.shared.clone();
    shared
        .compute(move || open_now(&job, &leaves, &identity))
        .await
}

fn open_now(
    job: &Job,
    leaves: &BTreeMap<StandIn, SealedLeaf>,
    identity: &SecretString,
) -> Result<Opened, ReconcileError> {
    let tenant = &job.definition.id.tenant;
    let cluster = &job.orders.cluster;
    let identity = Identity::parse(identity).map_err(|source| ReconcileError::NoIdentity {
        secret: job.orders.identity.clone(),
        source,
    })?;
    let identities =
        open_identities(&job.tree, cluster, Some(tenant), &identity).map_err(|source| {
            ReconcileError::TenantIdentity {
                tenant: tenant.clone(),
                source: Box::new(source),
            }
        })?;
    let scope = OpenScope {
        fleet: &job.fleet,
        repository: &job.orders.repository,
        tenant,
        cluster,
        mode: job.definition.mode,
    };
    signet_seal::open(&job.tree, leaves, &scope, &identities)
        .map_err(|error| ReconcileError::Open(Box::new(error)))
}
