//! Opens the identities that a repository holds: a cluster's with the recovery key, a tenant's with the cluster's.

use secrecy::SecretString;
use signet_api::{
    ClusterName, Fleet, RepoPath, SealedMode, TenantName, cluster_identity_path,
    tenant_identity_path,
};
use signet_envelope::{Pointer, RecipientsError, Scope, Sealed, normal_recipient, recipients};
use signet_provenance::{Tree, Verified};

use crate::unlock::{Value, unlock};
use crate::{Identity, OpenError};

/// The identity of a tenant on a cluster or, without a tenant, the cluster's own, from the verified tree.
///
/// It must be the private half of the recipient that the fleet's documents name.
///
/// # Errors
/// [`OpenError`] if the file does not open, or holds another identity.
pub fn open_identity(
    tree: &Tree<Verified>,
    cluster: &ClusterName,
    tenant: Option<&TenantName>,
    identity: &Identity,
) -> Result<Identity, OpenError> {
    let fleet = tree.fleet().map_err(OpenError::Fleet)?;
    let path = match tenant {
        Some(tenant) => tenant_identity_path(cluster, tenant),
        None => cluster_identity_path(cluster),
    };
    let bytes = tree.read(&path).map_err(|source| OpenError::Tree {
        path: path.clone(),
        source,
    })?;
    let sealed = super::read(&bytes, &path)?;
    open_sealed_identity(&sealed, &fleet, cluster, tenant, identity)
}

fn open_sealed_identity(
    sealed: &Sealed,
    fleet: &Fleet,
    cluster: &ClusterName,
    tenant: Option<&TenantName>,
    identity: &Identity,
) -> Result<Identity, OpenError> {
    let path = sealed.path();
    let scope = Scope {
        repository: fleet.policy.repository.clone(),
        tenant: tenant.cloned().unwrap_or_else(TenantName::platform),
        cluster: Some(cluster.clone()),
        path: path.clone(),
        recipients: recipients(fleet, path)?,
        mode: SealedMode::Strict,
    };
    let pointer = Pointer::document(0).child("spec").child("identity");
    let value = unlock(sealed, Some(&scope), &[identity])?
        .into_iter()
        .find(|opened| opened.slot.pointer() == pointer)
        .and_then(|opened| opened.value)
        .ok_or_else(|| OpenError::NoIdentity { path: path.clone() })?;
    let found = identity_of(value, path)?;
    let expected = named(fleet, cluster, tenant, path)?;
    if expected != found.recipient() {
        return Err(OpenError::OtherIdentity {
            path: path.clone(),
            found: found.recipient().to_owned(),
            expected,
        });
    }
    Ok(found)
}

fn identity_of(value: Value, path: &RepoPath) -> Result<Identity, OpenError> {
    let mut bytes = value.bytes.into_own();
    let text = String::from_utf8(std::mem::take(&mut *bytes)).map_err(|error| {
        drop(zeroize::Zeroizing::new(error.into_bytes()));
        OpenError::NoIdentity { path: path.clone() }
    })?;
    Identity::parse(&SecretString::from(text)).map_err(|source| OpenError::Identity {
        path: path.clone(),
        source,
    })
}

/// The recipient that the documents name for this identity.
fn named(
    fleet: &Fleet,
    cluster: &ClusterName,
    tenant: Option<&TenantName>,
    path: &RepoPath,
) -> Result<String, RecipientsError> {
    let recipient = match tenant {
        Some(tenant) => fleet
            .tenants
            .get(tenant)
            .and_then(|document| document.on(cluster))
            .map(|on| &on.recipient),
        None => fleet
            .clusters
            .get(cluster)
            .map(|document| &document.recipient),
    };
    recipient
        .map(|text| normal_recipient(text))
        .ok_or_else(|| RecipientsError { path: path.clone() })
}

#[cfg(test)]
mod tests;
