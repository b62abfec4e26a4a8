//! Who may approve what, and what an approval adds to a signature.

mod hostile;
mod laws;
mod policy;
mod told;

use signet_provenance::{Reason, State, TagRef, VerifyError};
use ssh_key::private::Ed25519Keypair;
use ssh_key::public::{KeyData, SkEd25519};
use ssh_key::{PrivateKey, PublicKey};

use crate::commits::touched;
use crate::support::{BEGIN, History, PolicyText, at, fingerprint, public, tag_payload};

/// A policy by which two of the platform change `clusters/**`; it is alice, bob and carol.
fn two_of_platform() -> PolicyText {
    let mut policy = PolicyText::new();
    policy.group("platform", "[alice, bob, carol, hub]");
    policy.group("team-a", "[dave, alice]");
    policy.rules[1] = "{paths: [\"clusters/**\"], signers: platform, threshold: 2}".into();
    policy
}

/// A history that needs two persons for the change that its work tree holds.
fn pending() -> History {
    let mut history = History::with_policy(two_of_platform());
    history.write("clusters/prod/x", "1");
    history
}

#[track_caller]
fn refused_with(history: &History, part: &str) {
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(refusal.message.contains(part), "{refusal}");
}

#[test]
fn a_signature_and_an_approval_are_two_persons() {
    let mut history = pending();
    let tag = history.approve("bob");
    history.commit("alice");
    let verdict = history.good();
    let [approved] = &verdict.steps[0].approvals[..] else {
        panic!("{:?}", verdict.steps)
    };
    assert_eq!(approved.tag, tag);
    assert_eq!(approved.signer.principal, "bob");
    assert_eq!(approved.signer.fingerprint, fingerprint("bob"));
    assert_eq!(verdict.steps[0].paths[0].rules, [2]);
    assert_eq!(verdict.signer.principal, "alice");
}

#[test]
fn a_signature_alone_is_one_person() {
    let mut history = pending();
    history.commit("alice");
    refused_with(
        &history,
        "clusters/prod/x needs 1 more of group platform (2 by rule clusters/**); signed by alice (groups: platform, root, team-a), commit",
    );
}

#[test]
fn an_approval_of_another_change_is_named_in_the_refusal() {
    let mut history = pending();
    history.approve("bob");
    let bad = history.change("alice", "clusters/prod/x", "2");
    let expected = format!(
        "; signed by alice (groups: platform, root, team-a), commit {0}; approval by bob is for another change. Who is missing can approve it with `signet approve {0}`. A commit",
        bad.short()
    );
    refused_with(&history, &expected);
}

#[test]
fn an_approval_for_another_repository_or_ref_does_not_count() {
    let mut history = pending();
    let mut elsewhere = history.approval(None);
    elsewhere.repository = "another".to_owned();
    let mut other_ref = history.approval(None);
    other_ref.reference = "refs/heads/dev".to_owned();
    history.approve_with("bob", &elsewhere);
    history.approve_with("carol", &other_ref);
    history.commit("alice");
    refused_with(
        &history,
        "; approval by bob is for another repository; approval by carol is for another ref.",
    );
}

#[test]
fn a_person_approves_once_however_many_tags_and_keys_they_have() {
    let mut policy = two_of_platform();
    policy.principal(
        "bob",
        &format!("{{keys: [{:?}, {:?}]}}", public("bob"), public("bob2")),
    );
    policy.rules[1] = policy.rules[1].replace("threshold: 2", "threshold: 3");
    let mut history = History::with_policy(policy);
    history.write("clusters/prod/x", "1");
    history.approve("bob");
    history.approve("bob");
    history.approve("bob2");
    let mut with_carol = history.clone();
    history.commit("alice");
    refused_with(&history, "; approved by bob.");
    with_carol.approve("carol");
    with_carol.commit("alice");
    assert_eq!(with_carol.good().steps[0].approvals.len(), 4);
}

