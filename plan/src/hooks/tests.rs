use std::time::Duration;

use serde_json::{Value, json};
use signet_api::Namespaces;
use signet_provenance::{MemoryObjects, Tree, Unverified};
use signet_render::{Hook, Kinds, Options};

use super::*;
use crate::{ManagedFields, Operation, apply_set_id};

const MINUTE: Duration = Duration::from_mins(1);

fn limits() -> Limits {
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

/// Objects by kind and name with what they say, the ones with events hooks at these.
fn desired(objects: &[(&str, &str, &str, &[Event])]) -> Desired<Unverified> {
    let manifests = objects.iter().map(|(kind, name, says, _)| {
        let version = if *kind == "Job" { "batch/v1" } else { "v1" };
        format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: {name}, annotations: {{a: {says}}}}}}}\n")
    });
    let manifests = manifests.collect::<Vec<_>>().join("---\n");
    let store = MemoryObjects::default();
    let tree = store.write_files([("apps/all.yaml", manifests.as_str())]);
    let tree = Tree::of_tree(Arc::new(store), tree);
    let options = Options {
        tenant: "team-a".parse().unwrap(),
        source: "apps".parse().unwrap(),
        path: "apps".parse().unwrap(),
        namespace: Some("team-a".parse().unwrap()),
        kinds: Arc::new(Kinds::builtin()),
        shared: Vec::new(),
    };
    let desired = signet_render::render(&tree, &options).unwrap();
    let hooked = desired.objects.iter().zip(objects);
    let hooked = hooked.map(|(object, (.., events))| DesiredObject {
        hook: (!events.is_empty()).then(|| Hook {
            events: events.iter().copied().collect(),
            weight: 0,
            policies: [Deletion::BeforeCreation].into(),
        }),
        ..object.clone()
    });
    let objects = hooked.collect();
    Desired { objects, ..desired }
}

fn empty() -> Live {
    Live {
        objects: BTreeMap::new(),
        kinds: Arc::new(Kinds::builtin()),
    }
}

fn live(json: &Value, manager: &str) -> LiveObject {
    LiveObject {
        uid: "uid".into(),
        resource_version: "1".into(),
        labels: BTreeMap::new(),
        annotations: serde_json::from_value(json["metadata"]["annotations"].clone()).unwrap(),
        managed_fields: vec![ManagedFields {
            manager: manager.into(),
            operation: Operation::Apply,
            subresource: String::new(),
            fields: json!({}),
        }],
        deletion_timestamp: None,
    }
}

/// The cluster with all of these objects, which the source has applied.
fn holding(desired: &Desired<Unverified>) -> Live {
    let objects = desired.objects.iter().map(|object| {
        let manager = limits().field_manager();
        (object.id.clone(), live(&object.json, &manager))
    });
    Live {
        objects: objects.collect(),
        ..empty()
    }
}

fn run(
    desired: &Desired<Unverified>,
    live: &Live,
    record: Option<&HookRecord>,
) -> Hooks<Unverified> {
    hooks(desired, live, record, &limits()).unwrap().unwrap()
}

/// The hooks that are left, each with its phase.
fn left(mut hooks: Hooks<Unverified>) -> String {
    let mut left = Vec::new();
    for phase in [Phase::Before, Phase::After] {
        while let Some(step) = hooks.next(phase) {
            left.push(format!("{phase} {}", step.id().name));
            hooks.advance();
        }
    }
    left.join(", ")
}

const WEB: (&str, &str, &str, &[Event]) = ("Service", "web", "x", &[]);
const ALL: &[(&str, &str, &str, &[Event])] = &[
    WEB,
    ("ConfigMap", "seed", "x", &[Event::PreInstall]),
    (
        "Job",
        "migrate",
        "x",
        &[Event::PreInstall, Event::PreUpgrade],
    ),
    (
        "Job",
        "warm",
        "x",
        &[Event::PostInstall, Event::PostUpgrade],
    ),
    ("Job", "tell", "x", &[Event::PostUpgrade]),
];

fn seen(step: &HookStep, state: State) -> SeenHook {
    SeenHook {
        object: live(&step.apply.json, &limits().field_manager()),
        state,
    }
}

