//! Which steps are good, and what is said about those that are not.

use signet_provenance::{Reason, State};

use crate::support::{History, PolicyText, fingerprint};

#[test]
fn accepts_signers_on_their_own_paths() {
    let mut history = History::new();
    history.change("dave", "tenants/team-a/prod/app.yaml", "1");
    history.change("erin", "tenants/team-b/app.yaml", "1");
    history.change("bob", "clusters/prod/ns.yaml", "1");
    let verdict = history.good();
    assert_eq!(verdict.signer.principal, "bob");
    assert_eq!(verdict.signer.fingerprint, fingerprint("bob"));
    assert_eq!(verdict.steps.len(), 3);
    assert_eq!(
        verdict.steps[0].paths[0].path,
        "tenants/team-a/prod/app.yaml"
    );
    assert_eq!(verdict.steps[0].paths[0].rules, [3]);
    assert_eq!(verdict.state.verified, Some(history.tip));
    let path = "tenants/team-a/prod/app.yaml".parse().unwrap();
    assert_eq!(verdict.tree.read(&path).unwrap(), b"1");
}

#[test]
fn says_which_path_rule_and_signer_and_what_would_help() {
    let mut history = History::new();
    let good = history.change("erin", "tenants/team-b/x.yaml", "1");
    let bad = history.change("dave", "tenants/team-b/x.yaml", "2");
    let refusal = history.refused(good, Reason::NotAllowed);
    let expected = format!(
        "tenants/team-b/x.yaml needs 1 of group team-b (rule tenants/team-b/**); signed by dave (groups: team-a), commit {0}. Who is missing can approve it with `signet approve {0}`. \
         A later commit signed by erin vouches for it, or one that takes it back to {1} lets the history move on",
        bad.short(),
        good.short()
    );
    assert_eq!(refusal.message, expected);
    assert_eq!(
        refusal.to_string(),
        format!("commit {}: {expected}", bad.short())
    );
}

#[test]
fn names_only_those_who_may_vouch_for_all_of_it() {
    let mut history = History::new();
    history.write("tenants/team-a/x", "1");
    history.change("dave", "tenants/team-b/x", "1");
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .starts_with("tenants/team-b/x needs 1 of group team-b (rule tenants/team-b/**);"),
        "{refusal}"
    );
    assert!(!refusal.message.contains("vouches"), "{refusal}");
}

#[test]
fn a_message_names_a_few_paths_and_counts_the_rest() {
    let mut history = History::new();
    for number in 0..200 {
        history.write(&format!("tenants/team-b/{number}"), "1");
    }
    history.commit("dave");
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .contains("and 197 more paths are not allowed"),
        "{refusal}"
    );
    assert!(refusal.message.len() < 500, "{refusal}");
}

#[test]
fn a_message_shows_the_beginning_of_a_long_path() {
    let mut history = History::new();
    let path = ["tenants/team-b", &"ü".repeat(120), &"ü".repeat(120)].join("/");
    history.change("dave", &path, "1");
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal.message.contains("ü… needs 1 of group team-b"),
        "{refusal}"
    );
}

#[test]
fn a_path_that_no_rule_names_is_denied() {
    let mut history = History::new();
    history.change("alice", "README.md", "hello");
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .starts_with("README.md is named by no rule of the policy"),
        "{refusal}"
    );
}

#[test]
fn every_rule_that_matches_must_be_met() {
    let mut policy = PolicyText::new();
    policy.rule("{paths: [\"tenants/**\"], signers: platform}");
    let mut history = History::with_policy(policy);
    history.change("dave", "tenants/team-a/x", "1");
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal.message.contains("needs 1 of group platform"),
        "{refusal}"
    );
}

#[test]
fn a_threshold_counts_persons_not_keys() {
    let mut policy = PolicyText::new();
    let keys = format!(
        "{{keys: [{:?}, {:?}]}}",
        crate::support::public("dave"),
        crate::support::public("dave2")
    );
    policy.principal("dave", &keys);
    policy.group("team-a", "[dave, erin]");
    policy.rules[2] = "{paths: [\"tenants/team-a/**\"], signers: team-a, threshold: 2}".to_owned();
    let mut history = History::with_policy(policy);
    history.change("dave2", "tenants/team-a/x", "1");
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .contains("needs 1 more of group team-a (2 by rule"),
        "{refusal}"
    );
}

