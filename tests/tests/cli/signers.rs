//! `policy allowed-signers`: what is accepted by provenance is accepted by people's own git, in whatever time zone.

use std::fs;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use signet_tests::person::WorkTree;

use crate::fixture::{Fleet, Run, signet, text};

const POLICY: &str = "signet/policy.yaml";
/// The key of `zoe.asc`, which `gpg --quick-gen-key 'zoe <zoe@example.org>' ed25519 cert,sign` made; nobody has its secret half.
const ZOE: &str = "56B2ECF12AF1983E0E878E20FF1D7502F0A2B990";
/// East and west of UTC, where a time without its zone would be another one.
const ZONES: [&str; 3] = ["Asia/Tokyo", "America/New_York", "UTC"];

/// A fleet whose policy alice changed, committed and pushed, and dave's clone of it, which knows where trust begins.
pub(crate) fn with_policy(change: impl FnOnce(&Fleet, &str) -> String) -> (Fleet, WorkTree) {
    let fleet = Fleet::new();
    let policy = fleet.alice.read(POLICY).unwrap();
    let version = policy
        .lines()
        .find(|line| line.starts_with("  version: "))
        .unwrap();
    let next: u64 = version
        .trim_start_matches("  version: ")
        .parse::<u64>()
        .unwrap()
        + 1;
    let changed = change(&fleet, &policy).replace(version, &format!("  version: {next}"));
    assert_ne!(
        changed,
        policy.replace(version, &format!("  version: {next}"))
    );
    fleet.alice.write(POLICY, &changed).unwrap();
    fleet.alice.commit("Change the policy").unwrap();
    fleet.alice.push().unwrap();
    let tree = fleet.dave.clone_of(&fleet.remote).unwrap();
    signet(&tree, &["verify", "--trust", &fleet.introduction()]).succeeded();
    (fleet, tree)
}

/// The policy with limits to dave's key, as an item of a list in brackets.
pub(crate) fn limited(fleet: &Fleet, policy: &str, limits: &str) -> String {
    let key = fleet.dave.public_key().unwrap();
    let (from, to) = (
        format!("\"{key}\""),
        format!("{{key: \"{key}\", {limits}}}"),
    );
    assert!(policy.contains(&from), "{policy}");
    policy.replacen(&from, &to, 1)
}

/// The file for dave's git.
fn allowed_signers(tree: &WorkTree) -> (PathBuf, Run) {
    let run = signet(tree, &["policy", "allowed-signers"]).succeeded();
    let file = tree.person().home().join("allowed-signers");
    fs::write(&file, &run.stdout).unwrap();
    (file, run)
}

/// Dave's commit for his tenant, with this committer's date.
pub(crate) fn commit_at(tree: &WorkTree, date: Timestamp) {
    tree.write("tenants/team-a/prod/map.yaml", &format!("# {date}\n"))
        .unwrap();
    tree.git(&["add", "--all"]).unwrap();
    let mut git = tree.command("git");
    git.env("GIT_COMMITTER_DATE", format!("{} +0000", date.as_second()));
    let committed = git
        .args(["commit", "--quiet", "--gpg-sign", "--message", "x"])
        .status();
    assert!(committed.unwrap().success());
}

/// Whether git accepts the signature of HEAD, the same in all time zones.
#[track_caller]
fn git_accepts(tree: &WorkTree, allowed: &std::path::Path) -> bool {
    let setting = format!("gpg.ssh.allowedSignersFile={}", allowed.display());
    let verdicts = ZONES.map(|zone| {
        let mut git = tree.command("git");
        git.env("TZ", zone);
        git.args(["-c", &setting, "verify-commit", "HEAD"])
            .output()
            .unwrap()
            .status
            .success()
    });
    assert!(
        verdicts.iter().all(|verdict| *verdict == verdicts[0]),
        "{verdicts:?}"
    );
    verdicts[0]
}

#[test]
fn a_key_counts_for_git_in_the_very_seconds_in_which_it_counts_for_provenance() {
    let now = Timestamp::from_second(now().as_second()).unwrap();
    // What lies ahead by more than ten minutes is refused for that.
    let (begin, end) = (
        now - SignedDuration::from_hours(1),
        now + SignedDuration::from_mins(8),
    );
    let (fleet, tree) = with_policy(|fleet, policy| {
        limited(
            fleet,
            policy,
            &format!("validAfter: \"{begin}\", validBefore: \"{end}\""),
        )
    });
    let (allowed, _) = allowed_signers(&tree);
    let second = SignedDuration::from_secs(1);
    for (date, counts) in [
        (begin - second, false),
        (begin, true),
        (end - second, true),
        (end, false),
    ] {
        commit_at(&tree, date);
        assert_eq!(signet(&tree, &["verify"]).code == 0, counts, "{date}");
        assert_eq!(git_accepts(&tree, &allowed), counts, "{date}");
        tree.git(&["reset", "--quiet", "--hard", "origin/main"])
            .unwrap();
    }
    drop(fleet);
}

#[test]
fn a_key_that_ended_is_refused_by_both() {
    let end = now() - SignedDuration::from_hours(2);
    let (fleet, tree) =
        with_policy(|fleet, policy| limited(fleet, policy, &format!("validBefore: \"{end}\"")));
    let (allowed, _) = allowed_signers(&tree);
    commit_at(&tree, now());
    signet(&tree, &["verify"]).failed(1, &["Expired"]);
    assert!(!git_accepts(&tree, &allowed));
    drop(fleet);
}

