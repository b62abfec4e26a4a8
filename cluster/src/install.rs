//! What `signet bootstrap` puts into a cluster, with the rights of the person who runs it.
//!
//! The definitions are the files under `deploy/`, so that what is installed, what is reviewed and what the README
//! shows is one text. Everything is server-side applied: a second run changes nothing.

use std::time::Duration;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::{
    Api, Client,
    api::{Patch, PatchParams},
};
use secrecy::SecretString;
use serde_json::{Value, json};
use signet_api::crd::{Suspend, TrustAnchor, TrustAnchorSpec, VerifiedTip};

use crate::{Failure, GitHubAppKeys, failure::Echo, request};

mod kubeconfig;
mod manifests;
mod object;
mod secrets;

pub use kubeconfig::{KubeconfigError, agent_kubeconfig};
pub use object::{Installed, Outcome};

use object::{Target, apply, apply_body};

/// How long the API server may take to serve a new kind.
const ESTABLISH: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);

/// What is to be installed.
pub struct Installation {
    /// The anchor's name.
    pub name: String,
    /// The anchor.
    pub anchor: TrustAnchorSpec,
    /// The cluster's age identity, for the Secret that the anchor names.
    pub identity: SecretString,
    /// What the Git remote asks for, if it does.
    pub credentials: Option<Credentials>,
    /// The `ClusterRole` of the platform's `ServiceAccount`, by default `cluster-admin`.
    pub platform_role: String,
    /// The tip that a person accepted: the agent believes no history without it.
    pub verified: VerifiedTip,
    /// The agent's image; `None` leaves the Deployment out.
    pub agent_image: Option<String>,
}

/// Keys of the Secret `git-credentials`. No `Debug`.
#[derive(Default)]
pub struct Credentials {
    /// Key `username`.
    pub username: Option<SecretString>,
    /// Key `password`.
    pub password: Option<SecretString>,
    /// Key `bearerToken`.
    pub bearer: Option<SecretString>,
    /// Keys of a GitHub App.
    pub app: GitHubAppKeys,
    /// Key `tls.crt`, PEM.
    pub certificate: Option<Vec<u8>>,
    /// Key `tls.key`, PEM.
    pub certificate_key: Option<SecretString>,
    /// Key `ca.crt`, PEM.
    pub ca: Option<Vec<u8>>,
    /// Key `sshKey`, a private key.
    pub ssh_key: Option<SecretString>,
    /// Key `known_hosts`.
    pub known_hosts: Option<String>,
}

/// Why an installation stopped; what was done before stays, and running it again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// An object could not be applied.
    #[error("applying {object}")]
    Apply {
        /// The object.
        object: String,
        /// Why.
        #[source]
        source: Failure,
    },
    /// A kind was not served in time.
    #[error("the API server does not serve {name} after {} s", ESTABLISH.as_secs())]
    NotEstablished {
        /// The `CustomResourceDefinition`.
        name: String,
    },
}

/// Installs CRDs, namespaces, accounts, rights, Secrets, the anchor and the agent, in that order.
///
/// `report` hears of each object when it is done.
///
/// # Errors
/// [`InstallError`] at the first object that cannot be applied.
pub async fn install(
    admin: &Client,
    installation: &Installation,
    report: &mut (dyn FnMut(Installed) + Send),
) -> Result<(), InstallError> {
    for object in manifests::crds() {
        report(apply(admin, &object).await?);
    }
    for name in manifests::crds().iter().map(name) {
        established(admin, name).await?;
    }
    for object in manifests::rbac() {
        report(apply(admin, &object).await?);
    }
    report(bind_platform(admin, &installation.platform_role).await?);
    for secret in secrets::of(installation) {
        report(apply_body(admin, &secret.place, secret.body, Echo::Secret).await?);
    }
    report(apply(admin, &anchor(installation)).await?);
    begin_with(admin, installation).await?;
    let image = installation.agent_image.as_deref();
    let agent = image.map(|image| manifests::agent(image, &installation.name));
    for object in agent.into_iter().flatten() {
        report(apply(admin, &object).await?);
    }
    Ok(())
}

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

async fn established(admin: &Client, name: &str) -> Result<(), InstallError> {
    let served = async {
        let definitions: Api<CustomResourceDefinition> = Api::all(admin.clone());
        while !is_established(&definitions, name).await? {
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    };
    let late = || InstallError::NotEstablished {
        name: name.to_owned(),
    };
    let wrap = |source| InstallError::Apply {
        object: name.to_owned(),
        source,
    };
    tokio::time::timeout(ESTABLISH, served)
        .await
        .map_err(|_| late())?
        .map_err(wrap)
}

async fn is_established(
    definitions: &Api<CustomResourceDefinition>,
    name: &str,
) -> Result<bool, Failure> {
    let definition = definitions.get(name).await.map_err(Failure::of_kube)?;
    let conditions = definition
        .status
        .and_then(|status| status.conditions)
        .unwrap_or_default();
    Ok(conditions
        .iter()
        .any(|condition| condition.type_ == "Established" && condition.status == "True"))
}

/// Binds the platform's `ServiceAccount` to `role`; a binding to another role is replaced, as a `roleRef` cannot change.
async fn bind_platform(admin: &Client, role: &str) -> Result<Installed, InstallError> {
    let binding = manifests::platform_binding(role);
    let replaced = remove_binding_to_another(admin, &Target::of(&binding), role).await?;
    let mut installed = apply(admin, &binding).await?;
    if replaced {
        installed.outcome = Outcome::Changed;
    }
    Ok(installed)
}

async fn remove_binding_to_another(
    admin: &Client,
    target: &Target,
    role: &str,
) -> Result<bool, InstallError> {
    let wrap = |source| InstallError::Apply {
        object: target.display(),
        source,
    };
    let path = target.path();
    let found: Option<Value> = request::get(admin, &path, "a ClusterRoleBinding")
        .await
        .map_err(wrap)?;
    let Some(found) = found.filter(|found| found["roleRef"]["name"] != role) else {
        return Ok(false);
    };
    let uid = found["metadata"]["uid"].as_str().unwrap_or_default();
    request::delete(admin, &path, uid).await.map_err(wrap)
}

/// Has the anchor report the accepted tip, for an agent without a record of its own to begin with.
async fn begin_with(admin: &Client, installation: &Installation) -> Result<(), InstallError> {
    let anchors: Api<TrustAnchor> = Api::all(admin.clone());
    let name = &installation.name;
    let accepted = Patch::Apply(json!({
        "apiVersion": signet_api::API_VERSION,
        "kind": "TrustAnchor",
        "metadata": {"name": name},
        "status": {"verified": installation.verified},
    }));
    let params = PatchParams::apply(object::MANAGER);
    let written = anchors.patch_status(name, &params, &accepted).await;
    match written.map_err(Failure::of_kube) {
        // What an agent has reported is newer, and kept.
        Err(conflict) if conflict.is_conflict() => Ok(()),
        written => written.map(drop).map_err(|source| InstallError::Apply {
            object: format!("the status of trustanchor.signet.dev/{name}"),
            source,
        }),
    }
}

/// The anchor. A brake that is not pulled here is left out, so that another installation does not release it.
fn anchor(installation: &Installation) -> Value {
    let mut spec = json!(installation.anchor);
    if installation.anchor.suspend == Suspend::default() {
        spec.as_object_mut().map(|spec| spec.remove("suspend"));
    }
    json!({
        "apiVersion": signet_api::API_VERSION,
        "kind": "TrustAnchor",
        "metadata": {"name": installation.name},
        "spec": spec,
    })
}
