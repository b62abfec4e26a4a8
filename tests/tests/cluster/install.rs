//! `signet bootstrap`'s part.

use k8s_openapi::api::core::v1::{Namespace, Pod, ResourceQuota, Secret};
use kube::Api;
use kube::api::{ListParams, PostParams};
use serde_json::json;
use signet_api::crd::{TrustAnchor, VerifiedTip};
use signet_cluster::install::Outcome;

use crate::fixture::{CANARY, Fixture, install, installation, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_installation_changes_nothing() {
    let fixture = Fixture::new().await;
    let done = install(&fixture.admin, &installation()).await;
    let changed: Vec<_> = done
        .iter()
        .filter(|installed| installed.outcome != Outcome::Unchanged)
        .collect();
    assert!(changed.is_empty(), "{changed:?}");
    assert!(
        done.iter()
            .any(|installed| installed.object == "trustanchor.signet.dev/fleet")
    );
    assert!(!format!("{done:?}").contains(CANARY));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_keeps_what_the_agent_stored() {
    let fixture = Fixture::new().await;
    let before = fixture.cluster.load_state().await.unwrap();
    let stored = fixture
        .cluster
        .store_state(&before, b"kept".to_vec())
        .await
        .unwrap();
    install(&fixture.admin, &installation()).await;
    assert_eq!(fixture.cluster.load_state().await.unwrap(), stored);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tip_that_was_accepted_is_reported_until_an_agent_reports() {
    let fixture = Fixture::new().await;
    let anchors: Api<TrustAnchor> = Api::all(fixture.admin.clone());
    let anchor = anchors.get("fleet").await.unwrap();
    let mut status = anchor.status.clone().unwrap();
    let accepted = installation().verified;
    assert_eq!(status.verified.as_ref(), Some(&accepted));

    let newer = VerifiedTip {
        commit: "fedcba9876543210fedcba9876543210fedcba98".into(),
        ..accepted.clone()
    };
    status.verified = Some(newer.clone());
    fixture
        .cluster
        .report_anchor(&anchor, &status)
        .await
        .unwrap();
    install(&fixture.admin, &installation()).await;
    let anchor = anchors.get("fleet").await.unwrap();
    let mut status = anchor.status.clone().unwrap();
    assert_eq!(status.verified, Some(newer));
    status.verified = Some(accepted);
    fixture
        .cluster
        .report_anchor(&anchor, &status)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_identity_and_the_credentials_arrive_as_they_are() {
    let fixture = Fixture::new().await;
    let secrets: Api<Secret> = Api::namespaced(fixture.admin, "signet-system");
    let data = secrets.get("git-credentials").await.unwrap().data.unwrap();
    assert_eq!(data["password"].0, CANARY.as_bytes());
    let data = secrets.get("cluster-identity").await.unwrap().data.unwrap();
    assert_eq!(
        data["identity"].0,
        format!("AGE-SECRET-KEY-1{CANARY}").as_bytes()
    );
}

/// The namespace enforces the Pod security standard "restricted": a Pod that the controllers could make passes it.
#[tokio::test(flavor = "multi_thread")]
async fn the_agent_runs_without_privileges() {
    let fixture = Fixture::new().await;
    let namespaces: Api<Namespace> = Api::all(fixture.admin.clone());
    let labels = namespaces.get("signet-system").await.unwrap().metadata;
    assert_eq!(
        labels.labels.unwrap()["pod-security.kubernetes.io/enforce"],
        "restricted"
    );
    let pod = agents_pod(&fixture).await;
    let container = &pod.spec.unwrap().containers[0];
    assert_eq!(
        container.image.as_deref(),
        Some("registry.example.org/signet-agent:test")
    );
    let security = container.security_context.as_ref().unwrap();
    assert_eq!(security.read_only_root_filesystem, Some(true));
    assert_eq!(security.allow_privilege_escalation, Some(false));
}

/// The Pod that the Deployment has come to.
async fn agents_pod(fixture: &Fixture) -> Pod {
    let pods: Api<Pod> = Api::namespaced(fixture.admin.clone(), "signet-system");
    let agents = ListParams::default().labels("app.kubernetes.io/component=agent");
    let found = async || pods.list(&agents).await.unwrap().items;
    until("the agent's Pod exists", async || !found().await.is_empty()).await;
    found().await.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_pod_can_run_as_a_tenants_account() {
    let fixture = Fixture::new().await;
    until_quota_counts(&fixture).await;
    let pods: Api<Pod> = Api::namespaced(fixture.admin, "signet-tenants");
    let pod = serde_json::from_value(json!({
        "metadata": {"name": "intruder"},
        "spec": {
            "serviceAccountName": "platform",
            "securityContext": {"runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "a", "image": "a:1",
                "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
            }],
        },
    }))
    .unwrap();
    let refusal = pods
        .create(&PostParams::default(), &pod)
        .await
        .unwrap_err()
        .to_string();
    assert!(refusal.contains("quota"), "{refusal}");
}

/// A quota holds once the controllers have counted what there is.
async fn until_quota_counts(fixture: &Fixture) {
    let quotas: Api<ResourceQuota> = Api::namespaced(fixture.admin.clone(), "signet-tenants");
    until("the quota counts Pods", async || {
        let status = quotas.get("no-pods").await.unwrap().status;
        status.is_some_and(|status| status.hard.is_some())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platforms_role_can_be_another_and_back() {
    let fixture = Fixture::new().await;
    let mut other = installation();
    other.platform_role = "view".into();
    let outcome = |done: Vec<signet_cluster::install::Installed>| {
        let binding = "clusterrolebinding.rbac.authorization.k8s.io/signet-platform";
        done.into_iter()
            .find(|installed| installed.object == binding)
            .unwrap()
            .outcome
    };
    assert_eq!(
        outcome(install(&fixture.admin, &other).await),
        Outcome::Changed
    );
    assert_eq!(
        outcome(install(&fixture.admin, &installation()).await),
        Outcome::Changed
    );
}