#[test]
fn a_key_that_is_revoked_softly_ends_then_and_one_that_is_revoked_hard_is_in_no_line() {
    let since = now() - SignedDuration::from_mins(30);
    for (mode, lines) in [("soft", 2), ("hard", 1)] {
        let (fleet, tree) = with_policy(|fleet, policy| {
            let key = fleet.dave.public_key().unwrap();
            let revoked =
                format!("revoked: [{{key: \"{key}\", mode: {mode}, since: \"{since}\"}}]");
            policy.replace("revoked: []", &revoked)
        });
        let (allowed, run) = allowed_signers(&tree);
        assert_eq!(run.stdout.lines().count(), lines, "{}", run.stdout);
        assert_eq!(
            run.stderr
                .contains("dave is left out: it is revoked for good"),
            mode == "hard"
        );
        commit_at(&tree, now());
        signet(&tree, &["verify"]).failed(1, &["Revoked"]);
        assert!(!git_accepts(&tree, &allowed));
        commit_at(&tree, since - SignedDuration::from_secs(2));
        assert_eq!(git_accepts(&tree, &allowed), mode == "soft");
        drop(fleet);
    }
}

#[test]
fn a_principal_whose_name_has_spaces_is_found_by_ssh_keygen() {
    let (fleet, tree) = with_policy(|_, policy| {
        let renamed = policy.replace("dave:", "\"dave of team-a\":");
        renamed.replace("[dave,", "[\"dave of team-a\",")
    });
    let (allowed, run) = allowed_signers(&tree);
    assert!(
        run.stdout
            .contains("\n\"dave of team-a\" namespaces=\"git\" ssh-ed25519 "),
        "{}",
        run.stdout
    );
    commit_at(&tree, now());
    signet(&tree, &["verify"]).succeeded();
    assert!(git_accepts(&tree, &allowed));
    let signed = tree.person().home().join("signed");
    fs::write(&signed, "x").unwrap();
    let key = text(&tree.person().key_path());
    for zone in ZONES {
        let mut sign = tree.command("ssh-keygen");
        let signed_by = sign
            .args(["-q", "-Y", "sign", "-f", &key, "-n", "git", &text(&signed)])
            .output();
        assert!(signed_by.unwrap().status.success());
        let signature = signed.with_extension("sig");
        let mut find = tree.command("ssh-keygen");
        find.env("TZ", zone);
        let found = find.args([
            "-Y",
            "find-principals",
            "-f",
            &text(&allowed),
            "-s",
            &text(&signature),
        ]);
        let found: Run = found.output().unwrap().into();
        assert_eq!(found.succeeded().stdout, "dave of team-a\n");
        fs::remove_file(&signature).unwrap();
    }
    drop(fleet);
}

#[test]
fn an_openpgp_key_is_left_out_with_a_note() {
    let (fleet, tree) = with_policy(|fleet, policy| {
        let place = format!("signet/keys/{ZOE}.asc");
        fleet.alice.write(&place, include_str!("zoe.asc")).unwrap();
        let zoe = format!(
            "  principals:\n    zoe: {{keys: [\"openpgp:{}\"]}}\n",
            ZOE.to_lowercase()
        );
        policy.replace("  principals:\n", &zoe)
    });
    let (_, run) = allowed_signers(&tree);
    assert_eq!(run.stdout.lines().count(), 2, "{}", run.stdout);
    let note = format!("openpgp:{ZOE} of zoe is left out: it is an OpenPGP key");
    assert!(run.stderr.contains(&note), "{}", run.stderr);
    drop(fleet);
}

#[test]
fn a_name_that_would_stand_for_others_is_left_out_and_the_others_are_not() {
    let (fleet, tree) = with_policy(|_, policy| {
        policy
            .replace("dave:", "\"*\":")
            .replace("[dave,", "[\"*\",")
    });
    let run = signet(&tree, &["policy", "allowed-signers"]);
    assert!(
        run.stderr.contains("of \"*\" is left out"),
        "{}",
        run.stderr
    );
    assert!(run.stdout.starts_with("alice "), "{}", run.stdout);
    run.succeeded();
    drop(fleet);
}

#[test]
fn nobody_who_can_only_push_adds_a_key() {
    let (fleet, tree) = with_policy(|_, policy| format!("# Nothing changes.\n{policy}"));
    let (_, before) = allowed_signers(&tree);
    let policy = tree.read(POLICY).unwrap();
    let own = "  principals:\n    mallory: {keys: [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBd6jVkJZBgzC5xxyWXCpnvCXaoVjwrXhKL8EjOnwqrB\"]}\n";
    tree.write(POLICY, &policy.replace("  principals:\n", own))
        .unwrap();
    tree.commit("Add mallory").unwrap();
    let (_, after) = allowed_signers(&tree);
    assert_eq!(after.stdout, before.stdout);
    assert!(
        after.stderr.contains("the last good commit"),
        "{}",
        after.stderr
    );
    drop(fleet);
}

#[expect(
    clippy::disallowed_methods,
    reason = "commits are dated by the machine's clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
