//! Keys that count only at times, and clocks that lie.

use signet_api::{Revocation, RevocationMode};
use signet_provenance::{Reason, Sighting, State, VerifyError, newest_on_mainline, review};

use crate::support::{BEGIN, History, PolicyText, at, fingerprint, public};

const DAY: i64 = 24 * 60 * 60;
const JUNE: i64 = BEGIN + 151 * DAY;

fn dave_valid(after: Option<i64>, before: Option<i64>) -> PolicyText {
    let mut policy = PolicyText::new();
    let mut fields = vec![format!("key: {:?}", public("dave"))];
    fields.extend(after.map(|second| format!("validAfter: {}", at(second))));
    fields.extend(before.map(|second| format!("validBefore: {}", at(second))));
    policy.principal("dave", &format!("{{keys: [{{{}}}]}}", fields.join(", ")));
    policy
}

pub(crate) fn revocation(name: &str, mode: RevocationMode, since: i64) -> Revocation {
    Revocation {
        key: fingerprint(name),
        mode,
        since: at(since),
    }
}

#[test]
fn accepts_a_key_within_its_time() {
    let mut history = History::with_policy(dave_valid(Some(BEGIN), Some(BEGIN + DAY)));
    history.change("dave", "tenants/team-a/x", "1");
    history.good();
}

#[test]
fn refuses_a_key_outside_its_time() {
    for policy in [
        dave_valid(Some(BEGIN + DAY), None),
        dave_valid(None, Some(BEGIN + 90)),
    ] {
        let mut history = History::with_policy(policy);
        history.change("dave", "tenants/team-a/x", "1");
        history.refused(history.introduction, Reason::Expired);
    }
}

#[test]
fn a_backdated_commit_by_an_expired_key_is_refused() {
    let mut history = History::with_policy(dave_valid(None, Some(BEGIN + DAY)));
    history.change("dave", "tenants/team-a/x", "1");
    let verdict = history
        .verify_at(&State::default(), BEGIN + 2 * DAY)
        .unwrap();
    assert_eq!(verdict.refused.unwrap().reason, Reason::Expired);
}

#[test]
fn what_was_seen_in_time_stays_good_when_the_key_expires() {
    let mut history = History::with_policy(dave_valid(None, Some(BEGIN + DAY)));
    let good = history.change("dave", "tenants/team-a/x", "1");
    let state = history.good().state;
    history.clock = BEGIN + 2 * DAY;
    history.change("erin", "tenants/team-b/x", "1");
    let verdict = history.verify_from(&state).unwrap();
    assert_eq!(verdict.tree.commit(), history.tip);
    assert_eq!(verdict.past(good).unwrap().commit(), good);
}

#[test]
fn a_bad_commit_keeps_the_time_it_was_first_seen() {
    let mut history = History::new();
    let bad = history.change("dave", "tenants/team-b/x", "1");
    let first = at(history.clock + 5);
    let seen = [Sighting {
        commit: bad,
        earliest: first,
        latest: first,
    }];
    let state = history
        .verify_at(&State::default(), history.clock + 5)
        .unwrap()
        .state;
    assert_eq!(state.seen, seen);
    let again = history.verify_at(&state, history.clock + 500).unwrap();
    assert_eq!(again.state.seen, seen);
    history.change("erin", "tenants/team-b/y", "1");
    let good = history.verify_from(&again.state).unwrap();
    assert!(good.state.seen.is_empty());
}

#[test]
fn commits_by_strangers_leave_nothing_in_the_state() {
    let mut history = History::new();
    history.change("mallory", "tenants/team-b/x", "1");
    history.write("tenants/team-b/x", "2").commit_unsigned();
    assert!(history.verify().state.seen.is_empty());
}