#[test]
fn a_source_without_hooks_has_none() {
    let found = hooks(&desired(&[WEB]), &empty(), None, &limits());
    assert!(found.unwrap().is_none());
}

#[test]
fn what_was_never_there_is_installed_and_what_is_there_is_upgraded() {
    let wanted = desired(ALL);
    let install = run(&wanted, &empty(), None);
    assert_eq!(left(install), "before seed, before migrate, after warm");
    let upgrade = "before migrate, after warm, after tell";
    assert_eq!(
        left(run(&wanted, &holding(&desired(&[WEB])), None)),
        upgrade
    );
    let mut from_helm = holding(&desired(&[WEB]));
    for object in from_helm.objects.values_mut() {
        object.managed_fields.clear();
        object.annotations.insert(RELEASE.into(), "shop".into());
    }
    assert_eq!(left(run(&wanted, &from_helm, None)), upgrade);
    // Objects of its own hooks, or of nobody, are no release.
    let mut others = holding(&desired(&ALL[1..]));
    assert!(run(&wanted, &others, None).record.install);
    others = holding(&desired(&[WEB]));
    for object in others.objects.values_mut() {
        object.managed_fields[0].manager = "kubectl".into();
    }
    assert!(run(&wanted, &others, None).record.install);
}

#[test]
fn an_installation_that_was_not_finished_stays_one_whatever_is_there_by_now() {
    let first = run(&desired(ALL), &empty(), None).record;
    let mut corrected = ALL.to_vec();
    corrected[2].2 = "corrected";
    let corrected = desired(&corrected);
    let there = holding(&corrected);
    let again = run(&corrected, &there, Some(&first));
    assert!(again.record.install && again.record.rendering != first.rendering);
    let over = HookRecord {
        over: true,
        ..first
    };
    assert!(!run(&corrected, &there, Some(&over)).record.install);
}

#[test]
fn hooks_are_run_once_for_a_rendering_and_again_for_another() {
    let wanted = desired(ALL);
    let mut hooks = run(&wanted, &empty(), None);
    hooks.advance();
    let record = hooks.record;
    let there = holding(&wanted);
    let goes_on = left(run(&wanted, &there, Some(&record)));
    assert_eq!(goes_on, "before migrate, after warm");
    let done = HookRecord {
        done: 3,
        over: true,
        ..record
    };
    assert_eq!(left(run(&wanted, &there, Some(&done))), "");
    let mut changed = ALL.to_vec();
    changed[0].2 = "other";
    let again = left(run(&desired(&changed), &there, Some(&done)));
    assert_eq!(again, "before migrate, after warm, after tell");
}

#[test]
fn a_rendering_that_comes_back_after_another_runs_its_hooks_again() {
    let first = run(&desired(ALL), &empty(), None);
    let left = seen(first.next(Phase::Before).unwrap(), State::Done);
    let mut changed = ALL.to_vec();
    changed[0].2 = "other";
    let between = run(&desired(&changed), &empty(), Some(&first.record));
    // Another commit has the same objects again, and what the first run left is still there.
    let elsewhere = MemoryObjects::default();
    let tree = elsewhere.write_files([("README.md", "back again")]);
    let back = Desired {
        origin: Origin::of(&Tree::of_tree(Arc::new(elsewhere), tree)),
        ..desired(ALL)
    };
    let again = run(&back, &empty(), Some(&between.record));
    assert_eq!(again.record.rendering, first.record.rendering);
    let next = |hooks: &Hooks<Unverified>| {
        let step = hooks.next(Phase::Before).unwrap();
        step.next(Some(&left), false, &limits()).unwrap()
    };
    assert!(matches!(next(&again), Next::Delete(_)));
    // A commit after the first that changes nothing is no other run.
    let same = run(&back, &empty(), Some(&first.record));
    assert_eq!(next(&same), Next::Done);
}

#[test]
fn a_hook_is_written_waited_for_and_taken_for_done_when_its_object_says_so() {
    let hooks = run(&desired(ALL), &empty(), None);
    let step = hooks.next(Phase::Before).unwrap();
    let next = |seen: Option<&SeenHook>| step.next(seen, false, &limits()).unwrap();
    assert_eq!(next(None), Next::Write);
    assert_eq!(next(Some(&seen(step, State::Running))), Next::Wait);
    assert_eq!(next(Some(&seen(step, State::Done))), Next::Done);
    let failed = Next::Failed {
        why: "x".into(),
        delete: None,
    };
    assert_eq!(next(Some(&seen(step, State::Failed("x".into())))), failed);
}

