//! Approvals of changes to the policy.

use signet_provenance::Reason;

use super::refused_with;
use crate::support::{History, PolicyText, at, fingerprint, public};

/// A policy whose root threshold is two.
fn two_of_root(policy: &mut PolicyText) {
    policy.rules[0] = "{paths: [\"signet/**\"], signers: root, threshold: 2}".into();
}

#[test]
fn the_root_threshold_is_raised_with_an_approval_and_then_needs_one_each_time() {
    let mut history = History::new();
    let mut next = history.policy.next();
    two_of_root(&mut next);
    history.write_policy(next);
    let mut alone = history.clone();
    alone.commit("alice");
    refused_with(
        &alone,
        "needs 1 more of group root (2 by rule signet/**) under the new policy",
    );
    history.approve("bob");
    let raised = history.commit("alice");
    assert_eq!(history.good().steps[0].approvals.len(), 1);
    let mut more = history.policy.next();
    more.group("team-a", "[erin]");
    history.write_policy(more);
    let mut alone = history.clone();
    alone.commit("carol");
    let refusal = alone.refused(raised, Reason::NotAllowed);
    assert!(
        refusal.message.starts_with(&format!("changing the policy needs 1 more of group root (2 by rule signet/**) under the old policy and under the new one; signed by carol (groups: root), commit {0}. Who is missing can approve it with `signet approve {0}`", alone.tip.short())),
        "{refusal}"
    );
    history.approve("alice");
    history.approve("dave");
    history.commit("carol");
    let verdict = history.good();
    assert_eq!(verdict.policy.version, 3);
    let approvals = &verdict.steps[1].approvals;
    assert_eq!(approvals.len(), 1, "{approvals:?}");
    assert_eq!(approvals[0].signer.principal, "alice");
}

#[test]
fn an_approver_whom_the_new_policy_does_not_know_does_not_count_under_it() {
    let mut history = raised();
    let mut next = history.policy.next();
    next.group("root", "[alice, carol]");
    history.write_policy(next);
    let mut by_bob = history.clone();
    by_bob.approve("bob");
    let good = by_bob.tip;
    by_bob.commit("alice");
    let refusal = by_bob.refused(good, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .contains("approval by bob does not count: it is asked of none of their groups")
            && refusal
                .message
                .contains("under the new policy; signed by alice"),
        "{refusal}"
    );
    history.approve("carol");
    history.commit("alice");
    history.good();
}

#[test]
fn an_approver_whom_only_the_new_policy_knows_does_not_count_under_the_old() {
    let mut history = raised();
    let mut next = history.policy.next();
    next.principal("zoe", &format!("{{keys: [{:?}]}}", public("zoe")));
    next.group("root", "[alice, bob, zoe]");
    history.write_policy(next);
    history.approve("zoe");
    let good = history.tip;
    history.commit("alice");
    let refusal = history.refused(good, Reason::NotAllowed);
    let expected = format!(
        "under the old policy; signed by alice (groups: platform, root), commit {}; approved by zoe. ",
        history.tip.short(),
    );
    assert!(refusal.message.contains(&expected), "{refusal}");
    // Who is asked by the new policy alone is told that they approve something.
    let step = history.verify().steps.pop().unwrap();
    assert_eq!(step.approvals[0].signer.principal, "zoe");
    assert_eq!(step.discounted, []);
}

#[test]
fn a_key_does_not_approve_the_policy_that_revokes_it() {
    let mut history = raised();
    let mut next = history.policy.next();
    next.revoked.push(format!(
        "{{key: {}, mode: soft, since: {}}}",
        fingerprint("bob"),
        at(history.clock)
    ));
    history.write_policy(next);
    let good = history.tip;
    history.approve("bob");
    history.commit("alice");
    let refusal = history.refused(good, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .contains("approval by bob does not count: the key"),
        "{refusal}"
    );
}

#[test]
fn an_approval_of_the_policys_file_alone_is_enough_for_it() {
    let mut history = raised();
    let mut next = history.policy.next();
    next.group("team-b", "[alice]");
    history.write("clusters/x", "1").write_policy(next);
    let file = history.approval(Some("signet/policy.yaml"));
    history.approve_with("carol", &file);
    history.commit("alice");
    history.good();
}

#[test]
fn an_approval_that_does_not_cover_the_policys_file_does_not_change_the_policy() {
    let mut history = raised();
    let mut next = history.policy.next();
    next.group("team-b", "[alice]");
    history.write("clusters/x", "1").write_policy(next);
    let other = history.approval(Some("clusters"));
    history.approve_with("carol", &other);
    let good = history.tip;
    history.commit("alice");
    history.refused(good, Reason::NotAllowed);
}

