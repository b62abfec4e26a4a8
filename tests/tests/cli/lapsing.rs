//! What `check` and the hook say of files that were sealed: in the clear again, or with the MAC of another version.

use std::fs;

use crate::fixture::{CANARY, Fleet, Run, SECRET, SECRET_PATH, run, signet};
use crate::inspecting::{checked, one};
use crate::merging::{Branches, FILE, TEXT};
use crate::plain::Plain;

/// The stores, each with a file in the clear.
const FILES: [(&str, &str); 5] = [
    ("db.yaml", "password: canary-9f3a1c\n"),
    ("db.json", "{\"password\": \"canary-9f3a1c\"}\n"),
    (".env", "password=canary-9f3a1c\n"),
    ("db.ini", "[db]\npassword = canary-9f3a1c\n"),
    ("key.pem", "canary-9f3a1c\n"),
];

/// A repository in which the file is sealed and committed, or only staged.
fn with(file: &str, text: &str, is_committed: bool) -> Plain {
    let plain = Plain::repository();
    plain.rules("");
    plain.write(file, text);
    plain.signet(&["seal", file]).succeeded();
    plain.git(&["add", "--all"]);
    if is_committed {
        plain.git(&["commit", "--quiet", "-m", "Seal"]);
    }
    assert_eq!(checked(&plain, &[]), []);
    plain
}

#[test]
fn a_file_that_is_sealed_in_head_or_staged_and_clear_now_is_found_under_any_rule_and_none() {
    for (file, text) in FILES {
        for is_committed in [true, false] {
            let plain = with(file, text, is_committed);
            plain.write(file, text);
            for rules in ["", "path_regex: ^nothing/"] {
                plain.rules(rules);
                assert_eq!(checked(&plain, &[]), one("not-sealed", file, 0));
                assert_eq!(checked(&plain, &[file]), one("not-sealed", file, 0));
            }
            fs::remove_file(plain.path().join(".sops.yaml")).unwrap();
            let said = plain.signet(&["check"]).stdout;
            let place = if is_committed { "HEAD" } else { "the index" };
            let expected = format!(
                "{file}: it is sealed in {place}, and here in clear text [not-sealed]\n    \
                 write a creation rule for it into .sops.yaml, or signet seal --age RECIPIENT {file}\n"
            );
            assert_eq!(said, expected);
            plain.rules("");
            plain.signet(&["seal", file]).succeeded();
            assert_eq!(checked(&plain, &[]), []);
        }
    }
}

#[test]
fn a_file_that_is_emptied_is_taken_back_by_the_command_that_is_printed() {
    for (places, is_committed) in [("HEAD", true), ("index", false), ("side", true)] {
        let file = "a b.yaml";
        let plain = with(file, "password: canary-9f3a1c\n", is_committed);
        let sealed = plain.read(file);
        if places == "side" {
            plain.git(&["branch", "topic"]);
            plain.git(&["rm", "--quiet", file]);
            plain.git(&["commit", "--quiet", "-m", "Remove"]);
            plain.git(&["checkout", "--quiet", "--orphan", "other"]);
            plain.git(&["commit", "--quiet", "-m", "Begin anew"]);
            plain.git(&[
                "merge",
                "--quiet",
                "--no-commit",
                "--allow-unrelated-histories",
                "topic",
            ]);
        }
        plain.write(file, "");
        let said = plain.signet(&["check", file]);
        assert_eq!(said.code, 1, "{}", said.stdout);
        let back = said.stdout.lines().find(|line| line.starts_with("    "));
        let (_, back) = back.unwrap().rsplit_once(": ").unwrap();
        let mut shell = plain.person.command("sh");
        shell.current_dir(plain.path());
        run(shell, &["-c", back]).succeeded();
        assert_eq!(plain.read(file), sealed, "{back}");
    }
}

