//! The agent's own account can do what the design says and nothing else.

use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec,
};
use k8s_openapi::api::core::v1::{ConfigMap, Secret, ServiceAccount};
use kube::api::{ListParams, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::json;
use signet_api::crd::{Sync, TrustAnchor};

use crate::fixture::{CANARY, Fixture, by_admin};

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_cannot_read_a_tenants_secret() {
    let fixture = Fixture::new().await;
    fixture.namespace("rights-secret").await;
    let owned: Api<Secret> = Api::namespaced(fixture.admin.clone(), "rights-secret");
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "stringData": {"password": CANARY},
    });
    owned
        .patch("db", &by_admin(), &Patch::Apply(secret))
        .await
        .unwrap();
    let seen: Api<Secret> = Api::namespaced(fixture.agent.clone(), "rights-secret");
    assert_forbidden(seen.get("db").await);
    assert_forbidden(seen.get_metadata("db").await);
    assert_forbidden(seen.list(&ListParams::default()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_cannot_write_to_a_tenants_namespace() {
    let fixture = Fixture::new().await;
    fixture.namespace("rights-write").await;
    let configs: Api<ConfigMap> = Api::namespaced(fixture.agent.clone(), "rights-write");
    let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
    assert_forbidden(configs.patch("a", &by_agent(), &Patch::Apply(config)).await);
    assert_forbidden(configs.get("a").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_reads_three_secrets_of_its_own_namespace_and_no_other() {
    let fixture = Fixture::new().await;
    let secrets: Api<Secret> = Api::namespaced(fixture.agent.clone(), "signet-system");
    for name in ["git-credentials", "cluster-identity", "signet-state"] {
        secrets.get(name).await.unwrap();
    }
    assert_forbidden(secrets.get("another").await);
    assert_forbidden(secrets.list(&ListParams::default()).await);
    let identity =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "cluster-identity"}});
    assert_forbidden(
        secrets
            .patch("cluster-identity", &by_agent(), &Patch::Apply(identity))
            .await,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_gets_tokens_of_tenants_accounts_alone() {
    let fixture = Fixture::new().await;
    let request = TokenRequest::default();
    for namespace in ["kube-system", "default", "signet-system"] {
        let accounts: Api<ServiceAccount> = Api::namespaced(fixture.agent.clone(), namespace);
        assert_forbidden(
            accounts
                .create_token_request("default", &PostParams::default(), &request)
                .await,
        );
    }
    let tenants: Api<ServiceAccount> = Api::namespaced(fixture.agent.clone(), "signet-tenants");
    tenants
        .create_token_request("platform", &PostParams::default(), &request)
        .await
        .unwrap();
    assert_forbidden(tenants.get("platform").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_cannot_change_an_anchor_only_report_on_it() {
    let fixture = Fixture::new().await;
    let anchors: Api<TrustAnchor> = Api::all(fixture.agent.clone());
    let spec = Patch::Merge(json!({"spec": {"cluster": "another"}}));
    assert_forbidden(anchors.patch("fleet", &PatchParams::default(), &spec).await);
    let annotation = Patch::Merge(json!({"metadata": {"annotations": {"a": "b"}}}));
    assert_forbidden(
        anchors
            .patch("fleet", &PatchParams::default(), &annotation)
            .await,
    );
}

/// What the API server's own authorizer says of many more requests than are worth sending.
#[tokio::test(flavor = "multi_thread")]
async fn the_agents_rights_are_exactly_these() {
    let fixture = Fixture::new().await;
    let allowed = [
        ("get", "signet.dev", "trustanchors", ""),
        ("watch", "signet.dev", "trustanchors", ""),
        ("patch", "signet.dev", "trustanchors/status", ""),
        ("create", "signet.dev", "syncs", "team-a"),
        ("patch", "signet.dev", "syncs", "team-a"),
        ("delete", "signet.dev", "syncs", "team-a"),
        ("patch", "signet.dev", "syncs/status", "team-a"),
        ("create", "events.k8s.io", "events", "team-a"),
        ("list", "", "namespaces", ""),
    ];
    for request in allowed {
        assert!(
            may(&fixture.admin, request).await,
            "{request:?} should be allowed"
        );
    }
    for verb in [
        "get",
        "list",
        "watch",
        "create",
        "update",
        "patch",
        "delete",
        "deletecollection",
    ] {
        for (group, resource) in FOREIGN {
            let request = (verb, *group, *resource, "team-a");
            assert!(
                !may(&fixture.admin, request).await,
                "{request:?} should be denied"
            );
        }
    }
    for request in [
        ("create", "signet.dev", "trustanchors", ""),
        ("patch", "signet.dev", "trustanchors", ""),
        ("delete", "signet.dev", "trustanchors", ""),
        ("create", "", "namespaces", ""),
        ("impersonate", "", "users", ""),
        ("impersonate", "", "serviceaccounts", "signet-tenants"),
        ("escalate", "rbac.authorization.k8s.io", "clusterroles", ""),
        ("bind", "rbac.authorization.k8s.io", "clusterroles", ""),
        ("create", "", "serviceaccounts/token", "team-a"),
        ("list", "events.k8s.io", "events", "team-a"),
    ] {
        assert!(
            !may(&fixture.admin, request).await,
            "{request:?} should be denied"
        );
    }
}

const FOREIGN: &[(&str, &str)] = &[
    ("", "secrets"),
    ("", "configmaps"),
    ("", "pods"),
    ("", "pods/exec"),
    ("", "services"),
    ("", "serviceaccounts"),
    ("apps", "deployments"),
    ("batch", "jobs"),
    ("rbac.authorization.k8s.io", "roles"),
    ("rbac.authorization.k8s.io", "rolebindings"),
    ("rbac.authorization.k8s.io", "clusterrolebindings"),
    ("coordination.k8s.io", "leases"),
    ("apiextensions.k8s.io", "customresourcedefinitions"),
    (
        "admissionregistration.k8s.io",
        "validatingwebhookconfigurations",
    ),
];

/// Verb, group, resource (with its subresource), namespace.
type Request = (&'static str, &'static str, &'static str, &'static str);

async fn may(admin: &Client, (verb, group, resource, namespace): Request) -> bool {
    let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    let text = |text: &str| Some(text.to_owned());
    let review = SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            user: text("system:serviceaccount:signet-system:signet-agent"),
            groups: Some(vec![
                "system:authenticated".into(),
                "system:serviceaccounts".into(),
            ]),
            resource_attributes: Some(ResourceAttributes {
                verb: text(verb),
                group: text(group),
                resource: text(resource),
                subresource: text(subresource),
                namespace: text(namespace),
                ..Default::default()
            }),
            ..Default::default()
        },
        ..Default::default()
    };
    let reviews: Api<SubjectAccessReview> = Api::all(admin.clone());
    let answer = reviews
        .create(&PostParams::default(), &review)
        .await
        .unwrap();
    answer.status.unwrap().allowed
}

/// A Sync is ours to write, wherever.
#[tokio::test(flavor = "multi_thread")]
async fn the_agent_reads_syncs_everywhere() {
    let fixture = Fixture::new().await;
    let syncs: Api<Sync> = Api::all(fixture.agent);
    syncs.list(&ListParams::default()).await.unwrap();
}

fn by_agent() -> PatchParams {
    PatchParams::apply("signet-agent").force()
}

fn assert_forbidden<T>(answer: Result<T, kube::Error>) {
    match answer {
        Err(kube::Error::Api(status)) if status.code == 403 => {}
        Err(other) => panic!("not what forbids: {other}"),
        Ok(_) => panic!("was allowed"),
    }
}
