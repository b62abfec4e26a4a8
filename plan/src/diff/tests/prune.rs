use super::*;
use crate::PRUNE;

#[test]
fn deletes_what_has_left_the_source_in_reverse_order() {
    let before = "
{apiVersion: v1, kind: ServiceAccount, metadata: {name: s}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: kept}, data: {k: v, l: w}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: gone}}
";
    let live = applied(before, &tenant());
    let plan = planned(&config_maps(&["kept"]), &live, &ids(before), &tenant());
    insta::assert_snapshot!(plan, @r#"
    leave ConfigMap team-a/kept
    delete Deployment.apps team-a/web if uid of "web"
    delete ConfigMap team-a/gone if uid of "gone"
    delete ServiceAccount team-a/s if uid of "s"
    "#);
}

/// What becomes of a live object that no manifest describes any more.
fn fate(change: impl FnOnce(&mut LiveObject), limits: &Limits) -> String {
    let mut live = applied(&config_maps(&["gone"]), &tenant());
    change(only(&mut live));
    planned("", &live, &ids(&config_maps(&["gone"])), limits)
}

#[test]
fn never_deletes_without_our_label() {
    assert_eq!(
        fate(|_| {}, &tenant()),
        "delete ConfigMap team-a/gone if uid of \"gone\"\n"
    );
    assert_eq!(fate(|object| object.labels.clear(), &tenant()), "");
    assert_eq!(fate(relabelled, &tenant()), "");
}

/// What the API server keeps after somebody else has put the object into another set.
fn relabelled(object: &mut LiveObject) {
    let set = apply_set_id("team-b-apps", "team-b").to_string();
    object.labels.insert(PART_OF.into(), set);
    let ours = &mut object.managed_fields[0].fields["f:metadata"]["f:labels"];
    ours.as_object_mut().unwrap().clear();
}

#[test]
fn deletes_what_was_labelled_while_the_source_was_at_home_elsewhere() {
    let moved = Limits {
        apply_set: apply_set_id("team-a-apps", "team-a-more"),
        ..tenant()
    };
    let deleted = "delete ConfigMap team-a/gone if uid of \"gone\"\n";
    assert_eq!(fate(|_| {}, &moved), deleted);
    assert_eq!(fate(relabelled, &moved), "");
    assert_eq!(fate(|object| object.labels.clear(), &moved), "");
}

#[test]
fn never_deletes_what_no_verified_revision_contained() {
    let live = applied(&config_maps(&["labelled-by-hand"]), &tenant());
    assert_eq!(planned("", &live, &BTreeSet::new(), &tenant()), "");
}

#[test]
fn never_deletes_where_pruning_is_off() {
    assert_eq!(
        fate(
            |_| {},
            &Limits {
                prune: false,
                ..tenant()
            }
        ),
        ""
    );
    let keep = |object: &mut LiveObject| {
        object.annotations.insert(PRUNE.into(), "disabled".into());
    };
    assert_eq!(fate(keep, &tenant()), "");
}

#[test]
fn does_not_delete_twice() {
    let deleting =
        |object: &mut LiveObject| object.deletion_timestamp = Some("2026-01-01T00:00:00Z".into());
    assert_eq!(fate(deleting, &tenant()), "");
}

#[test]
fn an_object_that_is_written_in_another_version_or_group_stays() {
    let scaler = |version| {
        format!(
            "{{apiVersion: autoscaling/{version}, kind: HorizontalPodAutoscaler, metadata: {{name: web}}}}"
        )
    };
    let live = applied(&scaler("v1"), &tenant());
    let plan = planned(&scaler("v2"), &live, &ids(&scaler("v1")), &tenant());
    assert!(!plan.contains("delete"), "{plan}");

    let (old, new) = (
        "{apiVersion: batch/v1, kind: Job, metadata: {name: a}}",
        config_maps(&["a"]),
    );
    let mut live = applied(old, &tenant());
    live.objects.extend(applied(&new, &tenant()).objects);
    let plan = planned(&new, &live, &ids(old), &tenant());
    assert!(!plan.contains("delete"), "both have one uid: {plan}");
}

#[test]
fn deletions_that_take_others_along_need_a_persons_word() {
    let before = "
{apiVersion: v1, kind: Namespace, metadata: {name: team-b}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}}
---
{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: widgets.example.org}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
";
    let mut live = applied(before, &platform());
    insta::assert_snapshot!(planned("", &live, &ids(before), &platform()), @r#"
    refuse PersistentVolumeClaim team-a/data: deleting it needs confirmation (what it contains would go with it): annotate it with signet.dev/prune=confirmed
    delete ConfigMap team-a/a if uid of "a"
    refuse Namespace team-b: deleting it needs confirmation (what it contains would go with it): annotate it with signet.dev/prune=confirmed
    refuse CustomResourceDefinition.apiextensions.k8s.io widgets.example.org: deleting it needs confirmation (what it contains would go with it): annotate it with signet.dev/prune=confirmed
    "#);
    for object in live.objects.values_mut() {
        object.annotations.insert(PRUNE.into(), "confirmed".into());
    }
    insta::assert_snapshot!(planned("", &live, &ids(before), &platform()), @r#"
    delete PersistentVolumeClaim team-a/data if uid of "data"
    delete ConfigMap team-a/a if uid of "a"
    delete Namespace team-b if uid of "team-b"
    delete CustomResourceDefinition.apiextensions.k8s.io widgets.example.org if uid of "widgets.example.org"
    "#);
}

#[test]
fn deleting_most_of_many_objects_needs_a_persons_word() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let ten = config_maps(&names);
    let live = applied(&ten, &tenant());
    let deletions = |kept: &[&str], previous: &str| {
        let plan = planned(&config_maps(kept), &live, &ids(previous), &tenant());
        (
            plan.matches("delete ").count(),
            plan.matches("needs confirmation").count(),
        )
    };
    assert_eq!(deletions(&names[..5], &ten), (5, 0));
    assert_eq!(deletions(&names[..4], &ten), (0, 6));
    assert_eq!(deletions(&[], &config_maps(&names[..9])), (9, 0));
}

#[test]
fn the_guards_hold_back_deletions_alone() {
    let names: Vec<String> = (0..10).map(|n| format!("c{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let live = applied(&config_maps(&names), &tenant());
    let plan = planned(
        &config_maps(&["new"]),
        &live,
        &ids(&config_maps(&names)),
        &tenant(),
    );
    assert!(
        plan.starts_with("apply ConfigMap team-a/new (Created)\nrefuse"),
        "{plan}"
    );
}

#[test]
fn deletes_nothing_while_another_object_is_refused() {
    let old = config_maps(&["gone"]);
    let live = applied(&old, &tenant());
    let widget =
        "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w, namespace: team-a}\n";
    let plan = planned(widget, &live, &ids(&old), &tenant());
    assert!(plan.contains("Widget"), "{plan}");
    assert!(!plan.contains("delete"), "{plan}");
}
