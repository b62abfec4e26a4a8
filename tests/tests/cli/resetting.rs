//! `approve --reset`: a history that was rewritten, and the two of the root group who say that it was meant.

use signet_tests::person::{Person, WorkTree};

use crate::fixture::{Fleet, Run, signet};

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
