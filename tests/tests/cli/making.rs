//! `init`, `cluster add`, `tenant add`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use signet_tests::binaries::binaries;
use signet_tests::person::Person;

use crate::fixture::{Fleet, SECRET, content, mode, newcomer, run, signet, text};
use crate::merging::on_path;
use crate::plain::Plain;
use crate::rotating::another;

#[test]
fn init_makes_two_signed_commits_and_pins_the_first() {
    let (_remote, tree) = newcomer();
    let recovery = tree.person().home().join("recovery.key");
    let run = signet(&tree, &["init", "--recovery-out", &text(&recovery)]).succeeded();
    assert_eq!(mode(&recovery), 0o600);
    assert!(!run.stdout.contains("AGE-SECRET-KEY"));
    assert_eq!(tree.git(&["rev-list", "--count", "HEAD"]).unwrap(), "2");
    assert_eq!(tree.git(&["status", "--porcelain"]).unwrap(), "");
    let introduction = tree.git(&["rev-parse", "HEAD~1"]).unwrap();
    assert!(run.stdout.contains(&introduction));
    let pinned = fs::read_to_string(tree.path().join(".git/signet/anchor.yaml")).unwrap();
    assert!(pinned.contains(&introduction));
    let verified = signet(&tree, &["verify"]).succeeded().stdout;
    assert!(verified.contains("signed by alice"), "{verified}");
}

#[test]
fn before_the_first_commit_a_command_says_what_makes_it() {
    let (_remote, tree) = newcomer();
    let add = ["cluster", "add", "prod", "--identity-out", "prod.key"];
    let words: [&[&str]; 2] = [&add, &["verify"]];
    for words in words {
        let said = signet(&tree, words).failed(1, &["there is none yet", "`signet init`"]);
        assert!(!said.contains("caused by"), "{said}");
    }
    assert_eq!(content(tree.path()), []);
    let missing = "1".repeat(40);
    let branch = tree.git(&["symbolic-ref", "HEAD"]).unwrap();
    let branch = tree.path().join(".git").join(branch);
    fs::create_dir_all(branch.parent().unwrap()).unwrap();
    fs::write(branch, missing + "\n").unwrap();
    let said = signet(&tree, &["verify"]).failed(1, &["HEAD"]);
    assert!(!said.contains("signet init"), "{said}");
}

#[test]
fn init_makes_the_repository_where_there_is_none() {
    let alice = Person::new("alice").unwrap();
    let folder = tempfile::tempdir_in(alice.home()).unwrap();
    let mut command = alice.command(binaries().signet);
    command.current_dir(folder.path());
    let recovery = text(&alice.home().join("recovery.key"));
    run(
        command,
        &["init", "--recovery-out", &recovery, "--ref", "live"],
    )
    .succeeded();
    let head = fs::read_to_string(folder.path().join(".git/HEAD")).unwrap();
    assert_eq!(head, "ref: refs/heads/live\n");
}

#[test]
fn init_shows_the_recovery_key_to_nobody_but_a_terminal() {
    let (_remote, tree) = newcomer();
    let said = signet(&tree, &["init"]).failed(1, &["no terminal", "--recovery-out"]);
    assert!(!said.contains("AGE-SECRET-KEY"));
    assert_eq!(content(tree.path()), []);
}

#[test]
fn init_keeps_the_recovery_key_out_of_the_repository() {
    let (_remote, tree) = newcomer();
    signet(&tree, &["init", "--recovery-out", "recovery.key"])
        .failed(1, &["inside the repository"]);
    assert_eq!(content(tree.path()), []);
}

#[test]
fn init_says_how_to_make_git_sign_before_anything_is_written() {
    let (_remote, tree) = newcomer();
    let recovery = tree.person().home().join("recovery.key");
    tree.git(&["config", "user.signingkey", "/nowhere/id.pub"])
        .unwrap();
    let signer = format!("alice={}", tree.person().public_key().unwrap());
    let words = [
        "init",
        "--signer",
        &signer,
        "--recovery-out",
        &text(&recovery),
    ];
    signet(&tree, &words).failed(1, &["gpg.format ssh", "user.signingkey"]);
    assert_eq!(content(tree.path()), []);
    assert!(!recovery.exists());
}