#[test]
fn the_hook_refuses_clear_text_over_what_is_sealed_in_head_and_ci_finds_what_came_past_it() {
    let branches = Branches::of(TEXT);
    let git = |words: &[&str]| branches.git(words);
    branches.signet(&["git", "install", "--hook"]).succeeded();
    branches.0.write(FILE, TEXT);
    git(&["commit", "--all", "-m", "Oops"]).failed(1, &[]);
    let refused = git(&["commit", "--all", "-m", "Oops"]);
    let said = refused.stdout + &refused.stderr;
    assert!(
        said.contains("it is sealed in HEAD") && !said.contains(CANARY),
        "{said}"
    );
    git(&["commit", "--quiet", "--no-verify", "--all", "-m", "Oops"]).succeeded();
    let after = branches.signet(&["check"]);
    assert!(after.stdout.contains("sealed in HEAD^"), "{}", after.stdout);
    branches.signet(&["seal", FILE]).succeeded();
    git(&["commit", "--quiet", "--all", "-m", "Seal"]).succeeded();
    assert_eq!(checked(&branches.0, &[]), []);
}

#[test]
fn the_hook_refuses_a_merge_that_git_would_commit_by_itself() {
    let branches = Branches::of(TEXT);
    branches.signet(&["git", "install", "--hook"]).succeeded();
    branches.git(&["checkout", "--quiet", "topic"]).succeeded();
    branches.0.write("more.yaml", SECRET);
    branches.git(&["add", "--all"]).succeeded();
    branches
        .git(&["commit", "--quiet", "--no-verify", "-m", "Clear"])
        .succeeded();
    branches.on("main", &[("/db/port", "1")]);
    branches
        .git(&["merge", "-m", "Merge", "topic"])
        .failed(1, &["more.yaml:2:1: a Secret in clear text"]);
    branches.git(&["merge", "--abort"]).succeeded();
    branches.git(&["checkout", "--quiet", "topic"]).succeeded();
    branches.signet(&["seal", "more.yaml"]).succeeded();
    branches
        .git(&["commit", "--quiet", "--all", "-m", "Seal"])
        .succeeded();
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    branches.git(&["merge", "-m", "Merge", "topic"]).succeeded();
}

#[test]
fn in_a_fleet_clear_text_over_a_sealed_file_is_found_too() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    fleet.alice.commit("Seal").unwrap();
    fleet
        .alice
        .write(SECRET_PATH, "user: canary-9f3a1c\n")
        .unwrap();
    let run = signet(&fleet.alice, &["check"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("it is sealed in HEAD"),
        "{}",
        run.stdout
    );
    fleet.alice.write(SECRET_PATH, SECRET).unwrap();
    let run = signet(&fleet.alice, &["check", "-o", "json"]);
    assert_eq!(run.stdout.matches("\"id\"").count(), 1, "{}", run.stdout);
}

#[test]
fn a_file_that_an_old_branch_has_sealed_is_not_found_in_each_merge_of_it() {
    let branches = Branches::of(TEXT);
    branches.0.write("other.yaml", "a: 1\n");
    branches.git(&["checkout", "--quiet", "topic"]).succeeded();
    branches.git(&["add", "--all"]).succeeded();
    branches
        .git(&["commit", "--quiet", "-m", "More"])
        .succeeded();
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    branches.0.write(FILE, TEXT);
    branches
        .git(&["commit", "--quiet", "--all", "-m", "Public"])
        .succeeded();
    branches
        .git(&["merge", "--quiet", "--no-commit", "--no-ff", "topic"])
        .succeeded();
    branches.signet(&["check", "--staged"]).succeeded();
    branches
        .git(&["commit", "--quiet", "-m", "Merge"])
        .succeeded();
    branches.signet(&["check"]).succeeded();
}

/// Two branches that changed the same value, in a conflict.
fn in_conflict(has_driver: bool) -> Branches {
    let branches = Branches::of(TEXT);
    branches.on("main", &[("/db/password", "ours"), ("/db/port", "1")]);
    branches.on("topic", &[("/db/password", "theirs"), ("/keys/1", "app")]);
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    branches.signet(&["git", "install", "--hook"]).succeeded();
    if !has_driver {
        branches
            .signet(&["git", "install", "--uninstall"])
            .succeeded();
    }
    branches
}

#[track_caller]
fn is_stale(run: Run) {
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let said = run.stdout + &run.stderr;
    assert!(said.contains("so nobody opens it [stale-seal]\n"), "{said}");
}

