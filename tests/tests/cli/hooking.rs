//! `check --staged` as Git runs it: what it says to whom, and which names it lets pass.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use signet_envelope::Pattern;

use crate::fixture::{Fleet, Run, SECRET, SECRET_PATH, run, signet};
use crate::inspecting::checked;
use crate::merging::{in_fleet, on_path};
use crate::plain::Plain;
use crate::rotating::another;

/// A repository with the hook, in which the rules are committed.
pub(crate) fn hooked() -> Plain {
    let plain = Plain::repository();
    plain.rules("");
    plain.git(&["add", "--all"]);
    plain.git(&["commit", "--quiet", "-m", "Rules"]);
    let install = on_path(plain.command());
    run(install, &["git", "install", "--hook"]).succeeded();
    plain
}

/// A program that finds signet, in a folder of the repository.
fn program(plain: &Plain, name: &str, folder: &str) -> Command {
    let mut command = on_path(plain.person.command(name));
    command.current_dir(plain.path().join(folder));
    command
}

pub(crate) fn commit(plain: &Plain, folder: &str) -> Run {
    let git = program(plain, "git", folder);
    run(git, &["commit", "--quiet", "-m", "Change"])
}

#[test]
fn the_hook_says_nothing_where_it_finds_nothing() {
    let plain = hooked();
    plain.write("a.yaml", "kind: ConfigMap\n");
    plain.git(&["add", "a.yaml"]);
    let done = commit(&plain, ".").succeeded();
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", ""));
    let said = plain.signet(&["check", "a.yaml"]).succeeded().stderr;
    assert_eq!(said, "nothing found\n");
}

#[test]
fn what_the_hook_says_to_do_is_pasted_where_git_was_called_and_the_commit_passes() {
    for folder in [".", "k8s", "other/deep"] {
        let plain = hooked();
        plain.write("k8s/a b.yaml", SECRET);
        plain.write("other/deep/a.yaml", "kind: ConfigMap\n");
        plain.git(&["add", "--all"]);
        let refused = commit(&plain, folder);
        assert_eq!(refused.code, 1);
        let said = refused.stdout + &refused.stderr;
        let remedy = said.lines().find(|line| line.starts_with("    ")).unwrap();
        assert!(remedy.ends_with("a b.yaml'"), "{said}");
        let shell = program(&plain, "sh", folder);
        run(shell, &["-c", remedy.trim()]).succeeded();
        commit(&plain, folder).succeeded();
        assert!(plain.git(&["show", "HEAD:k8s/a b.yaml"]).contains("sops:"));
    }
}

#[test]
fn files_are_named_from_the_folder_in_which_the_person_stands() {
    let plain = Plain::repository();
    plain.write("k8s/sub/db.yaml", SECRET);
    let said = |folder: &str, words: &[&str]| {
        let signet = program(&plain, "signet", folder);
        run(signet, words).stdout
    };
    plain.write("other/x", "");
    for (folder, name) in [
        (".", "k8s/sub/db.yaml"),
        ("k8s", "sub/db.yaml"),
        ("other", "../k8s/sub/db.yaml"),
    ] {
        let text = said(folder, &["check"]);
        assert!(text.starts_with(&format!("{name}:2:1: ")), "{text}");
        assert!(
            text.ends_with(&format!("or signet seal --age RECIPIENT {name}\n")),
            "{text}"
        );
        assert_eq!(said(folder, &["check", "-o", "name"]), format!("{name}\n"));
        let json = said(folder, &["check", "-o", "json"]);
        assert!(json.contains("\"file\": \"k8s/sub/db.yaml\""), "{json}");
    }
}

#[test]
fn what_is_staged_under_a_name_that_signet_does_not_take_stops_the_commit_and_no_later_one() {
    for name in [&b"odd\nname.yaml"[..], b"latin-\xe4.yaml"] {
        let plain = hooked();
        fs::write(plain.path().join(OsStr::from_bytes(name)), SECRET).unwrap();
        plain.git(&["add", "--all"]);
        let refused = commit(&plain, ".");
        assert_eq!(refused.code, 1);
        let said = refused.stdout + &refused.stderr;
        assert!(said.contains("[unexamined]"), "{said}");
        plain.git(&["commit", "--quiet", "--no-verify", "-m", "Past it"]);
        plain.write("a.yaml", "kind: ConfigMap\n");
        plain.git(&["add", "--all"]);
        commit(&plain, ".").succeeded();
    }
}

/// Which files the hook for pre-commit looks at.
fn hooked_names() -> Pattern {
    let hooks = concat!(env!("CARGO_MANIFEST_DIR"), "/../.pre-commit-hooks.yaml");
    let hooks = fs::read_to_string(hooks).unwrap();
    let files = hooks
        .lines()
        .find_map(|line| line.strip_prefix("  files: "));
    Pattern::new(files.unwrap().trim_matches('\'')).unwrap()
}

