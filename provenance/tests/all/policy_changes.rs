//! Steps that change the policy.

use signet_provenance::{Presumed, Reason, State, presume};

use crate::support::{History, PolicyText, RECOVERY, at, fingerprint, public};

#[test]
fn the_next_version_by_the_root_group_governs_from_the_next_step_on() {
    let mut history = History::new();
    let mut next = history.policy.next();
    next.group("team-a", "[erin]");
    history.write_policy(next).commit("carol");
    assert_eq!(history.good().policy.version, 2);
    let good = history.change("erin", "tenants/team-a/x", "1");
    history.change("dave", "tenants/team-a/x", "2");
    history.refused(good, Reason::NotAllowed);
}

#[test]
fn old_paths_are_judged_by_the_old_policy_in_the_step_that_changes_it() {
    let mut history = History::new();
    let mut next = history.policy.next();
    next.group("team-a", "[alice]");
    history
        .write("tenants/team-a/x", "1")
        .write_policy(next)
        .commit("alice");
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .contains("tenants/team-a/x needs 1 of group team-a"),
        "{refusal}"
    );
}

#[test]
fn a_new_tenant_is_one_commit() {
    let mut history = History::new();
    let mut next = history.policy.next();
    next.group("team-c", "[alice]");
    next.rule("{paths: [\"tenants/team-c/**\"], signers: team-c}");
    history
        .write("tenants/team-c/x", "1")
        .write("clusters/prod/tenants/team-c.yaml", "1");
    history.write_policy(next).commit("alice");
    let verdict = history.good();
    let by_new = verdict.steps[0]
        .paths
        .iter()
        .find(|allowed| allowed.path == "tenants/team-c/x")
        .unwrap();
    assert_eq!((by_new.policy_version, &by_new.rules[..]), (2, &[6][..]));
}

#[test]
fn a_new_rule_does_not_let_others_in_on_the_step_that_brings_it() {
    let mut history = History::new();
    let mut next = history.policy.next();
    next.rule("{paths: [\"tenants/team-c/**\"], signers: team-a}");
    history
        .write("tenants/team-c/x", "1")
        .write_policy(next)
        .commit("alice");
    history.refused(history.introduction, Reason::NotAllowed);
}

#[test]
fn only_the_root_group_changes_the_policy() {
    for signer in ["dave", "bot", "hub"] {
        let mut history = History::new();
        let mut next = history.policy.next();
        next.group("root", "[alice, bob, dave]");
        history.write_policy(next).commit(signer);
        history.refused(history.introduction, Reason::NotAllowed);
    }
}

#[test]
fn a_policy_by_somebody_outside_the_root_group_is_not_even_read() {
    let mut history = History::new();
    history
        .write("signet/policy.yaml", "not a policy")
        .commit("dave");
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal.message.contains(
            "needs 1 of group root (rule signet/**) under the old policy; signed by dave (groups: team-a)"
        ),
        "{refusal}"
    );
}

#[test]
fn a_key_does_not_sign_the_policy_that_revokes_it() {
    let mut history = History::new();
    let mut next = history.policy.next();
    next.revoked.push(format!(
        "{{key: {}, mode: soft, since: {}}}",
        fingerprint("alice"),
        at(history.clock)
    ));
    let mut by_alice = history.clone();
    by_alice.write_policy(next.clone()).commit("alice");
    let refusal = by_alice.refused(history.introduction, Reason::Revoked);
    assert!(
        refusal.message.contains("revoked by the new policy"),
        "{refusal}"
    );
    history.write_policy(next).commit("bob");
    history.good();
}

#[test]
fn the_root_threshold_must_be_met_under_the_new_policy_too() {
    let mut history = History::new();
    let mut next = history.policy.next();
    next.group("root", "[bob, carol]");
    let mut by_alice = history.clone();
    by_alice.write_policy(next.clone()).commit("alice");
    let refusal = by_alice.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal.message.contains("under the new policy"),
        "{refusal}"
    );
    history.write_policy(next).commit("bob");
    history.good();
}

#[test]
fn raising_the_threshold_above_one_signer_needs_more_than_one() {
    let mut history = History::new();
    let mut next = history.policy.next();
    next.rules[0] = "{paths: [\"signet/**\"], signers: root, threshold: 2}".to_owned();
    history.write_policy(next).commit("alice");
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .contains("needs 1 more of group root (2 by rule signet/**) under the new policy"),
        "{refusal}"
    );
}

#[test]
fn a_version_that_does_not_follow_is_refused() {
    for version in [1, 3, 1_000_000] {
        let mut history = History::new();
        let mut next = history.policy.clone();
        next.version = version;
        next.group("team-a", "[erin]");
        history.write_policy(next).commit("alice");
        let refusal = history.refused(history.introduction, Reason::PolicyInvalid);
        assert!(refusal.message.contains("follows version 1"), "{refusal}");
    }
}

#[test]
fn a_policy_for_another_repository_is_refused() {
    let mut history = History::new();
    let mut next = history.policy.next();
    next.repository = "another".to_owned();
    history.write_policy(next).commit("alice");
    let refusal = history.refused(history.introduction, Reason::PolicyInvalid);
    assert!(refusal.message.contains("repository another"), "{refusal}");
}

