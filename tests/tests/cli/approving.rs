//! `approve`: two people who change one path, with stock git and a remote between them.

use std::fs;

use serde_json::Value;
use signet_tests::person::{Person, WorkTree};

use crate::fixture::{Fleet, signet, text};
use crate::recovering::bootstrap;

const POLICY: &str = "signet/policy.yaml";
const STATE: &str = ".git/signet/state.json";
pub(crate) const PROTECTED: &str = "clusters/prod/memory.yaml";
/// What brings the approvals that others pushed.
const FETCH: [&str; 4] = [
    "fetch",
    "--quiet",
    "origin",
    "refs/tags/signet/approve/*:refs/tags/signet/approve/*",
];

/// A fleet of which two of alice, dave and carol change `clusters/**`; dave's clone trusts alice's introduction.
pub(crate) struct Two {
    pub(crate) fleet: Fleet,
    pub(crate) dave: WorkTree,
    carol: Person,
}

impl Two {
    pub(crate) fn new() -> Self {
        Self::with(|dave| format!("{{keys: [{dave:?}]}}"))
    }

    /// The same with another entry of dave's key.
    fn with(entry: impl Fn(&str) -> String) -> Self {
        let fleet = Fleet::new();
        let dave = fleet.dave.clone_of(&fleet.remote).unwrap();
        let carol = Person::new("carol").unwrap();
        let two = Self { fleet, dave, carol };
        let key = two.fleet.dave.public_key().unwrap();
        let carol = two.carol.public_key().unwrap();
        let policy = two.alice().read(POLICY).unwrap();
        let is_dave = |line: &&str| line.trim_start().starts_with("dave:");
        let dave = policy.lines().find(is_dave).unwrap();
        let people = format!(
            "    dave: {}\n    carol: {{keys: [{carol:?}]}}",
            entry(&key)
        );
        let policy = policy.replace(dave, &people).replace(
            "    root: [alice]",
            "    root: [alice]\n    platform: [alice, dave, carol]",
        );
        let policy = policy.replace(
            "{paths: [\"clusters/**\"], signers: root, threshold: 1}",
            "{paths: [\"clusters/**\"], signers: platform, threshold: 2}",
        );
        two.write_policy(&policy);
        two.alice().commit("Two for the clusters").unwrap();
        two.alice().push().unwrap();
        two.dave.catch_up().unwrap();
        let introduction = two.fleet.introduction();
        signet(&two.dave, &["verify", "--trust", &introduction]).succeeded();
        two
    }

    pub(crate) fn alice(&self) -> &WorkTree {
        &self.fleet.alice
    }

    fn write_policy(&self, policy: &str) {
        let is_version = |line: &&str| line.starts_with("  version: ");
        let line = policy.lines().find(is_version).unwrap();
        let version: u64 = line.trim_start_matches("  version: ").parse().unwrap();
        let next = format!("  version: {}", version + 1);
        let policy = policy.replace(line, &next);
        self.alice().write(POLICY, &policy).unwrap();
    }

    /// Alice changes the protected path and pushes; dave has it too.
    pub(crate) fn propose(&self) -> String {
        self.alice().write(PROTECTED, "memory: 1Gi\n").unwrap();
        let commit = self.alice().commit("Raise the memory").unwrap();
        self.alice().push().unwrap();
        self.dave.catch_up().unwrap();
        commit
    }

    /// Dave approves, pushes the tag, and alice fetches it.
    fn approve(&self, revision: &str) -> String {
        let words = ["approve", revision, "--yes"];
        let reference = signet(&self.dave, &words).succeeded().stdout;
        let reference = reference.trim().to_owned();
        self.dave
            .git(&["push", "--quiet", "origin", &reference])
            .unwrap();
        self.alice().git(&FETCH).unwrap();
        reference
    }

    /// Dave tags a commit by stock git with this message, and alice fetches the tag.
    fn tag(&self, message: &str, commit: &str) {
        let name = "signet/approve/by-hand";
        self.dave
            .git(&["tag", "--sign", "-m", message, name, commit])
            .unwrap();
        let reference = format!("refs/tags/{name}");
        self.dave
            .git(&["push", "--quiet", "origin", &reference])
            .unwrap();
        self.alice().git(&FETCH).unwrap();
    }

