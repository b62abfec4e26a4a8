//! What a clone keeps of the history that it verified, and what that is worth.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use signet_tests::binaries::binaries;
use signet_tests::person::{Person, WorkTree};

use crate::fixture::{Fleet, Run, mode, signet};
use crate::signers::{commit_at, limited, now, with_policy};

const STATE: &str = ".git/signet/state.json";
const OWN: &str = "tenants/team-a/prod/x.yaml";

/// The last commit that a clone knows to be verified.
fn verified(tree: &WorkTree) -> String {
    let state: Value = serde_json::from_str(&tree.read(STATE).unwrap()).unwrap();
    state["history"]["verified"].as_str().unwrap().to_owned()
}

/// A commit for team-a's folder, pushed.
fn work(tree: &WorkTree, text: &str) -> String {
    tree.write(OWN, text).unwrap();
    let commit = tree.commit(text).unwrap();
    tree.push().unwrap();
    commit
}

/// A clone that somebody makes just now.
fn fresh(fleet: &Fleet) -> WorkTree {
    let erin = Person::new("erin").unwrap();
    erin.clone_of(&fleet.remote).unwrap()
}

/// What is verified in a clone that knows where trust begins, and nothing else.
fn verify_fresh(tree: &WorkTree, fleet: &Fleet, words: &[&str]) -> Run {
    let trust = ["verify", "--trust", &fleet.introduction()].map(str::to_owned);
    let words = trust
        .iter()
        .map(String::as_str)
        .chain(words.iter().copied());
    signet(tree, &words.collect::<Vec<_>>())
}

/// A fleet in which dave's key ended after he used it.
struct Ended {
    fleet: Fleet,
    /// His clone.
    dave: WorkTree,
    /// One whose commit was seen in time by alice's clone.
    commit: String,
    /// When he made it.
    then: Timestamp,
}

impl Ended {
    fn new() -> Self {
        Self::with("")
    }

    /// The same with these principals too.
    fn with(people: &str) -> Self {
        let mut end = now();
        let (fleet, dave) = with_policy(|fleet, policy| {
            // All that has to be seen in time is done within this.
            end = now() + SignedDuration::from_secs(20);
            let policy = policy.replace("  principals:\n", &format!("  principals:\n{people}"));
            limited(fleet, &policy, &format!("validBefore: {end}"))
        });
        let commit = work(&dave, "# in time\n");
        let then = now();
        fleet.alice.catch_up().unwrap();
        signet(&fleet.alice, &["verify"]).succeeded();
        let left = now().duration_until(end);
        thread::sleep(Duration::try_from(left).expect("the machine is fast enough for this test"));
        Self {
            fleet,
            dave,
            commit,
            then,
        }
    }

    /// Whoever has found dave's key dates a commit back.
    fn theft(&self) -> String {
        commit_at(&self.dave, self.then);
        self.dave.push().unwrap();
        self.dave.head().unwrap()
    }
}

