//! What is Signet's own in a cluster, and no source's.

use signet_api::{GROUP, RepoPath, SYSTEM_NAMESPACE, TENANTS_NAMESPACE, TenantName};

use crate::ObjectRef;
use crate::manifest::{Fault, ManifestError};

const RBAC: &str = "rbac.authorization.k8s.io";

/// Ensures that the object is not one of Signet's own: of its group, in its namespaces, or one of those namespaces.
///
/// The one exception are the accounts that tenants' work is done with: service accounts, roles and role bindings in
/// `signet-tenants`, from the platform's `clusters/<cluster>/tenants/`.
///
/// # Errors
/// [`ManifestError::OwnGroup`], [`ManifestError::OwnNamespace`]
pub(crate) fn check(id: &ObjectRef, file: &RepoPath, tenant: &TenantName) -> Result<(), Fault> {
    if id.group == GROUP || defines_own_kind(id) {
        return Err(ManifestError::OwnGroup.at(["apiVersion"]));
    }
    match own_namespace(id) {
        Some(namespace) if !is_tenants_account(id, file, tenant) => {
            let namespace = namespace.to_owned();
            Err(ManifestError::OwnNamespace { namespace }.at(["metadata", "namespace"]))
        }
        _ => Ok(()),
    }
}

fn defines_own_kind(id: &ObjectRef) -> bool {
    let definition = id.is("apiextensions.k8s.io", "CustomResourceDefinition");
    definition && id.name.ends_with(&format!(".{GROUP}"))
}

fn own_namespace(id: &ObjectRef) -> Option<&str> {
    let itself = id.is("", "Namespace").then_some(id.name.as_str());
    itself
        .or(id.namespace.as_deref())
        .filter(|name| [SYSTEM_NAMESPACE, TENANTS_NAMESPACE].contains(name))
}

fn is_tenants_account(id: &ObjectRef, file: &RepoPath, tenant: &TenantName) -> bool {
    let kind = id.is("", "ServiceAccount") || id.is(RBAC, "Role") || id.is(RBAC, "RoleBinding");
    let place: Vec<&str> = file.as_str().split('/').collect();
    kind && id.namespace.as_deref() == Some(TENANTS_NAMESPACE)
        && tenant.is_platform()
        && matches!(place.as_slice(), ["clusters", _, "tenants", _, ..])
}