#[test]
fn lines_that_were_left_of_a_conflict_by_hand_are_found_until_the_file_is_sealed() {
    for (has_driver, ours) in [(true, false), (false, true)] {
        let branches = in_conflict(has_driver);
        branches.git(&["merge", "topic"]).failed(1, &[]);
        branches.leave(ours);
        let opened = branches.signet(&["open", FILE]);
        opened.failed(1, &["MAC", "`signet seal app.yaml` makes it whole"]);
        let found = branches.signet(&["check"]);
        assert!(found.stdout.ends_with("\n    signet seal app.yaml\n"));
        is_stale(found);
        is_stale(branches.signet(&["seal", "--check", FILE]));
        branches.git(&["add", FILE]).succeeded();
        is_stale(branches.signet(&["check"]));
        is_stale(branches.signet(&["check", "--staged"]));
        if has_driver {
            is_stale(branches.git(&["commit", "--quiet", "-m", "Merge"]));
        }
        branches.signet(&["seal", "--yes", FILE]).succeeded();
        branches.signet(&["open", FILE]).succeeded();
        branches
            .git(&["commit", "--quiet", "--all", "-m", "Sealed"])
            .succeeded();
        branches.signet(&["check"]).succeeded();
    }
}

#[test]
fn lines_that_were_left_by_hand_and_committed_are_found_in_ci_until_they_are_taken_back() {
    let branches = in_conflict(false);
    branches.git(&["merge", "topic"]).failed(1, &[]);
    branches.leave(true);
    branches
        .git(&["commit", "--quiet", "--all", "-m", "Merge"])
        .succeeded();
    let found = branches.signet(&["check"]);
    assert!(
        found
            .stdout
            .contains("    git checkout HEAD^1 -- app.yaml takes"),
        "{}",
        found.stdout
    );
    is_stale(found);
    branches
        .git(&["checkout", "HEAD^1", "--", FILE])
        .succeeded();
    branches.signet(&["check"]).succeeded();
    branches.signet(&["check", "--staged"]).succeeded();
    branches
        .git(&["commit", "--quiet", "--all", "-m", "Back"])
        .succeeded();
    branches.signet(&["check"]).succeeded();
}

#[test]
fn lines_that_were_left_of_a_pick_a_rebase_a_revert_and_a_stash_are_found() {
    let steps: [&[&str]; 4] = [
        &["cherry-pick", "topic"],
        &["rebase", "topic"],
        &["revert", "--no-edit", "HEAD~1"],
        &["stash", "pop"],
    ];
    for words in steps {
        let branches = in_conflict(false);
        match words[0] {
            "revert" => {
                branches.on("main", &[("/db/password", "again"), ("/keys/1", "again")]);
            }
            "stash" => {
                branches
                    .signet(&["set", FILE, "/db/password", "--string", "x"])
                    .succeeded();
                branches.git(&["stash"]).succeeded();
                branches.on("main", &[("/db/password", "again"), ("/keys/1", "one")]);
            }
            _ => {}
        }
        branches.git(words).failed(1, &[]);
        let mut stale = 0;
        for ours in [true, false] {
            branches.leave(ours);
            let whole = branches.signet(&["open", FILE]).code == 0;
            let run = branches.signet(&["check"]);
            if whole {
                run.succeeded();
            } else {
                is_stale(run);
                stale += 1;
            }
            branches
                .git(&["checkout", "--merge", "--", FILE])
                .succeeded();
        }
        assert_ne!(stale, 0, "{words:?}");
    }
}

#[test]
fn a_side_of_a_merge_that_was_taken_whole_is_not_found() {
    let branches = in_conflict(false);
    branches.git(&["merge", "topic"]).failed(1, &[]);
    for side in ["--ours", "--theirs"] {
        branches
            .git(&["checkout", "--quiet", side, FILE])
            .succeeded();
        branches.signet(&["check"]).succeeded();
        branches.git(&["add", FILE]).succeeded();
        branches.signet(&["check", "--staged"]).succeeded();
        branches
            .git(&["checkout", "--quiet", "--merge", FILE])
            .succeeded();
    }
}

