use serde_json::json;
use signet_plan::Why;
use signet_render::ResourceKind;

use super::*;
use crate::failure::Detail;

fn reference(group: &str, kind: &str, namespace: Option<&str>, name: &str) -> ObjectRef {
    ObjectRef {
        group: group.into(),
        version: "v1".into(),
        kind: kind.into(),
        namespace: namespace.map(str::to_owned),
        name: name.into(),
    }
}

fn apply(id: ObjectRef, json: Value) -> Action {
    Action::Apply(Apply {
        id,
        resource: ResourceKind {
            plural: "things".into(),
            namespaced: true,
        },
        json,
        stand_ins: BTreeSet::new(),
        file: "tenants/team-a/prod/a.yaml".parse().unwrap(),
        why: Why::Created,
    })
}

fn definition() -> Action {
    let id = reference(
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        None,
        "widgets.example.org",
    );
    apply(
        id,
        json!({"spec": {"group": "example.org", "names": {"kind": "Widget"}}}),
    )
}

fn widget() -> Action {
    apply(
        reference("example.org", "Widget", Some("team-a"), "w"),
        json!({}),
    )
}

fn namespace(name: &str) -> Action {
    apply(reference("", "Namespace", None, name), json!({}))
}

fn config(namespace: &str, name: &str) -> Action {
    apply(reference("", "ConfigMap", Some(namespace), name), json!({}))
}

fn deletion(name: &str) -> Action {
    let resource = ResourceKind {
        plural: "configmaps".into(),
        namespaced: true,
    };
    let id = reference("", "ConfigMap", Some("team-a"), name);
    Action::Delete(Delete {
        id,
        resource,
        uid: "1".into(),
    })
}

fn refused(action: Action, failure: Failure) -> (AppliedObject, Option<Kind>) {
    let step = step(action).unwrap();
    let object = AppliedObject {
        id: step.id().clone(),
        file: None,
        result: Err(failure.into()),
    };
    (object, step.defines())
}

fn forbidden() -> Failure {
    Failure::Refused {
        code: 403,
        reason: "Forbidden".into(),
        detail: Detail::Message(String::new()),
    }
}

fn reason(held: &Held, action: Action) -> Option<String> {
    held.reason(&step(action).unwrap())
        .map(|error| error.to_string())
}

#[test]
fn neighbours_of_one_kind_form_a_stage_and_deletions_another() {
    let actions = vec![
        namespace("team-a"),
        namespace("team-b"),
        config("team-a", "a"),
        Action::Unchanged(reference("", "ConfigMap", Some("team-a"), "b")),
        config("team-b", "c"),
        deletion("d"),
        deletion("e"),
    ];
    let sizes: Vec<_> = of(actions).iter().map(Vec::len).collect();
    assert_eq!(sizes, [2, 2, 2]);
}

#[test]
fn knows_the_kinds_that_a_plan_defines() {
    let kinds = defined(&[definition(), config("team-a", "a")]);
    assert_eq!(
        kinds,
        [Kind {
            group: "example.org".into(),
            kind: "Widget".into()
        }]
        .into()
    );
}

#[test]
fn a_failed_namespace_holds_what_is_in_it_and_nothing_else() {
    let mut held = Held::default();
    let (object, defines) = refused(namespace("team-a"), forbidden());
    held.learn(&object, defines.as_ref());
    assert_eq!(
        reason(&held, config("team-a", "a")).as_deref(),
        Some("it needs Namespace team-a, which was not applied")
    );
    assert_eq!(reason(&held, config("team-b", "a")), None);
}

#[test]
fn a_failed_definition_holds_the_objects_of_its_kind() {
    let mut held = Held::default();
    let (object, defines) = refused(definition(), forbidden());
    held.learn(&object, defines.as_ref());
    assert!(
        reason(&held, widget())
            .unwrap()
            .contains("widgets.example.org")
    );
    assert_eq!(reason(&held, config("team-a", "a")), None);
}

#[test]
fn nothing_is_pruned_after_any_failure() {
    let mut held = Held::default();
    assert_eq!(reason(&held, deletion("old")), None);
    let (object, defines) = refused(config("team-a", "a"), forbidden());
    held.learn(&object, defines.as_ref());
    assert_eq!(
        reason(&held, deletion("old")).as_deref(),
        Some("not pruned: ConfigMap team-a/a was not applied")
    );
}

#[test]
fn a_silent_api_server_stops_the_rest() {
    let mut held = Held::default();
    let (object, defines) = refused(config("team-a", "a"), Failure::TimedOut { seconds: 30 });
    held.learn(&object, defines.as_ref());
    assert!(
        reason(&held, config("team-b", "b"))
            .unwrap()
            .contains("did not answer")
    );
}
