use super::*;

#[test]
fn writes_what_others_need_first() {
    let manifests = "
{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: w}}
---
{apiVersion: example.org/v1, kind: Widget, metadata: {name: w, namespace: team-a}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}
---
{apiVersion: v1, kind: Secret, metadata: {name: b}}
---
{apiVersion: v1, kind: Secret, metadata: {name: a}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: s}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: team-b}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec:
  group: example.org
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions: [{name: v1, served: true}]
";
    insta::assert_snapshot!(planned(manifests, &empty(), &BTreeSet::new(), &platform()), @"
    apply CustomResourceDefinition.apiextensions.k8s.io widgets.example.org (Created)
    apply Namespace team-b (Created)
    apply ServiceAccount team-a/s (Created)
    apply Role.rbac.authorization.k8s.io team-a/r (Created)
    apply RoleBinding.rbac.authorization.k8s.io team-a/b (Created)
    apply NetworkPolicy.networking.k8s.io team-a/deny (Created)
    apply Secret team-a/a (Created)
    apply Secret team-a/b (Created)
    apply Deployment.apps team-a/web (Created)
    apply Widget.example.org team-a/w (Created)
    apply ValidatingWebhookConfiguration.admissionregistration.k8s.io w (Created)
    ");
}

#[test]
fn leaves_what_is_as_it_should_be() {
    let live = applied(SECRETS, &tenant());
    let plan = diff(desired(SECRETS), &live, &ids(SECRETS), &tenant()).unwrap();
    insta::assert_snapshot!(lines(&plan), @"
    leave Secret team-a/db
    leave Secret team-a/key
    ");
    assert!(plan.drift.is_empty());
    assert!(
        plan.sealed().is_empty(),
        "nothing is opened for what is not written"
    );
}

#[test]
fn writes_what_the_source_says_otherwise_now() {
    let live = applied(&config_maps(&["a", "b"]), &tenant());
    let manifests = format!("{}---\n{}", config_map("a", "new"), config_map("b", "v"));
    insta::assert_snapshot!(planned(&manifests, &live, &BTreeSet::new(), &tenant()), @"
    apply ConfigMap team-a/a (Changed)
    leave ConfigMap team-a/b
    ");
}

#[test]
fn a_new_field_of_the_source_is_no_drift() {
    let live = applied(&config_maps(&["a"]), &tenant());
    let manifests =
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: v, l: w, new: x}}";
    let plan = diff(desired(manifests), &live, &BTreeSet::new(), &tenant()).unwrap();
    insta::assert_snapshot!(lines(&plan), @"apply ConfigMap team-a/a (Changed)");
    assert!(plan.drift.is_empty());
}

#[test]
fn takes_over_an_object_that_no_source_has_applied() {
    let mut live = applied(&config_maps(&["a"]), &tenant());
    let object = only(&mut live);
    object.labels.clear();
    object.annotations.clear();
    object.managed_fields[0].manager = "kubectl-client-side-apply".into();
    insta::assert_snapshot!(planned(&config_maps(&["a"]), &live, &BTreeSet::new(), &tenant()), @"apply ConfigMap team-a/a (Adopted)");
}

#[test]
fn the_object_that_is_sent_carries_the_set_and_the_digest_beside_its_own_marks() {
    let manifests = "
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {app: web}, annotations: null}
";
    let desired = desired(manifests);
    let digest = desired.objects[0].digest.clone();
    let plan = diff(desired, &empty(), &BTreeSet::new(), &tenant()).unwrap();
    let [Action::Apply(apply)] = plan.actions.as_slice() else {
        panic!("one object")
    };
    let expected = json!({
        "name": "a",
        "namespace": "team-a",
        "labels": {"app": "web", PART_OF: tenant().apply_set.as_str()},
        "annotations": {RENDERED: digest},
    });
    assert_eq!(apply.json["metadata"], expected);
    assert_eq!(apply.resource.plural, "configmaps");
    assert_eq!(plan.field_manager, "signet:team-a:apps");
}

#[test]
fn asks_for_the_sealed_values_of_what_is_written_alone() {
    let mut live = applied(SECRETS, &tenant());
    live.objects.retain(|id, _| id.name == "key");
    let plan = diff(desired(SECRETS), &live, &BTreeSet::new(), &tenant()).unwrap();
    insta::assert_snapshot!(lines(&plan), @"
    apply Secret team-a/db (Created)
    leave Secret team-a/key
    ");
    let needed: BTreeSet<String> = plan
        .sealed()
        .values()
        .map(|leaf| leaf.pointer.to_string())
        .collect();
    let expected = ["/stringData/password", "/stringData/user"].map(str::to_owned);
    assert_eq!(needed, expected.into());
}

#[test]
fn refuses_a_kind_that_nobody_serves_and_nothing_else() {
    let manifests = format!(
        "{}---\n{{apiVersion: example.org/v1, kind: Widget, metadata: {{name: w}}}}",
        config_maps(&["a"])
    );
    insta::assert_snapshot!(planned(&manifests, &empty(), &BTreeSet::new(), &tenant()), @"
    apply ConfigMap team-a/a (Created)
    refuse Widget.example.org w: the cluster does not serve the kind Widget in example.org/v1
    ");
}

#[test]
fn never_forces_an_object_of_another_source() {
    let limits = tenant();
    let rival = Limits {
        source: "infra".parse().unwrap(),
        apply_set: apply_set_id("team-a-infra", "team-a"),
        ..tenant()
    };
    let mut live = applied(&config_maps(&["a"]), &rival);
    insta::assert_snapshot!(planned(&config_maps(&["a", "b"]), &live, &BTreeSet::new(), &limits), @"
    refuse ConfigMap team-a/a: it belongs to signet:team-a:infra: remove it there first
    apply ConfigMap team-a/b (Created)
    ");
    only(&mut live).labels.clear();
    assert!(planned(&config_maps(&["a"]), &live, &BTreeSet::new(), &limits).starts_with("refuse"));
    only(&mut live).managed_fields.clear();
    only(&mut live)
        .labels
        .insert(PART_OF.into(), "applyset-of-another-tool".into());
    assert!(planned(&config_maps(&["a"]), &live, &BTreeSet::new(), &limits).starts_with("refuse"));
}

#[test]
fn an_object_moves_to_the_set_that_its_source_has_now() {
    let live = applied(&config_maps(&["a"]), &tenant());
    for drift in [signet_api::Drift::Correct, signet_api::Drift::Ignore] {
        let moved = Limits {
            apply_set: apply_set_id("team-a-apps", "team-a-more"),
            drift,
            ..tenant()
        };
        let plan = planned(&config_maps(&["a"]), &live, &BTreeSet::new(), &moved);
        assert_eq!(plan, "apply ConfigMap team-a/a (Changed)\n");
    }
}

#[test]
fn a_label_forged_on_what_we_applied_keeps_nobody_from_it() {
    let limits = tenant();
    let mut live = applied(&config_maps(&["a"]), &limits);
    only(&mut live)
        .labels
        .insert(PART_OF.into(), "applyset-forged".into());
    let plan = planned(&config_maps(&["a"]), &live, &BTreeSet::new(), &limits);
    assert!(!plan.starts_with("refuse"), "{plan}");
}