#[test]
fn deletions_and_moves_need_the_rights_on_both_paths() {
    let mut history = History::new();
    let good = history.change("dave", "tenants/team-a/x", "1");
    let mut moved = history.clone();
    moved
        .remove("tenants/team-a/x")
        .write("tenants/team-b/x", "1")
        .commit("erin");
    assert!(
        moved
            .refused(good, Reason::NotAllowed)
            .message
            .contains("tenants/team-a/x needs")
    );
    history.remove("tenants/team-a/x").commit("erin");
    history.refused(good, Reason::NotAllowed);
}

#[test]
fn a_bad_step_does_not_hold_up_what_follows_its_revert() {
    let mut history = History::new();
    let good = history.change("dave", "tenants/team-a/x", "1");
    history.change("mallory", "tenants/team-a/x", "2");
    history.refused(good, Reason::UnknownKey);
    history.change("dave", "tenants/team-a/x", "1");
    history.good();
    history.change("erin", "tenants/team-b/x", "1");
    assert_eq!(
        history
            .good()
            .steps
            .iter()
            .filter(|step| step.refused.is_some())
            .count(),
        1
    );
}

#[test]
fn a_revert_by_anybody_known_moves_the_history_on() {
    let mut history = History::new();
    let good = history.change("dave", "tenants/team-a/x", "1");
    history.write("tenants/team-a/x", "2").commit_unsigned();
    history.refused(good, Reason::Unsigned);
    // The revert changes nothing against the last good commit, so no rule has to be met.
    history.change("erin", "tenants/team-a/x", "1");
    history.good();
}

#[test]
fn an_authorised_signer_vouches_for_a_bad_step_by_a_commit_on_top() {
    let mut history = History::new();
    history.change("mallory", "tenants/team-a/x", "1");
    history.change("dave", "tenants/team-a/y", "1");
    let verdict = history.good();
    let paths: Vec<&str> = verdict.steps[1]
        .paths
        .iter()
        .map(|allowed| &*allowed.path)
        .collect();
    assert_eq!(paths, ["tenants/team-a/x", "tenants/team-a/y"]);
}

#[test]
fn a_good_signer_does_not_vouch_for_anothers_paths() {
    let mut history = History::new();
    history.change("mallory", "tenants/team-a/x", "1");
    history.change("erin", "tenants/team-b/y", "1");
    history.refused(history.introduction, Reason::NotAllowed);
}

const SIGNERS: [&str; 6] = ["alice", "bob", "dave", "erin", "bot", "mallory"];
const PATHS: [&str; 4] = [
    "tenants/team-a/x",
    "tenants/team-b/x",
    "clusters/x",
    "images/x",
];

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 24, ..Default::default() })]

    #[test]
    fn starting_later_gives_the_same_answer(changes in proptest::collection::vec((0..6usize, 0..4usize, 0..3u8), 1..10)) {
        let mut history = History::new();
        let mut state = State::default();
        for (signer, path, content) in changes {
            history.change(SIGNERS[signer], PATHS[path], &content.to_string());
            let resumed = history.verify_from(&state).unwrap();
            let whole = history.verify();
            proptest::prop_assert_eq!(resumed.tree.commit(), whole.tree.commit());
            proptest::prop_assert_eq!(resumed.refused, whole.refused);
            proptest::prop_assert_eq!(resumed.signer, whole.signer);
            proptest::prop_assert_eq!(&resumed.state.verified, &whole.state.verified);
            state = resumed.state;
        }
    }
}

#[test]
fn the_state_is_read_back_as_it_was_kept() {
    let mut history = History::new();
    history.change("dave", "tenants/team-a/x", "1");
    history.change("dave", "tenants/team-b/x", "1");
    let state = history.verify().state;
    let text = serde_json::to_string(&state).unwrap();
    assert!(
        text.contains("\"seen\"") && text.contains("\"verified\""),
        "{text}"
    );
    assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
    assert_eq!(
        serde_json::from_str::<State>("{}").unwrap(),
        State::default()
    );
}