#[test]
fn what_a_mac_does_not_cover_may_change_under_it() {
    let plain = Plain::repository();
    plain.rules("encrypted_regex: ^password$, mac_only_encrypted: true");
    plain.write("db.yaml", "# who\nuser: shop\npassword: canary-9f3a1c\n");
    plain.signet(&["seal", "db.yaml"]).succeeded();
    plain.git(&["add", "--all"]);
    plain.git(&["commit", "--quiet", "-m", "Seal"]);
    let sealed = plain.read("db.yaml");
    for (from, to) in [
        ("user: shop", "user: app"),
        ("# who\n", ""),
        ("password: ", "password:    "),
        ("\n", "\r\n"),
    ] {
        plain.write("db.yaml", &sealed.replace(from, to));
        assert_ne!(plain.read("db.yaml"), sealed);
        plain.signet(&["open", "db.yaml"]).succeeded();
        assert_eq!(checked(&plain, &[]), [], "{from:?}");
    }
    let colleague = Plain::new().recipient;
    let rules = plain
        .read(".sops.yaml")
        .replace("age: ", &format!("age: '{colleague},"));
    plain.write(".sops.yaml", &rules.replace(", encrypted", "', encrypted"));
    plain.write("db.yaml", &sealed);
    plain.signet(&["seal", "--yes", "db.yaml"]).succeeded();
    assert_ne!(plain.read("db.yaml"), sealed);
    assert_eq!(checked(&plain, &[]), []);
}

#[test]
fn what_a_mac_covers_may_not_change_under_it() {
    let plain = Plain::repository();
    plain.rules("encrypted_regex: ^(password|token)$");
    plain.write(
        "db.yaml",
        "user: shop\npassword: canary-9f3a1c\ntoken: canary-9f3a1c-2\n",
    );
    plain.signet(&["seal", "db.yaml"]).succeeded();
    plain.git(&["add", "--all"]);
    plain.git(&["commit", "--quiet", "-m", "Seal"]);
    let sealed = plain.read("db.yaml");
    let lines: Vec<&str> = sealed.split_inclusive('\n').collect();
    let year = lines
        .iter()
        .find(|line| line.contains("lastmodified"))
        .unwrap();
    for (changed, line) in [
        (sealed.replace("user: shop", "user: app"), 1),
        (sealed.replace("user: shop\n", ""), 1),
        (
            sealed
                .replace(lines[1], "")
                .replace(lines[2], &[lines[2], lines[1]].concat()),
            2,
        ),
        (sealed.replace(lines[2], ""), 0),
        (sealed.replace(year, &year.replace("\"20", "\"19")), 0),
        (
            sealed.replace("version:", "mac_only_encrypted: true\n  version:"),
            0,
        ),
    ] {
        plain.write("db.yaml", &changed);
        plain.signet(&["open", "db.yaml"]).failed(1, &[]);
        let found = checked(&plain, &[]);
        let stale: Vec<_> = found
            .iter()
            .filter(|found| found.0 == "stale-seal")
            .collect();
        assert_eq!(stale.len(), 1, "{changed}\n{found:?}");
        assert!(line == 0 || stale[0].2 == line, "{found:?}");
        plain.git(&["add", "db.yaml"]);
        assert!(
            checked(&plain, &["--staged"])
                .iter()
                .any(|found| found.0 == "stale-seal")
        );
        plain.git(&["reset", "--quiet", "--hard"]);
    }
}

