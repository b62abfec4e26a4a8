//! Looking at the cluster as a tenant.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::json;
use signet_cluster::{TenantClient, observe};

use crate::fixture::{CANARY, Fixture, by_admin};
use crate::source::{CONFIG, Source, reference};

/// Sees that an object does not exist, with the tenant's token.
pub(crate) async fn nothing(client: &TenantClient) {
    let source = Source::new(client.name(), &[("a.yaml", CONFIG)]);
    let live = observe(client, &source.desired(client).await, &BTreeSet::new())
        .await
        .unwrap();
    assert!(live.objects.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_payload_and_no_last_applied_configuration_is_seen() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("observe-secret").await;
    let secrets: Api<Secret> = Api::namespaced(fixture.admin.clone(), "observe-secret");
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "db", "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": CANARY, "kept": "yes",
        }},
        "stringData": {"password": CANARY},
    });
    secrets
        .patch("db", &by_admin(), &Patch::Apply(secret))
        .await
        .unwrap();
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    let source = Source::new(&tenant, &[("a.yaml", CONFIG)]);
    let previous = [reference("Secret", "observe-secret", "db")].into();
    let live = observe(&client, &source.desired(&client).await, &previous)
        .await
        .unwrap();
    let seen = &live.objects[previous.first().unwrap()];
    assert!(!format!("{live:?}").contains(CANARY));
    assert_eq!(seen.annotations.keys().collect::<Vec<_>>(), ["kept"]);
    assert_eq!(seen.managed_fields[0].manager, "an-admin");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_objects_are_listed_and_the_wanted_ones_picked() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("observe-many").await;
    let configs: Api<ConfigMap> = Api::namespaced(fixture.admin.clone(), "observe-many");
    let names: Vec<_> = (0..12).map(|number| format!("c{number}")).collect();
    for name in names.iter().take(10) {
        let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
        configs
            .patch(name, &PatchParams::apply("an-admin"), &Patch::Apply(config))
            .await
            .unwrap();
    }
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    let source = Source::new(&tenant, &[("a.yaml", CONFIG)]);
    let previous: BTreeSet<_> = names
        .iter()
        .skip(1)
        .map(|name| reference("ConfigMap", "observe-many", name))
        .collect();
    let live = observe(&client, &source.desired(&client).await, &previous)
        .await
        .unwrap();
    let seen: Vec<_> = live
        .objects
        .keys()
        .map(|object| object.name.as_str())
        .collect();
    assert_eq!(seen, ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_sees_nothing_of_another_tenants_namespace() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("observe-mine").await;
    fixture.tenant("observe-theirs").await;
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    let source = Source::new(&tenant, &[("a.yaml", CONFIG)]);
    let theirs = [reference("Secret", "observe-theirs", "db")].into();
    let error = observe(&client, &source.desired(&client).await, &theirs)
        .await
        .unwrap_err();
    assert!(error.failure().is_forbidden(), "{error}");
    assert_eq!(
        error.to_string(),
        "reading the metadata of Secret observe-theirs/db as observe-mine"
    );
}
