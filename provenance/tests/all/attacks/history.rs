//! Histories that were rewritten, rearranged or merged to hide something.

use signet_provenance::{Kind, Reason, State, VerifyError};

use crate::support::{History, at, key, payload, sign, with_signature};

#[test]
fn rewriting_the_history_is_an_error() {
    let mut history = History::new();
    let mut rewritten = history.clone();
    history.change("dave", "tenants/team-a/x", "1");
    let state = history.good().state;
    rewritten.change("dave", "tenants/team-a/x", "other");
    let error = rewritten.verify_from(&state).unwrap_err();
    assert!(
        matches!(error, VerifyError::Rewritten { last, .. } if last == history.tip),
        "{error}"
    );
    assert_eq!(error.reason(), Reason::Rewritten);
}

#[test]
fn rolling_back_to_an_older_tip_is_an_error() {
    let mut history = History::new();
    let older = history.change("dave", "tenants/team-a/x", "1");
    history.change("dave", "tenants/team-a/x", "2");
    let state = history.good().state;
    history.tip = older;
    let error = history.verify_from(&state).unwrap_err();
    assert!(matches!(error, VerifyError::Rewritten { .. }), "{error}");
}

#[test]
fn a_history_without_the_introduction_is_an_error() {
    let history = History::new();
    let mut unrelated = history.clone();
    unrelated.clock += 1000;
    unrelated.tip = unrelated.commit_of(unrelated.tree(), &[], Some("alice"));
    let error = unrelated.verify_from(&State::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Rewritten { .. }), "{error}");
}

#[test]
fn a_foxtrot_merge_that_makes_the_mainline_a_side_branch_is_an_error() {
    let mut history = History::new();
    let mut side = history.clone();
    history.change("dave", "tenants/team-a/x", "1");
    let state = history.good().state;
    side.clock = history.clock;
    side.change("dave", "tenants/team-a/y", "1");
    side.write("tenants/team-a/x", "1");
    side.merge("dave", &[history.tip]);
    let error = side.verify_from(&state).unwrap_err();
    assert!(matches!(error, VerifyError::Rewritten { .. }), "{error}");
}

#[test]
fn an_ours_merge_of_a_mainline_that_moved_is_an_error() {
    let mut history = History::new();
    let mut side = history.clone();
    let moved = history.change("erin", "tenants/team-b/x", "1");
    let state = history.good().state;
    side.clock = history.clock;
    side.change("dave", "tenants/team-a/x", "1");
    // It has the mainline as its second parent, and nothing of what that brought.
    side.merge("dave", &[moved]);
    let error = side.verify_from(&state).unwrap_err();
    assert!(matches!(error, VerifyError::Rewritten { .. }), "{error}");
    // Turned around, so that it goes on from the mainline, it takes away what others brought.
    let parents = [moved, side.tip];
    history.tip = side.commit_of(side.tree(), &parents, Some("dave"));
    history.clock = side.clock;
    let refusal = history.refused(moved, Reason::NotAllowed);
    let lacks = "tenants/team-b/x needs";
    assert!(refusal.message.starts_with(lacks), "{refusal}");
}

#[test]
fn a_theirs_merge_that_silently_reverts_anothers_files_is_refused() {
    let mut history = History::new();
    let mut side = history.clone();
    side.change("dave", "tenants/team-a/x", "1");
    history.clock = side.clock;
    let good = history.change("erin", "tenants/team-b/x", "1");
    // The merge's tree is the side branch's: team-b's file is gone.
    history.files.clone_from(&side.files);
    history.merge("dave", &[side.tip]);
    let refusal = history.refused(good, Reason::NotAllowed);
    assert!(
        refusal.message.starts_with("tenants/team-b/x needs"),
        "{refusal}"
    );
}

#[test]
fn an_evil_merge_that_slips_content_in_is_refused() {
    let mut history = History::new();
    let mut side = history.clone();
    side.change("dave", "tenants/team-a/x", "1");
    history.clock = side.clock;
    history
        .write("tenants/team-a/x", "1")
        .write("tenants/team-b/slipped-in", "1");
    history.merge("dave", &[side.tip]);
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .starts_with("tenants/team-b/slipped-in needs"),
        "{refusal}"
    );
}

#[test]
fn an_old_branch_is_judged_by_the_policy_of_the_mainline() {
    let mut history = History::new();
    let mut old = history.clone();
    old.change("dave", "tenants/team-a/x", "1");
    history.clock = old.clock;
    let mut next = history.policy.next();
    next.group("team-a", "[erin]");
    let good = history.write_policy(next).commit("alice");
    history
        .write("tenants/team-a/x", "1")
        .merge("dave", &[old.tip]);
    history.refused(good, Reason::NotAllowed);
}

#[test]
fn a_second_tree_header_is_refused_though_it_is_signed() {
    let mut history = History::new();
    let shown = history.tree();
    let hidden = history.write("tenants/team-a/x", "1").tree();
    let text = String::from_utf8(payload(shown, &[history.tip], history.clock)).unwrap();
    let text = format!("tree {hidden}\n{text}");
    let bytes = with_signature(text.as_bytes(), &sign(&key("dave"), text.as_bytes()));
    history.tip = history.objects.write(Kind::Commit, bytes);
    // To git itself the second tree ends the links, so that the commit has no parent.
    let error = history.verify_from(&State::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Rewritten { .. }), "{error}");
}

#[test]
fn an_ours_merge_that_drops_what_a_branch_did_changes_nothing() {
    let mut history = History::new();
    let mut side = history.clone();
    side.change("erin", "tenants/team-b/x", "1");
    history.clock = side.clock;
    let before = history.tree();
    history.merge("dave", &[side.tip]);
    let verdict = history.good();
    assert_eq!(verdict.tree.id(), before);
    assert!(verdict.steps[0].paths.is_empty());
}

#[test]
fn an_octopus_merge_is_compared_with_the_mainline_whoever_stands_behind_its_branches() {
    let mut history = History::new();
    let mut branches = Vec::new();
    for (signer, path) in [
        ("dave", "tenants/team-a/x"),
        ("mallory", "tenants/team-b/x"),
    ] {
        let mut side = history.clone();
        branches.push(side.change(signer, path, "1"));
        history.clock = side.clock;
    }
    history
        .write("tenants/team-a/x", "1")
        .write("tenants/team-b/x", "1");
    history.merge("dave", &branches);
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal.message.starts_with("tenants/team-b/x needs"),
        "{refusal}"
    );
    history.remove("tenants/team-b/x").commit("dave");
    history.good();
}

#[test]
fn a_freeze_is_no_step_and_shows_by_the_date_of_the_last_good_commit() {
    let mut history = History::new();
    history.change("dave", "tenants/team-a/x", "1");
    let first = history.good();
    // The host shows the same tip for a year.
    let frozen = history.verify_at(&first.state, history.clock + 365 * 24 * 3600);
    let frozen = frozen.unwrap();
    assert!(frozen.steps.is_empty());
    assert_eq!(frozen.committed, at(history.clock));
    assert_eq!(frozen.state, first.state);
}
