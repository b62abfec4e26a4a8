use serde_json::{Value, json};

use super::*;

fn definition(plural: &str) -> Value {
    let all = crds();
    let found = all
        .iter()
        .find(|crd| crd.spec.names.plural == plural)
        .unwrap();
    serde_json::to_value(found).unwrap()
}

fn columns(plural: &str) -> Vec<String> {
    let definition = definition(plural);
    let columns = definition["spec"]["versions"][0]["additionalPrinterColumns"]
        .as_array()
        .unwrap();
    columns
        .iter()
        .map(|column| column["name"].as_str().unwrap().to_uppercase())
        .collect()
}

#[test]
fn definitions_are_the_same_on_every_call() {
    let text = || {
        crds()
            .iter()
            .map(|crd| signet_yaml::to_yaml(crd).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(text(), text());
}

#[test]
fn a_trust_anchor_belongs_to_the_cluster_and_a_sync_to_a_namespace() {
    assert_eq!(definition("trustanchors")["spec"]["scope"], "Cluster");
    assert_eq!(definition("syncs")["spec"]["scope"], "Namespaced");
}

#[test]
fn status_is_a_resource_of_its_own() {
    for plural in ["trustanchors", "syncs"] {
        assert_eq!(
            definition(plural)["spec"]["versions"][0]["subresources"],
            json!({"status": {}})
        );
    }
}

#[test]
fn kubectl_prints_the_columns_of_the_design() {
    assert_eq!(
        columns("syncs"),
        ["READY", "REVISION", "SIGNER", "DRIFT", "AGE", "MESSAGE"]
    );
}

#[test]
fn the_api_server_checks_names_and_durations() {
    let schema = &definition("syncs")["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    let spec = &schema["properties"]["spec"]["properties"];
    assert!(spec["tenant"]["pattern"].is_string());
    assert!(spec["timeout"]["pattern"].is_string());
    assert_eq!(
        spec["drift"]["enum"],
        json!(["correct", "detect", "ignore"])
    );
}

#[test]
fn takes_the_trust_anchor_of_the_design() {
    let anchor: TrustAnchor = serde_json::from_value(json!({
        "apiVersion": "signet.dev/v1alpha1", "kind": "TrustAnchor", "metadata": {"name": "fleet"},
        "spec": {
            "cluster": "prod",
            "repository": {"url": "https://git.example.org/fleet.git", "ref": "refs/heads/main", "id": "6f1c0d",
                "credentials": {"secretRef": "git-credentials"}, "mirrors": [], "interval": "1m"},
            "introduction": {"commit": "0".repeat(40), "payloadSha256": "0".repeat(64), "signer": "SHA256:x"},
            "identity": {"secretRef": "cluster-identity"},
            "revoked": [],
            "suspend": {"all": false, "tenants": []}
        }
    }))
    .unwrap();
    assert_eq!(anchor.spec.repository.interval.as_std().as_secs(), 60);
}

#[test]
fn takes_the_sync_of_the_design() {
    let sync: Sync = serde_json::from_value(json!({
        "apiVersion": "signet.dev/v1alpha1", "kind": "Sync", "metadata": {"name": "team-a-apps", "namespace": "team-a"},
        "spec": {"tenant": "team-a", "source": "apps", "path": "tenants/team-a/prod", "prune": true, "drift": "correct",
            "dependsOn": [], "timeout": "5m", "suspend": false},
        "status": {"observedGeneration": 1, "revision": "main@sha1:0", "signer": "dave", "objects": {"total": 12, "ready": 11},
            "drift": {"count": 0}, "conditions": [{"type": "Ready", "status": "True", "reason": "Applied", "message": "",
                "lastTransitionTime": "2026-01-01T00:00:00Z"}]}
    }))
    .unwrap();
    assert_eq!(sync.status.unwrap().conditions[0].reason, "Applied");
}
