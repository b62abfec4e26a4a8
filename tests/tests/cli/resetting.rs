//! `approve --reset`: a history that was rewritten, and the two of the root group who say that it was meant.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use signet_tests::person::{Person, WorkTree};

use crate::fixture::{Fleet, Run, run, signet};
use crate::pushing::{install_hook, on_server};
use crate::signers::{commit_at, limited, now, with_policy};

const POLICY: &str = "signet/policy.yaml";
const OWN: &str = "tenants/team-a/prod/x.yaml";
const FETCH: [&str; 5] = [
    "fetch",
    "--quiet",
    "origin",
    "main",
    "+refs/tags/signet/approve/*:refs/tags/signet/approve/*",
];

/// A fleet of which alice and dave both are asked for the policy, rewritten by alice behind what both have verified.
struct Rewritten {
    fleet: Fleet,
    dave: WorkTree,
    /// What was verified last.
    from: String,
    /// The tip of the history in its place.
    to: String,
}

impl Rewritten {
    fn new() -> Self {
        let fleet = Fleet::new();
        let dave = fleet.dave.clone_of(&fleet.remote).unwrap();
        let alice = &fleet.alice;
        ask_for_two(alice);
        let start = alice.commit("Two for the policy").unwrap();
        alice.push().unwrap();
        dave.catch_up().unwrap();
        let trust = fleet.introduction();
        let words = ["approve", "HEAD", "--yes", "--trust", &trust];
        push_tag(&dave, signet(&dave, &words));
        let from = commit(alice, "# left\n");
        alice.push().unwrap();
        for tree in [alice, &dave] {
            tree.git(&FETCH).unwrap();
            signet(tree, &["verify", "origin/main"]).succeeded();
        }
        alice.git(&["reset", "--quiet", "--hard", &start]).unwrap();
        let to = commit(alice, "# taken\n");
        alice.push_force().unwrap();
        for tree in [alice, &dave] {
            tree.git(&FETCH).unwrap();
        }
        Self {
            fleet,
            dave,
            from,
            to,
        }
    }
}

/// Has two of alice and dave be asked where the policy changes.
fn ask_for_two(alice: &WorkTree) {
    let policy = alice.read(POLICY).unwrap();
    let line = policy.lines().find(|line| line.starts_with("  version: "));
    let line = line.unwrap();
    let version: u64 = line["  version: ".len()..].parse().unwrap();
    let policy = policy
        .replace(line, &format!("  version: {}", version + 1))
        .replace("root: [alice]", "root: [alice, dave]")
        .replace(
            "{paths: [\"signet/**\"], signers: root, threshold: 1}",
            "{paths: [\"signet/**\"], signers: root, threshold: 2}",
        );
    alice.write(POLICY, &policy).unwrap();
}

fn commit(tree: &WorkTree, text: &str) -> String {
    tree.write(OWN, text).unwrap();
    tree.commit(text).unwrap()
}

/// Pushes the tag that a run made, and gives its ref.
#[track_caller]
fn push_tag(tree: &WorkTree, run: Run) -> String {
    let reference = run.succeeded().stdout.trim().to_owned();
    tree.git(&["push", "--quiet", "origin", &reference])
        .unwrap();
    reference
}