#[test]
fn a_hook_that_was_begun_and_is_gone_has_failed_and_is_not_written_again() {
    let mut hooks = run(&desired(ALL), &empty(), None);
    hooks.record.begun = true;
    let step = hooks.next(Phase::Before).unwrap();
    let next = |seen: Option<&SeenHook>| step.next(seen, hooks.record.begun, &limits()).unwrap();
    let gone = Next::Failed {
        why: "was gone before it was seen to be done".into(),
        delete: None,
    };
    assert_eq!(next(None), gone);
    assert_eq!(next(Some(&seen(step, State::Running))), Next::Wait);
    assert_eq!(next(Some(&seen(step, State::Done))), Next::Done);
    hooks.advance();
    assert!(!hooks.record.begun);
}

#[test]
fn what_an_earlier_run_left_is_deleted_by_its_uid_before_the_hook_runs_again() {
    let hooks = run(&desired(ALL), &empty(), None);
    let step = hooks.next(Phase::Before).unwrap();
    let mut old = seen(step, State::Done);
    old.object.annotations.insert(HOOK.into(), "before".into());
    let next = step.next(Some(&old), false, &limits()).unwrap();
    assert!(matches!(next, Next::Delete(Delete { uid, .. }) if uid == "uid"));
    old.object.deletion_timestamp = Some("now".into());
    assert_eq!(step.next(Some(&old), false, &limits()).unwrap(), Next::Wait);
    // Whoever writes the annotation has not run the hook.
    let mut forged = seen(step, State::Done);
    forged.object.managed_fields[0].manager = "kubectl".into();
    let next = step.next(Some(&forged), false, &limits()).unwrap();
    assert!(matches!(next, Next::Delete(_)));
}

#[test]
fn what_is_in_the_way_of_a_hook_is_another_sources_or_not_to_be_deleted() {
    let hooks = run(&desired(ALL), &empty(), None);
    let step = hooks.next(Phase::Before).unwrap();
    let mut other = seen(step, State::Done);
    other.object.managed_fields[0].manager = "signet:team-b:apps".into();
    let refused = step.next(Some(&other), false, &limits()).unwrap_err();
    assert!(matches!(refused, Refusal::Conflict { .. }));
    let mut old = seen(step, State::Done);
    old.object.annotations.remove(HOOK);
    let kept = HookStep {
        policies: [Deletion::Succeeded].into(),
        ..step.clone()
    };
    let refused = kept.next(Some(&old), false, &limits()).unwrap_err();
    assert!(matches!(refused, Refusal::InTheWay { .. }));
    let annotations = &mut old.object.annotations;
    annotations.insert(HOOK.into(), "before another rendering".into());
    let next = kept.next(Some(&old), false, &limits()).unwrap();
    assert!(
        matches!(next, Next::Delete(_)),
        "its run never came to an end"
    );
    let annotations = &mut old.object.annotations;
    annotations.insert(crate::PRUNE.into(), "disabled".into());
    let refused = step.next(Some(&old), false, &limits()).unwrap_err();
    assert!(matches!(refused, Refusal::InTheWay { .. }));
}

#[test]
fn objects_are_deleted_when_all_hooks_of_their_phase_have_succeeded_or_when_they_fail() {
    let mut hooks = run(&desired(ALL), &empty(), None);
    for step in &mut hooks.steps {
        step.policies = [Deletion::Succeeded, Deletion::Failed].into();
    }
    let spent = |hooks: &Hooks<Unverified>, phase| {
        let names = hooks.spent(phase).map(|step| step.id().name.clone());
        names.collect::<Vec<_>>()
    };
    hooks.advance();
    assert!(spent(&hooks, Phase::Before).is_empty());
    let step = hooks.next(Phase::Before).unwrap();
    let failed = seen(step, State::Failed(String::new()));
    let next = step.next(Some(&failed), false, &limits()).unwrap();
    assert!(matches!(
        next,
        Next::Failed {
            delete: Some(_),
            ..
        }
    ));
    assert!(step.deletion_of(&failed.object, &limits()).is_some());
    hooks.advance();
    assert_eq!(spent(&hooks, Phase::Before), ["migrate", "seed"]);
    assert!(spent(&hooks, Phase::After).is_empty());
    let mut other = failed.object;
    other.annotations.remove(HOOK);
    let step = hooks.spent(Phase::Before).next().unwrap();
    assert_eq!(step.deletion_of(&other, &limits()), None);
}

