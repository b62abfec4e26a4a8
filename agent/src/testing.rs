//! Small fleets for unit tests.

use serde_json::json;
use signet_api::{ClusterName, Fleet, RepoPath, crd::TrustAnchor};
use signet_provenance::ObjectId;
use signet_render::ObjectRef;

const RECIPIENT: &str = "age17acs5qxkm64mnl8y4fyw3rskzqq7zfrrec9g67432ag5c4tu0fvqxgfan5";
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUfwCyKpHbLXxqhfWbwrLJ9gIcOKBCoHZUHJ3CJC1qE";

/// The cluster of the tests.
pub(crate) fn cluster() -> ClusterName {
    "prod".parse().unwrap()
}

/// A commit that is named by one digit.
pub(crate) fn commit(digit: char) -> ObjectId {
    digit.to_string().repeat(40).parse().unwrap()
}

/// A `ConfigMap` of team-a.
pub(crate) fn object(name: &str) -> ObjectRef {
    ObjectRef {
        group: String::new(),
        version: "v1".into(),
        kind: "ConfigMap".into(),
        namespace: Some("team-a".into()),
        name: name.into(),
    }
}

/// A fleet with the tenant team-a in the namespace team-a, and these sources of it.
pub(crate) fn fleet(sources: &str) -> Fleet {
    Fleet::parse(documents(sources)).unwrap()
}

/// The same with a tenant team-b whose document cannot be read.
pub(crate) fn broken_fleet(sources: &str) -> Fleet {
    let broken = ("signet/tenants/team-b.yaml", "kind: [".to_owned());
    Fleet::parse(documents(sources).into_iter().chain([file(broken)])).unwrap()
}

/// A `TrustAnchor` in its first generation.
pub(crate) fn anchor() -> TrustAnchor {
    let anchor = json!({
        "apiVersion": "signet.dev/v1alpha1",
        "kind": "TrustAnchor",
        "metadata": {"name": "fleet", "uid": "1", "generation": 1},
        "spec": {
            "cluster": "prod",
            "repository": {"url": "https://git.example.org/fleet.git", "ref": "refs/heads/main", "id": "6f1c0d"},
            "introduction": {"commit": "1".repeat(40), "payloadSha256": "2".repeat(64), "signer": "SHA256:x"},
            "identity": {"secretRef": "cluster-identity"},
        },
    });
    serde_json::from_value(anchor).unwrap()
}

fn documents(sources: &str) -> Vec<(RepoPath, Vec<u8>)> {
    let policy = format!(
        "apiVersion: signet.dev/v1alpha1
kind: Policy
metadata: {{name: policy}}
spec:
  version: 1
  repository: 6f1c0d0000000000
  ref: refs/heads/main
  principals:
    alice: {{keys: [\"{KEY} alice\"]}}
  groups: {{root: [alice]}}
  rules:
    - {{paths: [\"**\"], signers: root}}
  recovery: {{recipients: [{RECIPIENT}]}}
"
    );
    let tenant = format!(
        "apiVersion: signet.dev/v1alpha1
kind: Tenant
metadata: {{name: team-a}}
spec:
  editors: []
  clusters:
    - name: prod
      recipient: {RECIPIENT}
      namespaces: [team-a]{sources}
"
    );
    vec![
        file(("signet/policy.yaml", policy)),
        file(("signet/tenants/team-a.yaml", tenant)),
    ]
}

fn file((path, text): (&str, String)) -> (RepoPath, Vec<u8>) {
    (path.parse().unwrap(), text.into_bytes())
}