#[test]
fn a_signer_does_not_approve_their_own_commit_with_whichever_key() {
    let mut policy = two_of_platform();
    policy.principal(
        "alice",
        &format!("{{keys: [{:?}, {:?}]}}", public("alice"), public("alice2")),
    );
    for approver in ["alice", "alice2"] {
        let mut history = History::with_policy(policy.clone());
        history.write("clusters/prod/x", "1");
        history.approve(approver);
        history.commit("alice");
        refused_with(
            &history,
            "approval by alice does not count: who signs a commit does not approve it too",
        );
    }
}

#[test]
fn neither_a_forge_nor_automation_approves() {
    let mut policy = two_of_platform();
    policy.group("platform", "[alice, bob, hub, bot]");
    for approver in ["hub", "bot"] {
        let mut history = History::with_policy(policy.clone());
        history.write("clusters/prod/x", "1");
        history.approve(approver);
        history.commit("alice");
        refused_with(
            &history,
            &format!("approval by {approver} does not count: only persons approve"),
        );
    }
}

#[test]
fn what_a_forge_signed_counts_by_its_approvals_alone() {
    let mut history = pending();
    history.approve("alice");
    let mut by_one = history.clone();
    by_one.commit("hub");
    refused_with(&by_one, "; approved by alice.");
    history.approve("bob");
    history.commit("hub");
    history.good();
}

#[test]
fn approvals_let_automation_into_no_path_that_does_not_name_it() {
    let mut history = pending();
    history.approve("alice");
    history.approve("bob");
    history.commit("bot");
    refused_with(&history, "needs 2 of group platform");
}

#[test]
fn an_approver_of_another_group_does_not_count() {
    let mut history = pending();
    history.approve("erin");
    history.commit("alice");
    refused_with(
        &history,
        "; approval by erin does not count: it is asked of none of their groups.",
    );
}

#[test]
fn each_rule_counts_its_own_group_among_those_who_agree() {
    let mut policy = PolicyText::new();
    policy.rule("{paths: [\"tenants/**\"], signers: platform}");
    policy.group("team-b", "[erin, dave]");
    let mut history = History::with_policy(policy);
    history.write("tenants/team-b/x", "1");
    history.approve("alice");
    history.approve("dave");
    history.commit("erin");
    let steps = history.good().steps;
    assert_eq!(steps[0].paths[0].rules, [4, 6]);
    let counted: Vec<&str> = steps[0]
        .approvals
        .iter()
        .map(|approved| &*approved.signer.principal)
        .collect();
    assert_eq!(counted, ["alice"]);
}

#[test]
fn an_approval_of_a_folder_does_not_mind_what_changes_elsewhere() {
    let mut history = pending();
    history.write("clusters/prod/y", "1");
    history.write("tenants/team-a/x", "1");
    let folder = history.approval(Some("clusters"));
    history.approve_with("bob", &folder);
    history.commit("alice");
    history.good();
}

#[test]
fn an_approval_of_a_folder_covers_nothing_else() {
    let mut history = pending();
    history.write("clusters/test/x", "1");
    let folder = history.approval(Some("clusters/prod"));
    history.approve_with("bob", &folder);
    let mut by_both = history.clone();
    history.commit("alice");
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal.message.starts_with("clusters/test/x needs 1 more"),
        "{refusal}"
    );
    let file = by_both.approval(Some("clusters/test/x"));
    by_both.approve_with("carol", &file);
    by_both.commit("alice");
    by_both.good();
}

#[test]
fn an_approval_of_a_folder_is_of_all_that_changes_in_it() {
    let mut history = pending();
    history.write("clusters/prod/y", "1");
    let folder = history.approval(Some("clusters"));
    history.approve_with("bob", &folder);
    let mut less = history.clone();
    less.remove("clusters/prod/y").commit("alice");
    refused_with(&less, "approval by bob is for another change");
    history.write("clusters/prod/z", "1").commit("alice");
    refused_with(&history, "approval by bob is for another change");
}

#[test]
fn an_approval_of_the_one_change_in_a_folder_is_one_of_that_file() {
    let mut history = pending();
    let folder = history.approval(Some("clusters"));
    history.approve_with("bob", &folder);
    history.write("clusters/prod/more", "1").commit("alice");
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .starts_with("clusters/prod/more needs 1 more"),
        "{refusal}"
    );
    assert!(
        refusal
            .message
            .contains("; approval by bob is for other paths"),
        "{refusal}"
    );
}

