use super::*;
use crate::testing::{cluster, commit, fleet};

const CHAIN: &str = "
      sources:
        - {name: base, path: tenants/team-a/base}
        - {name: apps, path: tenants/team-a/apps, dependsOn: [base]}
        - {name: lost, path: tenants/team-a/lost, dependsOn: [nowhere]}";

const CIRCLE: &str = "
      sources:
        - {name: a, path: tenants/team-a/a, dependsOn: [b]}
        - {name: b, path: tenants/team-a/b, dependsOn: [team-a/a]}
        - {name: c, path: tenants/team-a/c, dependsOn: [a]}";

fn id(text: &str) -> SourceId {
    text.parse().unwrap()
}

#[test]
fn waits_for_each_namespace_of_the_tenant_and_no_other() {
    let wanted = Namespaces::List(vec!["a".parse().unwrap(), "b".parse().unwrap()]);
    let there = BTreeSet::from(["b".to_owned(), "c".to_owned()]);
    let missing = namespaces(&wanted, &there).unwrap();
    assert_eq!(
        missing.to_string(),
        "the namespace a does not exist yet; the platform makes it"
    );
    assert_eq!(namespaces(&Namespaces::All, &BTreeSet::new()), None);
}

#[test]
fn waits_for_a_dependency_at_this_very_revision() {
    let fleet = fleet(CHAIN);
    let wait =
        |board: &Board| dependencies(&fleet, &cluster(), &id("team-a/apps"), board, commit('2'));
    let applied = |commit| {
        Board(
            [(
                id("team-a/base"),
                Progress {
                    applied: Some(commit),
                    ..Progress::default()
                },
            )]
            .into(),
        )
    };
    assert_eq!(
        wait(&Board::default()),
        Some(Missing::Source(id("team-a/base")))
    );
    assert!(wait(&applied(commit('1'))).is_some());
    assert_eq!(wait(&applied(commit('2'))), None);
}

#[test]
fn names_a_dependency_that_does_not_exist() {
    let missing = dependencies(
        &fleet(CHAIN),
        &cluster(),
        &id("team-a/lost"),
        &Board::default(),
        commit('1'),
    );
    assert_eq!(missing, Some(Missing::NoSuchSource("nowhere".into())));
}

#[test]
fn finds_a_circle_and_does_not_blame_those_outside_of_it() {
    let fleet = fleet(CIRCLE);
    let wait = |name| {
        dependencies(
            &fleet,
            &cluster(),
            &id(name),
            &Board::default(),
            commit('1'),
        )
    };
    let Some(Missing::Cycle(way)) = wait("team-a/a") else {
        panic!("no circle")
    };
    assert_eq!(way, [id("team-a/a"), id("team-a/b"), id("team-a/a")]);
    assert_eq!(wait("team-a/c"), Some(Missing::Source(id("team-a/a"))));
}
