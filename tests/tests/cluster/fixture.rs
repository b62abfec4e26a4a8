//! One control plane with an installation, and what the tests put into it.

use std::{path::PathBuf, time::Duration};

use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::api::{DeleteParams, Patch, PatchParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use signet_api::TenantName;
use signet_api::crd::{TrustAnchor, TrustAnchorSpec, VerifiedTip};
use signet_cluster::install::{self, Credentials, Installation, Installed};
use signet_cluster::{Access, Cluster};
use signet_tests::control_plane::ControlPlane;
use tokio::sync::OnceCell;

/// The value that no log, event, status or error may show.
pub(crate) const CANARY: &str = "canary-7f3a-hunter2";

/// A cluster with everything that `signet bootstrap` installs.
pub(crate) struct Fixture {
    pub(crate) admin: Client,
    pub(crate) cluster: Cluster,
    /// The agent's own account, as a client that the room would never hand out.
    pub(crate) agent: Client,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        static INSTALLED: OnceCell<PathBuf> = OnceCell::const_new();
        let plane = ControlPlane::shared().await;
        let admin = plane.admin().await;
        let kubeconfig = INSTALLED.get_or_init(|| prepare(&admin, plane)).await;
        let access = Access::Kubeconfig {
            path: kubeconfig.clone(),
            context: None,
        };
        Self {
            cluster: Cluster::connect(&access).await.unwrap(),
            agent: signet_tests::control_plane::client(kubeconfig)
                .await
                .unwrap(),
            admin,
        }
    }

    /// The anchor that is installed.
    pub(crate) async fn anchor(&self) -> TrustAnchor {
        let anchors: Api<TrustAnchor> = Api::all(self.agent.clone());
        anchors.get("fleet").await.unwrap()
    }

    /// A tenant of its own: namespace, `ServiceAccount` and `admin` rights in that namespace.
    pub(crate) async fn tenant(&self, name: &str) -> TenantName {
        self.namespace(name).await;
        self.service_account(name).await;
        self.bind(name, "admin").await;
        self.until_aggregated().await;
        name.parse().unwrap()
    }

    /// Gives a tenant a role in its namespace, beside none before.
    pub(crate) async fn bind(&self, name: &str, role: &str) {
        let binding = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": {"name": "signet-tenant", "namespace": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "signet-tenants"}],
        });
        let patch = Patch::Apply(binding);
        self.bindings(name)
            .patch("signet-tenant", &by_admin(), &patch)
            .await
            .unwrap();
    }

    pub(crate) async fn unbind(&self, name: &str) {
        self.bindings(name)
            .delete("signet-tenant", &DeleteParams::default())
            .await
            .unwrap();
    }

    fn bindings(&self, namespace: &str) -> Api<RoleBinding> {
        Api::namespaced(self.admin.clone(), namespace)
    }

    pub(crate) async fn namespace(&self, name: &str) {
        let namespaces: Api<Namespace> = Api::all(self.admin.clone());
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        namespaces
            .patch(name, &by_admin(), &Patch::Apply(namespace))
            .await
            .unwrap();
    }

    pub(crate) async fn service_account(&self, name: &str) {
        let account =
            json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}});
        self.service_accounts()
            .patch(name, &by_admin(), &Patch::Apply(account))
            .await
            .unwrap();
    }

    pub(crate) fn service_accounts(&self) -> Api<ServiceAccount> {
        Api::namespaced(self.admin.clone(), "signet-tenants")
    }

    /// The controller manager fills the role `admin` a little after the start.
    async fn until_aggregated(&self) {
        use k8s_openapi::api::rbac::v1::ClusterRole;
        let roles: Api<ClusterRole> = Api::all(self.admin.clone());
        until("the role admin has rules", async || {
            roles
                .get("admin")
                .await
                .unwrap()
                .rules
                .is_some_and(|rules| !rules.is_empty())
        })
        .await;
    }
}

pub(crate) fn by_admin() -> PatchParams {
    PatchParams::apply("an-admin").force()
}

/// Waits at most half a minute until `holds`.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting)
        .await
        .unwrap_or_else(|_| panic!("{what}: not in time"));
}

/// What the fixture installs.
pub(crate) fn installation() -> Installation {
    Installation {
        name: "fleet".into(),
        anchor: anchor(),
        identity: SecretString::from(format!("AGE-SECRET-KEY-1{CANARY}")),
        credentials: Some(Credentials {
            username: Some("git".into()),
            password: Some(CANARY.into()),
            ca: Some(b"-----BEGIN CERTIFICATE-----".to_vec()),
            ..Credentials::default()
        }),
        platform_role: "cluster-admin".into(),
        verified: VerifiedTip {
            commit: "89abcdef0123456789abcdef0123456789abcdef".into(),
            signer: "alice".into(),
            time: "2026-01-01T00:00:00Z".parse().unwrap(),
            policy_version: 1,
        },
        agent_image: Some("registry.example.org/signet-agent:test".into()),
    }
}

fn anchor() -> TrustAnchorSpec {
    serde_json::from_value(json!({
        "cluster": "prod",
        "repository": {
            "url": "https://git.example.org/fleet.git",
            "ref": "refs/heads/main",
            "id": "6f1c0d",
            "credentials": {"secretRef": "git-credentials"},
            "interval": "1m",
        },
        "introduction": {
            "commit": "0123456789abcdef0123456789abcdef01234567",
            "payloadSha256": "0".repeat(64),
            "signer": "SHA256:abc",
        },
        "identity": {"secretRef": "cluster-identity"},
    }))
    .unwrap()
}

pub(crate) async fn install(admin: &Client, installation: &Installation) -> Vec<Installed> {
    let mut done = Vec::new();
    install::install(admin, installation, &mut |installed| done.push(installed))
        .await
        .unwrap();
    done
}

/// The administrator's way to the control plane, as the command line has it.
pub(crate) async fn config() -> Config {
    let path = ControlPlane::shared().await.admin_kubeconfig();
    let kubeconfig = Kubeconfig::read_from(path).unwrap();
    Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .unwrap()
}

async fn prepare(admin: &Client, plane: &ControlPlane) -> PathBuf {
    install(admin, &installation()).await;
    let text = install::agent_kubeconfig(admin, &config().await, Duration::from_hours(1))
        .await
        .unwrap();
    let path = plane.admin_kubeconfig().with_file_name("agent.kubeconfig");
    std::fs::write(&path, expose(&text)).unwrap();
    path
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at its own throw-away secrets"
)]
pub(crate) fn expose(secret: &SecretString) -> &str {
    secret.expose_secret()
}