#[test]
fn no_hook_is_pruned_or_kept_as_the_rest_while_it_is_wanted() {
    let wanted = desired(ALL);
    let there = holding(&wanted);
    let previous = there.objects.keys().cloned().collect();
    let plan = crate::diff(wanted, &there, &previous, &limits()).unwrap();
    let names: Vec<_> = plan
        .actions
        .iter()
        .map(|action| &*action.id().name)
        .collect();
    assert_eq!(names, ["web"]);
}

#[test]
fn a_hook_that_left_the_source_is_pruned() {
    let mut there = holding(&desired(ALL));
    for (id, object) in &mut there.objects {
        let set = limits().apply_set.to_string();
        object.uid.clone_from(&id.name);
        object.labels.insert(crate::PART_OF.into(), set);
    }
    let previous = there.objects.keys().cloned().collect();
    let plan = crate::diff(desired(&ALL[..4]), &there, &previous, &limits()).unwrap();
    let is_told =
        |action: &Action| matches!(action, Action::Delete(_)) && action.id().name == "tell";
    assert!(plan.actions.iter().any(is_told), "{:?}", plan.actions);
}

#[test]
fn a_hook_keeps_the_bounds_of_its_tenant() {
    let elsewhere = Limits {
        namespaces: Namespaces::List(vec!["team-b".parse().unwrap()]),
        ..limits()
    };
    let wanted = desired(&ALL[2..3]);
    let served = Kinds::builtin();
    crate::check(&wanted, &served, &limits()).unwrap();
    let refused = crate::check(&wanted, &served, &elsewhere).unwrap_err();
    assert_eq!(refused.offences[0].id.name, "migrate");
    crate::diff(wanted, &empty(), &BTreeSet::new(), &elsewhere).unwrap_err();
}

#[test]
fn a_job_and_a_pod_tell_how_far_they_are_and_everything_else_is_done_at_once() {
    let job = desired(ALL).objects[2].id.clone();
    let pod = ObjectRef {
        group: String::new(),
        kind: "Pod".into(),
        ..job.clone()
    };
    let state =
        |object, told: Value, age| State::of(object, &serde_json::from_value(told).unwrap(), age);
    let condition = |kind: &str, status: &str| json!({"status": {"conditions": [{"type": kind, "status": status, "reason": "R", "message": "m"}]}});
    assert_eq!(state(&job, json!({}), MINUTE), State::Running);
    assert_eq!(
        state(&job, condition("Complete", "False"), MINUTE),
        State::Running
    );
    assert_eq!(
        state(&job, condition("Complete", "True"), 9 * MINUTE),
        State::Done
    );
    let failed = State::Failed("R: m".into());
    assert_eq!(state(&job, condition("Failed", "True"), MINUTE), failed);
    let late = State::Failed("not done within 300 s".into());
    assert_eq!(state(&job, json!({}), 6 * MINUTE), late);
    let own = json!({"spec": {"activeDeadlineSeconds": 3600}});
    assert_eq!(state(&job, own.clone(), 6 * MINUTE), State::Running);
    let late = State::Failed("not done within 3900 s".into());
    assert_eq!(state(&job, own, 66 * MINUTE), late);
    let phase = |phase: &str| json!({"status": {"phase": phase}});
    assert_eq!(state(&pod, phase("Running"), MINUTE), State::Running);
    assert_eq!(state(&pod, phase("Succeeded"), MINUTE), State::Done);
    let failed = State::Failed("no reason given".into());
    assert_eq!(state(&pod, phase("Failed"), MINUTE), failed);
    assert!(!State::is_awaited(&desired(ALL).objects[1].id));
}
