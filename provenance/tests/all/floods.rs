//! Many refused commits: whoever can push must not be able to fill the state, or gain by it.

use signet_provenance::{Reason, Sighting, State, Step, Verdict};

use crate::support::{History, at};

/// Beyond so many, sightings are shared.
const MOST: usize = 256;
/// A state is kept in a Secret, of which the API server takes 1 MiB.
const SMALL: usize = 64 << 10;
const DAY: i64 = 24 * 60 * 60;

fn size(state: &State) -> usize {
    serde_json::to_vec(state).unwrap().len()
}

#[test]
fn thousands_of_refused_commits_leave_a_small_state_and_do_not_hold_up_the_next() {
    let mut history = History::new();
    let tree = history.write("tenants/team-b/x", "1").tree();
    for _ in 0..5_000 {
        history.tip = history.commit_of(tree, &[history.tip], Some("dave"));
    }
    let verdict = history.verify();
    let [first, .., newest] = &verdict.steps[..] else {
        panic!("{} steps", verdict.steps.len())
    };
    assert_eq!(verdict.steps.len(), 1_000);
    assert_eq!((first.against, first.skipped), (history.introduction, 0));
    assert_eq!((newest.commit, newest.skipped), (history.tip, 4_000));
    assert_eq!(verdict.refused.unwrap().commit, history.tip);
    assert_eq!(verdict.tree.commit(), history.introduction);
    assert!(size(&verdict.state) < SMALL, "{}", size(&verdict.state));
    // Somebody who may vouches for what is there.
    history.commit("erin");
    let good = history.verify_from(&verdict.state).unwrap();
    assert_eq!(good.tree.commit(), history.tip);
    assert!(good.state.seen.is_empty());
}

#[test]
fn refused_commits_are_told_up_to_a_bound_however_their_reasons_alternate() {
    let mut history = History::new();
    let mut tree = history.write("tenants/team-b/x", "1").tree();
    let mut good = Vec::new();
    for number in 0..2_500 {
        let signer = (number % 2 == 0).then_some("dave");
        history.tip = history.commit_of(tree, &[history.tip], signer);
        if number % 1_000 == 999 {
            good.push(history.commit("erin"));
            tree = history
                .write("tenants/team-b/x", &number.to_string())
                .tree();
        }
    }
    let verdict = history.verify();
    assert!(verdict.steps.len() < 1_010, "{}", verdict.steps.len());
    let told = verdict.steps.iter().map(|step| 1 + step.skipped);
    assert_eq!(told.sum::<usize>(), 2_500 + good.len());
    let is_good = |step: &&Step| step.refused.is_none();
    let found = verdict.steps.iter().filter(is_good).map(|step| step.commit);
    assert_eq!(found.collect::<Vec<_>>(), good);
    let newest = verdict.steps.last().unwrap();
    assert_eq!((newest.commit, newest.skipped), (history.tip, 499));
    assert!(!newest.denied.is_empty() || newest.signer.is_none());
}

/// More refused commits than there are sightings, with the time of each. The first of every three is
/// dated ahead; the others change what their signer may not.
fn flood(history: &mut History) -> State {
    let mut seen = Vec::new();
    for number in 0..3 * MOST {
        let ahead = number % 3 == 0;
        history.files.remove("tenants/team-b/x");
        if !ahead {
            history.write("tenants/team-b/x", "1");
        }
        let commit = history.write("tenants/team-a/x", "1").commit("dave");
        let time = at(history.clock - if ahead { 700 } else { 0 });
        seen.push(Sighting {
            commit,
            earliest: time,
            latest: time,
        });
    }
    State {
        seen,
        ..State::default()
    }
}

fn refused(verdict: &Verdict) -> Vec<bool> {
    let steps = verdict.steps.iter();
    steps.map(|step| step.refused.is_some()).collect()
}

#[test]
fn a_state_that_was_bounded_refuses_what_every_single_time_refuses() {
    let mut history = History::new();
    let exact = flood(&mut history);
    let later = history.clock + DAY;
    let by_exact_times = history.verify_at(&exact, later).unwrap();
    let bounded = by_exact_times.state.clone();
    assert!(bounded.seen.len() <= MOST && size(&bounded) < SMALL);
    let by_bounded = history.verify_at(&bounded, later).unwrap();
    assert_eq!(by_exact_times.tree.commit(), history.introduction);
    assert_eq!(by_bounded.tree.commit(), history.introduction);
    assert_eq!(refused(&by_bounded), refused(&by_exact_times));
    assert!(refused(&by_bounded).iter().all(|refused| *refused));
    let first = by_bounded.steps[0].refused.clone().unwrap();
    assert_eq!(first.reason, Reason::FutureDated);
}

#[test]
fn what_is_signed_well_behind_a_flood_is_good() {
    let mut history = History::new();
    let exact = flood(&mut history);
    let bounded = history.verify_from(&exact).unwrap().state;
    history.remove("tenants/team-b/x").commit("dave");
    let verdict = history.verify_from(&bounded).unwrap();
    assert_eq!(verdict.tree.commit(), history.tip);
}

#[test]
fn what_refused_commits_lack_is_kept_of_the_last_ones_alone() {
    let mut history = History::new();
    for number in 0..20 {
        history.write(&format!("tenants/team-b/{number}"), "1");
    }
    let tree = history.tree();
    for _ in 0..50 {
        history.tip = history.commit_of(tree, &[history.tip], Some("dave"));
    }
    let verdict = history.verify();
    let denied: Vec<usize> = verdict.steps.iter().map(|step| step.denied.len()).collect();
    assert_eq!(denied, [[0; 34].as_slice(), &[20; 16]].concat());
    assert!(verdict.steps.iter().all(|step| step.refused.is_some()));
}

#[test]
fn of_good_commits_without_end_only_the_last_say_each_path_and_none_more_than_a_thousand() {
    let mut history = of_many_paths();
    let first = history.good().steps.remove(0);
    assert_eq!((first.paths.len(), first.untold), (1_000, 500));
    let long = vec!["x".repeat(199); 20].join("/");
    for number in 0..80 {
        for file in 0..300 {
            let path = format!("tenants/team-a/{long}/{file}");
            history.write(&path, &number.to_string());
        }
        history.commit("dave");
    }
    let verdict = history.good();
    let told = |index: usize| {
        (
            verdict.steps[index].paths.len(),
            verdict.steps[index].untold,
        )
    };
    assert_eq!(told(0), (0, 1_500));
    let (last, untold) = told(80);
    assert_eq!(last + untold, 300);
    assert!((250..300).contains(&last), "{last}");
    let bytes = |step: &Step| {
        step.paths
            .iter()
            .map(|allowed| allowed.path.len())
            .sum::<usize>()
    };
    assert!(verdict.steps.iter().map(bytes).sum::<usize>() < 65 << 20);
}

/// A history with one commit, which changes 1,500 paths.
fn of_many_paths() -> History {
    let mut history = History::new();
    for number in 0..1_500 {
        history.write(&format!("tenants/team-a/{number}"), "1");
    }
    history.commit("dave");
    history
}