#[test]
fn init_refuses_signers_none_of_whom_is_the_one_that_signs() {
    let (_remote, tree) = newcomer();
    let recovery = tree.person().home().join("recovery.key");
    let dave = format!(
        "dave={}",
        Person::new("dave").unwrap().public_key().unwrap()
    );
    let words = [
        "init",
        "--signer",
        &dave,
        "--recovery-out",
        &text(&recovery),
    ];
    signet(&tree, &words).failed(1, &["does not name"]);
    assert_eq!(content(tree.path()), []);
    assert!(!recovery.exists());
}

#[test]
fn init_leaves_nothing_behind_when_the_commit_is_refused() {
    let (_remote, tree) = newcomer();
    let recovery = tree.person().home().join("recovery.key");
    let hook = tree.path().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    signet(&tree, &["init", "--recovery-out", &text(&recovery)]).failed(1, &["git commit"]);
    assert_eq!(content(tree.path()), []);
    assert_eq!(tree.git(&["status", "--porcelain"]).unwrap(), "");
    assert!(!recovery.exists());
    fs::remove_file(&hook).unwrap();
    signet(&tree, &["init", "--recovery-out", &text(&recovery)]).succeeded();
}

#[test]
fn init_in_a_repository_with_the_hook_names_what_its_rules_leave_out() {
    let (_remote, tree) = newcomer();
    let git = |words: &[&str]| run(on_path(tree.command("git")), words);
    let install = on_path(tree.command(binaries().signet));
    run(install, &["git", "install", "--hook", "--shared"]).succeeded();
    let zoe = another(&Plain::new(), "zoe").0;
    let rules = format!("creation_rules: [{{path_regex: ^apps/, age: {zoe}}}]\n");
    tree.write(".sops.yaml", &rules).unwrap();
    tree.write("apps/web/kustomization.yaml", "kind: Kustomization\n")
        .unwrap();
    tree.write("apps/web/db.yaml", SECRET).unwrap();
    signet(&tree, &["seal", "apps/web/db.yaml"]).succeeded();
    git(&["add", "--all"]).succeeded();
    git(&["commit", "--quiet", "-m", "As it was"]).succeeded();
    let recovery = text(&tree.person().home().join("recovery.key"));
    let init = on_path(tree.command(binaries().signet));
    let said = run(init, &["init", "--recovery-out", &recovery]).succeeded();
    assert!(
        said.stderr
            .contains("until the root group adds one: .gitattributes, .sops.yaml, apps\n"),
        "{}",
        said.stderr
    );
    assert!(!said.stderr.contains("[uncovered]"), "{}", said.stderr);

    // The next version says so too, of what it leaves out still, and stands.
    let policy = tree.read("signet/policy.yaml").unwrap();
    let rule = "  rules:\n    - {paths: [.gitattributes, .sops.yaml], signers: root}\n";
    let policy = policy.replacen("  rules:\n", rule, 1);
    let policy = policy.replacen("version: 1", "version: 2", 1);
    tree.write("signet/policy.yaml", &policy).unwrap();
    let said = git(&["commit", "--quiet", "--all", "-S", "-m", "Rules"]).succeeded();
    assert!(
        said.stderr.contains("nobody may change them: apps\n"),
        "{}",
        said.stderr
    );
    signet(&tree, &["verify"]).succeeded();
}

#[test]
fn a_repository_is_introduced_once() {
    let fleet = Fleet::founded();
    let other = text(&fleet.alice.person().home().join("other.key"));
    signet(&fleet.alice, &["init", "--recovery-out", &other]).failed(1, &["already"]);
}

