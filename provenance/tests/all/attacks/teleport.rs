//! What is good on one ref, or in one place, and is shown on another.

use signet_provenance::{Reason, State, VerifyError};

use crate::support::{History, PolicyText, REF};

const DEV: &str = "refs/heads/dev";

fn with_two_for_clusters() -> History {
    let mut policy = PolicyText::new();
    policy.rules.remove(1);
    policy.rule("{paths: [\"clusters/**\"], signers: platform, threshold: 2}");
    History::with_policy(policy)
}

#[test]
fn a_ref_teleport_of_what_was_approved_for_another_ref_is_refused() {
    let mut history = with_two_for_clusters();
    history.write("clusters/x", "1");
    let mut approval = history.approval(None);
    DEV.clone_into(&mut approval.reference);
    history.approve_with("bob", &approval);
    history.commit("alice");
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .contains("approval by bob is for another ref"),
        "{refusal}"
    );
}

#[test]
fn a_ref_teleport_of_a_branch_whose_policy_says_where_it_belongs_is_refused() {
    let mut history = History::new();
    let next = history.policy.next();
    let good = history.write_policy(next.clone()).commit("alice");
    let dev = next.next().to_yaml().replace(REF, DEV);
    history.write("signet/policy.yaml", &dev).commit("alice");
    let refusal = history.refused(good, Reason::PolicyInvalid);
    assert!(
        refusal
            .message
            .contains("for the ref refs/heads/dev, not for"),
        "{refusal}"
    );
}

#[test]
fn what_was_verified_of_one_ref_is_not_gone_on_from_on_another() {
    let mut history = History::new();
    history.change("dave", "tenants/team-a/x", "1");
    let state = history.good().state;
    DEV.clone_into(&mut history.root.reference);
    for last in [State::default(), state] {
        let error = history.verify_from(&last).unwrap_err();
        assert!(matches!(error, VerifyError::OtherRef { .. }), "{error}");
        assert_eq!(error.reason(), Reason::IntroductionMismatch);
    }
}

#[test]
fn a_promotion_before_its_time_takes_the_approvals_that_the_ref_asks_for() {
    let mut history = with_two_for_clusters();
    let mut dev = history.clone();
    dev.write("clusters/x", "1");
    let approval = dev.approval(None);
    dev.commit("alice");
    // The very commit, pushed to the ref that is followed.
    history.tip = dev.tip;
    history.clock = dev.clock;
    history.refused(history.introduction, Reason::NotAllowed);
    history.approve_with("bob", &approval);
    history.good();
}

#[test]
fn a_replayed_tag_approves_the_very_same_change_until_it_ends_and_nothing_else() {
    let mut history = with_two_for_clusters();
    history.write("clusters/x", "1");
    let tag = history.approve("bob");
    history.commit("alice");
    history.good();
    history.remove("clusters/x").approve("bob");
    let reverted = history.commit("alice");
    history.good();

    // Who agreed to a change from nothing to this agreed to it each time.
    let mut again = history.clone();
    again.change("alice", "clusters/x", "1");
    let verdict = again.good();
    let approvals = &verdict.steps.last().unwrap().approvals;
    assert_eq!(approvals[0].tag, tag);

    let mut other = history.clone();
    other.change("alice", "clusters/x", "2");
    other.refused(reverted, Reason::NotAllowed);
    let mut elsewhere = history.clone();
    elsewhere.change("alice", "clusters/y", "1");
    elsewhere.refused(reverted, Reason::NotAllowed);
    let mut own = history.clone();
    own.change("bob", "clusters/x", "1");
    own.refused(reverted, Reason::NotAllowed);

    let mut late = history.clone();
    late.clock += 3600;
    late.change("alice", "clusters/x", "1");
    let refusal = late.refused(reverted, Reason::NotAllowed);
    assert!(refusal.message.contains("it expired"), "{refusal}");
}

#[test]
fn a_replayed_tag_approves_by_the_policy_of_its_new_place() {
    let mut history = with_two_for_clusters();
    history.write("clusters/x", "1").approve("bob");
    history.commit("alice");
    history.remove("clusters/x").approve("bob");
    history.commit("alice");
    for (platform, is_good) in [("[alice, bob, erin]", true), ("[alice, erin]", false)] {
        let mut history = history.clone();
        let mut next = history.policy.next();
        next.group("platform", platform);
        let changed = history.write_policy(next).commit("alice");
        history.change("alice", "clusters/x", "1");
        if is_good {
            history.good();
        } else {
            let refusal = history.refused(changed, Reason::NotAllowed);
            let why = "approval by bob does not count: it is asked of none of their groups";
            assert!(refusal.message.contains(why), "{refusal}");
        }
    }
}