#[test]
fn the_same_tip_again_is_no_step_and_keeps_the_signer() {
    let mut history = History::new();
    history.change("dave", "tenants/team-a/x", "1");
    let state = history.good().state;
    let again = history.verify_from(&state).unwrap();
    assert!(again.steps.is_empty());
    assert_eq!(again.signer.principal, "dave");
    assert_eq!(again.state, state);
}

#[test]
fn automation_changes_what_names_it_and_nothing_else() {
    let mut history = History::new();
    let good = history.change("bot", "images/app.yaml", "v2");
    history.good();
    history.change("bot", "clusters/prod/x", "1");
    history.refused(good, Reason::NotAllowed);
}

#[test]
fn a_forge_never_counts_as_a_person() {
    let mut history = History::new();
    history.change("hub", "clusters/prod/x", "1");
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal.message.contains("signed by hub (groups: platform)"),
        "{refusal}"
    );
}

#[test]
fn automation_in_a_group_never_counts_as_a_person() {
    let mut policy = PolicyText::new();
    policy.group("team-a", "[dave, bot]");
    let mut history = History::with_policy(policy);
    history.change("bot", "tenants/team-a/x", "1");
    history.refused(history.introduction, Reason::NotAllowed);
}

#[test]
fn the_fleet_is_read_from_the_verified_tree() {
    let mut history = History::new();
    let cluster = "apiVersion: signet.dev/v1alpha1\nkind: Cluster\nmetadata: {name: prod}\nspec: {recipient: age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj}\n";
    history.write("signet/clusters/prod.yaml", cluster);
    history.write("signet/clusters/README.md", "not a document");
    history.write("signet/tenants/broken.yaml", "kind: [");
    history.commit("carol");
    let fleet = history.good().tree.fleet().unwrap();
    assert_eq!(fleet.clusters.len(), 1);
    assert_eq!(fleet.problems.len(), 1);
    assert_eq!(fleet.policy.version, 1);
}

#[test]
fn hands_out_earlier_good_trees_and_no_others() {
    let mut history = History::new();
    let first = history.change("dave", "tenants/team-a/x", "1");
    let bad = history.change("mallory", "tenants/team-a/x", "2");
    let last = history.change("dave", "tenants/team-a/x", "3");
    let branch = history.clone().change("dave", "tenants/team-a/x", "4");
    let whole = history.good();
    let resumed = history.verify_from(&whole.state).unwrap();
    let path = "tenants/team-a/x".parse().unwrap();
    for verdict in [&whole, &resumed] {
        assert_eq!(verdict.past(first).unwrap().read(&path).unwrap(), b"1");
        assert_eq!(verdict.past(last).unwrap().read(&path).unwrap(), b"3");
        assert_eq!(
            verdict.past(history.introduction).unwrap().commit(),
            history.introduction
        );
        for commit in [bad, branch] {
            let error = verdict.past(commit).unwrap_err();
            assert!(
                error
                    .to_string()
                    .contains("is not among the verified commits"),
                "{error}"
            );
        }
    }
}

#[test]
fn a_verdict_says_which_signature_over_which_bytes_makes_it_though_no_step_was_judged() {
    let mut history = History::new();
    let introduced = history.good();
    assert!(introduced.steps.is_empty());
    let pinned = &history.root.introduction.payload_sha256;
    assert_eq!(introduced.payload_sha256, *pinned);
    assert_eq!(introduced.algorithm, "ssh-ed25519");
    history.change("dave", "tenants/team-a/x", "1");
    let judged = history.good();
    let step = judged.steps.last().unwrap();
    assert_eq!(step.payload_sha256.as_ref(), Some(&judged.payload_sha256));
    assert_eq!(step.algorithm.as_ref(), Some(&judged.algorithm));
    let resumed = history.verify_from(&judged.state).unwrap();
    assert!(resumed.steps.is_empty());
    assert_eq!(resumed.payload_sha256, judged.payload_sha256);
    assert_eq!(resumed.algorithm, "ssh-ed25519");
}