#[test]
fn what_the_commands_write_verifies_once_it_is_signed() {
    let fleet = Fleet::new();
    assert_eq!(mode(&fleet.identity()), 0o600);
    let explained = signet(&fleet.alice, &["verify", "--explain"])
        .succeeded()
        .stdout;
    assert!(
        explained.contains("clusters/prod/tenants/team-a.yaml"),
        "{explained}"
    );
    assert!(!explained.contains("refused"), "{explained}");
    signet(&fleet.alice, &["check"]).succeeded();
    let tenants = signet(&fleet.alice, &["tenant", "list", "-o", "name"])
        .succeeded()
        .stdout;
    assert_eq!(tenants, "tenant/platform\ntenant/team-a\ntenant/team-b\n");
    let clusters = signet(&fleet.alice, &["cluster", "list", "-o", "name"])
        .succeeded()
        .stdout;
    assert_eq!(clusters, "cluster/prod\n");
}

#[test]
fn no_private_key_stands_in_the_work_tree() {
    let fleet = Fleet::new();
    for (path, bytes) in content(fleet.alice.path()) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("AGE-SECRET-KEY"), "{}", path.display());
    }
}

#[test]
fn a_dry_run_lists_the_files_and_writes_none() {
    let fleet = Fleet::founded();
    let before = content(fleet.alice.path());
    let words = [
        "tenant",
        "add",
        "team-a",
        "--cluster",
        "prod",
        "--namespace",
        "team-a",
        "--dry-run",
    ];
    let listed = signet(&fleet.alice, &words).succeeded().stdout;
    assert_eq!(
        listed.lines().collect::<Vec<_>>(),
        [
            "signet/tenants/team-a.yaml",
            "signet/policy.yaml",
            "clusters/prod/tenants/team-a.yaml",
            "signet/identities/prod/team-a.yaml"
        ]
    );
    assert_eq!(content(fleet.alice.path()), before);
}

#[test]
fn a_tenant_adds_lines_to_the_policy_and_changes_only_its_version() {
    let fleet = Fleet::founded();
    let before = fleet.alice.read("signet/policy.yaml").unwrap();
    fleet.add_tenant("team-a");
    let after = fleet.alice.read("signet/policy.yaml").unwrap();
    let kept: Vec<&str> = before
        .lines()
        .filter(|line| !line.contains("version:"))
        .collect();
    assert!(
        kept.iter()
            .all(|line| after.lines().any(|other| other == *line)),
        "{after}"
    );
    assert!(after.contains("  version: 2\n"), "{after}");
    assert_eq!(after.lines().count(), before.lines().count() + 3, "{after}");
}

#[test]
fn a_second_cluster_extends_the_platform_and_the_tenant() {
    let fleet = Fleet::new();
    signet(&fleet.alice, &["cluster", "add", "staging"]).succeeded();
    let words = [
        "tenant",
        "add",
        "team-a",
        "--cluster",
        "staging",
        "--namespace",
        "team-a",
    ];
    signet(&fleet.alice, &words).failed(1, &["--yes"]);
    signet(&fleet.alice, &[&words[..], &["--yes"]].concat()).succeeded();
    fleet.alice.commit("Add staging").unwrap();
    signet(&fleet.alice, &["verify"]).succeeded();
    signet(&fleet.alice, &["check"]).succeeded();
}

#[test]
fn names_that_are_taken_or_have_a_meaning_are_refused_and_nothing_is_written() {
    let fleet = Fleet::new();
    let before = content(fleet.alice.path());
    let add = |name: &str, namespace: &str| {
        signet(
            &fleet.alice,
            &[
                "tenant",
                "add",
                name,
                "--cluster",
                "prod",
                "--namespace",
                namespace,
            ],
        )
    };
    add("root", "x").failed(2, &["has a meaning"]);
    add("platform", "x").failed(2, &["has a meaning"]);
    add("team-a", "x").failed(1, &["already"]);
    add("team-c", "team-a").failed(1, &["is the tenant team-a's"]);
    add("team-c", "kube-system").failed(1, &["belongs to the cluster"]);
    add("team-c", "signet-system").failed(1, &["Signet's own"]);
    let words = [
        "tenant",
        "add",
        "team-c",
        "--cluster",
        "nowhere",
        "--namespace",
        "x",
    ];
    signet(&fleet.alice, &words).failed(1, &["there is no cluster nowhere", "prod"]);
    signet(&fleet.alice, &["cluster", "add", "prod"]).failed(1, &["exists already"]);
    assert_eq!(content(fleet.alice.path()), before);
}