#[test]
fn two_of_the_root_group_have_clones_go_on_from_a_history_that_was_rewritten() {
    let rewritten = Rewritten::new();
    let Rewritten {
        fleet,
        dave,
        from,
        to,
    } = &rewritten;
    let alice = &fleet.alice;
    let command = format!("`signet approve --reset={from} {to}`");
    signet(dave, &["verify", "origin/main"]).failed(1, &["rewritten", &command]);

    // What alice's clone verified last, and where the branch stands now, are what she is asked about.
    let shown = signet(alice, &["approve", "--reset", "--dry-run"]).succeeded();
    for word in [
        format!("from      {from} signed by alice"),
        format!("to        {to} signed by alice"),
        "commits   1 left and 1 taken, behind".to_owned(),
        "then      still missing: it needs 1 more of group root".to_owned(),
    ] {
        assert!(shown.stderr.contains(&word), "{word}: {}", shown.stderr);
    }
    for trailer in [
        format!("\nSignet-Reset-From: {from}\n"),
        format!("\nSignet-Reset-To: {to}\n"),
    ] {
        assert!(shown.stdout.contains(&trailer), "{}", shown.stdout);
    }
    let made = signet(alice, &["approve", "--reset", "--yes"]);
    assert!(made.stderr.contains("next: git push origin refs/tags/"));
    push_tag(alice, made);
    signet(alice, &["approve", "--reset", "--yes"])
        .failed(1, &["alice resets it already, and counts once"]);

    dave.git(&FETCH).unwrap();
    let words = ["by alice, needs 1 more of group root (2 by rule signet/**)"];
    signet(dave, &["verify", "origin/main"]).failed(1, &words);
    let reset = format!("--reset={from}");
    let made = signet(dave, &["approve", &reset, to, "--yes"]);
    let said = ["before    by alice", "then      agents go on"];
    assert!(
        said.iter().all(|word| made.stderr.contains(word)),
        "{}",
        made.stderr
    );
    push_tag(dave, made);
    signet(dave, &["approve", &reset, to]).failed(
        1,
        &["alice, dave reset it already, which is enough: agents go on once they see those tags"],
    );

    for tree in [alice, dave] {
        tree.git(&FETCH).unwrap();
        let verified = signet(tree, &["verify", "origin/main"]).succeeded().stdout;
        assert!(verified.starts_with(to.as_str()), "{verified}");
        tree.catch_up().unwrap();
    }
    let next = commit(dave, "# next\n");
    let verified = signet(dave, &["verify", "--explain"]).succeeded().stdout;
    assert!(
        verified.contains(&next) && !verified.contains(from.as_str()),
        "{verified}"
    );
}

#[test]
fn whoever_begins_anew_needs_no_reset() {
    let rewritten = Rewritten::new();
    let erin = Person::new("erin").unwrap();
    let erin = erin.clone_of(&rewritten.fleet.remote).unwrap();
    erin.git(&FETCH).unwrap();
    let trust = rewritten.fleet.introduction();
    let verified = signet(&erin, &["verify", "--trust", &trust]).succeeded();
    assert!(verified.stdout.starts_with(&rewritten.to));
}

#[test]
fn a_reset_is_made_by_who_is_asked_of_what_parts_and_is_here() {
    let rewritten = Rewritten::new();
    let alice = &rewritten.fleet.alice;
    let nowhere = "--reset=1111111111111111111111111111111111111111";
    signet(alice, &["approve", nowhere, "--yes"]).failed(1, &["111"]);
    let same = format!("--reset={}", rewritten.to);
    signet(alice, &["approve", &same, "--yes"]).failed(1, &["no reset is needed"]);
    signet(alice, &["approve"]).failed(2, &["REV"]);
    let from = format!("--reset={}", rewritten.from);
    let late = ["approve", "--reset", "--expires", "91d", "--yes"];
    signet(alice, &late).failed(1, &["more than 90 days after it was made"]);
    let undone = ["no reset helps: what", "would undo the reset", "git revert"];
    signet(alice, &["approve", &from, "HEAD~1", "--yes"]).failed(1, &undone);

    let bad = commit_unsigned(alice);
    signet(alice, &["approve", "--reset", &bad, "--yes"])
        .failed(1, &["no reset helps: it is refused", "not signed"]);
    let erin = Person::new("erin").unwrap();
    let erin = erin.clone_of(&rewritten.fleet.remote).unwrap();
    erin.git(&FETCH).unwrap();
    let trust = rewritten.fleet.introduction();
    signet(&erin, &["verify", "--trust", &trust]).succeeded();
    signet(&erin, &["approve", "--reset", "--yes"]).failed(1, &["no reset is needed"]);
    let tags = alice
        .git(&["tag", "--list", "signet/approve/*reset*"])
        .unwrap();
    assert_eq!(tags, "");
}

fn commit_unsigned(tree: &WorkTree) -> String {
    tree.write(OWN, "# nobody's\n").unwrap();
    tree.commit_unsigned("Nobody's").unwrap()
}

/// A remote whose hook judges, and a fleet in which dave alone signs for team-a until his key ends.
struct Guarded {
    fleet: Fleet,
    dave: WorkTree,
    repository: PathBuf,
    /// When his key ends.
    end: Timestamp,
    /// Where the history is rewritten behind.
    start: String,
    /// What the server verified last.
    from: String,
}