#[test]
fn neither_automation_nor_a_stranger_changes_the_policy_by_approvals() {
    for signer in ["bot", "mallory"] {
        let mut history = History::new();
        let mut next = history.policy.next();
        next.group("team-b", "[alice]");
        history.write_policy(next);
        history.approve("alice");
        history.approve("bob");
        history.commit(signer);
        assert!(history.verify().refused.is_some(), "{signer}");
    }
}

#[test]
fn paths_of_a_new_rule_are_approved_under_the_policy_that_brings_it() {
    let mut history = History::new();
    let mut next = history.policy.next();
    next.group("team-c", "[dave, erin]");
    next.rule("{paths: [\"tenants/team-c/**\"], signers: team-c, threshold: 2}");
    history.write("tenants/team-c/x", "1").write_policy(next);
    let folder = history.approval(Some("tenants"));
    history.approve_with("dave", &folder);
    let mut by_one = history.clone();
    by_one.commit("alice");
    by_one.refused(history.introduction, Reason::NotAllowed);
    history.approve_with("erin", &folder);
    history.commit("alice");
    assert_eq!(history.good().steps[0].approvals.len(), 2);
}

#[test]
fn a_person_with_a_second_key_that_the_new_policy_alone_names_counts_once() {
    let mut history = raised();
    let mut next = history.policy.next();
    let keys = |name: &str| format!("{{keys: [{:?}, {:?}]}}", public(name), public("zoe"));
    next.principal("alice", &keys("alice"));
    let good = history.tip;
    let mut by_signer = history.clone();
    by_signer.write_policy(next.clone());
    by_signer.approve("zoe");
    let mut by_both = by_signer.clone();
    by_signer.commit("alice");
    by_signer.refused(good, Reason::NotAllowed);
    by_both.approve("bob");
    by_both.commit("alice");
    by_both.good();
    // Nor does who approves with both of them.
    next.principal("alice", &format!("{{keys: [{:?}]}}", public("alice")));
    next.principal("bob", &keys("bob"));
    next.rules[0] = "{paths: [\"signet/**\"], signers: root, threshold: 3}".into();
    history.write_policy(next);
    history.approve("bob");
    history.approve("zoe");
    let mut by_three = history.clone();
    history.commit("alice");
    history.refused(good, Reason::NotAllowed);
    by_three.approve("carol");
    by_three.commit("alice");
    by_three.good();
}

#[test]
fn each_of_two_groups_helps_a_change_of_the_policy_and_of_a_path_whoever_comes_first() {
    let mut history = raised();
    let mut next = history.policy.next();
    next.group("team-b", "[alice]");
    history.write("tenants/team-b/x", "1").write_policy(next);
    let good = history.tip;
    let all = history.approval(None);
    for [first, second] in [["bob", "erin"], ["erin", "bob"]] {
        let mut history = history.clone();
        history.approve_with(first, &all);
        let mut by_one = history.clone();
        by_one.commit("alice");
        by_one.refused(good, Reason::NotAllowed);
        let step = by_one.verify().steps.pop().unwrap();
        let [approved] = &step.approvals[..] else {
            panic!("{first}: {step:?}")
        };
        assert_eq!(approved.signer.principal, first);
        assert_eq!(step.discounted, [], "{first}");
        let lacking: Vec<&str> = step.denied.iter().map(|denied| &*denied.path).collect();
        let expected = match first {
            "bob" => "tenants/team-b/x",
            _ => "signet/policy.yaml",
        };
        assert_eq!(lacking, [expected]);
        history.approve_with(second, &all);
        history.commit("alice");
        assert_eq!(history.good().steps.pop().unwrap().approvals.len(), 2);
    }
    let mut by_nobody = history.clone();
    by_nobody.commit("alice");
    let refusal = by_nobody.refused(good, Reason::NotAllowed);
    let both = "under the old policy and under the new one; tenants/team-b/x needs 1 of group team-b (rule tenants/team-b/**); signed by alice";
    assert!(refusal.message.contains(both), "{refusal}");
    let denied = by_nobody.verify().steps.pop().unwrap().denied;
    assert_eq!(denied.len(), 2, "{denied:?}");
}

/// A history whose policy, the second, needs two of root.
fn raised() -> History {
    let mut history = History::new();
    let mut next = history.policy.next();
    two_of_root(&mut next);
    history.write_policy(next);
    history.approve("bob");
    history.commit("alice");
    history.good();
    history
}
