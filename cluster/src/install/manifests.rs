//! The files under `deploy/`, read into objects.

use serde_json::{Value, json};
use signet_api::TENANTS_NAMESPACE;
use signet_yaml::{Aliases, Limits};

const CRDS: &str = include_str!("../../../deploy/crds.yaml");
const RBAC: &str = include_str!("../../../deploy/rbac.yaml");
const AGENT: &str = include_str!("../../../deploy/agent.yaml");

/// The `CustomResourceDefinitions` of `TrustAnchor` and `Sync`.
pub(super) fn crds() -> Vec<Value> {
    objects(CRDS)
}

/// The namespaces, accounts and rights.
pub(super) fn rbac() -> Vec<Value> {
    objects(RBAC)
}

/// The agent's Deployment with `image`, following the anchor `name`.
pub(super) fn agent(image: &str, name: &str) -> Vec<Value> {
    let mut objects = objects(AGENT);
    for object in &mut objects {
        let container = &mut object["spec"]["template"]["spec"]["containers"][0];
        container["image"] = json!(image);
        container["args"][1] = json!(name);
    }
    objects
}

/// The platform's rights, by default everything.
pub(super) fn platform_binding(role: &str) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "signet-platform"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": signet_api::PLATFORM, "namespace": TENANTS_NAMESPACE}],
    })
}

fn objects(text: &str) -> Vec<Value> {
    let stream = signet_yaml::parse(text, &Limits::SEALED, Aliases::Refuse)
        .expect("a file of ours, parsed in tests");
    let roots = stream
        .documents
        .iter()
        .filter_map(|document| document.root.as_ref());
    roots
        .map(|root| signet_yaml::kubernetes::to_json(root).expect("a file of ours, read in tests"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Set it, run this crate's tests, and `deploy/crds.yaml` is written anew.
    const REGENERATE: &str = "SIGNET_REGENERATE";

    fn generated() -> String {
        let note = "# Generated from the types in api/; after changing them: SIGNET_REGENERATE=1 cargo test -p signet-cluster crds_yaml\n";
        let crds = signet_api::crd::crds();
        let documents = crds.iter().map(|crd| {
            let value = serde_json::to_value(crd).unwrap();
            format!("---\n{}", signet_yaml::emit(&value))
        });
        note.to_owned() + &documents.collect::<String>()
    }

    #[test]
    fn crds_yaml_is_what_the_types_say() {
        let generated = generated();
        if std::env::var_os(REGENERATE).is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/crds.yaml");
            std::fs::write(path, &generated).unwrap();
        } else {
            assert!(
                CRDS == generated,
                "deploy/crds.yaml is stale: {REGENERATE}=1 cargo test -p signet-cluster crds_yaml"
            );
        }
    }

    #[test]
    fn installs_every_object_of_every_file() {
        assert_eq!(crds().len(), 2);
        assert_eq!(rbac().len(), RBAC.matches("\nkind: ").count());
    }

    #[test]
    fn the_deployment_gets_the_image_and_the_anchor_that_were_asked_for() {
        let deployment = &agent("registry.example/agent@sha256:00", "another")[0];
        let container = &deployment["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container["image"], "registry.example/agent@sha256:00");
        assert_eq!(
            container["args"],
            json!([
                "--anchor",
                "another",
                "--data-dir",
                "/data",
                "--log-format",
                "json"
            ])
        );
    }
}
