use super::*;

fn refused(manifests: &str, limits: &Limits) -> String {
    let previous = ids(&config_maps(&["gone"]));
    diff(
        desired(manifests),
        &applied(&config_maps(&["gone"]), &tenant()),
        &previous,
        limits,
    )
    .map(|plan| lines(&plan))
    .unwrap_err()
    .to_string()
}

#[test]
fn refuses_the_whole_source_for_one_object_in_a_foreign_namespace() {
    let manifests = format!(
        "{}---\n{{apiVersion: v1, kind: Secret, metadata: {{name: theirs, namespace: team-b}}}}",
        config_maps(&["a"])
    );
    insta::assert_snapshot!(refused(&manifests, &tenant()), @"the tenant team-a may not have Secret team-b/theirs (apps/all.yaml): its namespaces are team-a");
}

#[test]
fn refuses_cluster_scoped_objects_of_a_tenant() {
    let manifests =
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: all}}";
    insta::assert_snapshot!(refused(manifests, &tenant()), @"the tenant team-a may not have ClusterRole.rbac.authorization.k8s.io all (apps/all.yaml): it stands outside of the tenant's namespaces team-a");
}

#[test]
fn a_namespace_does_not_make_a_cluster_scoped_kind_a_tenants() {
    let manifests =
        "{apiVersion: example.org/v1, kind: Widget, metadata: {name: w, namespace: team-a}}";
    let mut kinds = Kinds::builtin();
    let widget = desired(manifests).objects[0].id.gvk();
    kinds.0.insert(
        widget,
        signet_render::ResourceKind {
            plural: "widgets".into(),
            namespaced: false,
        },
    );
    let live = Live {
        kinds: Arc::new(kinds),
        ..empty()
    };
    assert!(diff(desired(manifests), &live, &BTreeSet::new(), &tenant()).is_err());
}

#[test]
fn the_platform_may_have_objects_anywhere() {
    let manifests = "
{apiVersion: v1, kind: Namespace, metadata: {name: team-b}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: team-b}}
";
    insta::assert_snapshot!(planned(manifests, &empty(), &BTreeSet::new(), &platform()), @"
    apply Namespace team-b (Created)
    apply ConfigMap team-b/a (Created)
    ");
}

#[test]
fn tells_every_offence_of_a_source_up_to_a_bound() {
    let theirs = |n| {
        format!(
            "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: c{n}, namespace: team-b}}}}\n"
        )
    };
    let manifests: Vec<String> = (0..7).map(theirs).collect();
    let Err(refused) = diff(
        desired(&manifests.join("---\n")),
        &empty(),
        &BTreeSet::new(),
        &tenant(),
    ) else {
        panic!("all are out of bounds")
    };
    assert_eq!(refused.offences.len(), 7);
    assert!(refused.to_string().ends_with("; and 2 more"));
}

#[test]
fn refuses_a_sealed_value_outside_of_secrets_even_to_the_platform() {
    insta::assert_snapshot!(refused(SEALED_CONFIG_MAP, &tenant()), @"the tenant team-a may not have a sealed value in /data/password of ConfigMap team-a/settings (apps/all.yaml): opened values go into data of Secrets only");
    assert!(
        diff(
            desired(SEALED_CONFIG_MAP),
            &empty(),
            &BTreeSet::new(),
            &platform()
        )
        .is_err()
    );
}

#[test]
fn lets_opened_values_into_a_field_that_the_platform_has_named() {
    let sink = |kind: &str, name: &str, field: &str| Sink {
        kind: kind.into(),
        name: name.into(),
        field: field.into(),
    };
    let allowed = |sink| {
        let limits = Limits {
            sinks: vec![sink],
            ..tenant()
        };
        diff(
            desired(SEALED_CONFIG_MAP),
            &empty(),
            &BTreeSet::new(),
            &limits,
        )
        .is_ok()
    };
    assert!(allowed(sink("ConfigMap", "settings", "data.password")));
    assert!(!allowed(sink("ConfigMap", "settings", "data")));
    assert!(!allowed(sink("ConfigMap", "settings", "data.user")));
    assert!(!allowed(sink("ConfigMap", "other", "data.password")));
    assert!(!allowed(sink("Secret", "settings", "data.password")));
}

#[test]
fn a_secret_of_another_group_is_no_sink() {
    let manifests = SECRETS.replace("apiVersion: v1", "apiVersion: example.org/v1");
    let result = diff(desired(&manifests), &empty(), &BTreeSet::new(), &tenant());
    assert_eq!(result.unwrap_err().offences.len(), 2);
}