#[test]
fn both_hooks_say_the_same_of_what_a_name_says() {
    let pattern = hooked_names();
    let fleet = Fleet::new();
    let say = |words: &[&str]| signet(&fleet.alice, words).stdout;
    for folder in ["tenants/team-a/prod", "docs", "."] {
        for (name, is_meant) in [
            ("db.secret.yaml", true),
            ("db.secrets.json", true),
            ("db.sops.yaml", true),
            ("db.secret", true),
            ("db.env.enc", true),
            ("db.enc.", true),
            ("secret.yaml", false),
            (".secret.yaml", false),
            ("db.secret.yaml.md", false),
            ("sops", false),
        ] {
            let file = format!("{folder}/{name}");
            let file = file.trim_start_matches("./");
            fleet.alice.write(file, "a: 1\n").unwrap();
            fleet.alice.git(&["add", file]).unwrap();
            let is_found = |said: String| said.contains("it is not sealed [not-sealed]");
            let by_git = is_found(say(&["check", "--staged"]));
            let by_pre_commit = pattern.matches(file) && is_found(say(&["seal", "--check", file]));
            assert_eq!([by_git, by_pre_commit], [is_meant; 2], "{file}");
            assert_eq!(is_found(say(&["check", file])), is_meant, "{file}");
            fleet
                .alice
                .git(&["rm", "--quiet", "--force", file])
                .unwrap();
        }
    }
}

#[test]
fn no_hook_is_written_where_other_repositories_have_theirs() {
    let plain = Plain::repository();
    let shared = plain.person.home().join("hooks");
    let folder = shared.to_str().unwrap();
    plain.git(&["config", "--global", "core.hooksPath", folder]);
    plain.signet(&["git", "install", "--hook"]).failed(
        1,
        &[folder, "other repositories", "core.hooksPath .git/hooks"],
    );
    assert!(!shared.exists());
    plain.git(&["config", "--local", "core.hooksPath", ".git/hooks"]);
    plain.signet(&["git", "install", "--hook"]).succeeded();
    assert!(plain.path().join(".git/hooks/pre-commit").exists());
    assert!(!shared.exists());
}

#[test]
fn who_joins_or_leaves_by_the_documents_stops_no_commit_and_the_files_that_wait_are_named() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    fleet.alice.commit("Seal").unwrap();
    let git = |words: &[&str]| in_fleet(&fleet, "git", words);
    let signet = |words: &[&str]| in_fleet(&fleet, "signet", words);
    signet(&["git", "install", "--hook"]).succeeded();
    let tenant = "signet/tenants/team-a.yaml";
    let (erin, _) = another(&Plain::new(), "erin");
    let without = fleet.alice.read(tenant).unwrap();
    let with = without.replace("spec:\n", &format!("spec:\n  editors: [{erin}]\n"));
    let commit = |message: &str| git(&["commit", "--quiet", "--all", "-S", "-m", message]);

    fleet.alice.write(tenant, &with).unwrap();
    let said = commit("erin joins").succeeded().stderr;
    let follow = "once they are committed, who opens it runs `signet seal tenants/team-a`";
    assert!(said.contains(follow), "{said}");
    // Elsewhere it is found until somebody does.
    let found = signet(&["check"]).stdout;
    assert!(found.contains("[wrong-recipients]"), "{found}");
    signet(&["seal", "tenants/team-a"]).succeeded();
    let sealed = commit("Seal for erin").succeeded();
    assert_eq!((&*sealed.stdout, &*sealed.stderr), ("", ""));

    fleet.alice.write(tenant, &without).unwrap();
    let said = commit("erin leaves").succeeded().stderr;
    let follow = "who opens it runs `signet rotate tenants/team-a`";
    assert!(said.contains(follow), "{said}");

    // What the commit brings itself is its own.
    fleet.alice.write(tenant, &with).unwrap();
    let open = fleet.open(&[SECRET_PATH]).succeeded().stdout;
    fleet
        .alice
        .write("tenants/team-a/prod/new.yaml", &open)
        .unwrap();
    git(&["add", "--all"]).succeeded();
    let refused = commit("Both");
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("[clear-secret]"),
        "{}",
        refused.stderr
    );
    assert!(!refused.stderr.contains("[wrong-recipients]"));
}

#[test]
fn rules_that_are_named_stand_for_what_they_rule_as_those_that_are_staged_do() {
    let plain = hooked();
    for file in ["a/one.yaml", "two.yaml"] {
        plain.write(file, "a: 1\n");
        plain.signet(&["seal", file]).succeeded();
    }
    plain.git(&["add", "--all"]);
    commit(&plain, ".").succeeded();
    let (other, _) = another(&plain, "other");
    let rules = format!("creation_rules:\n- age: {other}\n");
    plain.write(".sops.yaml", &rules);
    plain.git(&["add", "--all"]);
    let wrong = |file: &str| ("wrong-recipients".to_owned(), file.to_owned());
    for words in [&["--staged"][..], &[".sops.yaml"]] {
        let found = checked(&plain, words).into_iter();
        let found: Vec<_> = found.map(|(id, file, _)| (id, file)).collect();
        assert_eq!(found, [wrong("a/one.yaml"), wrong("two.yaml")], "{words:?}");
    }
}

#[test]
fn the_hook_of_pre_commit_stays_and_its_own_way_is_named() {
    let plain = Plain::repository();
    let theirs = "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n";
    plain.write(".git/hooks/pre-commit", theirs);
    plain.signet(&["git", "install", "--hook"]).failed(
        1,
        &["signet-check", ".pre-commit-config.yaml", "without --hook"],
    );
    assert_eq!(plain.read(".git/hooks/pre-commit"), theirs);
}