#[test]
fn a_date_more_than_ten_minutes_ahead_is_refused_and_stays_so() {
    let mut history = History::new();
    history.change("dave", "tenants/team-a/x", "1");
    let ahead = history
        .verify_at(&State::default(), history.clock - 601)
        .unwrap();
    assert_eq!(ahead.refused.unwrap().reason, Reason::FutureDated);
    let later = history
        .verify_at(&ahead.state, history.clock + DAY)
        .unwrap();
    assert_eq!(later.refused.unwrap().reason, Reason::FutureDated);
    assert_eq!(
        history
            .verify_at(&State::default(), history.clock - 600)
            .unwrap()
            .refused,
        None
    );
}

#[test]
fn a_lost_state_is_made_up_for_by_a_floor() {
    let mut history = History::with_policy(dave_valid(None, Some(BEGIN + DAY)));
    let floor = history.change("dave", "tenants/team-a/x", "1");
    let new = history.change("dave", "tenants/team-a/y", "1");
    let lost = State {
        floor: Some(floor),
        ..State::default()
    };
    let verdict = history.verify_at(&lost, BEGIN + 2 * DAY).unwrap();
    assert_eq!(verdict.tree.commit(), floor);
    let refusal = verdict.refused.unwrap();
    assert_eq!((refusal.commit, refusal.reason), (new, Reason::Expired));
}

#[test]
fn a_floor_that_is_not_on_the_history_is_an_error() {
    let mut history = History::new();
    let mut other = history.clone();
    let floor = other.change("dave", "tenants/team-a/x", "other");
    history.change("dave", "tenants/team-a/x", "1");
    let lost = State {
        floor: Some(floor),
        ..State::default()
    };
    let error = history.verify_from(&lost).unwrap_err();
    assert!(matches!(error, VerifyError::BelowFloor { .. }), "{error}");
}

#[test]
fn a_key_revoked_in_the_policy_signs_nothing_new() {
    let mut history = History::new();
    history.change("dave", "tenants/team-a/x", "1");
    let mut next = history.policy.next();
    next.revoked.push(format!(
        "{{key: {}, mode: soft, since: {}}}",
        fingerprint("dave"),
        at(history.clock + 30)
    ));
    let good = history.write_policy(next).commit("alice");
    history.change("dave", "tenants/team-a/x", "2");
    let refusal = history.refused(good, Reason::Revoked);
    assert!(
        refusal.message.contains("revoked by the policy since"),
        "{refusal}"
    );
}

#[test]
fn a_backdated_commit_by_a_revoked_key_is_refused() {
    let mut history = History::new();
    let mut next = history.policy.next();
    next.revoked.push(format!(
        "{{key: {}, mode: soft, since: {}}}",
        fingerprint("dave"),
        at(history.clock + 30)
    ));
    let good = history.write_policy(next).commit("alice");
    history.clock = BEGIN - DAY;
    history.change("dave", "tenants/team-a/x", "2");
    let now = BEGIN + DAY;
    let verdict = history.verify_at(&State::default(), now).unwrap();
    assert_eq!(verdict.refused.unwrap().reason, Reason::Revoked);
    // Where the time it was first seen is lost, the commit it stands on tells.
    let lost = State {
        floor: Some(history.tip),
        ..State::default()
    };
    let verdict = history.verify_at(&lost, now).unwrap();
    assert_eq!(verdict.tree.commit(), good);
    assert_eq!(verdict.refused.unwrap().reason, Reason::Revoked);
}

#[test]
fn a_key_revoked_by_the_trust_anchor_signs_nothing_new_whatever_the_policy_says() {
    let mut history = History::new();
    let good = history.change("dave", "tenants/team-a/x", "1");
    let state = history.good().state;
    history
        .root
        .revoked
        .push(revocation("dave", RevocationMode::Soft, history.clock + 30));
    history.change("dave", "tenants/team-a/x", "2");
    let verdict = history.verify_from(&state).unwrap();
    assert_eq!(verdict.tree.commit(), good);
    let refusal = verdict.refused.unwrap();
    assert_eq!(refusal.reason, Reason::Revoked);
    assert!(
        refusal.message.contains("revoked by the trust anchor"),
        "{refusal}"
    );
}