#[test]
fn a_key_that_ends_takes_nothing_back_of_what_a_clone_saw_in_time() {
    let ended = Ended::new();
    let (fleet, alice) = (&ended.fleet, &ended.fleet.alice);
    assert_eq!(verified(alice), ended.commit);
    signet(alice, &["verify"]).succeeded();
    signet(alice, &["verify", "HEAD~1"]).succeeded();
    let explained = signet(alice, &["verify", "--explain"]).succeeded().stdout;
    assert!(!explained.contains("refused"), "{explained}");
    let clone = fresh(fleet);
    let said = verify_fresh(&clone, fleet, &[]).failed(1, &["Expired", "--at-least COMMIT"]);
    assert!(said.contains("status.verified.commit"), "{said}");
    signet(&clone, &["verify", "--at-least", &ended.commit]).succeeded();
    signet(&clone, &["verify"]).succeeded();

    let next = work(alice, "# on top\n");
    signet(alice, &["verify"]).succeeded();
    assert_eq!(verified(alice), next);
    let range = format!("{}~1..HEAD", ended.commit);
    signet(alice, &["verify", &range]).succeeded();
    alice
        .git(&["checkout", "--quiet", "-b", "topic", &ended.commit])
        .unwrap();
    alice.write(OWN, "# on a branch that is behind\n").unwrap();
    alice.commit("Propose").unwrap();
    signet(alice, &["verify"]).succeeded();
    // Of commits that are not known one by one any more, whoever asks says how far agents verified them.
    let mut state: Value = serde_json::from_str(&alice.read(STATE).unwrap()).unwrap();
    state["passed"] = serde_json::json!([next]);
    alice.write(STATE, &format!("{state}\n")).unwrap();
    signet(alice, &["verify", &ended.commit]).failed(1, &["Expired", "--at-least COMMIT"]);
    let words = ["verify", &ended.commit, "--at-least", &ended.commit];
    signet(alice, &words).succeeded();
    let words = ["verify", "main", "--explain", "--at-least", &ended.commit];
    let explained = signet(alice, &words).succeeded().stdout;
    assert!(!explained.contains("refused"), "{explained}");
    assert_eq!(verified(alice), next);
    let later = fresh(fleet);
    verify_fresh(&later, fleet, &["--at-least", &next]).succeeded();
    let explained = signet(&later, &["verify", &ended.commit, "--explain"]).succeeded();
    assert!(
        !explained.stdout.contains("refused"),
        "{}",
        explained.stdout
    );
}

#[test]
fn a_thief_of_an_ended_key_gets_nothing_in_by_dating_it_back() {
    let ended = Ended::new();
    let (fleet, alice) = (&ended.fleet, &ended.fleet.alice);
    let early = fresh(fleet);
    verify_fresh(&early, fleet, &["--at-least", &ended.commit]).succeeded();
    let stolen = ended.theft();
    alice.catch_up().unwrap();
    signet(alice, &["verify"]).failed(1, &["Expired", "was first seen"]);
    verify_fresh(&fresh(fleet), fleet, &[]).failed(1, &["Expired"]);
    let floor = ["--at-least", &*ended.commit];
    verify_fresh(&fresh(fleet), fleet, &floor).failed(1, &["Expired", &stolen[..12]]);
    early.catch_up().unwrap();
    signet(&early, &["verify"]).failed(1, &["Expired", &stolen[..12]]);
    assert_eq!(verified(&early), ended.commit);

    // Nor once somebody went on behind it, on a branch that left before that.
    alice.revert(&stolen).unwrap();
    alice.push().unwrap();
    signet(alice, &["verify"]).succeeded();
    assert_eq!(verified(alice), alice.head().unwrap());
    signet(alice, &["verify", &stolen]).failed(1, &["Expired"]);
    let explained = signet(alice, &["verify", "--explain"]).succeeded().stdout;
    assert!(
        explained.contains(&format!("refused  {stolen}")),
        "{explained}"
    );
    assert_eq!(explained.matches("refused ").count(), 1, "{explained}");
}

#[test]
fn where_a_commit_that_was_dated_back_misleads_a_floor_the_good_one_before_it_is_named() {
    let carol = Person::new("carol").unwrap();
    let key = carol.public_key().unwrap();
    let ended = Ended::with(&format!("    carol: {{keys: [{key:?}]}}\n"));
    let stolen = ended.theft();
    // She may take back what was refused, and no more.
    let carol = carol.clone_of(&ended.fleet.remote).unwrap();
    let floor = carol
        .revert(&stolen)
        .map(|_| carol.head().unwrap())
        .unwrap();
    carol.push().unwrap();
    let clone = fresh(&ended.fleet);
    let before = format!("signet verify --at-least {}", ended.commit);
    let words = ["cannot have been", &stolen, &before];
    verify_fresh(&clone, &ended.fleet, &["--at-least", &floor]).failed(1, &words);
    signet(&clone, &["verify", "--at-least", &ended.commit]).succeeded();
    assert_eq!(verified(&clone), floor);
}