    /// The message of dave's approval.
    fn message(&self, revision: &str) -> String {
        let words = ["approve", revision, "--dry-run"];
        signet(&self.dave, &words).succeeded().stdout
    }
}

#[test]
fn whether_a_commit_would_pass_is_asked_with_the_approvals_that_are_there() {
    let two = Two::new();
    let commit = two.propose();
    let words = ["policy", "test", "--rev", "HEAD", "--signer", "alice"];
    let alone = signet(two.alice(), &words);
    assert_eq!(alone.code, 1, "{}", alone.stderr);
    let lacks = format!("{PROTECTED} needs 1 more of group platform");
    assert!(alone.stdout.contains(&lacks), "{}", alone.stdout);
    two.approve(&commit);
    let with = signet(two.alice(), &words).succeeded().stdout;
    assert!(with.contains("; approved by dave)"), "{with}");
    // Of carol's commit dave's approval is one too, of his own it is none.
    let [carol, dave] = ["carol", "dave"].map(|signer| {
        let words = ["policy", "test", "--rev", "HEAD", "--signer", signer];
        signet(two.alice(), &words).code
    });
    assert_eq!([carol, dave], [0, 1]);
}

#[test]
fn two_people_change_a_protected_path() {
    let two = Two::new();
    let commit = two.propose();
    let lacks = format!("{PROTECTED} needs 1 more of group platform (2 by rule clusters/**)");
    let command = format!("signet approve {}", &commit[..12]);
    signet(&two.dave, &["verify"]).failed(1, &["NotAllowed", &lacks, &command, "git fetch"]);
    signet(&two.dave, &["approve", "HEAD"]).failed(1, &["nobody is here", "as dave?", "--yes"]);
    let run = signet(&two.dave, &["approve", "HEAD", "--yes"]).succeeded();
    let reference = run.stdout.trim();
    for words in [
        commit.as_str(),
        "signed    by alice (SHA256:",
        "approves  1 of 1 changed paths",
        "A clusters/prod/memory.yaml",
        "then      the commit is good",
        &format!("next: git push origin {reference}"),
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    signet(&two.dave, &["verify"]).succeeded();
    signet(two.alice(), &["verify"]).failed(1, &[&lacks]);
    two.dave
        .git(&["push", "--quiet", "origin", reference])
        .unwrap();
    two.alice().git(&FETCH).unwrap();
    signet(two.alice(), &["verify"]).succeeded();
    signet(two.alice(), &["check"]).succeeded();
    let explained = signet(two.alice(), &["verify", "--explain"]).succeeded();
    let line = format!("{PROTECTED}  (rule 2 of policy version");
    let line = explained.stdout.lines().find(|one| one.contains(&line));
    assert!(line.unwrap().ends_with("; approved by dave)"), "{line:?}");
    let counts = format!("approval {reference} by dave SHA256:");
    assert!(explained.stdout.contains(&counts), "{}", explained.stdout);
    let json = signet(two.alice(), &["verify", "-o", "json"]).succeeded();
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    let last = json["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["approvals"][0]["ref"], reference);
    assert_eq!(last["approvals"][0]["signer"], "dave");
    assert_eq!(last["paths"][0]["approvers"][0], "dave");
}

#[test]
fn a_tag_of_stock_git_with_the_same_message_approves_too() {
    let two = Two::new();
    let commit = two.propose();
    two.tag(&two.message("HEAD"), &commit);
    signet(two.alice(), &["verify"]).succeeded();
}

#[test]
fn an_approval_outlives_a_squash_and_a_rebase_and_holds_for_no_other_content() {
    let two = Two::new();
    let alice = two.alice();
    let start = alice.head().unwrap();
    alice.git(&["checkout", "--quiet", "-b", "raise"]).unwrap();
    for file in ["a", "b"] {
        let path = format!("clusters/prod/{file}.yaml");
        alice.write(&path, "memory: 1Gi\n").unwrap();
        alice.commit(file).unwrap();
    }
    alice.push().unwrap();
    two.dave.git(&["fetch", "--quiet", "origin"]).unwrap();
    two.approve("origin/raise");
    alice.git(&["checkout", "--quiet", "main"]).unwrap();
    alice
        .write("tenants/team-a/prod/x.yaml", "# other\n")
        .unwrap();
    let other = alice.commit("Meanwhile").unwrap();

    alice
        .git(&["merge", "--quiet", "--squash", "raise"])
        .unwrap();
    let squashed = alice.commit("Squash").unwrap();
    signet(alice, &["verify"]).succeeded();

    alice.git(&["reset", "--quiet", "--hard", &other]).unwrap();
    let merge = [
        "merge",
        "--quiet",
        "--no-ff",
        "--gpg-sign",
        "-m",
        "Merge",
        "raise",
    ];
    alice.git(&merge).unwrap();
    signet(alice, &["verify"]).succeeded();

    alice.git(&["checkout", "--quiet", "raise"]).unwrap();
    alice
        .git(&["rebase", "--quiet", "--gpg-sign", &other])
        .unwrap();
    signet(alice, &["verify"]).succeeded();

    alice
        .git(&["checkout", "--quiet", "--detach", &squashed])
        .unwrap();
    alice
        .write("clusters/prod/b.yaml", "memory: 9Gi\n")
        .unwrap();
    alice
        .git(&[
            "commit",
            "--quiet",
            "--all",
            "--amend",
            "--gpg-sign",
            "--no-edit",
        ])
        .unwrap();
    signet(alice, &["verify"]).failed(1, &["clusters/prod/a.yaml needs 1 more", &other]);
    assert_ne!(start, other);
}

#[test]
fn an_approval_for_another_branch_or_repository_does_not_count() {
    let two = Two::new();
    let commit = two.propose();
    let message = two.message("HEAD");
    let moved = message.replace("refs/heads/main", "refs/heads/dev");
    assert_ne!(moved, message);
    two.tag(&moved, &commit);
    signet(two.alice(), &["verify"]).failed(1, &["approval by dave is for another ref"]);
    let explained = signet(two.alice(), &["verify", "--explain"]).stdout;
    let why =
        "approval refs/tags/signet/approve/by-hand does not: approval by dave is for another ref";
    assert!(explained.contains(why), "{explained}");
}

#[test]
fn a_history_whose_approval_was_deleted_says_what_is_missing() {
    let two = Two::new();
    let commit = two.propose();
    let reference = two.approve("HEAD");
    signet(two.alice(), &["verify"]).succeeded();
    let name = reference.strip_prefix("refs/tags/").unwrap();
    two.alice().git(&["tag", "--delete", name]).unwrap();
    let missing = format!("{PROTECTED} needs 1 more of group platform");
    let command = format!("signet approve {}", &commit[..12]);
    // What is verified stays so, where that is known.
    let explained = signet(two.alice(), &["verify", "--explain"]).succeeded();
    assert!(explained.stdout.contains(&missing), "{}", explained.stdout);
    fs::remove_file(two.alice().path().join(STATE)).unwrap();
    signet(two.alice(), &["verify"]).failed(1, &[&missing, &command]);
}

#[test]
fn an_approval_that_was_never_pushed_takes_back_what_it_made_good_when_it_goes() {
    let two = Two::new();
    let commit = two.propose();
    let verified = || {
        let state: Value = serde_json::from_str(&two.dave.read(STATE).unwrap()).unwrap();
        state["history"]["verified"].as_str().unwrap().to_owned()
    };
    let before = verified();
    let words = ["approve", "HEAD", "--yes"];
    let reference = signet(&two.dave, &words).succeeded().stdout;
    signet(&two.dave, &["verify"]).succeeded();
    assert_eq!(verified(), commit);
    let alice = two.alice();
    alice
        .write("tenants/team-a/prod/x.yaml", "# other\n")
        .unwrap();
    let later = alice.commit("On top").unwrap();
    alice.push().unwrap();
    two.dave.catch_up().unwrap();
    signet(&two.dave, &["verify"]).succeeded();
    assert_eq!(verified(), later);

    let name = reference.trim().strip_prefix("refs/tags/").unwrap();
    let tag = two.dave.git(&["rev-parse", name]).unwrap();
    two.dave.git(&["tag", "--delete", name]).unwrap();
    let lacks = format!("{PROTECTED} needs 1 more of group platform");
    signet(&two.dave, &["verify"]).failed(1, &[&lacks]);
    assert_eq!(verified(), before);
    // As the others see it.
    signet(alice, &["verify"]).failed(1, &[&lacks]);
    alice.git(&["reset", "--quiet", "--hard", &before]).unwrap();
    alice
        .write("tenants/team-a/prod/x.yaml", "# in its place\n")
        .unwrap();
    let other = alice.commit("In its place").unwrap();
    alice.push_force().unwrap();
    two.dave.catch_up().unwrap();
    signet(&two.dave, &["verify"]).succeeded();
    assert_eq!(verified(), other);
    two.dave
        .git(&["tag", name, tag.trim()])
        .expect("it comes back");
    signet(&two.dave, &["verify"]).succeeded();
    assert_eq!(verified(), other);
}

#[test]
fn an_approval_that_came_before_what_others_follow_takes_nothing_back_when_the_remote_loses_it() {
    let two = Two::new();
    let alice = two.alice();
    alice.write(PROTECTED, "memory: 1Gi\n").unwrap();
    let commit = alice.commit("Raise the memory").unwrap();
    let branch = "HEAD:refs/heads/raise-memory";
    alice.git(&["push", "--quiet", "origin", branch]).unwrap();
    two.dave.git(&["fetch", "--quiet", "origin"]).unwrap();
    let reference = two.approve("origin/raise-memory");
    alice.push().unwrap();
    two.dave.catch_up().unwrap();
    signet(&two.dave, &["verify"]).succeeded();

    // Whoever has the remote takes it away, and it goes with the next fetch.
    let tags = "+refs/tags/*:refs/tags/*";
    let delete = ["push", "--quiet", "--delete", "origin", &reference];
    alice.git(&delete).unwrap();
    let prune = ["fetch", "--quiet", "--prune", "origin", tags];
    two.dave.git(&prune).unwrap();
    assert_eq!(two.dave.git(&["tag", "--list"]).unwrap(), "");
    signet(&two.dave, &["verify"]).succeeded();
    let state: Value = serde_json::from_str(&two.dave.read(STATE).unwrap()).unwrap();
    assert_eq!(state["history"]["verified"], commit);
    assert_eq!(state.get("made"), None);
    alice
        .git(&["reset", "--quiet", "--hard", "HEAD~1"])
        .unwrap();
    alice
        .write("tenants/team-a/prod/x.yaml", "# other\n")
        .unwrap();
    alice.commit("In its place").unwrap();
    alice.push_force().unwrap();
    two.dave.catch_up().unwrap();
    signet(&two.dave, &["verify"]).failed(1, &["rewritten", &commit]);
}

#[test]
fn the_recovery_key_finds_approvals_at_the_remote() {
    let two = Two::new();
    let commit = two.propose();
    let recovery = text(&two.fleet.recovery());
    let words = ["--recovery", &recovery, "--yes"];
    bootstrap(&two.fleet, &words).failed(1, &["newer commits are refused", "kubeconfig"]);
    two.approve("HEAD");
    let tip = format!("tip             {commit}");
    let said = bootstrap(&two.fleet, &words).failed(1, &[&tip, "kubeconfig"]);
    assert!(!said.contains("refused"), "{said}");
}

#[test]
fn an_approver_whose_key_has_ended_does_not_count() {
    let ended = "validBefore: 2026-01-01T00:00:00Z";
    let two = Two::with(|key| format!("{{keys: [{{key: {key:?}, {ended}}}]}}"));
    let commit = two.propose();
    signet(&two.dave, &["approve", "HEAD", "--yes"]).failed(
        1,
        &[
            "your approval would not count",
            "was valid only until 2026-01-01",
        ],
    );
    let carol = two.carol.clone_of(&two.fleet.remote).unwrap();
    let introduction = two.fleet.introduction();
    let words = ["approve", "HEAD", "--dry-run", "--trust", &introduction];
    let message = signet(&carol, &words).succeeded().stdout;
    two.tag(&message, &commit);
    signet(two.alice(), &["verify"]).failed(
        1,
        &["approval by dave does not count", "was valid only until"],
    );
}

#[test]
fn an_approval_ends_when_its_maker_says() {
    let two = Two::new();
    two.propose();
    let expires = |until: &[&str]| -> jiff::Timestamp {
        let words = [&["approve", "HEAD", "--dry-run"], until].concat();
        let message = signet(&two.dave, &words).succeeded().stdout;
        let mut lines = message.lines();
        let trailer = lines.find_map(|line| line.strip_prefix("Signet-Expires: "));
        trailer.expect("a trailer says when").parse().unwrap()
    };
    let date = expires(&["--expires", "2099-12-31"]);
    assert_eq!(date.to_string(), "2099-12-31T00:00:00Z");
    let [week, default] = [&["--expires", "7d"][..], &[]].map(expires);
    let days = default.duration_since(week).as_secs_f64() / 86_400.0;
    assert!((days - 23.0).abs() < 0.1, "{days}");
}

#[test]
fn who_would_not_count_is_told_before_they_sign() {
    let two = Two::new();
    signet(two.alice(), &["approve", "HEAD", "--yes"]).failed(1, &["needs no approval"]);
    let commit = two.propose();
    signet(two.alice(), &["approve", "HEAD", "--yes"]).failed(
        1,
        &[
            "would not count",
            "who signs a commit does not approve it too",
        ],
    );
    let erin = Person::new("erin").unwrap();
    let stranger = erin.clone_of(&two.fleet.remote).unwrap();
    let introduction = two.fleet.introduction();
    let words = ["approve", "HEAD", "--yes", "--trust", &introduction];
    signet(&stranger, &words).failed(1, &["is of no principal", POLICY]);
    let words = ["approve", "HEAD", "--yes", "--path", "tenants"];
    signet(&two.dave, &words).failed(1, &["nothing changes at tenants"]);
    let words = ["approve", "HEAD", "--yes", "--expires", "2020-01-01"];
    signet(&two.dave, &words).failed(1, &["is in the past"]);
    let words = ["approve", "HEAD", "--yes", "--expires", "soon"];
    signet(&two.dave, &words).failed(2, &["12h, 30d or 2w"]);
    two.approve("HEAD");
    signet(&two.dave, &["approve", "HEAD", "--yes"])
        .failed(1, &[&commit[..12], "needs no approval", "approved by dave"]);
    two.dave.write("clusters/prod/x.yaml", "a: 1\n").unwrap();
    two.dave.commit_unsigned("Forget to sign").unwrap();
    signet(two.alice(), &["verify"]).succeeded();
    signet(&two.dave, &["approve", "HEAD", "--yes"])
        .failed(1, &["does not help", "not signed", "--amend -S"]);
    let tags = two.dave.git(&["tag", "--list"]).unwrap();
    assert_eq!(tags.lines().count(), 1, "{tags}");
}

#[test]
fn what_nobody_asks_a_person_for_they_do_not_approve() {
    let two = Two::new();
    two.dave.write("tenants/team-b/x.yaml", "a: 1\n").unwrap();
    two.dave
        .write("signet/tenants/team-b.yaml", "a: 1\n")
        .unwrap();
    two.dave.commit("Not mine").unwrap();
    let dave = two.dave.path().to_str().unwrap();
    let alice = two.alice();
    alice.git(&["fetch", "--quiet", dave, "HEAD"]).unwrap();
    let shown = signet(alice, &["approve", "FETCH_HEAD", "--dry-run"]).succeeded();
    assert!(
        shown.stderr.contains("then      the commit is good"),
        "{}",
        shown.stderr
    );
    let words = ["approve", "FETCH_HEAD", "--dry-run", "--path", "signet"];
    signet(alice, &words).succeeded();
    assert_eq!(alice.git(&["tag", "--list"]).unwrap(), "");
}

#[test]
fn who_is_asked_by_the_new_policy_alone_approves_it() {
    let two = Two::new();
    let erin = Person::new("erin").unwrap();
    let key = erin.public_key().unwrap();
    let policy = two.alice().read(POLICY).unwrap();
    let with_erin = policy
        .replace("    root: [alice]", "    root: [alice, erin]")
        .replace(
            "  principals:\n",
            &format!("  principals:\n    erin: {{keys: [{key:?}]}}\n"),
        )
        .replace(
            "{paths: [\"signet/**\"], signers: root, threshold: 1}",
            "{paths: [\"signet/**\"], signers: root, threshold: 2}",
        );
    two.write_policy(&with_erin);
    let commit = two.alice().commit("Two of root").unwrap();
    two.alice()
        .git(&["push", "--quiet", "origin", "HEAD:proposal"])
        .unwrap();
    signet(two.alice(), &["verify"]).failed(1, &["under the new policy"]);
    let erin = erin.clone_of(&two.fleet.remote).unwrap();
    erin.git(&["fetch", "--quiet", "origin", "proposal"])
        .unwrap();
    let introduction = two.fleet.introduction();
    let words = ["approve", &commit, "--yes", "--trust", &introduction];
    let run = signet(&erin, &words).succeeded();
    assert!(run.stderr.contains("the commit is good"), "{}", run.stderr);
    let reference = run.stdout.trim();
    assert!(
        reference.starts_with("refs/tags/signet/approve/newcomer-"),
        "{reference}"
    );
    erin.git(&["push", "--quiet", "origin", reference]).unwrap();
    two.alice().git(&FETCH).unwrap();
    signet(two.alice(), &["verify"]).succeeded();
}

#[test]
fn of_two_groups_that_a_commit_needs_either_approves_first() {
    let two = Two::new();
    let carol = two.carol.clone_of(&two.fleet.remote).unwrap();
    carol.write(PROTECTED, "memory: 1Gi\n").unwrap();
    let policy = carol.read(POLICY).unwrap();
    let policy = policy
        .replace("  version: 3\n", "  version: 4\n")
        .replace("[alice, dave, carol]", "[dave, carol]");
    carol.write(POLICY, &policy).unwrap();
    let commit = carol.commit("Both at once").unwrap();
    carol
        .git(&["push", "--quiet", "origin", "HEAD:proposal"])
        .unwrap();
    for tree in [two.alice(), &two.dave] {
        tree.git(&["fetch", "--quiet", "origin"]).unwrap();
    }
    let of_root = ["approve", &commit, "--yes", "--path", POLICY];
    let of_platform = ["approve", &commit, "--yes"];
    let root = format!("still missing: {POLICY} needs 1 of group root");
    let platform = format!("still missing: {PROTECTED} needs 1 more of group platform");
    let good = "then      the commit is good";
    for root_is_first in [true, false] {
        let (first, second) = ((two.alice(), &of_root[..]), (&two.dave, &of_platform[..]));
        let missing = if root_is_first { &platform } else { &root };
        let [first, second] = if root_is_first {
            [first, second]
        } else {
            [second, first]
        };
        let run = signet(first.0, first.1).succeeded();
        assert!(run.stderr.contains(missing), "{}", run.stderr);
        let reference = run.stdout.trim().to_owned();
        first
            .0
            .git(&["push", "--quiet", "origin", &reference])
            .unwrap();
        second.0.git(&FETCH).unwrap();
        let run = signet(second.0, second.1).succeeded();
        assert!(run.stderr.contains(good), "{}", run.stderr);
        signet(second.0, &["verify", &commit]).succeeded();
        let name = reference.strip_prefix("refs/tags/").unwrap();
        let own = run.stdout.trim().strip_prefix("refs/tags/").unwrap();
        first
            .0
            .git(&["push", "--quiet", "--delete", "origin", &reference])
            .unwrap();
        first.0.git(&["tag", "--delete", name]).unwrap();
        second.0.git(&["tag", "--delete", name, own]).unwrap();
    }
}