#[test]
fn a_hard_revocation_suspends_when_the_key_was_used_since() {
    let mut history = History::new();
    let used = history.change("dave", "tenants/team-a/x", "1");
    let state = history.good().state;
    history.change("erin", "tenants/team-b/x", "1");
    for since in [history.clock - 90, BEGIN] {
        history.root.revoked = vec![revocation("dave", RevocationMode::Hard, since)];
        let error = history.verify_from(&state).unwrap_err();
        assert!(
            matches!(error, VerifyError::Suspended { commit, .. } if commit == used),
            "{error}"
        );
        assert_eq!(error.reason(), Reason::Revoked);
    }
    for calm in [
        revocation("dave", RevocationMode::Hard, history.clock),
        revocation("dave", RevocationMode::Soft, BEGIN),
        revocation("carol", RevocationMode::Hard, BEGIN),
    ] {
        history.root.revoked = vec![calm];
        assert_eq!(
            history.verify_from(&state).unwrap().tree.commit(),
            history.tip
        );
    }
}

#[test]
fn where_the_state_was_lost_a_commit_dated_back_behind_others_suspends_as_before() {
    let mut history = History::new();
    let dated = history.clock;
    history.clock += DAY;
    history.change("erin", "tenants/team-b/x", "1");
    let theft = history.clock - 60;
    history.clock = dated;
    let stolen = history.change("dave", "tenants/team-a/x", "1");
    history.clock += 2 * DAY;
    let lost = State {
        floor: Some(stolen),
        ..State::default()
    };
    let found = history.verify_from(&lost).unwrap().state;
    history.root.revoked = vec![revocation("dave", RevocationMode::Hard, theft)];
    let error = history.verify_from(&found).unwrap_err();
    assert!(
        matches!(error, VerifyError::Suspended { commit, .. } if commit == stolen),
        "{error}"
    );
}

/// Erin commits in June, once more with a date of January, and dave on top of that; nothing tells
/// when they were seen.
fn dated_back_twice(mut history: History) -> (History, State) {
    let january = history.clock;
    history.clock = JUNE - 60;
    history.change("erin", "tenants/team-b/x", "1");
    history.clock = january;
    history.change("erin", "tenants/team-b/y", "1");
    history.change("dave", "tenants/team-a/x", "1");
    history.clock = JUNE + DAY;
    let lost = State {
        floor: Some(history.tip),
        ..State::default()
    };
    (history, lost)
}

#[test]
fn where_the_state_was_lost_two_commits_dated_back_bring_no_key_back() {
    for over in [BEGIN + DAY, JUNE - 600] {
        let (mut history, lost) = dated_back_twice(History::new());
        history.root.revoked = vec![revocation("dave", RevocationMode::Soft, over)];
        let verdict = history.verify_from(&lost).unwrap();
        let refusal = verdict.refused.unwrap();
        assert_eq!(
            (refusal.commit, refusal.reason),
            (history.tip, Reason::Revoked)
        );
        let earliest = format!("by those before it not made before {}", at(JUNE - 600));
        assert!(refusal.message.contains(&earliest), "{refusal}");

        let expires = History::with_policy(dave_valid(None, Some(over)));
        let (history, lost) = dated_back_twice(expires);
        let refusal = history.verify_from(&lost).unwrap().refused.unwrap();
        assert_eq!(
            (refusal.commit, refusal.reason),
            (history.tip, Reason::Expired)
        );
    }
}