#[test]
fn a_hard_revocation_stops_a_clone_at_what_it_saw_since_then_and_a_fresh_one_at_all_without_a_floor()
 {
    let fleet = Fleet::new();
    let dave = fleet.dave.clone_of(&fleet.remote).unwrap();
    let old = work(&dave, "# long ago\n");
    let alice = &fleet.alice;
    alice.catch_up().unwrap();
    signet(alice, &["verify"]).succeeded();
    // Revocations and commits have whole seconds.
    thread::sleep(Duration::from_secs(2));
    let since = Timestamp::from_second(now().as_second()).unwrap();
    let words = ["revoke", "dave", "--hard", "--since", &since.to_string()];
    signet(alice, &words).succeeded();
    alice.commit("Revoke a key").unwrap();
    alice.push().unwrap();
    signet(alice, &["verify"]).succeeded();
    let tip = alice.head().unwrap();
    assert_eq!(verified(alice), tip);

    let clone = fresh(&fleet);
    let doubt = ["is revoked (hard)", &*old];
    let said = verify_fresh(&clone, &fleet, &[]).failed(1, &doubt);
    assert!(
        said.contains("when it first sees it") && said.contains("--at-least COMMIT"),
        "{said}"
    );
    signet(&clone, &["verify"]).failed(1, &doubt);
    let explained = signet(&clone, &["verify", "--explain"]);
    assert!(
        explained.stdout.contains(&format!("good     {old}")),
        "{}",
        explained.stdout
    );
    explained.failed(1, &doubt);
    let printed = signet(&clone, &["policy", "allowed-signers"]).succeeded();
    assert!(
        printed.stderr.contains("agents stop here: the key"),
        "{}",
        printed.stderr
    );
    assert!(printed.stdout.starts_with("alice "), "{}", printed.stdout);
    let again = signet(&clone, &["revoke", "alice", "--since", "1h", "--dry-run"]).succeeded();
    assert!(
        again.stderr.contains("agents stop here: the key"),
        "{}",
        again.stderr
    );
    assert!(
        again.stderr.contains("accepted commits"),
        "{}",
        again.stderr
    );
    signet(&clone, &["cluster", "add", "lab"]).failed(1, &doubt);
    signet(&clone, &["verify", "--at-least", &tip]).succeeded();
    signet(&clone, &["cluster", "add", "lab"]).succeeded();
}

#[test]
fn a_clone_in_doubt_stays_so_whatever_comes_until_the_revocation_is_changed() {
    let fleet = Fleet::new();
    let dave = fleet.dave.clone_of(&fleet.remote).unwrap();
    work(&dave, "# stolen, perhaps\n");
    let alice = &fleet.alice;
    alice.catch_up().unwrap();
    signet(alice, &["verify"]).succeeded();
    let before = verified(alice);
    signet(alice, &["revoke", "dave", "--hard", "--since", "1h"]).succeeded();
    alice.commit("Revoke a key").unwrap();
    alice.push().unwrap();
    let tip = work(alice, "# meanwhile\n");
    for words in [
        &["verify"][..],
        &["verify", "HEAD"],
        &["verify", "--at-least", &tip],
    ] {
        signet(alice, words).failed(1, &["is revoked (hard)"]);
    }
    assert_eq!(verified(alice), before);
    let policy = alice.read("signet/policy.yaml").unwrap();
    let is_version = |line: &&str| line.starts_with("  version: ");
    let version = policy.lines().find(is_version).unwrap();
    let number: u64 = version.trim_start_matches("  version: ").parse().unwrap();
    let policy = policy.replace(version, &format!("  version: {}", number + 1));
    let soft = policy.replace("mode: hard", "mode: soft");
    alice.write("signet/policy.yaml", &soft).unwrap();
    alice.commit("Looked at it").unwrap();
    alice.push().unwrap();
    signet(alice, &["verify"]).succeeded();
    assert_eq!(verified(alice), alice.head().unwrap());
}

