use std::sync::Arc;

use data_encoding::BASE64;
use serde_json::json;
use signet_provenance::{MemoryObjects, Tree, Unverified};

use super::*;
use crate::Origin;

/// The stand-in of the one sealed value.
fn stand_in(look: Look) -> StandIn {
    StandIn::file(look.salt(), &"tenants/team-a/db.yaml".parse().unwrap(), b"")
}

/// What a renderer sees of the one sealed value.
fn shown(look: Look) -> String {
    look.with_leads(stand_in(look).to_string())
}

fn desired(look: Look, objects: Vec<(&str, Value)>) -> Desired<Unverified> {
    let store = MemoryObjects::default();
    let tree = store.write_files([("a", "")]);
    let tree: Tree<Unverified> = Tree::of_tree(Arc::new(store), tree);
    let leaf = SealedLeaf {
        path: "tenants/team-a/db.yaml".parse().unwrap(),
        pointer: Pointer::whole_file(),
    };
    let object = |(name, json): (&str, Value)| DesiredObject {
        id: ObjectRef {
            group: String::new(),
            version: "v1".into(),
            kind: "Secret".into(),
            namespace: Some("team-a".into()),
            name: name.into(),
        },
        json,
        file: "a".parse().unwrap(),
        digest: String::new(),
        stand_ins: [].into(),
        hook: None,
    };
    Desired {
        objects: objects.into_iter().map(object).collect(),
        sealed: Arc::new([(stand_in(look), leaf)].into()),
        files: [].into(),
        defined: Arc::default(),
        warnings: Vec::new(),
        origin: Origin::of(&tree),
    }
}

/// What is found where a template makes this of a stand-in, in the one object.
fn compared(template: impl Fn(&str) -> Value) -> Result<(), String> {
    let render = |look| desired(look, vec![("db", template(&shown(look)))]);
    let (first, second) = (render(Look::First), render(Look::Second));
    compare(&first, &second, Names::AsTheyAre).map_err(|differing| differing.1)
}

#[test]
fn a_stand_in_that_comes_out_whole_is_no_difference() {
    for (what, template) in [
        ("alone", (|name| name.to_owned()) as fn(&str) -> String),
        ("in a text", |name| format!("postgres://app:{name}@db")),
        ("twice", |name| format!("{name} {name}")),
        ("in base64", |name| {
            BASE64.encode(format!("a{name}b").as_bytes())
        }),
        ("in base64 of base64", |name| {
            BASE64.encode(format!("x: {}", BASE64.encode(name.as_bytes())).as_bytes())
        }),
        ("not at all", |_| "x".to_owned()),
    ] {
        let found = compared(|name| json!({"data": {"x": [template(name)]}}));
        assert_eq!(found, Ok(()), "{what}");
    }
}

#[test]
fn whatever_is_computed_from_a_stand_in_is_found_with_its_field() {
    let at = Err("/data/x".to_owned());
    for (what, template) in [
        ("cut", (|name| name[..40].to_owned()) as fn(&str) -> String),
        ("cut to what all have", |name| name[..9].to_owned()),
        ("cut, and whole as well", |name| {
            format!("{} {name}", &name[..8])
        }),
        ("in capitals", str::to_uppercase),
        ("in lower case", str::to_lowercase),
        ("cut where names end", |name| {
            name[..name.len().min(60)].to_owned()
        }),
        ("counted", |name| name.len().to_string()),
        ("with something in the middle", |name| {
            format!("{}-{}", &name[..24], &name[24..])
        }),
        ("told to have capitals", |name| {
            name.contains(char::is_uppercase).to_string()
        }),
        ("turned round", |name| name.chars().rev().collect()),
        ("added up", |name| {
            name.bytes().map(u64::from).sum::<u64>().to_string()
        }),
        ("hashed", |name| crate::digest::digest(&json!(name), None)),
        ("half in base64", |name| {
            BASE64.encode(&name.as_bytes()[..30])
        }),
    ] {
        assert_eq!(
            compared(|name| json!({"data": {"x": template(name)}})),
            at,
            "{what}"
        );
    }
    let number = compared(|name| json!({"data": {"x": name.bytes().map(u64::from).sum::<u64>()}}));
    assert_eq!(number, at);
    let key = compared(|name| json!({"data": {name: 1}}));
    assert!(key.is_err());
    let list = compared(|name| json!({"data": {"x": vec![1; usize::from(name.as_bytes()[12])]}}));
    assert_eq!(list, at);
}

