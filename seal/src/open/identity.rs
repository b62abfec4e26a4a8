//! Opens the identities that a repository holds: a cluster's with the recovery key, a tenant's with the cluster's.

use std::collections::BTreeMap;

use secrecy::SecretString;
use signet_api::{
    ClusterName, Fleet, RepoPath, SealedMode, TenantName, cluster_identity_path,
    tenant_identity_path,
};
use signet_envelope::{
    Pointer, RecipientsError, Scope, Sealed, normal_recipient, recipients_in_transition,
};
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
    Ok(open_identities(tree, cluster, tenant, identity)?.swap_remove(0))
}

/// As [`open_identity`], and after it those that it takes the place of, as long as the documents list them.
///
/// # Errors
/// As [`open_identity`].
pub fn open_identities(
    tree: &Tree<Verified>,
    cluster: &ClusterName,
    tenant: Option<&TenantName>,
    identity: &Identity,
) -> Result<Vec<Identity>, OpenError> {
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
    open_sealed_identities(&sealed, &fleet, cluster, tenant, identity)
}

/// Never empty: the one that the documents name comes first.
fn open_sealed_identities(
    sealed: &Sealed,
    fleet: &Fleet,
    cluster: &ClusterName,
    tenant: Option<&TenantName>,
    identity: &Identity,
) -> Result<Vec<Identity>, OpenError> {
    let path = sealed.path();
    let scope = Scope {
        repository: fleet.policy.repository.clone(),
        tenant: tenant.cloned().unwrap_or_else(TenantName::platform),
        cluster: Some(cluster.clone()),
        path: path.clone(),
        recipients: recipients_in_transition(fleet, sealed)?,
        mode: SealedMode::Strict,
    };
    let named =
        named(fleet, cluster, tenant).ok_or_else(|| RecipientsError { path: path.clone() })?;
    let mut values: BTreeMap<Pointer, Value> = unlock(sealed, Some(&scope), &[identity])?
        .into_iter()
        .filter_map(|opened| Some((opened.slot.pointer(), opened.value?)))
        .collect();
    let spec = Pointer::document(0).child("spec");
    let own = values.remove(&spec.child("identity"));
    let own = own.ok_or_else(|| OpenError::NoIdentity { path: path.clone() })?;
    let own = identity_of(own, path)?;
    let expected = normal_recipient(named.recipient);
    if expected != own.recipient() {
        return Err(OpenError::OtherIdentity {
            path: path.clone(),
            found: own.recipient().to_owned(),
            expected,
        });
    }
    let others = (0..).map_while(|index: usize| {
        let other = spec.child("transitional").child(index);
        values.remove(&other.child("identity"))
    });
    let mut all = vec![own];
    for other in others {
        let other = identity_of(other, path)?;
        // What the documents do not list any more opens nothing.
        if named
            .transitional
            .iter()
            .any(|one| normal_recipient(one) == other.recipient())
        {
            all.push(other);
        }
    }
    Ok(all)
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

/// What the documents name for an identity.
struct Named<'f> {
    recipient: &'f str,
    transitional: &'f [String],
}

fn named<'f>(
    fleet: &'f Fleet,
    cluster: &ClusterName,
    tenant: Option<&TenantName>,
) -> Option<Named<'f>> {
    let (recipient, transitional) = if let Some(tenant) = tenant {
        let on = fleet.tenants.get(tenant)?.on(cluster)?;
        (&on.recipient, &on.transitional)
    } else {
        let document = fleet.clusters.get(cluster)?;
        (&document.recipient, &document.transitional)
    };
    Some(Named {
        recipient,
        transitional,
    })
}

#[cfg(test)]
mod tests;