#[test]
fn a_wrapped_key_that_nobody_can_unwrap_is_found() {
    let plain = Plain::repository();
    let colleague = Plain::new().recipient;
    plain.write(
        ".sops.yaml",
        &format!(
            "creation_rules: [{{age: '{},{colleague}'}}]\n",
            plain.recipient
        ),
    );
    for (file, text) in [FILES[0], FILES[1], FILES[2]] {
        plain.write(file, text);
        plain.signet(&["seal", file]).succeeded();
        let sealed = plain.read(file);
        assert_eq!(checked(&plain, &[]), []);
        let damages = [
            ("-----BEGIN AGE", "-----BEGIN"),
            ("\\n-----END AGE", "\\n-----END"),
            (
                "YWdlLWVuY3J5cHRpb24ub3JnL3Yx",
                "YWdlLWVuY3J5cHRpb24ub3JnL3Yy",
            ),
            ("FgyNTUxOS", "FgyNTUxOD"),
        ];
        for (from, to) in damages {
            let from = if file == "db.yaml" {
                from.trim_start_matches("\\n")
            } else {
                from
            };
            let to = if file == "db.yaml" {
                to.trim_start_matches("\\n")
            } else {
                to
            };
            let at = sealed.find(from).unwrap();
            let broken = [&sealed[..at], to, &sealed[at + from.len()..]].concat();
            plain.write(file, &broken);
            let found = checked(&plain, &[]);
            assert_eq!(found.len(), 1, "{broken}\n{found:?}");
            assert_eq!(
                (found[0].0.as_str(), found[0].1.as_str()),
                ("damaged", file)
            );
        }
        let said = plain.signet(&["check"]).stdout;
        assert!(
            said.contains("cannot be unwrapped") && said.contains("signet rotate"),
            "{said}"
        );
        fs::remove_file(plain.path().join(file)).unwrap();
    }
}

#[test]
fn what_check_says_to_run_makes_the_file_right() {
    let plain = Plain::repository();
    let other = Plain::new().recipient;
    let mine = plain.recipient.clone();
    let rules = |age: &str| {
        plain.write(
            ".sops.yaml",
            &format!("creation_rules: [{{age: '{age}'}}]\n"),
        );
    };
    let sealed_for = |age: &str| {
        rules(age);
        plain.write(FILE, TEXT);
        plain.signet(&["seal", FILE]).succeeded();
        rules(&mine);
        plain.read(FILE)
    };
    let both = format!("{mine},{other}");
    let alone = sealed_for(&mine);
    let shared = sealed_for(&both);
    let (before, theirs) = if shared.find(&mine) < shared.find(&other) {
        shared.split_at(shared.find(&mine).unwrap())
    } else {
        ("", &shared[..])
    };
    let broken = theirs.replacen(
        "YWdlLWVuY3J5cHRpb24ub3JnL3Yx",
        "YWdlLWVuY3J5cHRpb24ub3JnL3Yy",
        1,
    );
    let broken = [before, &broken].concat();
    let remove = format!("signet rotate {FILE} --remove {other}");
    let seal = format!("signet seal {FILE}");
    let cases: [(&str, &str, String, &str); 5] = [
        ("clear-secret", &mine, SECRET.to_owned(), &seal),
        (
            "clear-value",
            &mine,
            alone.replace("keys:", "token: canary-9f3a1c\nkeys:"),
            &seal,
        ),
        ("wrong-recipients", &both, alone.clone(), &seal),
        ("wrong-recipients", &mine, shared.clone(), &remove),
        ("damaged", &both, broken, &format!("signet rotate {FILE}")),
    ];
    for (id, age, text, command) in cases {
        rules(age);
        plain.write(FILE, &text);
        let found = checked(&plain, &[FILE]);
        assert_eq!(found[0].0, id, "{found:?}");
        let said = plain.signet(&["check", FILE]).stdout;
        let verb: Vec<&str> = command.split(' ').take(3).collect();
        assert!(said.contains(&verb.join(" ")), "{said}");
        let words: Vec<&str> = command.split(' ').skip(1).chain(["--yes"]).collect();
        plain.signet(&words).succeeded();
        assert_eq!(checked(&plain, &[FILE]), [], "{id}: {command}");
    }
}

#[test]
fn a_clone_that_is_cut_short_as_ci_makes_it_is_checked_for_all_but_what_was() {
    let plain = with(FILE, TEXT, true);
    plain.write("more.yaml", SECRET);
    plain.git(&["add", "--all"]);
    plain.git(&["commit", "--quiet", "-m", "More"]);
    let url = format!("file://{}", plain.path().display());
    plain.git(&["clone", "--quiet", "--depth", "1", &url, "../short"]);
    let mut command = plain.command();
    command.current_dir(plain.path().join("../short"));
    let run = crate::fixture::run(command, &["check"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr.contains("history cannot be read"),
        "{}",
        run.stderr
    );
    assert!(
        run.stdout.contains("more.yaml:2:1: a Secret in clear text"),
        "{}",
        run.stdout
    );
}
