//! Merges, and what rules ask of the branches they merge.

use signet_api::RevocationMode;
use signet_provenance::{ObjectId, Reason, VerifyError};

use crate::support::{BEGIN, History, PolicyText, at, fingerprint};
use crate::times::revocation;

fn strict(side: &str) -> History {
    let mut policy = PolicyText::new();
    policy.rules[2] = format!("{{paths: [\"tenants/team-a/**\"], signers: team-a, side: {side}}}");
    History::with_policy(policy)
}

/// A branch on the introduction with one commit, and its merge by dave.
fn merged<R>(mut history: History, branch: impl FnOnce(&mut History) -> R) -> (History, ObjectId) {
    let mut side = history.clone();
    side.write("tenants/team-a/x", "1");
    branch(&mut side);
    history.clock = side.clock;
    history.files.clone_from(&side.files);
    history.merge("dave", &[side.tip]);
    (history, side.tip)
}

#[test]
fn a_merge_vouches_for_unsigned_commits_of_others() {
    let (history, _) = merged(History::new(), History::commit_unsigned);
    history.good();
}

#[test]
fn a_merge_by_somebody_else_does_not_vouch() {
    let mut history = History::new();
    let mut side = history.clone();
    side.change("dave", "tenants/team-a/x", "1");
    history.clock = side.clock;
    history.files.clone_from(&side.files);
    history.merge("erin", &[side.tip]);
    history.refused(history.introduction, Reason::NotAllowed);
}

#[test]
fn side_signed_refuses_a_branch_with_an_unsigned_commit() {
    let (history, side) = merged(strict("signed"), History::commit_unsigned);
    let refusal = history.refused(history.introduction, Reason::Unsigned);
    assert!(refusal.message.contains(&side.short()), "{refusal}");
    let (history, _) = merged(strict("signed"), |side| side.commit("erin"));
    history.good();
    let (history, _) = merged(strict("signed"), |side| side.commit("mallory"));
    history.refused(history.introduction, Reason::UnknownKey);
}

#[test]
fn side_authorized_refuses_a_branch_whose_signer_may_not() {
    let (history, _) = merged(strict("authorized"), |side| side.commit("erin"));
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .contains("tenants/team-a/x needs 1 of group team-a"),
        "{refusal}"
    );
    let (history, _) = merged(strict("authorized"), |side| side.commit("dave"));
    history.good();
}

#[test]
fn a_strict_rule_asks_nothing_of_other_paths() {
    let (history, _) = merged(strict("authorized"), |side| {
        side.commit("dave");
        side.write("notes", "1").commit_unsigned();
        side.remove("notes").commit_unsigned();
    });
    history.good();
}

#[test]
fn a_strict_rule_looks_at_every_commit_of_a_branch_of_branches() {
    let (history, inner) = {
        let mut inner_tip = None;
        let (history, _) = merged(strict("signed"), |side| {
            let mut inner = side.clone();
            inner_tip = Some(inner.write("tenants/team-a/y", "1").commit_unsigned());
            side.clock = inner.clock;
            side.files.clone_from(&inner.files);
            side.merge("dave", &[inner.tip]);
        });
        (history, inner_tip.unwrap())
    };
    let refusal = history.refused(history.introduction, Reason::Unsigned);
    assert!(refusal.message.contains(&inner.short()), "{refusal}");
}

#[test]
fn commits_that_the_mainline_already_has_are_not_judged_again() {
    let mut history = strict("signed");
    let old = history.tip;
    history.write("tenants/team-a/old", "1").commit_unsigned();
    let unsigned = history.tip;
    history.change("dave", "tenants/team-a/new", "1");
    history.good();
    // A branch from the unsigned commit: that one is the last good commit's own ancestor.
    let mut side = history.branch_at(unsigned, &history.files);
    side.change("dave", "tenants/team-a/side", "1");
    history.clock = side.clock;
    history.files.clone_from(&side.files);
    history.merge("dave", &[side.tip, old]);
    history.good();
}

#[test]
fn a_bad_commit_of_the_mainline_is_vouched_for_though_a_branch_contains_it_too() {
    let mut history = strict("signed");
    history.write("tenants/team-a/x", "1").commit_unsigned();
    let mut side = history.clone();
    side.change("dave", "tenants/team-a/y", "1");
    history.clock = side.clock;
    history.files.clone_from(&side.files);
    history.merge("dave", &[side.tip]);
    history.good();
}

/// A branch by dave of two branches by him, merged there by somebody and then by dave.
fn merged_within_a_branch(files: [(&str, &str); 2], by: Option<&str>) -> (History, ObjectId) {
    let mut within = None;
    let (history, _) = merged(strict("authorized"), |side| {
        side.commit("dave");
        let mut inner = side.clone();
        inner.change("dave", "tenants/team-a/y", "1");
        side.clock = inner.clock;
        side.change("dave", "tenants/team-a/z", "1");
        for (path, content) in files {
            side.write(path, content);
        }
        let parents = [side.tip, inner.tip];
        side.tip = side.commit_of(side.tree(), &parents, by);
        within = Some(side.tip);
    });
    (history, within.unwrap())
}