#[test]
fn a_history_that_was_rewritten_stops_a_clone_that_verified_it() {
    let fleet = Fleet::new();
    let dave = fleet.dave.clone_of(&fleet.remote).unwrap();
    verify_fresh(&dave, &fleet, &[]).succeeded();
    let start = dave.head().unwrap();
    let old = work(&dave, "# one\n");
    signet(&dave, &["verify"]).succeeded();
    let alice = &fleet.alice;
    alice.write(OWN, "# another\n").unwrap();
    alice.commit("Another").unwrap();
    alice.push_force().unwrap();
    dave.catch_up().unwrap();
    for tip in ["HEAD", &start, "origin/main"] {
        let words = [
            "rewritten",
            "was not rewritten by you",
            ".git/signet/state.json",
        ];
        signet(&dave, &["verify", tip]).failed(1, &words);
    }
    signet(&dave, &["cluster", "add", "lab"]).failed(1, &["rewritten"]);
    let floor = dave.head().unwrap();
    signet(&dave, &["verify", "--at-least", &floor]).failed(1, &["rewritten"]);
    signet(&dave, &["verify", &old]).succeeded();
    assert_eq!(verified(&dave), old);
    // Whoever knows that it is right begins anew.
    fs::remove_file(dave.path().join(STATE)).unwrap();
    signet(&dave, &["verify"]).succeeded();
}

#[test]
fn what_nobody_else_has_moves_nothing_and_may_be_amended() {
    let fleet = Fleet::new();
    let alice = &fleet.alice;
    signet(alice, &["verify"]).succeeded();
    let pushed = alice.head().unwrap();
    let state = alice.read(STATE).unwrap();
    alice.write(OWN, "# one\n").unwrap();
    alice.commit("One").unwrap();
    signet(alice, &["verify"]).succeeded();
    alice.write(OWN, "# two\n").unwrap();
    alice
        .git(&[
            "commit",
            "--quiet",
            "--all",
            "--amend",
            "--gpg-sign",
            "-m",
            "Two",
        ])
        .unwrap();
    signet(alice, &["verify", "origin/main..HEAD"]).succeeded();
    alice
        .git(&["checkout", "--quiet", "-b", "topic", "origin/main"])
        .unwrap();
    alice.write(OWN, "# three\n").unwrap();
    alice.commit("Three").unwrap();
    alice.push().unwrap();
    signet(alice, &["verify", "origin/topic"]).succeeded();
    signet(alice, &["policy", "allowed-signers"]).succeeded();
    assert_eq!(verified(alice), pushed);
    assert_eq!(alice.read(STATE).unwrap(), state);
    assert_eq!(mode(&alice.path().join(STATE)), 0o600);
    // All worktrees of a clone know the same.
    alice
        .git(&["worktree", "add", "--quiet", "beside", "main"])
        .unwrap();
    let mut beside = alice.command(binaries().signet);
    beside
        .arg("verify")
        .current_dir(alice.path().join("beside"));
    Run::from(beside.output().unwrap()).succeeded();
    assert_eq!(alice.read(STATE).unwrap(), state);
}

