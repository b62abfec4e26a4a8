use signet_api::Drift as Mode;

use super::*;

/// Takes one field from us, and the mappings that are empty then, as the API server does; `by` owns it from then on.
fn take_away(object: &mut LiveObject, path: &[&str], by: Option<&str>) {
    remove(&mut object.managed_fields[0].fields, path);
    let taken = path
        .iter()
        .rev()
        .fold(json!({}), |below, field| json!({*field: below}));
    object
        .managed_fields
        .extend(by.map(|manager| ManagedFields {
            manager: manager.into(),
            operation: Operation::Update,
            subresource: String::new(),
            fields: taken,
        }));
}

fn remove(set: &mut Value, path: &[&str]) {
    let (field, rest) = path.split_first().unwrap();
    let map = set.as_object_mut().unwrap();
    if !rest.is_empty() {
        remove(&mut map[*field], rest);
    }
    if rest.is_empty() || map[*field] == json!({}) {
        map.remove(*field).expect("the field was ours");
    }
}

fn edited() -> Live {
    let mut live = applied(&config_maps(&["a"]), &tenant());
    take_away(only(&mut live), &["f:data", "f:k"], Some("kubectl-edit"));
    live
}

#[test]
fn puts_back_what_somebody_has_changed_and_names_field_and_manager() {
    let plan = diff(
        desired(&config_maps(&["a"])),
        &edited(),
        &BTreeSet::new(),
        &tenant(),
    )
    .unwrap();
    insta::assert_snapshot!(lines(&plan), @"apply ConfigMap team-a/a (Drifted)");
    let [drift] = plan.drift.as_slice() else {
        panic!("one drift")
    };
    assert_eq!(drift.fields, ["data.k"]);
    assert_eq!(drift.managers, ["kubectl-edit".to_owned()].into());
}

#[test]
fn reports_drift_and_leaves_it_where_it_is_only_to_be_detected() {
    let limits = Limits {
        drift: Mode::Detect,
        ..tenant()
    };
    let plan = diff(
        desired(&config_maps(&["a"])),
        &edited(),
        &BTreeSet::new(),
        &limits,
    )
    .unwrap();
    insta::assert_snapshot!(lines(&plan), @"leave ConfigMap team-a/a");
    assert_eq!(plan.drift.len(), 1);
}

#[test]
fn says_nothing_of_drift_that_is_to_be_ignored() {
    let limits = Limits {
        drift: Mode::Ignore,
        ..tenant()
    };
    let plan = diff(
        desired(&config_maps(&["a"])),
        &edited(),
        &BTreeSet::new(),
        &limits,
    )
    .unwrap();
    insta::assert_snapshot!(lines(&plan), @"leave ConfigMap team-a/a");
    assert_eq!(plan.drift, []);
}

#[test]
fn a_new_revision_is_applied_whatever_is_done_about_drift() {
    for drift in [Mode::Correct, Mode::Detect, Mode::Ignore] {
        let limits = Limits { drift, ..tenant() };
        let plan = planned(
            &config_map("a", "new"),
            &edited(),
            &BTreeSet::new(),
            &limits,
        );
        assert_eq!(plan, "apply ConfigMap team-a/a (Changed)\n", "{drift:?}");
    }
}

#[test]
fn a_label_or_annotation_of_ours_that_was_taken_off_is_drift() {
    let mut live = applied(&config_maps(&["a", "b"]), &tenant());
    let mut objects = live.objects.values_mut();
    let a = objects.next().unwrap();
    a.labels.clear();
    take_away(
        a,
        &["f:metadata", "f:labels", &format!("f:{PART_OF}")],
        None,
    );
    let b = objects.next().unwrap();
    b.annotations.insert(RENDERED.into(), "forged".into());
    take_away(
        b,
        &["f:metadata", "f:annotations", &format!("f:{RENDERED}")],
        Some("kubectl-annotate"),
    );
    let plan = diff(
        desired(&config_maps(&["a", "b"])),
        &live,
        &BTreeSet::new(),
        &tenant(),
    )
    .unwrap();
    insta::assert_snapshot!(lines(&plan), @"
    apply ConfigMap team-a/a (Drifted)
    apply ConfigMap team-a/b (Drifted)
    ");
    let fields: Vec<_> = plan
        .drift
        .iter()
        .flat_map(|drift| drift.fields.clone())
        .collect();
    insta::assert_snapshot!(fields.join("\n"), @"
    metadata.labels[applyset.kubernetes.io/part-of]
    metadata.annotations[signet.dev/rendered]
    ");
}

#[test]
fn names_a_few_of_many_fields() {
    let data: Vec<String> = (0..30).map(|n| format!("key-{n}: v")).collect();
    let manifests = format!(
        "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a}}, data: {{{}}}}}",
        data.join(", ")
    );
    let mut live = applied(&manifests, &tenant());
    take_away(only(&mut live), &["f:data"], None);
    let plan = diff(desired(&manifests), &live, &BTreeSet::new(), &tenant()).unwrap();
    assert_eq!(plan.drift[0].fields.len(), 8);
    assert!(plan.drift[0].managers.is_empty());
}