#[test]
fn a_digest_in_an_annotation_follows_the_sealed_value() {
    let digest = |name: &str| crate::digest::digest(&json!(name), None);
    let annotated = |name: &str| {
        let metadata = json!({"annotations": {"checksum/config": digest(name)}});
        json!({"metadata": metadata, "spec": {"template": {"metadata": metadata}}})
    };
    assert_eq!(compared(annotated), Ok(()));
    let label = compared(|name| json!({"metadata": {"labels": {"checksum": digest(name)}}}));
    assert_eq!(label, Err("/metadata/labels/checksum".into()));
    let annotated_with = |before: &str| {
        compared(
            |name| json!({"metadata": {"annotations": {"a": format!("{before}{}", digest(name))}}}),
        )
    };
    assert_eq!(annotated_with("sha256:"), Ok(()));
    let text = annotated_with("admin:realm:");
    assert_eq!(text, Err("/metadata/annotations/a".into()));
    let text = annotated_with("x");
    assert_eq!(text, Err("/metadata/annotations/a".into()));
}

#[test]
fn a_generated_name_and_what_refers_to_it_follow_the_sealed_value() {
    let render = |look, name: &str, volume: &str| {
        let secret = json!({"metadata": {"name": name}, "data": {"x": shown(look)}});
        let volumes = json!({"volumes": [{"secret": {"secretName": volume}}], "args": [format!("--secret={volume}")]});
        desired(look, vec![(name, secret), ("web", volumes)])
    };
    let (one, two) = ("db-7m9tb5c2d8", "db-kf468hbg22");
    let compared = |named: (&str, &str), referred: (&str, &str)| {
        compare(
            &render(Look::First, named.0, referred.0),
            &render(Look::Second, named.1, referred.1),
            Names::FollowContent,
        )
        .is_ok()
    };
    assert!(compared((one, two), (one, two)));
    assert!(
        !compared((one, two), (one, "db-kf468hbg2x")),
        "a name of no object"
    );
    assert!(
        !compared(("db-abcde", "db-edcba"), (one, one)),
        "no hash of kustomize's"
    );
    assert!(
        !compared((one, "dc-kf468hbg22"), (one, one)),
        "another base"
    );
}

#[test]
fn names_that_nobody_generates_follow_nothing() {
    let named = |look, name| desired(look, vec![(name, json!({"metadata": {"name": name}}))]);
    let (one, two) = (
        named(Look::First, "db-7m9tb5c2d8"),
        named(Look::Second, "db-kf468hbg22"),
    );
    assert!(compare(&one, &two, Names::FollowContent).is_ok());
    assert!(compare(&one, &two, Names::AsTheyAre).is_err());
}

#[test]
fn objects_that_are_sorted_by_their_generated_names_are_compared_with_themselves() {
    let object =
        |name: &str, value: &str| json!({"metadata": {"name": name}, "data": {"x": value}});
    let (one, two) = ("db-7m9tb5c2d8", "db-kf468hbg22");
    let first = desired(
        Look::First,
        vec![(one, object(one, "1")), ("db-c", object("db-c", "2"))],
    );
    let again = desired(
        Look::Second,
        vec![("db-c", object("db-c", "2")), (two, object(two, "1"))],
    );
    assert_eq!(compare(&first, &again, Names::FollowContent), Ok(()));
}

#[test]
fn another_number_of_objects_is_found() {
    let one = desired(Look::First, vec![("a", json!({}))]);
    let two = desired(Look::Second, vec![]);
    assert_eq!(
        compare(&one, &two, Names::AsTheyAre),
        Err(Box::new((None, String::new())))
    );
}
