use std::collections::{BTreeMap, BTreeSet};

use signet_cluster::Failure;
use signet_render::ObjectRef;

use super::*;
use crate::source::{needs::Missing, pass::Tally};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn pass(drift: Vec<Drift>) -> Pass {
    Pass {
        total: 3,
        done: Tally::default(),
        drift,
        corrects: true,
        versions: BTreeMap::new(),
        lost: Vec::new(),
        warnings: Vec::new(),
        read_from: BTreeSet::new(),
        wrong: 0,
        applied: true,
    }
}

fn drifted(manager: &str) -> Drift {
    let id = ObjectRef {
        group: String::new(),
        version: "v1".into(),
        kind: "Secret".into(),
        namespace: Some("team-a".into()),
        name: "db".into(),
    };
    Drift {
        id,
        fields: vec!["data.password".into()],
        managers: BTreeSet::from([manager.to_owned()]),
    }
}

fn attempt<'a>(revision: &str, outcome: &'a Outcome) -> Attempt<'a> {
    Attempt {
        revision: revision.into(),
        signer: "dave",
        outcome,
    }
}

fn condition<'s>(status: &'s SyncStatus, kind: &str) -> (&'s str, &'s str) {
    let found = status
        .conditions
        .iter()
        .find(|condition| condition.type_ == kind)
        .unwrap();
    (found.status.as_str(), found.reason.as_str())
}

#[test]
fn an_applied_revision_is_ready_and_names_its_signer() {
    let status = after(
        &SyncStatus::default(),
        &attempt("main@sha1:1", &Outcome::Applied(pass(vec![]))),
        Some(2),
        NOW,
    );
    assert_eq!(
        (status.revision.as_deref(), status.signer.as_deref()),
        (Some("main@sha1:1"), Some("dave"))
    );
    assert_eq!(condition(&status, "Ready"), ("True", "Applied"));
    assert_eq!(status.objects, Some(ObjectCount { total: 3, ready: 3 }));
    assert_eq!(status.observed_generation, Some(2));
}

#[test]
fn a_failure_keeps_the_applied_revision_and_says_which_was_attempted() {
    let good = after(
        &SyncStatus::default(),
        &attempt("main@sha1:1", &Outcome::Applied(pass(vec![]))),
        None,
        NOW,
    );
    let error = ReconcileError::Kinds(Failure::TimedOut { seconds: 30 });
    let status = after(
        &good,
        &attempt("main@sha1:2", &Outcome::Failed(error, None)),
        None,
        NOW,
    );
    assert_eq!(status.revision.as_deref(), Some("main@sha1:1"));
    assert_eq!(status.attempted.as_deref(), Some("main@sha1:2"));
    assert_eq!(condition(&status, "Ready"), ("False", "ClusterUnreachable"));
    assert_eq!(
        condition(&status, "Reconciling"),
        ("True", "ProgressingWithRetry")
    );
    assert_eq!(condition(&status, "Stalled").0, "False");
}

#[test]
fn drift_of_what_stays_applied_is_counted_while_a_newer_revision_is_refused() {
    let good = after(
        &SyncStatus::default(),
        &attempt("main@sha1:1", &Outcome::Applied(pass(vec![]))),
        None,
        NOW,
    );
    let refused = |drift| Outcome::Failed(ReconcileError::PlatformRemoved, Some(pass(drift)));
    let status = after(
        &good,
        &attempt("main@sha1:2", &refused(vec![drifted("kubectl-edit")])),
        None,
        NOW,
    );
    let status = after(
        &status,
        &attempt("main@sha1:2", &refused(vec![drifted("kubectl-edit")])),
        None,
        NOW,
    );
    assert_eq!(status.drift.as_ref().unwrap().count, 2);
    assert_eq!(status.revision, good.revision);
    assert_eq!(condition(&status, "Ready").0, "False");
}

#[test]
fn what_waits_for_a_person_is_stalled() {
    let error = ReconcileError::PlatformRemoved;
    let status = after(
        &SyncStatus::default(),
        &attempt("main@sha1:2", &Outcome::Failed(error, None)),
        None,
        NOW,
    );
    assert_eq!(condition(&status, "Stalled").0, "True");
    assert_eq!(condition(&status, "Reconciling").0, "False");
}

#[test]
fn waiting_for_a_namespace_goes_on_by_itself() {
    let error = ReconcileError::Missing(Missing::NoSuchSource("base".into()));
    let status = after(
        &SyncStatus::default(),
        &attempt("main@sha1:2", &Outcome::Failed(error, None)),
        None,
        NOW,
    );
    assert_eq!(condition(&status, "Ready"), ("False", "DependencyNotReady"));
}

#[test]
fn drift_is_counted_until_another_revision_is_applied() {
    let once = || pass(vec![drifted("kubectl-edit")]);
    let first = after(
        &SyncStatus::default(),
        &attempt("main@sha1:1", &Outcome::Applied(pass(vec![]))),
        None,
        NOW,
    );
    let second = after(
        &first,
        &attempt("main@sha1:1", &Outcome::Applied(once())),
        None,
        NOW,
    );
    let third = after(
        &second,
        &attempt("main@sha1:1", &Outcome::Applied(once())),
        None,
        NOW,
    );
    let seen = third.drift.clone().unwrap();
    assert_eq!(
        (seen.count, seen.last.as_ref().unwrap().object.as_str()),
        (2, "Secret team-a/db")
    );
    assert_eq!(seen.last.unwrap().manager.as_deref(), Some("kubectl-edit"));
    let fourth = after(
        &third,
        &attempt("main@sha1:2", &Outcome::Applied(pass(vec![]))),
        None,
        NOW,
    );
    let seen = fourth.drift.unwrap();
    assert!(seen.count == 0 && seen.last.is_some());
}

#[test]
fn drift_that_is_only_told_is_counted_once_and_keeps_its_time() {
    let told = Outcome::Applied(Pass {
        corrects: false,
        ..pass(vec![drifted("kubectl-edit")])
    });
    let first = after(
        &SyncStatus::default(),
        &attempt("main@sha1:1", &told),
        None,
        NOW,
    );
    let later = Timestamp::from_second(60).unwrap();
    let second = after(&first, &attempt("main@sha1:1", &told), None, later);
    assert_eq!(second.drift.as_ref().unwrap().count, 1);
    assert_eq!(first, second);
}

#[test]
fn saying_the_same_again_changes_nothing() {
    let applied = Outcome::Applied(pass(vec![]));
    let first = after(
        &SyncStatus::default(),
        &attempt("main@sha1:1", &applied),
        Some(1),
        NOW,
    );
    let later = Timestamp::from_second(3600).unwrap();
    let second = after(&first, &attempt("main@sha1:1", &applied), Some(1), later);
    assert_eq!(first, second);
}

#[test]
fn a_suspended_source_keeps_what_it_was() {
    let good = after(
        &SyncStatus::default(),
        &attempt("main@sha1:1", &Outcome::Applied(pass(vec![]))),
        None,
        NOW,
    );
    let status = after(
        &good,
        &attempt("main@sha1:2", &Outcome::Suspended("the operator".into())),
        None,
        NOW,
    );
    assert_eq!(status.revision, good.revision);
    assert_eq!(condition(&status, "Ready").0, "True");
    assert_eq!(condition(&status, "Reconciling"), ("False", "Suspended"));
}
