//! What the demo looks up in the cluster, as its administrator.

use anyhow::{Context, Result, bail, ensure};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::DeleteParams;
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Api, Client};

/// Returns a value of a Secret as text.
pub(crate) async fn secret_value(
    client: &Client,
    namespace: &str,
    name: &str,
    key: &str,
) -> Result<String> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), namespace);
    let secret = secrets.get(name).await?;
    let value = secret.data.unwrap_or_default().remove(key);
    let value = value.with_context(|| format!("Secret {namespace}/{name} has no {key}"))?;
    Ok(String::from_utf8(value.0)?)
}

/// Returns a value of a ConfigMap.
pub(crate) async fn config_value(
    client: &Client,
    namespace: &str,
    name: &str,
    key: &str,
) -> Result<String> {
    let configs: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    let value = configs
        .get(name)
        .await?
        .data
        .unwrap_or_default()
        .remove(key);
    value.with_context(|| format!("ConfigMap {namespace}/{name} has no {key}"))
}

/// Returns the API of TrustAnchors.
pub(crate) fn trust_anchors(client: &Client) -> Api<DynamicObject> {
    Api::all_with(client.clone(), &resource("TrustAnchor"))
}

/// Returns the Sync of a tenant's source.
pub(crate) async fn sync(client: &Client, namespace: &str, name: &str) -> Result<DynamicObject> {
    let syncs: Api<DynamicObject> =
        Api::namespaced_with(client.clone(), namespace, &resource("Sync"));
    Ok(syncs.get(name).await?)
}

/// Returns the message of a condition that has this status and reason (`""`: any).
///
/// # Errors
/// Says what the condition is instead.
pub(crate) fn condition(
    object: &DynamicObject,
    kind: &str,
    status: &str,
    reason: &str,
) -> Result<String> {
    let conditions = object.data["status"]["conditions"].as_array();
    let found = conditions.and_then(|all| all.iter().find(|condition| condition["type"] == kind));
    let Some(found) = found else {
        bail!("there is no condition {kind}");
    };
    let text = |field: &str| found[field].as_str().unwrap_or_default().to_owned();
    let as_wanted = text("status") == status && (reason.is_empty() || text("reason") == reason);
    ensure!(
        as_wanted,
        "{kind} is {} ({}): {}",
        text("status"),
        text("reason"),
        text("message")
    );
    Ok(text("message"))
}

/// Returns the commit that a Sync says is applied.
pub(crate) fn applied_revision(sync: &DynamicObject) -> &str {
    let revision = sync.data["status"]["revision"].as_str().unwrap_or_default();
    revision.rsplit(':').next().unwrap_or_default()
}

/// The namespaces that the demo makes, and removes from a cluster that lives on.
const NAMESPACES: [&str; 5] = [
    "team-a",
    "team-b",
    "shared",
    "signet-tenants",
    "signet-system",
];

const CRDS: [&str; 2] = ["trustanchors.signet.dev", "syncs.signet.dev"];

const BINDINGS: [&str; 2] = ["signet-agent", "signet-platform"];

const ROLE: &str = "signet-agent";

/// Makes sure that nothing is there which the demo would change, and at its end delete.
///
/// # Errors
/// Names what is there.
pub(crate) async fn is_free(client: &Client) -> Result<()> {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    for name in NAMESPACES {
        absent(namespaces.get_opt(name).await?.as_ref(), "Namespace", name)?;
    }
    let crds: Api<CustomResourceDefinition> = Api::all(client.clone());
    for name in CRDS {
        let there = crds.get_opt(name).await?;
        absent(there.as_ref(), "CustomResourceDefinition", name)?;
    }
    let bindings: Api<ClusterRoleBinding> = Api::all(client.clone());
    for name in BINDINGS {
        let there = bindings.get_opt(name).await?;
        absent(there.as_ref(), "ClusterRoleBinding", name)?;
    }
    let roles: Api<ClusterRole> = Api::all(client.clone());
    absent(roles.get_opt(ROLE).await?.as_ref(), "ClusterRole", ROLE)
}

fn absent<K>(there: Option<&K>, kind: &str, name: &str) -> Result<()> {
    ensure!(
        there.is_none(),
        "the {kind} {name} is there already, and the demo would delete it: take another cluster"
    );
    Ok(())
}

/// Removes what the demo put into a cluster that lives on.
///
/// # Errors
/// The API server's own; what was not removed can be removed by hand.
pub(crate) async fn remove_all(client: &Client) -> Result<()> {
    let now = DeleteParams::background();
    let namespaces: Api<Namespace> = Api::all(client.clone());
    for name in NAMESPACES {
        gone(namespaces.delete(name, &now).await.map(drop))?;
    }
    let crds: Api<CustomResourceDefinition> = Api::all(client.clone());
    for name in CRDS {
        gone(crds.delete(name, &now).await.map(drop))?;
    }
    let bindings: Api<ClusterRoleBinding> = Api::all(client.clone());
    for name in BINDINGS {
        gone(bindings.delete(name, &now).await.map(drop))?;
    }
    let roles: Api<ClusterRole> = Api::all(client.clone());
    gone(roles.delete(ROLE, &now).await.map(drop))
}

fn gone(outcome: kube::Result<()>) -> Result<()> {
    match outcome {
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        other => Ok(other?),
    }
}

fn resource(kind: &str) -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk("signet.dev", "v1alpha1", kind))
}