impl Guarded {
    fn new() -> Self {
        let mut end = now();
        let (fleet, dave) = with_policy(|fleet, policy| {
            // All that has to come in time is done within this.
            end = now() + SignedDuration::from_secs(25);
            let his = policy.replace("team-a: [dave, alice]", "team-a: [dave]");
            assert_ne!(his, policy);
            limited(fleet, &his, &format!("validBefore: {end}"))
        });
        let repository = fleet.remote.repository();
        let introduction = fleet.introduction();
        on_server(&repository, &["verify", "--trust", &introduction]).succeeded();
        install_hook(&repository);
        let start = dave.head().unwrap();
        let from = commit(&dave, "# left\n");
        dave.push().unwrap();
        on_server(&repository, &["verify"]).succeeded();
        dave.git(&["reset", "--quiet", "--hard", &start]).unwrap();
        fleet.alice.git(&FETCH[..4]).unwrap();
        Self {
            fleet,
            dave,
            repository,
            end,
            start,
            from,
        }
    }

    /// Alice resets what the server verified last to a commit.
    fn reset(&self, to: &str) {
        let reset = format!("--reset={}", self.from);
        let alice = &self.fleet.alice;
        push_tag(alice, signet(alice, &["approve", &reset, to, "--yes"]));
    }

    fn wait(&self) {
        let left = now().duration_until(self.end);
        thread::sleep(Duration::try_from(left).expect("the machine is fast enough for this test"));
    }

    /// What git says of it that alice pushes what she may on top of what is there.
    fn on_top(&self) -> anyhow::Result<()> {
        let alice = &self.fleet.alice;
        alice.catch_up().unwrap();
        alice
            .write("tenants/team-b/prod/x.yaml", "# on top\n")
            .unwrap();
        alice.commit("On top").unwrap();
        alice.push()
    }

    /// The last commit that the server knows to be verified.
    fn known(&self) -> String {
        let state = fs::read_to_string(self.repository.join("signet/state.json")).unwrap();
        let state: Value = serde_json::from_str(&state).unwrap();
        state["history"]["verified"].as_str().unwrap().to_owned()
    }
}

#[test]
fn what_a_reset_let_in_through_a_hook_stays_though_its_key_ends() {
    let guarded = Guarded::new();
    let to = commit(&guarded.dave, "# taken\n");
    guarded
        .dave
        .git(&["push", "--quiet", "origin", "HEAD:refs/heads/side"])
        .unwrap();
    let fetch = ["fetch", "--quiet", "origin", "refs/heads/side"];
    guarded.fleet.alice.git(&fetch).unwrap();
    guarded.reset(&to);
    guarded.dave.push_force().unwrap();
    guarded.wait();
    guarded.on_top().unwrap();
    assert_eq!(guarded.known(), to);
}

#[test]
fn behind_where_histories_part_a_server_takes_nothing_by_its_own_date_that_came_past_the_hook() {
    let guarded = Guarded::new();
    let then = now();
    let (alice, dave) = (&guarded.fleet.alice, &guarded.dave);
    alice
        .git(&["reset", "--quiet", "--hard", &guarded.start])
        .unwrap();
    alice
        .write("tenants/team-b/prod/x.yaml", "# mine\n")
        .unwrap();
    let to = alice.commit("Mine").unwrap();
    alice
        .git(&["push", "--quiet", "origin", "HEAD:refs/heads/side"])
        .unwrap();
    dave.git(&["fetch", "--quiet", "origin", "refs/heads/side"])
        .unwrap();
    dave.git(&["reset", "--quiet", "--hard", "FETCH_HEAD"])
        .unwrap();
    guarded.wait();
    commit_at(dave, then);
    dave.git(&["push", "--quiet", "origin", "HEAD:refs/heads/side"])
        .unwrap();
    let mut git = std::process::Command::new("git");
    git.arg("-C").arg(&guarded.repository);
    run(git, &["update-ref", "refs/heads/main", "refs/heads/side"]).succeeded();
    guarded.reset(&to);
    let said = format!("{:#}", guarded.on_top().unwrap_err());
    for word in ["pre-receive hook declined", "needs 1 of group team-a"] {
        assert!(said.contains(word), "no {word:?} in {said}");
    }
    assert_eq!(guarded.known(), guarded.from);
}
