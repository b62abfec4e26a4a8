//! What holds of every history with approvals.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::support::{History, PolicyText};

const PERSONS: [&str; 5] = ["alice", "bob", "carol", "dave", "erin"];
const PATHS: [&str; 4] = ["clusters/a/x", "clusters/b", "tenants/team-a/x", "shared"];
const WITHIN: [Option<&str>; 5] = [
    None,
    Some("clusters"),
    Some("clusters/a"),
    Some("tenants"),
    Some("shared"),
];

/// A rule: paths, group, threshold.
type Rule = (&'static str, &'static str, u32);

fn rule() -> impl Strategy<Value = Rule> {
    let paths = select(&["**", "clusters/**", "clusters/a/**", "tenants/**", "shared"][..]);
    (paths, select(&["platform", "everybody"][..]), 1..4u32)
}

fn policy(rules: &[Rule]) -> PolicyText {
    let mut policy = PolicyText::new();
    policy.group("platform", "[alice, bob, carol]");
    policy.group("everybody", "[alice, bob, carol, dave, erin]");
    policy.rules.truncate(1);
    for (paths, group, threshold) in rules {
        policy.rule(&format!(
            "{{paths: [{paths:?}], signers: {group}, threshold: {threshold}}}"
        ));
    }
    policy
}

/// A step with approvals of parts of it.
#[derive(Debug, Clone)]
struct Step {
    paths: Vec<&'static str>,
    signer: &'static str,
    approvals: Vec<(&'static str, Option<&'static str>)>,
}

fn step() -> impl Strategy<Value = Step> {
    let approvals = vec((select(&PERSONS[..]), select(&WITHIN[..])), 0..5);
    let paths = subsequence(&PATHS[..], 1..=4);
    (paths, select(&PERSONS[..]), approvals).prop_map(|(paths, signer, approvals)| Step {
        paths,
        signer,
        approvals,
    })
}

fn history(policy: PolicyText, step: &Step) -> History {
    let mut history = History::with_policy(policy);
    for path in &step.paths {
        history.write(path, "1");
    }
    for (approver, within) in &step.approvals {
        let covers = |path: &&str| within.is_none_or(|within| path.starts_with(within));
        if step.paths.iter().any(covers) {
            let approval = history.approval(*within);
            history.approve_with(approver, &approval);
        }
    }
    history.commit(step.signer);
    history
}

fn is_good(history: &History) -> bool {
    history.verify().refused.is_none()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn approvals_in_any_order_give_the_same_verdict(rules in vec(rule(), 1..4), step in step(), seed: u64) {
        let one = history(policy(&rules), &step);
        let mut other = one.clone();
        other.approvals.sort_by_key(|tag| tag.tag.as_bytes()[0] ^ seed.to_le_bytes()[0]);
        let twice = other.approvals.clone();
        other.approvals.extend(twice);
        let (one, other) = (one.verify(), other.verify());
        prop_assert_eq!(one.steps, other.steps);
        prop_assert_eq!(one.state, other.state);
    }

    #[test]
    fn a_requirement_more_never_turns_a_refusal_into_an_acceptance(rules in vec(rule(), 1..4), more in rule(), raised in any::<prop::sample::Index>(), step in step()) {
        let before = is_good(&history(policy(&rules), &step));
        let mut added = rules.clone();
        added.push(more);
        prop_assert!(before || !is_good(&history(policy(&added), &step)) || unmatched(&rules, &step));
        let mut higher = rules.clone();
        let threshold = &mut higher[raised.index(rules.len())].2;
        *threshold = (*threshold + 1).min(3);
        prop_assert!(before || !is_good(&history(policy(&higher), &step)));
    }

    #[test]
    fn an_approval_less_never_turns_a_refusal_into_an_acceptance(rules in vec(rule(), 1..4), step in step(), gone in any::<prop::sample::Index>()) {
        let whole = history(policy(&rules), &step);
        let mut less = whole.clone();
        if !less.approvals.is_empty() {
            less.approvals.remove(gone.index(whole.approvals.len()));
        }
        prop_assert!(is_good(&whole) || !is_good(&less));
    }
}

/// Whether a path is matched by no rule: a rule that names it permits what nothing did.
fn unmatched(rules: &[Rule], step: &Step) -> bool {
    step.paths.iter().any(|path| {
        rules.iter().all(|(glob, _, _)| {
            let folder = glob.strip_suffix("**");
            folder.map_or(path != glob, |folder| !path.starts_with(folder))
        })
    })
}