#[test]
fn only_what_was_a_recovery_key_is_in_transition() {
    const OTHER: &str = "age1jtvrnr834v4fmy89mp2h5nyhurprzv9ad5rp375nlth46zcc7seqz3mq9h";
    let recovery = |recipient: &str, transitional: &str| {
        format!("{{recipients: [{recipient}], transitional: [{transitional}]}}")
    };
    for planted in [
        recovery(RECOVERY, OTHER),
        recovery(OTHER, &format!("{RECOVERY}, ssh-ed25519 AAAA")),
    ] {
        let mut history = History::new();
        let mut next = history.policy.next();
        next.recovery = planted;
        history.write_policy(next).commit("alice");
        let refusal = history.refused(history.introduction, Reason::PolicyInvalid);
        let words = "as a transitional recovery key, which is none under the old one";
        assert!(refusal.message.contains(words), "{refusal}");
    }

    let mut history = History::new();
    for recovery in [
        recovery(OTHER, RECOVERY),
        recovery(OTHER, RECOVERY).replace('{', "{ "),
        format!("{{recipients: [{OTHER}]}}"),
    ] {
        let mut next = history.policy.next();
        next.recovery = recovery;
        history.write_policy(next).commit("alice");
    }
    assert_eq!(history.good().policy.version, 4);
}

#[test]
fn a_policy_that_is_malformed_or_gone_is_refused_with_its_place() {
    let mut history = History::new();
    let mut gone = history.clone();
    gone.remove("signet/policy.yaml").commit("alice");
    assert!(
        gone.refused(history.introduction, Reason::PolicyInvalid)
            .message
            .contains("removes the policy")
    );
    history
        .write("signet/policy.yaml", "kind: Policy\nspec: {versoin: 2}\n")
        .commit("alice");
    let refusal = history.refused(history.introduction, Reason::PolicyInvalid);
    assert!(refusal.message.contains("signet/policy.yaml:"), "{refusal}");
}

#[test]
fn a_policy_that_may_not_govern_is_refused() {
    type Change = fn(&mut PolicyText);
    let changes: [(Change, &str); 4] = [
        (
            |next| next.rules[0] = "{paths: [\"signet/**\"], signers: platform}".to_owned(),
            "no rule keeps all of signet/**",
        ),
        (
            |next| next.principal("mallory", &format!("{{keys: [{:?}]}}", public("alice"))),
            "have the same key",
        ),
        (
            |next| next.rule("{paths: [x], signers: team-a, threshold: 2}"),
            "needs 2 of group team-a",
        ),
        (
            |next| next.principal("zoe", "{keys: [\"ssh-ed25519 AAAA\"]}"),
            "a key of principal zoe",
        ),
    ];
    for (change, part) in changes {
        let mut history = History::new();
        let mut next = history.policy.next();
        change(&mut next);
        history.write_policy(next).commit("alice");
        let refusal = history.refused(history.introduction, Reason::PolicyInvalid);
        assert!(refusal.message.contains(part), "{refusal}");
    }
}

#[test]
fn a_refused_policy_does_not_govern() {
    let mut history = History::new();
    let mut next = history.policy.next();
    next.group("root", "[alice, mallory]");
    next.principal("mallory", &format!("{{keys: [{:?}]}}", public("mallory")));
    history.write_policy(next.clone()).commit("mallory");
    let mut more = next.next();
    more.group("team-a", "[mallory]");
    history.write_policy(more).commit("mallory");
    history.refused(history.introduction, Reason::UnknownKey);
}

#[test]
fn a_policy_is_taken_up_again_after_a_bad_step() {
    let mut history = History::new();
    let mut next = history.policy.next();
    next.group("team-a", "[erin]");
    history.write_policy(next).commit("dave");
    history.refused(history.introduction, Reason::NotAllowed);
    // A root signer vouches for what is there.
    history.change("alice", "clusters/x", "1");
    assert_eq!(history.good().policy.version, 2);
}

#[test]
fn a_policy_that_drops_one_of_its_signers_keys_passes_by_another_whichever_it_is() {
    let keys = |names: &[&str]| {
        let keys: Vec<String> = names.iter().map(|name| public(name)).collect();
        format!("{{keys: {keys:?}}}")
    };
    let both = ["alice", "alice's other"];
    for (kept, dropped) in [(both[0], both[1]), (both[1], both[0])] {
        let mut policy = PolicyText::new();
        policy.principal("alice", &keys(&both));
        let mut history = History::with_policy(policy);
        let mut next = history.policy.next();
        next.principal("alice", &keys(&[kept]));
        let like = history.write_policy(next).commit("alice");
        let presumed = Presumed {
            like,
            onto: history.introduction,
            signer: "alice".to_owned(),
        };
        let (objects, last) = (history.objects(), State::default());
        let (root, now) = (&history.root, at(history.clock));
        let foretold = presume(&objects, &presumed, &[], root, &last, now).unwrap();
        let (passes, others) = foretold;
        assert_eq!(passes.step.refused, None);
        let signer = passes.step.signer.unwrap();
        assert_eq!(signer.fingerprint, fingerprint(kept));
        let [other] = &*others else {
            panic!("{others:?}")
        };
        let refused = other.step.refused.as_ref().unwrap();
        assert_eq!(refused.reason, Reason::PolicyInvalid);
        let signer = other.step.signer.as_ref().unwrap();
        assert_eq!(signer.fingerprint, fingerprint(dropped));
    }
}
