//! `revoke`: a key that is not believed any more.

use std::thread;
use std::time::Duration;

use signet_tests::person::{Person, WorkTree};

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
fn whoever_revokes_the_last_signer_of_a_folder_is_told_which_paths_nobody_can_change_then() {
    let fleet = Fleet::new();
    let alice = &fleet.alice;
    let warning = "nobody can change tenants/team-a/**: rule 3 needs 1 of group team-a, in which 0";
    let others = signet(alice, &["revoke", "dave", "--dry-run"]).succeeded();
    assert!(
        !others.stderr.contains("nobody can change"),
        "{}",
        others.stderr
    );
    let policy = alice.read(POLICY).unwrap();
    let alone = policy.replace("team-a: [dave, alice]", "team-a: [dave]");
    alice
        .write(POLICY, &alone.replace("version: 2", "version: 3"))
        .unwrap();
    alice.commit("Leave the folder to dave").unwrap();
    for words in [&["revoke", "dave", "--dry-run"][..], &["revoke", "dave"]] {
        let run = signet(alice, words).succeeded();
        assert!(run.stderr.contains(warning), "{}", run.stderr);
        assert!(!run.stderr.contains("team-b/**"), "{}", run.stderr);
    }
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

const TENANT: &str = "signet/tenants/team-a.yaml";
const WORK: &str = "tenants/team-a/prod/x.yaml";
const CERTIFICATE: &str = "signet/keys/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.asc";

#[rustfmt::skip]
const ADD_TENANT: [&str; 9] = ["tenant", "add", "team-c", "--cluster", "prod", "--namespace", "team-c", "--signer", "alice"];

/// What ends in a commit that a person is to make, but for the rotations.
const WRITING: [&[&str]; 3] = [
    &["revoke", "dave"],
    &ADD_TENANT,
    &["cluster", "add", "spare"],
];

/// Commits what alice never wrote: another member of root, a laxer tenant, an old certificate and some work.
fn plant(alice: &WorkTree) {
    let policy = alice.read(POLICY).unwrap();
    let planted = policy
        .replace("root: [alice]", "root: [alice, dave]")
        .replace("version: 2", "version: 3");
    assert!(planted.contains("root: [alice, dave]"), "{planted}");
    alice.write(POLICY, &planted).unwrap();
    let tenant = alice.read(TENANT).unwrap();
    let lax = tenant.replace("spec:\n", "spec:\n  sealed: compat\n");
    assert_ne!(tenant, lax);
    alice.write(TENANT, &lax).unwrap();
    alice.write(CERTIFICATE, "old\n").unwrap();
    alice.write(WORK, "x: 1\n").unwrap();
    alice.commit_unsigned("Plant").unwrap();
}

#[test]
fn nobody_vouches_unasked_for_what_stands_in_a_commit_that_nobody_signed() {
    let fleet = Fleet::new();
    let alice = &fleet.alice;
    let good = alice.head().unwrap();
    plant(alice);
    let restore = format!(
        "`git restore --source={good} --staged --worktree -- {CERTIFICATE} {POLICY} {TENANT} {WORK}`"
    );
    let listed = format!(
        "HEAD is refused, nobody whom the policy knows signed it, and whoever signs a commit on top of it vouches for all that it has otherwise \
         than the last good commit:\n  {CERTIFICATE}\n  {POLICY}\n    /spec/groups/root/1\n  {TENANT}\n  {WORK}\n"
    );
    let shown = |said: &str| said.replace("\n    ", "\n");
    for words in WRITING {
        let said = signet(alice, words).failed(1, &["nobody is here to be asked", &restore]);
        let lines = listed.lines().map(str::trim);
        assert!(lines.into_iter().all(|line| said.contains(line)), "{said}");
        let dry = signet(alice, &[words, &["--dry-run"]].concat());
        let dry = dry.succeeded().stderr;
        let told = shown(&dry).contains(&shown(&format!("would be asked: {listed}")));
        assert!(told, "{dry}");
        assert_eq!(alice.git(&["status", "--porcelain"]).unwrap(), "");
    }
    // As it says, and nobody is asked any more.
    let source = format!("--source={good}");
    #[rustfmt::skip]
    let words = ["restore", &*source, "--staged", "--worktree", "--", CERTIFICATE, POLICY, TENANT, WORK];
    alice.git(&words).unwrap();
    for words in WRITING {
        let dry = signet(alice, &[words, &["--dry-run"]].concat());
        let dry = dry.succeeded().stderr;
        assert!(!dry.contains("would be asked: HEAD"), "{dry}");
    }
    signet(alice, WRITING[0]).succeeded();
    alice.commit("Revoke a key").unwrap();
    signet(alice, &["verify"]).succeeded();
    assert!(!alice.read(POLICY).unwrap().contains("root: [alice, dave]"));
}

#[test]
fn what_is_put_back_in_part_is_asked_about_still() {
    let fleet = Fleet::new();
    let alice = &fleet.alice;
    let source = format!("--source={}", alice.head().unwrap());
    plant(alice);
    // In the work tree alone: the index has the other, and so has the next commit.
    alice
        .git(&["restore", &source, "--", POLICY, WORK])
        .unwrap();
    // From the index alone: what is written is added with the folder.
    let uncached = ["rm", "--quiet", "--cached", CERTIFICATE];
    alice.git(&uncached).unwrap();
    for path in [POLICY, CERTIFICATE, TENANT, WORK] {
        let path = format!("  {path}\n");
        signet(alice, &["revoke", "dave"]).failed(1, &["HEAD is refused", &path]);
    }
}

#[test]
fn several_keys_are_revoked_in_one_commit_on_a_refused_head() {
    let fleet = Fleet::new();
    let alice = &fleet.alice;
    plant(alice);
    let stranger = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for key in ["dave", stranger] {
        let run = signet(alice, &["revoke", key, "--yes"]).succeeded();
        assert!(run.stderr.contains("HEAD is refused"), "{}", run.stderr);
    }
    signet(alice, &[&ADD_TENANT[..], &["--yes"]].concat()).succeeded();
    alice.commit("Revoke two keys").unwrap();
    signet(alice, &["verify"]).succeeded();
    let policy = alice.read(POLICY).unwrap();
    assert!(
        policy.contains(stranger) && policy.contains("team-c"),
        "{policy}"
    );
}

#[test]
fn what_else_of_the_policy_goes_into_the_same_commit_is_told() {
    let fleet = Fleet::new();
    let alice = &fleet.alice;
    signet(alice, &["revoke", "dave"]).succeeded();
    alice.commit("Revoke a key").unwrap();
    let back = ["checkout", "--quiet", "HEAD~", "--", POLICY];
    alice.git(&back).unwrap();
    let stranger = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for words in [&["revoke", stranger][..], &ADD_TENANT] {
        let said = signet(alice, words).succeeded().stderr;
        let told =
            said.contains("differs from that of HEAD already") && said.contains("/spec/revoked");
        assert!(told, "{said}");
    }
    // What a person wrote is their own, and is kept.
    assert!(alice.read(POLICY).unwrap().contains(stranger));
}

#[test]
fn who_signed_a_refused_head_is_named_and_work_on_top_of_it_goes_on() {
    let (fleet, dave) = with_daves_work();
    let policy = dave.read(POLICY).unwrap();
    let planted = policy
        .replace("root: [alice]", "root: [alice, dave]")
        .replace("version: 2", "version: 3");
    dave.write(POLICY, &planted).unwrap();
    dave.commit("Ask for root").unwrap();
    dave.push().unwrap();
    let alice = &fleet.alice;
    alice.catch_up().unwrap();
    let key = text(&fleet.dave.public_key_path());
    let words = [
        "HEAD is refused, dave (SHA256:",
        "    /spec/groups/root/1\n",
    ];
    signet(alice, &["revoke", &key]).failed(1, &words);
    signet(alice, &["revoke", &key, "--yes"]).succeeded();
    alice.commit("Take dave in, and revoke his key").unwrap();
    signet(alice, &["verify"]).succeeded();
}

#[test]
fn no_refused_head_fills_the_screen_and_what_takes_it_back_takes_no_own_work_back() {
    const OWN: &str = "tenants/team-a/prod/own.yaml";
    let fleet = Fleet::new();
    let alice = &fleet.alice;
    alice.write(OWN, "x: 1\n").unwrap();
    let good = alice.commit("Begin").unwrap();
    for number in 0..30 {
        let path = format!("tenants/team-a/prod/{number}[a].yaml");
        alice.write(&path, "x: 1\n").unwrap();
    }
    alice.commit_unsigned("Plant").unwrap();
    alice.write(OWN, "x: 2\n").unwrap();
    let restore = format!("git restore --source={good} --staged --worktree -- ");
    for more in ["  and 10 more\n", ""] {
        let said = signet(alice, &["revoke", "dave"]).failed(1, &[more, &restore]);
        let shown = if more.is_empty() { 10 } else { 20 };
        assert_eq!(said.matches("[a].yaml").count(), 2 * shown, "{said}");
        let (_, command) = said.split_once(&restore).unwrap();
        let (paths, _) = command.split_once('`').unwrap();
        let mut shell = alice.command("sh");
        shell.args(["-ec", &format!("{restore}{paths}")]);
        assert!(shell.status().unwrap().success());
    }
    assert_eq!(alice.read(OWN).unwrap(), "x: 2\n");
    signet(alice, &["revoke", "dave"]).succeeded();
}

#[test]
fn no_commit_that_a_verb_asks_for_ends_a_merge_that_nobody_was_asked_about() {
    let (fleet, dave) = with_daves_work();
    let alice = &fleet.alice;
    let theirs = dave.head().unwrap();
    alice
        .git(&["checkout", "--quiet", "-b", "other", "HEAD~1"])
        .unwrap();
    alice.write("tenants/team-b/prod/y.yaml", "x: 1\n").unwrap();
    alice.commit("Other work").unwrap();
    alice
        .git(&["merge", "--quiet", "--no-commit", &theirs])
        .unwrap();
    let key = Person::new("erin").unwrap().public_key().unwrap();
    let before = alice.read(POLICY).unwrap();
    for words in [
        &["revoke", "dave"][..],
        &["rotate", "identity", "team-a", "--cluster", "prod", "--yes"],
        &["rotate", "signer", "dave", "--key", &key],
    ] {
        let said = signet(alice, words);
        let why = format!("a merge of {theirs} is in progress");
        said.failed(1, &[&why, "git merge --abort"]);
    }
    assert_eq!(alice.read(POLICY).unwrap(), before);
    alice.git(&["merge", "--abort"]).unwrap();
    signet(alice, &["revoke", "dave"]).succeeded();
}