#[test]
fn an_approval_outlives_unrelated_commits_and_a_squash() {
    let mut history = pending();
    let folder = history.approval(Some("clusters"));
    history.approve_with("bob", &folder);
    history.files.remove("clusters/prod/x");
    history.change("dave", "tenants/team-a/x", "1");
    let good = history.change("erin", "tenants/team-b/x", "1");
    history.change("alice", "clusters/prod/x", "0");
    history.refused(good, Reason::NotAllowed);
    history.change("alice", "clusters/prod/x", "1");
    history.good();
}

#[test]
fn a_deletion_and_a_change_of_content_back_need_approvals_of_their_own() {
    let mut history = pending();
    history.approve("bob");
    let good = history.commit("alice");
    history.remove("clusters/prod/x");
    let mut gone = history.clone();
    gone.commit("alice");
    gone.refused(good, Reason::NotAllowed);
    history.approve("carol");
    history.commit("alice");
    history.good();
}

#[test]
fn an_approval_that_comes_later_moves_the_history_on() {
    let mut history = pending();
    let approval = history.approval(None);
    history.commit("alice");
    let state = history.verify().state;
    history.clock += 600;
    history.approve_with("bob", &approval);
    let verdict = history.verify_from(&state).unwrap();
    assert_eq!(verdict.refused, None);
    assert_eq!(verdict.tree.commit(), history.tip);
}

#[test]
fn an_approval_counts_until_it_expires_by_the_commits_date() {
    for (late, good) in [(-1, true), (0, false), (1, false)] {
        let mut history = pending();
        let mut approval = history.approval(None);
        // The next commit is dated a minute on.
        approval.expires = at(history.clock + 60 - late).to_string();
        history.approve_with("bob", &approval);
        history.commit("alice");
        if good {
            assert_eq!(
                history
                    .verify_at(&State::default(), BEGIN + 1_000_000)
                    .unwrap()
                    .refused,
                None
            );
        } else {
            refused_with(
                &history,
                "approval by bob does not count: it expired 2026-01-01T00:0",
            );
        }
    }
}

#[test]
fn a_commit_that_is_dated_back_does_not_bring_an_expired_approval_back() {
    let mut history = pending();
    let mut approval = history.approval(None);
    approval.expires = at(history.clock + 30).to_string();
    history.approve_with("bob", &approval);
    history.files.remove("clusters/prod/x");
    let good = history.change("dave", "tenants/team-a/x", "1");
    history.clock -= 100;
    history.change("alice", "clusters/prod/x", "1");
    history.clock += 100;
    let refusal = history.refused(good, Reason::NotAllowed);
    assert!(refusal.message.contains("it expired"), "{refusal}");
}

#[test]
fn two_commits_that_are_dated_back_do_not_bring_an_expired_approval_back() {
    let mut history = pending();
    let mut approval = history.approval(None);
    approval.expires = at(history.clock + 30).to_string();
    history.approve_with("bob", &approval);
    history.files.remove("clusters/prod/x");
    history.clock += 5_000;
    history.change("dave", "tenants/team-a/x", "1");
    let state = history.good().state;
    history.clock -= 5_200;
    let good = history.change("dave", "tenants/team-a/x", "2");
    history.change("alice", "clusters/prod/x", "1");
    history.clock += 5_200;
    let resumed = history.verify_from(&state).unwrap();
    for verdict in [history.verify(), resumed] {
        assert_eq!(verdict.tree.commit(), good);
        let refusal = verdict.refused.unwrap();
        assert!(refusal.message.contains("it expired"), "{refusal}");
    }
    // And from the state behind the first of them.
    let state = history.verify().state;
    let refusal = history.verify_from(&state).unwrap().refused.unwrap();
    assert!(refusal.message.contains("it expired"), "{refusal}");
}

