use super::*;

#[test]
fn reads_every_manifest_below_the_folder_in_byte_order_and_no_other_file() {
    let desired = rendered(&[
        ("b.yml", &config_map("b")),
        ("a/deep/z.yaml", &config_map("z")),
        (
            "c.json",
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}"#,
        ),
        (
            "B.yaml",
            &format!(
                "# a comment\n---\n{}---\n---\n{}",
                config_map("first"),
                config_map("second")
            ),
        ),
        ("README.md", "not: [a manifest"),
        ("values.yaml.orig", "not: [a manifest"),
        ("signet-source.yaml", "renderer: plain"),
        ("deeper/signet-source.yaml", "for: another source"),
    ]);
    let desired = desired.unwrap();
    let names: Vec<_> = desired
        .objects
        .iter()
        .map(|object| object.id.name.as_str())
        .collect();
    assert_eq!(names, ["first", "second", "z", "b", "c"]);
    let files: Vec<_> = desired.files.iter().map(RepoPath::file_name).collect();
    assert_eq!(files, ["B.yaml", "z.yaml", "b.yml", "c.json"]);
    assert_eq!(desired.warnings, [""; 0]);
}

#[test]
fn takes_lists_apart_and_leaves_kinds_that_only_sound_like_lists() {
    let desired = rendered(&[(
        "all.yaml",
        "apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: one}}
- apiVersion: v1
  kind: ConfigMapList
  items: [{metadata: {name: two}}]
- {apiVersion: v1, kind: List, items: null}
- {apiVersion: example.org/v1, kind: AllowList, metadata: {name: three}, items: [a]}
",
    )]);
    assert_eq!(
        ids(&desired.unwrap()),
        [
            "ConfigMap team-a/one",
            "ConfigMap team-a/two",
            "AllowList.example.org three"
        ]
    );
}

#[test]
fn reads_json_as_programs_write_it() {
    let text = "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"ConfigMap\",\n\t\"metadata\": {\"name\": \"a\"},\n\t\"data\": {\"k\": \"\\ud83d\\ude00\\/\"}\n}\n";
    let desired = rendered(&[("a.json", text)]).unwrap();
    assert_eq!(desired.objects[0].json["data"]["k"], "\u{1f600}/");
}

#[test]
fn settles_the_namespace_by_the_kind() {
    let desired = rendered(&[(
        "all.yaml",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: default}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: own, namespace: elsewhere}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: none, namespace: stray}}
",
    )]);
    let desired = desired.unwrap();
    assert_eq!(
        ids(&desired),
        [
            "ConfigMap team-a/default",
            "ConfigMap elsewhere/own",
            "Namespace none"
        ]
    );
    assert_eq!(desired.objects[0].json["metadata"]["namespace"], "team-a");
    assert_eq!(desired.objects[2].json["metadata"].get("namespace"), None);
    assert_eq!(
        desired.warnings,
        [
            "tenants/team-a/prod/all.yaml: line 5, column 1: metadata.namespace is left out: the kind Namespace has none"
        ]
    );
}

#[test]
fn knows_kinds_that_the_source_itself_defines_before_and_behind_their_objects() {
    let desired = rendered(&[
        (
            "a.yaml",
            "{apiVersion: example.org/v1, kind: Widget, metadata: {name: w}}",
        ),
        (
            "b.yaml",
            "apiVersion: v1
kind: List
items:
- apiVersion: apiextensions.k8s.io/v1
  kind: CustomResourceDefinition
  metadata: {name: widgets.example.org}
  spec:
    group: example.org
    names: {kind: Widget, plural: widgets}
    scope: Namespaced
    versions: [{name: v1, served: true}, {name: v0, served: false}]
- apiVersion: example.org/v1
  kind: CustomResourceDefinition
  metadata: {name: gadgets.example.org}
  spec:
    group: example.org
    names: {kind: Gadget, plural: gadgets}
    scope: Namespaced
    versions: [{name: v1, served: true}]
",
        ),
    ]);
    let desired = desired.unwrap();
    assert_eq!(desired.objects[0].id.namespace.as_deref(), Some("team-a"));
    assert_eq!(
        desired.objects[2].id.namespace, None,
        "only definitions define"
    );
    let defined: Vec<_> = desired
        .defined
        .0
        .keys()
        .map(|gvk| gvk.version.as_str())
        .collect();
    assert_eq!(defined, ["v1"]);
}

#[test]
fn a_digest_is_of_what_is_said_and_not_of_how() {
    let digest = |text: &str| {
        rendered(&[("a.yaml", text)]).unwrap().objects[0]
            .digest
            .clone()
    };
    let block = digest("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: v\n");
    let flow = digest(
        "# said otherwise\n{kind: ConfigMap, data: {'k': v}, metadata: {name: a, namespace: team-a}, apiVersion: v1}",
    );
    assert_eq!(block, flow);
    assert_ne!(
        block,
        digest("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: w\n")
    );
}

#[test]
fn leaves_out_what_the_api_server_sets() {
    let desired = rendered(&[(
        "a.yaml",
        "apiVersion: v1
kind: ConfigMap
metadata: {name: a, uid: 1-2, resourceVersion: '7', creationTimestamp: null, managedFields: []}
status: {x: 1}
",
    )]);
    let desired = desired.unwrap();
    let expected = serde_json::json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "team-a"},
    });
    assert_eq!(desired.objects[0].json, expected);
    assert_eq!(
        desired.warnings,
        [
            "tenants/team-a/prod/a.yaml: line 1, column 1: left out, the API server sets it: \
          status, metadata.managedFields, metadata.resourceVersion, metadata.uid"
        ]
    );
}