#[test]
fn a_clock_that_was_ahead_refuses_nothing_that_was_good_when_it_came() {
    let mut history = History::with_policy(dave_valid(None, Some(BEGIN + 800)));
    history.clock = BEGIN + 1140;
    history.change("erin", "tenants/team-b/x", "ahead by ten minutes");
    history.clock = BEGIN + 600;
    let mut state = history.verify_from(&State::default()).unwrap().state;
    for (name, path) in [("erin", "tenants/team-b/y"), ("dave", "tenants/team-a/x")] {
        history.change(name, path, "1");
        let verdict = history.verify_from(&state).unwrap();
        assert_eq!(verdict.refused, None);
        state = verdict.state;
    }
    assert_eq!(history.good().tree.commit(), history.tip);
    let lost = State {
        floor: Some(history.tip),
        ..State::default()
    };
    let verdict = history.verify_at(&lost, BEGIN + DAY).unwrap();
    assert_eq!(verdict.refused, None);
}

#[test]
fn a_refused_commit_by_a_hard_revoked_key_suspends_nothing() {
    let mut history = History::new();
    let state = history.good().state;
    history.root.revoked = vec![revocation("dave", RevocationMode::Hard, BEGIN)];
    history.change("dave", "tenants/team-a/x", "1");
    history.remove("tenants/team-a/x").commit("erin");
    assert_eq!(
        history.verify_from(&state).unwrap().tree.commit(),
        history.tip
    );
}

#[test]
fn a_floor_makes_up_for_what_was_missed_behind_a_good_commit_too() {
    let mut history = History::with_policy(dave_valid(None, Some(BEGIN + DAY)));
    history.change("dave", "tenants/team-a/x", "1");
    let state = history.good().state;
    let missed = history.change("dave", "tenants/team-a/y", "1");
    let new = history.change("dave", "tenants/team-a/z", "1");
    let late = BEGIN + 2 * DAY;
    let without = history.verify_at(&state, late).unwrap();
    assert_eq!(without.state.verified, state.verified);
    let with = State {
        floor: Some(missed),
        ..state
    };
    let verdict = history.verify_at(&with, late).unwrap();
    assert_eq!(verdict.tree.commit(), missed);
    let refusal = verdict.refused.unwrap();
    assert_eq!((refusal.commit, refusal.reason), (new, Reason::Expired));
    // What is known of a commit counts, whatever the floor.
    let seen = State {
        seen: without.state.seen,
        ..with
    };
    assert_eq!(
        history.verify_at(&seen, late).unwrap().state.verified,
        seen.verified
    );
}

#[test]
fn a_review_tells_of_a_history_in_doubt_what_a_verdict_hands_out_to_nobody() {
    let mut history = History::new();
    let stolen = history.change("dave", "tenants/team-a/x", "1");
    history.root.revoked = vec![revocation("dave", RevocationMode::Hard, BEGIN)];
    let (objects, root) = (history.objects(), history.root.clone());
    let state = State {
        floor: Some(stolen),
        ..State::default()
    };
    history.root.revoked.clear();
    let state = history.verify_from(&state).unwrap().state;
    let told = review(&objects, stolen, &[], &root, &state, at(history.clock)).unwrap();
    assert_eq!((told.commit, &told.refused), (stolen, &None));
    assert_eq!(told.authority().policy().version, 1);
    assert!(
        matches!(told.doubt, Some(VerifyError::Suspended { commit, .. }) if commit == stolen),
        "{:?}",
        told.doubt
    );
}

#[test]
fn the_newest_of_some_commits_is_found_on_the_first_parents_alone() {
    let mut history = History::new();
    let first = history.change("dave", "tenants/team-a/x", "1");
    let mut other = history.clone();
    let aside = other.change("erin", "tenants/team-b/x", "1");
    let second = history.change("dave", "tenants/team-a/x", "2");
    let objects = history.objects();
    let newest = |known: &[signet_provenance::ObjectId]| {
        newest_on_mainline(&objects, second, |commit| known.contains(&commit)).unwrap()
    };
    assert_eq!(newest(&[first, second, aside]), Some(second));
    assert_eq!(newest(&[first, aside]), Some(first));
    assert_eq!(newest(&[aside]), None);
}
