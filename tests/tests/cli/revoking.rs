//! `revoke`: a key that is not believed any more.

use std::thread;
use std::time::Duration;

use signet_tests::person::WorkTree;

use crate::fixture::{Fleet, signet, text};

const POLICY: &str = "signet/policy.yaml";

/// A fleet, and dave's clone with a commit of his that everybody accepts.
fn with_daves_work() -> (Fleet, WorkTree) {
    let fleet = Fleet::new();
    let dave = fleet.dave.clone_of(&fleet.remote).unwrap();
    signet(&dave, &["verify", "--trust", &fleet.introduction()]).succeeded();
    work(&dave);
    fleet.alice.catch_up().unwrap();
    (fleet, dave)
}

fn work(dave: &WorkTree) -> String {
    let path = "tenants/team-a/prod/x.yaml";
    let text = dave.read(path).unwrap_or_default() + "# x\n";
    dave.write(path, &text).unwrap();
    let commit = dave.commit("Work").unwrap();
    dave.push().unwrap();
    commit
}

#[test]
fn whoever_left_signs_nothing_more_and_what_they_signed_stays() {
    let (fleet, dave) = with_daves_work();
    let alice = &fleet.alice;
    let before = alice.read(POLICY).unwrap();
    let dry = signet(alice, &["revoke", "dave", "--dry-run"]).succeeded();
    assert_eq!(dry.stdout, format!("{POLICY}\n"));
    assert_eq!(alice.read(POLICY).unwrap(), before);
    let run = signet(alice, &["revoke", "dave"]).succeeded();
    for words in [
        "revokes SHA256:",
        " of dave since ",
        "it has a part in no accepted commit that is dated since then",
        "next: git add signet/policy.yaml && git commit",
        "kubectl edit trustanchor",
        "mode: soft",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    alice.commit("Revoke a key").unwrap();
    signet(alice, &["verify"]).succeeded();
    alice.push().unwrap();
    dave.catch_up().unwrap();
    // Revocations and commits have whole seconds.
    thread::sleep(Duration::from_secs(2));
    work(&dave);
    signet(&dave, &["verify"]).failed(1, &["Revoked", "is revoked by the policy since"]);
    let again = ["revoke", "dave"];
    signet(alice, &again).failed(1, &["is revoked already", "mode: soft"]);
}

#[test]
fn a_stolen_key_casts_doubt_on_what_it_has_a_part_in() {
    let (fleet, dave) = with_daves_work();
    let commit = dave.head().unwrap();
    let alice = &fleet.alice;
    let key = text(&fleet.dave.public_key_path());
    let words = ["revoke", &key, "--hard", "--since", "1h"];
    let run = signet(alice, &words).succeeded();
    let part = format!("a part in the accepted commit {commit}, which is dated since then");
    assert!(run.stderr.contains(&part), "{}", run.stderr);
    assert!(
        run.stderr
            .contains("once this is committed, agents and clones stop"),
        "{}",
        run.stderr
    );
    alice.commit("Revoke a key").unwrap();
    signet(alice, &["verify"]).failed(1, &["is revoked (hard)", &commit]);
}

#[test]
fn what_names_no_one_key_is_not_revoked() {
    let fleet = Fleet::new();
    let alice = &fleet.alice;
    let before = alice.read(POLICY).unwrap();
    signet(alice, &["revoke", "erin"]).failed(2, &["is no principal of the policy"]);
    signet(alice, &["revoke", "SHA256:abc"]).failed(2, &["no fingerprint"]);
    signet(alice, &["revoke", "dave", "--hard"]).failed(2, &["--since"]);
    let future = ["revoke", "dave", "--since", "2999-01-01"];
    signet(alice, &future).failed(1, &["is in the future"]);
    assert_eq!(alice.read(POLICY).unwrap(), before);
    // A key that nobody has is revoked all the same: it may come back in a branch.
    let stranger = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let run = signet(alice, &["revoke", stranger]).succeeded();
    assert!(
        run.stderr.contains("which no principal has"),
        "{}",
        run.stderr
    );
}

#[test]
fn no_change_of_the_policy_vouches_for_what_stands_in_a_commit_that_nobody_signed() {
    let fleet = Fleet::new();
    let alice = &fleet.alice;
    let source = format!("--source={}", alice.head().unwrap());
    let restore = format!("`git restore {source} -- {POLICY}`");
    let policy = alice.read(POLICY).unwrap();
    let planted = policy
        .replace("root: [alice]", "root: [alice, dave]")
        .replace("version: 2", "version: 3");
    assert!(planted.contains("root: [alice, dave]"), "{planted}");
    let revoke = ["revoke", "dave"];
    #[rustfmt::skip]
    let add = ["tenant", "add", "team-c", "--cluster", "prod", "--namespace", "team-c", "--signer", "alice"];
    // What a person wrote and commits with it is their own, several keys for instance.
    alice.write(POLICY, &planted).unwrap();
    for words in [&revoke[..], &add] {
        let dry = [words, &["--dry-run"]].concat();
        signet(alice, &dry).succeeded();
    }
    alice.commit_unsigned("Plant").unwrap();
    for words in [&revoke[..], &add] {
        signet(alice, words).failed(1, &["  /spec/groups/root/1\n", &restore]);
        assert_eq!(alice.git(&["status", "--porcelain"]).unwrap(), "");
    }
    alice.git(&["restore", &source, "--", POLICY]).unwrap();
    signet(alice, &revoke).succeeded();
    alice.commit("Revoke a key").unwrap();
    signet(alice, &["verify"]).succeeded();
    assert!(!alice.read(POLICY).unwrap().contains("root: [alice, dave]"));
}
