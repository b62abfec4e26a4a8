mod bounds;
mod drift;
mod prune;
mod writes;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use serde_json::json;
use signet_api::{Namespaces, Sink};
use signet_provenance::{MemoryObjects, Tree, Unverified};
use signet_render::{Kinds, Options};

use super::*;
use crate::{Delete, ManagedFields, Operation, apply_set_id};

/// Two Secrets, made with sops: `db` with two sealed values, `key` with one.
const SECRETS: &str = include_str!("tests/sealed-secrets.yaml");
const SEALED_CONFIG_MAP: &str = include_str!("tests/sealed-config-map.yaml");

fn desired(manifests: &str) -> Desired<Unverified> {
    let objects = MemoryObjects::default();
    let tree = objects.write_files([("apps/all.yaml", manifests)]);
    let tree = Tree::of_tree(Arc::new(objects), tree);
    let options = Options {
        tenant: "team-a".parse().unwrap(),
        source: "apps".parse().unwrap(),
        path: "apps".parse().unwrap(),
        namespace: Some("team-a".parse().unwrap()),
        kinds: Arc::new(Kinds::builtin()),
        shared: Vec::new(),
    };
    signet_render::render(&tree, &options).unwrap()
}

fn ids(manifests: &str) -> BTreeSet<ObjectRef> {
    desired(manifests)
        .objects
        .iter()
        .map(|object| object.id.clone())
        .collect()
}

fn tenant() -> Limits {
    Limits {
        tenant: "team-a".parse().unwrap(),
        source: "apps".parse().unwrap(),
        namespaces: Namespaces::List(vec!["team-a".parse().unwrap()]),
        sinks: Vec::new(),
        prune: true,
        drift: signet_api::Drift::Correct,
        apply_set: apply_set_id("team-a-apps", "team-a"),
    }
}

fn platform() -> Limits {
    Limits {
        namespaces: Namespaces::All,
        ..tenant()
    }
}

fn empty() -> Live {
    Live {
        objects: BTreeMap::new(),
        kinds: Arc::new(Kinds::builtin()),
    }
}

/// The cluster after `manifests` have been applied to an empty one.
fn applied(manifests: &str, limits: &Limits) -> Live {
    let plan = diff(desired(manifests), &empty(), &BTreeSet::new(), limits).unwrap();
    let written = plan.actions.into_iter().map(|action| match action {
        Action::Apply(Apply { id, json, .. }) => (id, object(&json, &plan.field_manager)),
        other => panic!("an empty cluster takes everything, not {other:?}"),
    });
    let mut live = empty();
    live.objects.extend(written);
    live
}

fn object(json: &Value, manager: &str) -> LiveObject {
    let metadata = &json["metadata"];
    LiveObject {
        uid: format!("uid of {}", metadata["name"]),
        resource_version: "1".into(),
        labels: serde_json::from_value(metadata["labels"].clone()).unwrap(),
        annotations: serde_json::from_value(metadata["annotations"].clone()).unwrap(),
        managed_fields: vec![ManagedFields {
            manager: manager.into(),
            operation: Operation::Apply,
            subresource: String::new(),
            fields: fields(json),
        }],
        deletion_timestamp: None,
    }
}

/// The fields of an object whose lists are all atomic, as the API server records them.
fn fields(value: &Value) -> Value {
    let map = value.as_object().into_iter().flatten();
    let fields = map.map(|(key, value)| (format!("f:{key}"), fields(value)));
    Value::Object(fields.collect())
}

fn only(live: &mut Live) -> &mut LiveObject {
    let mut objects = live.objects.values_mut();
    objects.next().expect("one object is live")
}

/// One line for each action.
fn lines<M>(plan: &Plan<M>) -> String {
    let mut lines = String::new();
    for action in &plan.actions {
        match action {
            Action::Apply(Apply { id, why, .. }) => writeln!(lines, "apply {id} ({why:?})"),
            Action::Unchanged(id) => writeln!(lines, "leave {id}"),
            Action::Delete(Delete { id, uid, .. }) => writeln!(lines, "delete {id} if {uid}"),
            Action::Refused(id, refusal) => writeln!(lines, "refuse {id}: {refusal}"),
        }
        .expect("writing to a String does not fail");
    }
    lines
}

fn planned(
    manifests: &str,
    live: &Live,
    previous: &BTreeSet<ObjectRef>,
    limits: &Limits,
) -> String {
    lines(&diff(desired(manifests), live, previous, limits).unwrap())
}

fn config_maps(names: &[&str]) -> String {
    let documents = names.iter().map(|name| config_map(name, "v"));
    documents.collect::<Vec<_>>().join("---\n")
}

fn config_map(name: &str, value: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}, data: {{k: {value}, l: w}}}}\n"
    )
}