#[test]
fn a_key_that_is_revoked_or_not_valid_does_not_approve() {
    let of_bob = |more: &str| format!("{{keys: [{{key: {:?}, {more}}}]}}", public("bob"));
    let mut revoked = two_of_platform();
    revoked.revoked.push(format!(
        "{{key: {}, mode: soft, since: {}}}",
        fingerprint("bob"),
        at(BEGIN)
    ));
    let mut expired = two_of_platform();
    expired.principal("bob", &of_bob(&format!("validBefore: {}", at(BEGIN + 100))));
    let mut early = two_of_platform();
    early.principal("bob", &of_bob(&format!("validAfter: {}", at(BEGIN + 9000))));
    for (policy, part) in [
        (revoked, "of bob is revoked by the policy since"),
        (expired, "of bob was valid only until"),
        (early, "of bob is valid only from"),
    ] {
        let mut history = History::with_policy(policy);
        history.write("clusters/prod/x", "1");
        history.approve("bob");
        history.commit("alice");
        refused_with(&history, "approval by bob does not count: the key");
        refused_with(&history, part);
    }
}

#[test]
fn a_security_key_approves_when_it_was_touched() {
    let ed25519 = PrivateKey::from(Ed25519Keypair::from_seed(&[9; 32]));
    let point = ed25519.public_key().key_data().ed25519().unwrap();
    let public = PublicKey::new(KeyData::SkEd25519(SkEd25519::new(*point, "ssh:")), "");
    let mut policy = two_of_platform();
    let line = public.to_openssh().unwrap();
    policy.principal("bob", &format!("{{keys: [{line:?}]}}"));
    for (flags, good) in [(0x01, true), (0x00, false)] {
        let mut history = History::with_policy(policy.clone());
        history.write("clusters/prod/x", "1");
        let message = history.approval(None).to_message();
        let name = "signet/approve/x";
        let payload = tag_payload(history.tip, name, history.clock, &message);
        let signature = touched(&ed25519, &public, flags, payload.as_bytes());
        history.tag(name, &(payload + &signature));
        history.commit("alice");
        if good {
            history.good();
        } else {
            refused_with(&history, "the security key was not touched");
        }
    }
}

#[test]
fn a_key_that_the_trust_anchor_revokes_does_not_approve() {
    let mut history = pending();
    history.root.revoked = vec![revocation("bob", "soft")];
    history.approve("bob");
    history.commit("alice");
    refused_with(&history, "of bob is revoked by the trust anchor since");
}

fn revocation(name: &str, mode: &str) -> signet_api::Revocation {
    serde_json::from_value(serde_json::json!({
        "key": fingerprint(name), "mode": mode, "since": at(BEGIN).to_string()
    }))
    .unwrap()
}

#[test]
fn a_key_revoked_for_good_casts_doubt_on_what_it_approved() {
    let mut history = pending();
    history.approve("bob");
    history.commit("alice");
    let state = history.good().state;
    assert_eq!(state.used[&fingerprint("bob")].commit, history.tip);
    history.root.revoked = vec![revocation("bob", "hard")];
    let error = history.verify_from(&state).unwrap_err();
    assert!(matches!(error, VerifyError::Suspended { .. }), "{error}");
}

/// A history that was looked at before bob approved its last step, ten minutes ago; the state then.
fn approved_late(policy: PolicyText) -> (History, State) {
    let mut history = History::with_policy(policy);
    history.write("clusters/prod/x", "1");
    let approval = history.approval(None);
    history.commit("alice");
    let state = history.verify().state;
    history.clock += 600;
    history.approve_with("bob", &approval);
    (history, state)
}

#[test]
fn a_key_that_ended_since_the_commit_was_seen_does_not_approve_it_any_more() {
    let ends = format!("validBefore: {}", at(BEGIN + 300));
    let mut policy = two_of_platform();
    policy.principal(
        "bob",
        &format!("{{keys: [{{key: {:?}, {ends}}}]}}", public("bob")),
    );
    let (history, state) = approved_late(policy);
    let refusal = history.verify_from(&state).unwrap().refused.unwrap();
    let expected = "approval by bob does not count: the key";
    assert!(refusal.message.contains(expected), "{refusal}");
    let expected = "an approval counts as made when it is looked at, now 2026-01-01T00:12:00Z";
    assert!(refusal.message.contains(expected), "{refusal}");
}