#[test]
fn a_merge_within_a_branch_is_asked_for_what_none_of_its_parents_has() {
    let inherited = [("tenants/team-a/y", "1"), ("tenants/team-a/z", "1")];
    let (history, _) = merged_within_a_branch(inherited, None);
    history.good();
    let slipped_in = [("tenants/team-a/y", "1"), ("tenants/team-a/x", "evil")];
    for (by, reason) in [(None, Reason::Unsigned), (Some("erin"), Reason::NotAllowed)] {
        let (history, merge) = merged_within_a_branch(slipped_in, by);
        let refusal = history.refused(history.introduction, reason);
        assert!(refusal.message.contains(&merge.short()), "{refusal}");
    }
    let (history, _) = merged_within_a_branch(slipped_in, Some("dave"));
    history.good();
}

/// A branch of two commits by dave under a rule that asks two of team-a for each, and its merge by dave that erin approves. What
/// is done before each commit of the branch is told its number.
fn of_two(mut before: impl FnMut(&mut History, usize)) -> (History, [ObjectId; 2]) {
    let mut policy = PolicyText::new();
    policy.group("team-a", "[carol, dave, erin]");
    "{paths: [\"tenants/team-a/**\"], signers: team-a, threshold: 2, side: authorized}"
        .clone_into(&mut policy.rules[2]);
    let mut history = History::with_policy(policy);
    let mut side = history.clone();
    let commits = [0, 1].map(|number| {
        side.write("tenants/team-a/x", &number.to_string());
        before(&mut side, number);
        side.commit("dave")
    });
    history.clock = side.clock;
    history.files = side.files;
    history.approvals = side.approvals;
    history.approve("erin");
    history.merge("dave", &[side.tip]);
    (history, commits)
}

#[test]
fn each_commit_of_a_branch_meets_a_threshold_with_those_who_approve_what_it_changes() {
    let (history, _) = of_two(|side, _| drop(side.approve("carol")));
    let verdict = history.good();
    let step = verdict.steps.last().unwrap();
    let approvals = step.approvals.iter().map(|one| &*one.signer.principal);
    assert_eq!(approvals.collect::<Vec<_>>(), ["carol", "carol", "erin"]);
    assert!(verdict.state.used.contains_key(&fingerprint("carol")));
}

#[test]
fn a_commit_of_a_branch_that_too_few_approve_is_refused_with_what_it_lacks() {
    let words = |second: &dyn Fn(&mut History), why: &str| {
        let (history, [_, lacks]) = of_two(|side, number| match number {
            0 => drop(side.approve("carol")),
            _ => second(side),
        });
        let refusal = history.refused(history.introduction, Reason::NotAllowed);
        let short = lacks.short();
        let expected = format!(
            "merges commit {short}: tenants/team-a/x needs 1 more of group team-a (2 by rule tenants/team-a/**); signed by dave"
        );
        assert!(refusal.message.starts_with(&expected), "{refusal}");
        assert!(refusal.message.contains(why), "{refusal}");
        let command = format!("`signet approve {short}`");
        assert!(refusal.message.contains(&command), "{refusal}");
    };
    // That erin approves of both together is no approval of either.
    words(&|_| (), "approval by erin is for another change");
    words(
        &|side| drop(side.approve("dave")),
        "who signs a commit does not approve it too",
    );
    words(
        &|side| drop(side.approve("bob")),
        "approval by bob does not count: it is asked of none of their groups",
    );
    // It ends after the commit was made, and before the step was.
    let soon = |side: &mut History| {
        let mut text = side.approval(None);
        text.expires = at(side.clock + 90).to_string();
        side.approve_with("carol", &text);
    };
    words(&soon, "it expired");
}

#[test]
fn whoever_had_to_sign_a_side_branch_is_felt_where_their_key_is_revoked_for_good() {
    for (side, is_felt) in [("signed", true), ("net", false)] {
        let (mut history, _) = merged(strict(side), |side| side.commit("erin"));
        let verdict = history.good();
        let signers: Vec<_> = verdict.steps[0].side_signers.iter().collect();
        assert_eq!(signers.len(), usize::from(is_felt));
        assert!(signers.iter().all(|signer| signer.principal == "erin"));
        history.root.revoked = vec![revocation("erin", RevocationMode::Hard, BEGIN)];
        let after = history.verify_from(&verdict.state);
        match after {
            Err(VerifyError::Suspended { commit, .. }) if is_felt => {
                assert_eq!(commit, history.tip);
            }
            Ok(after) if !is_felt => assert_eq!(after.tree.commit(), history.tip),
            other => panic!("{side}: {:?}", other.map(|verdict| verdict.refused)),
        }
    }
}