#[test]
fn a_floor_is_a_good_commit_of_the_history_that_is_asked_about() {
    let fleet = Fleet::new();
    let dave = fleet.dave.clone_of(&fleet.remote).unwrap();
    let good = work(&dave, "# one\n");
    dave.write("signet/clusters/x.yaml", "# x\n").unwrap();
    let bad = dave.commit("Not his").unwrap();
    dave.push().unwrap();
    dave.git(&["checkout", "--quiet", "--detach", &good])
        .unwrap();
    dave.write(OWN, "# aside\n").unwrap();
    let aside = dave.commit("Aside").unwrap();
    dave.git(&["push", "--quiet", "origin", "HEAD:refs/heads/aside"])
        .unwrap();
    let clone = fresh(&fleet);
    let unknown = "1".repeat(40);
    verify_fresh(&clone, &fleet, &["--at-least", &bad])
        .failed(1, &["cannot have been", "signet/clusters/x.yaml"]);
    for other in [&aside, &unknown] {
        let words = ["which the history must contain", "fetch first"];
        verify_fresh(&clone, &fleet, &["--at-least", other]).failed(1, &words);
    }
    assert!(!clone.path().join(STATE).exists());
    signet(&clone, &["verify", "--at-least", &good[..12]]).failed(2, &["--at-least"]);
    signet(&clone, &["verify", "--at-least", &good]).failed(1, &["NotAllowed"]);
    assert_eq!(verified(&clone), good);
    // What was verified since is not given up for an older one.
    dave.git(&["checkout", "--quiet", "main"]).unwrap();
    dave.revert(&bad).unwrap();
    dave.push().unwrap();
    clone.catch_up().unwrap();
    let root = fleet.introduction();
    signet(&clone, &["verify", "--at-least", &root]).succeeded();
    assert_eq!(verified(&clone), clone.head().unwrap());
}

#[test]
fn commands_at_once_leave_one_whole_state_behind() {
    let fleet = Fleet::new();
    let clone = fresh(&fleet);
    verify_fresh(&clone, &fleet, &[]).succeeded();
    fs::remove_file(clone.path().join(STATE)).unwrap();
    for round in 0..3 {
        work(&fleet.alice, &format!("# {round}\n"));
        clone.catch_up().unwrap();
        let at_once: Vec<_> = (0..8)
            .map(|_| {
                let mut command = clone.command(binaries().signet);
                command
                    .arg("verify")
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped());
                command.spawn().unwrap()
            })
            .collect();
        for one in at_once {
            let run = Run::from(one.wait_with_output().unwrap()).succeeded();
            assert_eq!(run.stderr, "");
        }
        assert_eq!(verified(&clone), clone.head().unwrap());
    }
    let left = fs::read_dir(clone.path().join(".git/signet")).unwrap();
    let mut left: Vec<_> = left.map(|file| file.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["anchor.yaml", "state.json", "state.lock"]);
}

#[test]
fn a_damaged_state_is_told_of_and_not_made_up_for_in_silence() {
    let fleet = Fleet::new();
    let alice = &fleet.alice;
    signet(alice, &["verify"]).succeeded();
    let whole = alice.read(STATE).unwrap();
    for damaged in ["", "{}", &whole[..whole.len() / 2]] {
        alice.write(STATE, damaged).unwrap();
        let words = [
            "read what this clone knows of its history",
            STATE,
            "once it is removed",
            "--at-least COMMIT",
        ];
        signet(alice, &["verify"]).failed(1, &words);
        signet(alice, &["cluster", "add", "lab"]).failed(1, &words);
        assert_eq!(alice.read(STATE).unwrap(), damaged);
    }
    fs::remove_file(alice.path().join(STATE)).unwrap();
    signet(alice, &["verify"]).succeeded();
    assert_eq!(verified(alice), alice.head().unwrap());
}

#[test]
fn where_nothing_can_be_kept_a_clone_verifies_all_the_same_and_says_so_if_asked() {
    let fleet = Fleet::new();
    let clone = fresh(&fleet);
    verify_fresh(&clone, &fleet, &[]).succeeded();
    let state = clone.path().join(STATE);
    fs::remove_file(&state).unwrap();
    // Whoever runs the tests may be allowed to write everywhere.
    let lock = state.with_extension("lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    let run = signet(&clone, &["verify"]).succeeded();
    assert_eq!(run.stderr, "");
    assert!(!state.exists());
    let asked = signet(&clone, &["-v", "verify"]).succeeded();
    assert!(
        asked.stderr.contains("is not kept for the next time"),
        "{}",
        asked.stderr
    );
}