#[test]
fn a_key_that_was_revoked_since_the_commit_was_seen_does_not_approve_it_any_more() {
    let (mut history, state) = approved_late(two_of_platform());
    let mut revoked = revocation("bob", "soft");
    revoked.since = at(BEGIN + 300);
    history.root.revoked = vec![revoked];
    let refusal = history.verify_from(&state).unwrap().refused.unwrap();
    let expected = "of bob is revoked by the trust anchor since 2026-01-01T00:05:00Z";
    assert!(refusal.message.contains(expected), "{refusal}");
}

#[test]
fn a_key_revoked_for_good_casts_doubt_on_an_old_commit_that_it_approved_since() {
    let (mut history, state) = approved_late(two_of_platform());
    let state = history.verify_from(&state).unwrap().state;
    let mut revoked = revocation("bob", "hard");
    revoked.since = at(BEGIN + 300);
    history.root.revoked = vec![revoked];
    let error = history.verify_from(&state).unwrap_err();
    assert!(matches!(error, VerifyError::Suspended { .. }), "{error}");
}

#[test]
fn a_history_whose_approval_was_deleted_stays_good_and_does_not_verify_anew() {
    let mut history = pending();
    history.approve("bob");
    history.commit("alice");
    let state = history.good().state;
    history.approvals.clear();
    assert_eq!(history.verify_from(&state).unwrap().refused, None);
    refused_with(&history, "clusters/prod/x needs 1 more of group platform");
}

#[test]
fn earlier_trees_are_found_again_by_their_approvals() {
    let mut history = pending();
    history.approve("bob");
    let approved = history.commit("alice");
    history.change("erin", "tenants/team-b/x", "1");
    let state = history.good().state;
    let resumed = history.verify_from(&state).unwrap();
    assert_eq!(resumed.past(approved).unwrap().commit(), approved);
}

#[test]
fn a_tag_that_is_missing_matters_where_an_approval_is_needed_and_nowhere_else() {
    let mut history = pending();
    let missing = TagRef {
        reference: "refs/tags/signet/approve/gone".to_owned(),
        tag: signet_provenance::ObjectId::new([7; 20]),
    };
    history.approvals.push(missing);
    let mut other = history.clone();
    other.files.remove("clusters/prod/x");
    let good = other.change("erin", "tenants/team-b/x", "1");
    assert_eq!(other.good().steps[0].approvals, []);
    other.change("erin", "README.md", "named by no rule");
    other.refused(good, Reason::NotAllowed);
    history.commit("alice");
    let error = history.verify_from(&State::default()).unwrap_err();
    assert_eq!(error.reason(), Reason::MissingObject, "{error}");
}

#[test]
fn approvals_that_nobody_needed_are_not_said_to_have_counted() {
    let mut history = History::new();
    history.write("clusters/prod/x", "1");
    history.approve("bob");
    history.commit("alice");
    assert_eq!(history.good().steps[0].approvals, []);
}

#[test]
fn a_refusal_names_a_few_approvals_and_counts_the_rest() {
    let mut history = pending();
    let approval = history.approval(None);
    for number in 0..20 {
        let name = format!("signet/approve/{number}");
        history.tag(&name, "nothing");
    }
    history.approve_with("erin", &approval);
    history.commit("alice");
    refused_with(&history, "and 18 more approvals do not count");
}

#[test]
fn a_key_revoked_for_good_casts_doubt_on_an_approval_whatever_it_signed_since() {
    let mut policy = two_of_platform();
    policy.group("platform", "[alice, bob, dave]");
    let mut history = History::with_policy(policy);
    history.write("clusters/prod/x", "1");
    let approval = history.approval(None);
    history.commit("alice");
    history.change("dave", "tenants/team-a/x", "1");
    let state = history.verify().state;
    history.clock += 600;
    history.approve_with("dave", &approval);
    let verdict = history.verify_from(&state).unwrap();
    assert_eq!(verdict.tree.commit(), history.tip);
    let state = verdict.state;
    let mut revoked = revocation("dave", "hard");
    revoked.since = at(BEGIN + 300);
    history.root.revoked = vec![revoked];
    let error = history.verify_from(&state).unwrap_err();
    assert!(matches!(error, VerifyError::Suspended { .. }), "{error}");
}
