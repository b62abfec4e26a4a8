//! `check` in all its forms: what it finds, where, under which name, and for machines.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;
use signet_tests::binaries::binaries;
use signet_tests::sops::{Sops, Version};
use signet_tests::tools;

use crate::fixture::{CANARY, Fleet, Run, SECRET, SECRET_PATH, run, signet, text};
use crate::plain::Plain;

const CLEAR: &str = "password: canary-9f3a1c\nuser: shop\n";

/// The findings of a run that found something: their names, files and lines.
#[track_caller]
fn found(run: &Run) -> Vec<(String, String, u64)> {
    assert!(run.code < 2, "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains(CANARY), "{}", run.stdout);
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    let items = found["items"].as_array().unwrap().iter();
    let items: Vec<&Value> = items.filter(|item| item["level"] != "note").collect();
    assert_eq!(run.code, i32::from(!items.is_empty()));
    let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
    items
        .iter()
        .map(|item| {
            assert!(!text(item, "remedy").is_empty() && !text(item, "problem").is_empty());
            let line = item["line"].as_u64().unwrap_or(0);
            (text(item, "id"), text(item, "file"), line)
        })
        .collect()
}

#[track_caller]
pub(crate) fn checked(plain: &Plain, words: &[&str]) -> Vec<(String, String, u64)> {
    found(&plain.signet(&[&["check", "-o", "json"], words].concat()))
}

pub(crate) fn one(id: &str, file: &str, line: u64) -> Vec<(String, String, u64)> {
    vec![(id.to_owned(), file.to_owned(), line)]
}

/// A repository whose rule names the person, with a sealed file.
fn sealed(rule: &str) -> Plain {
    let plain = Plain::repository();
    plain.rules(rule);
    plain.write("db.yaml", CLEAR);
    plain.signet(&["seal", "db.yaml"]).succeeded();
    assert_eq!(checked(&plain, &[]), []);
    plain
}

fn line_of(text: &str, word: &str) -> u64 {
    let line = text.lines().position(|line| line.contains(word)).unwrap();
    u64::try_from(line).unwrap() + 1
}

#[test]
fn a_plain_repository_is_checked_without_a_fleet_and_without_git() {
    for plain in [Plain::with_rule(""), sealed("")] {
        plain.write("k8s/db.yaml", SECRET);
        assert_eq!(checked(&plain, &[]), one("clear-secret", "k8s/db.yaml", 2));
        let run = plain.signet(&["check", "k8s"]);
        let place =
            "k8s/db.yaml:2:1: a Secret in clear text [clear-secret]\n    signet seal k8s/db.yaml\n";
        assert_eq!(run.stdout, place);
    }
}

#[test]
fn a_value_that_was_added_in_clear_is_found_where_it_stands() {
    let plain = sealed("");
    let text = plain.read("db.yaml");
    plain.write(
        "db.yaml",
        &text.replace("user:", "token: canary-9f3a1c\nuser:"),
    );
    assert_eq!(checked(&plain, &[]), one("clear-value", "db.yaml", 2));
}

#[test]
fn recipients_that_the_rule_does_not_name_are_found_whatever_the_current_folder() {
    let plain = sealed("");
    let stranger = Plain::new().recipient;
    plain.write("sub/db.yaml", CLEAR);
    plain
        .signet(&["seal", "--age", &stranger, "sub/db.yaml"])
        .succeeded();
    let line = line_of(&plain.read("sub/db.yaml"), "age:") + 1;
    let expected = one("wrong-recipients", "sub/db.yaml", line);
    assert_eq!(checked(&plain, &[]), expected);
    let mut command = plain.command();
    command.current_dir(plain.path().join("sub"));
    let run = run(command, &["check", "db.yaml", "-o", "json"]);
    assert_eq!(found(&run), expected);
    assert!(run.stdout.contains(&stranger) && run.stdout.contains(&plain.recipient));
    plain.write(
        "sub/.sops.yaml",
        &format!("creation_rules: [{{age: {stranger}}}]\n"),
    );
    assert_eq!(checked(&plain, &[]), []);
}

#[test]
fn a_file_of_any_bytes_has_no_selection_to_differ_from_its_rule() {
    for rule in [
        "encrypted_regex: ^password$",
        "unencrypted_suffix: _open",
        "mac_only_encrypted: true",
    ] {
        let plain = Plain::with_rule(rule);
        plain.write("key.bin", CLEAR);
        plain.signet(&["seal", "key.bin"]).succeeded();
        assert_eq!(checked(&plain, &[]), [], "{rule}");
        let sops = Sops::new(Version::V3_13, "").unwrap();
        fs::copy(plain.path().join(".sops.yaml"), sops.path(".sops.yaml")).unwrap();
        fs::write(sops.path("key.bin"), CLEAR).unwrap();
        let sealed = String::from_utf8(sops.run(&["encrypt", "key.bin"]).unwrap()).unwrap();
        plain.write("key.bin", &sealed);
        assert_eq!(checked(&plain, &[]), [], "{rule}");
    }
}

#[test]
fn what_the_real_sops_sealed_under_the_rule_is_right() {
    let plain = Plain::with_rule("encrypted_regex: ^password$, mac_only_encrypted: true");
    let sops = Sops::new(Version::V3_13, "").unwrap();
    fs::copy(plain.path().join(".sops.yaml"), sops.path(".sops.yaml")).unwrap();
    fs::write(sops.path("db.yaml"), CLEAR).unwrap();
    let sealed = String::from_utf8(sops.run(&["encrypt", "db.yaml"]).unwrap()).unwrap();
    plain.write("db.yaml", &sealed);
    assert_eq!(checked(&plain, &[]), []);
    plain.rules("encrypted_regex: ^user$, mac_only_encrypted: true");
    let line = line_of(&sealed, "encrypted_regex");
    assert_eq!(checked(&plain, &[]), one("rule-mismatch", "db.yaml", line));
    plain.rules("encrypted_regex: ^password$");
    assert_eq!(checked(&plain, &[]), one("rule-mismatch", "db.yaml", line));
    plain.rules("path_regex: ^other");
    assert_eq!(checked(&plain, &[]), one("no-rule", "db.yaml", 0));
}

#[test]
fn groups_other_than_those_of_the_rule_are_found() {
    let plain = Plain::new();
    let (a, b) = (plain.recipient.clone(), Plain::new().recipient);
    let rules = |rule: &str| plain.write(".sops.yaml", &format!("creation_rules:\n- {rule}\n"));
    let split = format!("key_groups: [{{age: [{a}]}}, {{age: [{b}]}}]");
    rules(&format!("{{{split}}}"));
    plain.write("db.yaml", CLEAR);
    plain.signet(&["seal", "db.yaml"]).succeeded();
    assert_eq!(checked(&plain, &[]), []);
    rules(&format!("{{age: '{a},{b}'}}"));
    let found = checked(&plain, &[]);
    assert_eq!(found[0].0, "wrong-recipients");
}

#[test]
fn a_file_whose_name_says_that_it_is_sealed_has_to_be() {
    let plain = sealed("");
    plain.write("db.sops.yaml", CLEAR);
    plain.write(
        "docs/sops.md",
        "How: `sops encrypt`, then `ENC[AES256_GCM,data:…]` stands there.\n",
    );
    assert_eq!(checked(&plain, &[]), one("not-sealed", "db.sops.yaml", 0));
    plain.signet(&["seal", "db.sops.yaml"]).succeeded();
    assert_eq!(checked(&plain, &[]), []);
}

#[test]
fn a_file_in_the_clear_that_a_creation_rule_names_is_found_and_the_real_sops_would_seal_it() {
    let plain = Plain::repository();
    plain.rules("path_regex: '^secrets/|token', encrypted_regex: ^(data|pass)");
    let sops = Sops::new(Version::V3_13, "").unwrap();
    fs::copy(plain.path().join(".sops.yaml"), sops.path(".sops.yaml")).unwrap();
    fs::create_dir_all(sops.path("secrets")).unwrap();
    for file in [
        "secrets/db.yaml",
        "secrets/db.json",
        "secrets/db.env",
        "token.ini",
    ] {
        let (text, line) = match file {
            "secrets/db.json" => ("{\"a\": 1,\n\"password\": \"canary-9f3a1c\"}\n", 2),
            "token.ini" => ("[db]\npassword = canary-9f3a1c\n", 2),
            "secrets/db.env" => ("password=canary-9f3a1c\n", 1),
            _ => ("user: shop\npassword: canary-9f3a1c\n", 2),
        };
        plain.write(file, text);
        assert_eq!(checked(&plain, &[]), one("not-sealed", file, line));
        fs::write(sops.path(file), text).unwrap();
        let theirs = sops.run(&["encrypt", file]).unwrap();
        assert!(!String::from_utf8(theirs).unwrap().contains(CANARY));
        plain.signet(&["seal", file]).succeeded();
        assert_eq!(checked(&plain, &[]), []);
        fs::remove_file(plain.path().join(file)).unwrap();
    }
    plain.write("secrets/key.pem", "canary-9f3a1c\n");
    assert_eq!(
        checked(&plain, &[]),
        one("not-sealed", "secrets/key.pem", 1)
    );
    fs::write(plain.path().join("secrets/key.pem"), [0xff, 0xfe]).unwrap();
    assert_eq!(
        checked(&plain, &[]),
        one("not-sealed", "secrets/key.pem", 1)
    );
    let said = plain.signet(&["check"]).stdout;
    assert!(
        said.contains("names it: .sops.yaml, line 2, column 3"),
        "{said}"
    );
    assert!(
        plain
            .signet(&["check", "-o", "sarif"])
            .stdout
            .contains("\"ruleId\": \"not-sealed\"")
    );
}

#[test]
fn a_rule_for_everything_or_for_a_folder_of_objects_finds_no_config_map() {
    let plain = Plain::repository();
    let object = "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n";
    plain.write("prod/map.yaml", object);
    for rule in [
        "",
        "path_regex: '.*\\.yaml$'",
        "path_regex: ^prod/, encrypted_regex: ^(data|stringData)$",
    ] {
        plain.rules(rule);
        plain.write("prod/kustomization.yaml", "resources: [map.yaml]\n");
        plain.write("prod/README.md", "How it is made.\n");
        plain.write("prod/.gitignore", "*.key\n");
        plain.write("prod/values.yaml", "replicas: 2\n");
        if rule.contains("prod") {
            plain.write("prod/empty.yaml", "data: ''\n");
            plain.write("prod/list.yaml", "- data\n");
        }
        assert_eq!(checked(&plain, &[]), [], "{rule}");
    }
    plain.write(
        "prod/two.yaml",
        &format!("{object}---\ndata: canary-9f3a1c\n"),
    );
    assert_eq!(checked(&plain, &[]), one("not-sealed", "prod/two.yaml", 5));
    plain.rules("path_regex: map");
    assert_eq!(checked(&plain, &[]), one("not-sealed", "prod/map.yaml", 1));
}

#[test]
fn paths_are_as_the_nearest_rules_see_them_from_their_own_folder() {
    let plain = Plain::repository();
    plain.write("sub/secrets/db.yaml", CLEAR);
    plain.rules("path_regex: ^secrets/");
    assert_eq!(checked(&plain, &[]), []);
    let rules = plain.read(".sops.yaml");
    plain.write("sub/.sops.yaml", &rules);
    assert_eq!(
        checked(&plain, &[]),
        one("not-sealed", "sub/secrets/db.yaml", 1)
    );
    plain.git(&["add", "sub"]);
    assert_eq!(
        checked(&plain, &["--staged"]),
        one("not-sealed", "sub/secrets/db.yaml", 1)
    );
}

#[test]
fn damage_is_told_by_name_and_place() {
    let plain = sealed("");
    let text = plain.read("db.yaml");
    let with = |from: &str, to: &str| {
        assert!(text.contains(from));
        plain.write("db.yaml", &text.replacen(from, to, 1));
        let found = checked(&plain, &[]).remove(0);
        (found.0, found.2)
    };
    assert_eq!(with("user:", "password:"), ("duplicate-key".into(), 2));
    assert_eq!(with("data:", "dat:"), ("damaged".into(), 1));
    let mac = line_of(&text, " mac: ");
    assert_eq!(with("mac: ENC[", "mac: ["), ("damaged".into(), mac));
    let block = line_of(&text, "sops:") + 1;
    assert_eq!(with(" mac: ", " mad: "), ("damaged".into(), block));
    let time = line_of(&text, " lastmodified: ");
    for of_none in ["\"1999\" # ", "\"2026-01-02 03:04:05Z\" # ", "tomorrow # "] {
        let found = with(" lastmodified: ", &format!(" lastmodified: {of_none}"));
        assert_eq!(found, ("damaged".into(), time), "{of_none}");
    }
    assert_eq!(with("sops:", "soap:"), ("damaged".into(), 0));
}

#[test]
fn files_of_other_stores_are_checked_as_yaml_is() {
    let plain = sealed("");
    let stranger = Plain::new().recipient;
    for (file, text) in [
        (
            "db.json",
            "{\"password\": \"canary-9f3a1c\", \"port\": 5432}\n",
        ),
        ("key.pem", "canary-9f3a1c\n"),
    ] {
        plain.write(file, text);
        plain.signet(&["seal", file]).succeeded();
        assert_eq!(checked(&plain, &[]), [], "{file}");
        plain.write(file, text);
        plain
            .signet(&["seal", "--age", &stranger, file])
            .succeeded();
        let found = checked(&plain, &[]);
        assert_eq!(
            (found[0].0.as_str(), found[0].1.as_str()),
            ("wrong-recipients", file)
        );
        fs::remove_file(plain.path().join(file)).unwrap();
    }
    plain.write(
        "db.json",
        "{\"kind\": \"Secret\", \"data\": {\"a\": \"Yg==\"}}\n",
    );
    assert_eq!(checked(&plain, &[]), one("clear-secret", "db.json", 1));
    plain.signet(&["seal", "db.json"]).succeeded();
    let more = plain
        .read("db.json")
        .replace("\"data\": {", "\"data\": {\"b\": \"Yg==\", ");
    plain.write("db.json", &more);
    assert_eq!(checked(&plain, &[]), one("clear-value", "db.json", 1));
}

#[test]
fn rules_that_cannot_be_used_or_are_misspelt_are_found() {
    let plain = sealed("");
    let rules = plain.read(".sops.yaml");
    plain.write(".sops.yaml", &rules.replace("age:", "path-regex: x, age:"));
    assert_eq!(checked(&plain, &[]), one("creation-rules", ".sops.yaml", 2));
    plain.write(
        ".sops.yaml",
        &rules.replace("age:", "path_regex: '(', age:"),
    );
    assert_eq!(checked(&plain, &[]), one("creation-rules", ".sops.yaml", 2));
}

#[test]
fn a_rule_that_names_no_files_is_told_of_once_and_stops_nobody() {
    let plain = Plain::with_rule("");
    for name in ["a", "b"] {
        plain.write(&format!("{name}.yaml"), CLEAR);
    }
    for rule in ["", "path_regex: .*"] {
        plain.rules(rule);
        let run = plain.signet(&["check"]).succeeded();
        let first = ".sops.yaml:2:3: note: this creation rule names no files, so of those that were never sealed only Secrets of \
            Kubernetes and names such as db.sops.yaml are found [rule-without-path]\n    ";
        assert!(run.stdout.starts_with(first), "{}", run.stdout);
        assert_eq!(run.stdout.lines().count(), 2);
        let sarif = plain.signet(&["check", "-o", "sarif"]).succeeded().stdout;
        assert!(sarif.contains("\"level\": \"note\""), "{sarif}");
    }
    for rule in ["path_regex: ^secrets/", r"path_regex: \.secret\.yaml$"] {
        plain.rules(rule);
        assert_eq!(plain.signet(&["check"]).succeeded().stdout, "");
        for file in ["secrets/a.secret.yaml", "secrets/b.secret.yaml"] {
            plain.write(file, CLEAR);
            assert_eq!(checked(&plain, &[]).len(), 1, "{rule}");
            fs::remove_file(plain.path().join(file)).unwrap();
        }
    }
}

#[test]
fn rules_under_a_name_that_the_real_sops_does_not_read_are_told_of_and_stop_nobody() {
    let plain = Plain::with_rule("encrypted_regex: ^password$");
    let sops = Sops::new(Version::V3_13, "").unwrap();
    fs::copy(plain.path().join(".sops.yaml"), sops.path(".sops.yml")).unwrap();
    fs::write(sops.path("db.yaml"), CLEAR).unwrap();
    sops.run(&["encrypt", "db.yaml"]).unwrap_err();
    fs::rename(
        plain.path().join(".sops.yaml"),
        plain.path().join(".sops.yml"),
    )
    .unwrap();
    let said = plain.signet(&["check"]).succeeded().stdout;
    let expected = ".sops.yml: note: neither sops nor Signet reads it: it has to be called .sops.yaml [rules-not-read]\n    \
        rename .sops.yml to .sops.yaml, or take it away\n";
    assert_eq!(said, expected);
}

#[test]
fn both_sides_of_a_merge_are_told_of_in_rules_and_in_any_store_with_no_names_on_them() {
    let plain = sealed("");
    let rules = plain.read(".sops.yaml");
    let conflict = |text: &str| {
        let (first, rest) = text.split_once('\n').unwrap();
        format!("<<<<<<<\n{first}\n=======\n{first}\n>>>>>>>\n{rest}")
    };
    plain.write(".sops.yaml", &conflict(&rules));
    let found = plain.signet(&["check", ".sops.yaml"]).stdout;
    let expected = ".sops.yaml:1:1: one of Git's conflict markers stands in it [unmerged]\n    leave the lines of one \
        side of each conflict and no marker; while the merge is open, git checkout --merge -- .sops.yaml starts again\n";
    assert_eq!(found, expected);
    plain.write(".sops.yaml", &rules);
    for (file, text) in [
        ("db.yaml", CLEAR),
        ("db.json", "{\"a\": \"canary-9f3a1c\",\n\"b\": 1}\n"),
        (".env", "a=canary-9f3a1c\nb=1\n"),
        ("db.ini", "[a]\na = canary-9f3a1c\n"),
        ("key.pem", "canary-9f3a1c\n"),
    ] {
        plain.write(file, text);
        plain.signet(&["seal", file]).succeeded();
        plain.write(file, &conflict(&plain.read(file)));
        assert_eq!(checked(&plain, &[]), one("unmerged", file, 1), "{file}");
        fs::remove_file(plain.path().join(file)).unwrap();
    }
}

#[test]
fn what_only_sops_can_seal_is_left_to_sops() {
    let plain = Plain::repository();
    let key = "pgp: FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4";
    plain.write(
        ".sops.yaml",
        &format!("creation_rules: [{{path_regex: ^a/, {key}}}, {{{key}}}]\n"),
    );
    plain.write("a/db.yaml", CLEAR);
    plain.write("b/secret.yaml", SECRET);
    let said = plain.signet(&["check", "a", "b"]).stdout;
    for file in ["a/db.yaml", "b/secret.yaml"] {
        plain.signet(&["seal", file]).failed(1, &["pgp"]);
        assert!(
            said.contains(&format!("    sops encrypt -i {file}\n")),
            "{said}"
        );
    }
    plain
        .signet(&["seal", "--age", &plain.recipient, "a/db.yaml"])
        .succeeded();
    let sealed = plain.read("a/db.yaml");
    let (before, rest) = sealed.split_once("  age:\n").unwrap();
    let (_, after) = rest.split_once("  lastmodified").unwrap();
    let pgp = "  pgp:\n    - fp: FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4\n      enc: x\n      created_at: \"2026-01-02T03:04:05Z\"\n";
    let theirs = format!("token: canary-9f3a1c\n{before}{pgp}  lastmodified{after}");
    plain.write("a/db.yaml", &theirs);
    let said = plain.signet(&["check", "a"]).stdout;
    let expected = "[clear-value]\n    take it out of a/db.yaml, and put it in with sops set\n";
    assert!(said.ends_with(expected), "{said}");
}

#[test]
fn who_is_to_seal_a_file_is_said_by_the_rule_that_names_it_or_else_by_the_nearest_for_it() {
    let plain = Plain::repository();
    let pgp = "pgp: FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4";
    let age = format!("age: {}", plain.recipient);
    let rules = |folder: &str, rules: &str| {
        plain.write(
            &format!("{folder}.sops.yaml"),
            &format!("creation_rules: [{rules}]\n"),
        );
    };
    rules(
        "",
        &format!("{{path_regex: ^a/, {pgp}}}, {{path_regex: ^b/, {age}}}"),
    );
    rules("a/", &format!("{{path_regex: ^other/, {age}}}"));
    rules("b/", &format!("{{path_regex: \\.yaml$, {pgp}}}"));
    plain.write("a/db.yaml", CLEAR);
    plain.write("a/secret.yaml", SECRET);
    plain.write("b/db.yaml", CLEAR);
    let said = plain.signet(&["check", "a", "b"]).stdout;
    for remedy in [
        "sops encrypt -i a/db.yaml",
        "sops encrypt -i a/secret.yaml",
        "signet seal b/db.yaml",
    ] {
        assert!(said.contains(&format!("    {remedy}\n")), "{said}");
    }
    let seal = |file: &str| plain.signet(&["seal", file]);
    seal("a/db.yaml").failed(1, &["pgp"]);
    seal("a/secret.yaml").failed(1, &["pgp"]);
    seal("b/db.yaml").succeeded();
}

#[test]
fn staged_is_what_the_next_commit_holds_and_not_what_the_work_tree_does() {
    let plain = sealed("");
    plain.git(&["add", "--all"]);
    plain.git(&["commit", "--quiet", "-m", "Seal"]);
    plain.write("old.yaml", SECRET);
    plain.git(&["add", "--all"]);
    plain.git(&["commit", "--quiet", "-m", "In clear, long ago"]);
    assert_eq!(checked(&plain, &["--staged"]), []);
    plain.write("new.yaml", SECRET);
    assert_eq!(checked(&plain, &["--staged"]), [], "not staged yet");
    plain.git(&["add", "new.yaml"]);
    plain.write("new.yaml", "kind: ConfigMap\n");
    assert_eq!(
        checked(&plain, &["--staged"]),
        one("clear-secret", "new.yaml", 2)
    );
    plain.git(&["add", "new.yaml"]);
    plain.write("new.yaml", SECRET);
    assert_eq!(checked(&plain, &["--staged"]), []);
    plain.write(".sops.yaml", &(plain.read(".sops.yaml") + "# changed\n"));
    plain.git(&["add", ".sops.yaml"]);
    let all = checked(&plain, &["--staged"]);
    assert_eq!(
        all,
        one("clear-secret", "old.yaml", 2),
        "the rules decide for all"
    );
    assert_eq!(checked(&plain, &["--staged", "db.yaml"]), []);
    Plain::new()
        .signet(&["check", "--staged"])
        .failed(2, &["no Git work tree"]);
}

#[test]
fn as_a_hook_it_stops_the_commit_of_a_secret_in_clear_text() {
    let plain = sealed("");
    let signet = signet_tests::binaries::binaries().signet;
    let hook = format!("#!/bin/sh\nexec {} check --staged\n", signet.display());
    plain.write(".git/hooks/pre-commit", &hook);
    let make_executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(plain.path().join(".git/hooks/pre-commit"), make_executable).unwrap();
    plain.git(&["add", "--all"]);
    plain.git(&["commit", "--quiet", "-m", "Seal"]);
    plain.write("new.yaml", SECRET);
    plain.git(&["add", "--all"]);
    let mut commit = plain.person.command("git");
    commit.current_dir(plain.path());
    let refused = run(commit, &["commit", "--quiet", "-m", "Oops"]);
    assert_eq!(refused.code, 1);
    let said = refused.stdout + &refused.stderr;
    assert!(
        said.contains("new.yaml:2:1: a Secret in clear text"),
        "{said}"
    );
    plain.signet(&["seal", "new.yaml"]).succeeded();
    plain.git(&["add", "--all"]);
    plain.git(&["commit", "--quiet", "-m", "Sealed"]);
}

#[test]
fn in_a_fleet_each_mistake_has_its_name_and_place() {
    let fleet = Fleet::new();
    let check = || found(&signet(&fleet.alice, &["check", "-o", "json"]));
    let sealed = fleet.seal_secret();
    assert_eq!(check(), []);
    let expected = |path: &str, files: &[(&str, u64)]| -> Vec<(String, String, u64)> {
        files
            .iter()
            .map(|(id, line)| ((*id).to_owned(), path.to_owned(), *line))
            .collect()
    };
    let with = |path: &str, text: &str, files: &[(&str, u64)]| {
        fleet.alice.write(path, text).unwrap();
        assert_eq!(check(), expected(path, files));
        fleet.alice.remove(path).unwrap();
    };
    let moved = line_of(&sealed, "path: ");
    with("tenants/team-a/prod/x.yaml", &sealed, &[("moved", moved)]);
    with(
        "tenants/nobody/prod/x.yaml",
        &sealed,
        &[("uncovered", 0), ("unowned", 0)],
    );
    with("README.md", "# Ours\n", &[("uncovered", 0)]);
    with(
        "tenants/team-a/prod/x.yaml",
        "a: 1\na: 2\n",
        &[("duplicate-key", 2)],
    );
    with("tenants/team-a/prod/x.yaml", "a: [\n", &[("unreadable", 1)]);
    with(
        "tenants/team-a/prod/x.env",
        "AGE-SECRET-KEY-1SR2DAFS0UW9R92ZMX80UTKY96HPVMG05SC77E2HUYDQY92PQX7HQAC5A36\n",
        &[("clear-identity", 1)],
    );
    with(
        "tenants/team-a/prod/x.secret.yaml",
        "a: 1\n",
        &[("not-sealed", 0)],
    );
    let plain = Plain::with_secret();
    let theirs = plain.read("db.yaml");
    let (block, people) = (line_of(&theirs, "sops:") + 1, line_of(&theirs, "age:") + 1);
    let both = [("no-seal", block), ("wrong-recipients", people)];
    with("tenants/team-a/prod/x.yaml", &theirs, &both);
    fleet
        .alice
        .write("signet/tenants/team-a.yaml", "kind: Tenant\n")
        .unwrap();
    assert_eq!(check()[0].0, "bad-document");
}

#[test]
fn a_sops_file_that_is_put_into_a_fleet_is_made_right_by_the_one_command_that_check_says() {
    let fleet = Fleet::new();
    let plain = Plain::with_secret();
    let path = "tenants/team-a/prod/theirs.yaml";
    fleet.alice.write(path, &plain.read("db.yaml")).unwrap();
    let said = signet(&fleet.alice, &["check"]).stdout;
    let command = format!("    it asks whether the file belongs there: signet rotate {path}\n");
    assert_eq!(said.matches(" signet ").count(), 2, "{said}");
    assert_eq!(said.matches(&command).count(), 2, "{said}");
    let mut rotate = fleet.alice.command(binaries().signet);
    let keys = plain.person.home().join(".config/sops/age/keys.txt");
    rotate.env("SIGNET_IDENTITY_FILE", keys);
    // Which asks whether it belongs there.
    run(rotate, &["rotate", "--yes", "--take-in", path]).succeeded();
    signet(&fleet.alice, &["check"]).succeeded();
    assert_eq!(fleet.open(&[path]).succeeded().stdout, SECRET);
}

#[test]
fn who_is_to_get_or_to_lose_a_file_that_has_other_keys_too_is_left_to_sops() {
    let plain = Plain::new();
    let other = Plain::new().recipient;
    plain.rules("");
    plain.write("db.yaml", CLEAR);
    plain.signet(&["seal", "db.yaml"]).succeeded();
    let sealed = plain.read("db.yaml");
    let (before, after) = sealed.split_once("  lastmodified").unwrap();
    let fingerprint = "FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4";
    let pgp = format!(
        "  pgp:\n    - fp: {fingerprint}\n      enc: x\n      created_at: \"2026-01-02T03:04:05Z\"\n"
    );
    plain.write("db.yaml", &format!("{before}{pgp}  lastmodified{after}"));
    let rules = |age: &str| {
        let rule = format!("creation_rules: [{{pgp: {fingerprint}, age: '{age}'}}]\n");
        plain.write(".sops.yaml", &rule);
    };
    let mine = plain.recipient.clone();
    rules(&mine);
    assert_eq!(checked(&plain, &[]), []);
    let is_told = |then: &str| {
        let said = plain.signet(&["check"]).stdout;
        let update = format!("[wrong-recipients]\n    sops updatekeys -y db.yaml{then}\n");
        assert!(said.contains(&update), "{said}");
        let hint = format!("`sops updatekeys -y db.yaml{then}`");
        plain.signet(&["seal", "db.yaml"]).failed(1, &[&hint]);
    };
    rules(&format!("{mine},{other}"));
    is_told("");
    // Who leaves loses it with a new data key, which sops does not make of itself.
    rules(&other);
    is_told(" && sops rotate -i db.yaml");
    plain.rules("");
    is_told(" && signet rotate db.yaml");
}

#[test]
fn what_git_cannot_read_fails_the_check() {
    let plain = Plain::repository();
    plain.rules("");
    plain.write("db.yaml", CLEAR);
    plain.signet(&["seal", "db.yaml"]).succeeded();
    plain.commit();
    let id = plain.git(&["rev-parse", "HEAD:db.yaml"]);
    let (folder, name) = id.trim().split_at(2);
    let object = plain.path().join(".git/objects").join(folder).join(name);
    fs::set_permissions(&object, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&object, "damaged").unwrap();
    plain.write("db.yaml", CLEAR);
    plain
        .signet(&["check"])
        .failed(2, &["compare db.yaml with what Git has of it", "read HEAD"]);
}

#[test]
fn what_is_staged_is_judged_by_the_documents_that_are_staged() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    fleet.alice.git(&["add", "--all"]).unwrap();
    fleet.alice.remove("signet/policy.yaml").unwrap();
    signet(&fleet.alice, &["check", "--staged"]).succeeded();
    signet(&fleet.alice, &["check"]).failed(2, &["policy"]);
    fleet.alice.write(SECRET_PATH, SECRET).unwrap();
    fleet.alice.git(&["add", SECRET_PATH]).unwrap();
    let run = signet(&fleet.alice, &["check", "--staged", "-o", "name"]);
    assert_eq!((run.code, run.stdout), (1, format!("{SECRET_PATH}\n")));
}

#[test]
fn named_files_are_checked_without_a_fleet() {
    let plain = Plain::with_rule("");
    plain.write("db.yaml", CLEAR);
    let check = || plain.signet(&["seal", "--check", "*.yaml", "sub/x.yaml"]);
    plain.write("sub/x.yaml", CLEAR);
    let run = check();
    assert_eq!(run.code, 1);
    assert!(
        run.stdout
            .contains("db.yaml: it is not sealed [not-sealed]"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("sub/x.yaml: it is not sealed"),
        "{}",
        run.stdout
    );
    plain.signet(&["seal", "*.yaml", "sub/x.yaml"]).succeeded();
    check().succeeded();
    let stranger = Plain::new().recipient;
    plain.write(
        ".sops.yaml",
        &format!("creation_rules: [{{age: {stranger}}}]\n"),
    );
    assert!(check().stdout.contains("[wrong-recipients]"));
    plain
        .signet(&["seal", "--check", "none.yaml"])
        .failed(2, &["none.yaml"]);
}

#[test]
fn rules_that_cannot_be_followed_are_found_whichever_files_are_named() {
    for rules in [
        "creation_rules:\n  - path_regex: [a\n    age: x\n",
        "creation_rules:\n  - path_regex: (\n",
        "<<<<<<< HEAD\ncreation_rules: []\n=======\n>>>>>>> side\n",
    ] {
        let plain = Plain::with_rule("");
        plain.git(&["init", "--quiet"]);
        plain.write("s/db.yaml", "password: hunter2\n");
        plain.write(".sops.yaml", rules);
        for named in ["s", "s/db.yaml", "."] {
            let run = plain.signet(&["check", named]);
            assert!(run.stdout.contains(".sops.yaml"), "{named}: {}", run.stdout);
            run.failed(1, &[]);
        }
        plain.git(&["add", "."]);
        plain
            .signet(&["check", "--staged", "s/db.yaml"])
            .failed(1, &[]);
        plain.signet(&["seal", "s"]).failed(1, &[".sops.yaml"]);
        plain
            .signet(&["seal", "--check", "s"])
            .failed(2, &[".sops.yaml"]);
    }
}

#[test]
fn links_and_broken_names_do_not_stop_a_check() {
    let plain = sealed("");
    symlink("/etc/passwd", plain.path().join("link.yaml")).unwrap();
    plain.write("odd\nname.yaml", SECRET);
    let run = plain.signet(&["check"]).succeeded();
    assert!(run.stderr.contains("it is not looked at"), "{}", run.stderr);
}

#[test]
fn outside_git_what_others_keep_is_not_looked_at_unless_it_is_named() {
    let plain = Plain::with_rule("path_regex: ^nothing/");
    let tag = "Signature: 8a477f597d28d172789f06886806bc55\n";
    for (folder, mark, text) in [
        ("target", "CACHEDIR.TAG", tag),
        ("other", ".git/HEAD", "ref: refs/heads/main\n"),
        ("submodule", ".git", "gitdir: ../x\n"),
        ("env", "pyvenv.cfg", ""),
        ("node_modules", "x", ""),
        ("a/.terraform", "x", ""),
    ] {
        plain.write(&format!("{folder}/{mark}"), text);
        plain.write(&format!("{folder}/sub/db.yaml"), SECRET);
        assert_eq!(checked(&plain, &[]), [], "{folder}");
        let named = plain.signet(&["check", folder]);
        if mark.starts_with(".git") {
            // What is in it says no repository: nobody can tell what is right there.
            named.failed(2, &["look for the work tree around"]);
        } else {
            let file = format!("{folder}/sub/db.yaml:2:1: a Secret in clear text");
            assert!(named.stdout.starts_with(&file), "{}", named.stdout);
            named.failed(1, &[]);
        }
    }
    let elsewhere = Plain::new();
    elsewhere.write("db.yaml", SECRET);
    symlink(elsewhere.path(), plain.path().join("linked")).unwrap();
    assert_eq!(checked(&plain, &[]), []);
    plain.write("cache/CACHEDIR.TAG", "Signature: another\n");
    plain.write("cache/db.yaml", SECRET);
    assert_eq!(
        checked(&plain, &[]),
        one("clear-secret", "cache/db.yaml", 2)
    );
}

#[test]
fn nothing_that_a_file_says_controls_the_terminal_or_passes_for_a_hint() {
    let plain = sealed("");
    let recipient = format!("recipient: {}", plain.recipient);
    let hostile = r#""\e]0;owned\a\u202e\nhint: run me""#;
    let text = plain.read("db.yaml");
    plain.write("key.yaml", &format!("{hostile}: clear\n{text}"));
    plain.write(
        "label.yaml",
        &text.replace(&recipient, &format!("recipient: {hostile}")),
    );
    let runs = [
        plain.signet(&["check"]),
        plain.signet(&["check", "-o", "json"]),
        plain.signet(&["open", "key.yaml"]),
        by_a_stranger(&plain, &["open", "label.yaml"]),
    ];
    for run in runs {
        let said = run.stdout + &run.stderr;
        let bad = ['\u{1b}', '\u{7}', '\u{202e}'];
        assert!(
            !said.contains(bad) && !said.contains("\nhint: run me"),
            "{said:?}"
        );
        assert!(
            said.contains(r"\u{1b}]0;owned") || said.contains("\\u001b]0;owned"),
            "{said}"
        );
    }
}

/// A run by somebody whose key opens nothing here.
fn by_a_stranger(plain: &Plain, words: &[&str]) -> Run {
    let key = plain.person.home().join("stranger.txt");
    let name = key.to_str().unwrap();
    plain.signet(&["keygen", "-o", name]).succeeded();
    let mut command = plain.command();
    command
        .env("HOME", "/nowhere")
        .env("XDG_CONFIG_HOME", "/nowhere");
    run(command, &[words, &["--identity", name]].concat())
}

#[test]
fn sarif_follows_its_official_schema_and_has_what_code_scanning_reads() {
    let schema = Schema::of_sarif();
    let plain = sealed("path_regex: db|k8s");
    plain.write("k8s/a b/ü.yaml", SECRET);
    plain.write("db.sops.yaml", CLEAR);
    let run = plain.signet(&["check", "--format", "sarif"]);
    assert_eq!(run.code, 1);
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    schema.holds_for(&log);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let places: BTreeMap<&str, (&str, u64)> = results
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            let line = place["region"]["startLine"].as_u64().unwrap();
            (uri, (result["ruleId"].as_str().unwrap(), line))
        })
        .collect();
    assert_eq!(places["k8s/a%20b/%C3%BC.yaml"], ("clear-secret", 2));
    assert_eq!(places["db.sops.yaml"], ("not-sealed", 1));
    fs::remove_dir_all(plain.path().join("k8s")).unwrap();
    fs::remove_file(plain.path().join("db.sops.yaml")).unwrap();
    let clean = plain.signet(&["check", "--format", "sarif"]).succeeded();
    let log: Value = serde_json::from_str(&clean.stdout).unwrap();
    schema.holds_for(&log);
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn the_schema_of_sarif_refuses_what_is_none() {
    let schema = Schema::of_sarif();
    let wrong = [
        serde_json::json!({"version": "2.1.0"}),
        serde_json::json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x", "more": 1}}}]}),
    ];
    for log in wrong {
        assert!(!schema.complaints(&log).is_empty(), "{log}");
    }
}

/// The schema that OASIS publishes.
struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    fn of_sarif() -> Self {
        let text = fs::read(tools::sarif_schema()).unwrap();
        let schema: Value = serde_json::from_slice(&text).unwrap();
        let name = "urn:sarif";
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource(name, schema).unwrap();
        let index = compiler.compile(name, &mut schemas).unwrap();
        Self { schemas, index }
    }

    #[track_caller]
    fn holds_for(&self, log: &Value) {
        assert_eq!(self.complaints(log), "");
    }

    fn complaints(&self, log: &Value) -> String {
        let verdict = self.schemas.validate(log, self.index);
        verdict.map_or_else(|error| error.to_string(), |()| String::new())
    }
}

#[test]
fn what_is_named_is_looked_at_from_wherever_it_is_named() {
    let plain = Plain::repository();
    plain.write("k8s/db.yaml", SECRET);
    plain.write(".gitignore", "ignored.yaml\n");
    plain.write("ignored.yaml", SECRET);
    let elsewhere = plain.person.home().join("elsewhere");
    fs::create_dir_all(elsewhere.join("sub")).unwrap();
    fs::write(elsewhere.join("sub/loose.yaml"), SECRET).unwrap();
    let another = plain.person.home().join("another");
    plain.git(&["init", "--quiet", &text(&another)]);
    let found = |here: &Path, named: &Path| {
        let mut command = plain.command();
        command.current_dir(here);
        let found = run(command, &["check", &text(named)]);
        assert_eq!(found.code, 1, "{here:?} {named:?}: {}", found.stderr);
        assert!(
            found.stdout.contains("a Secret in clear text"),
            "{}",
            found.stdout
        );
    };
    let secret = plain.path().join("k8s/db.yaml");
    for here in [Path::new("/"), &elsewhere, &another] {
        found(here, &secret);
        found(here, plain.path());
        found(here, &elsewhere.join("sub"));
        found(here, &elsewhere.join("sub/loose.yaml"));
    }
    found(plain.path(), &plain.path().join("ignored.yaml"));
    // Of a folder that Git ignores, a person is told that nothing was looked at.
    plain.write("cache/.gitignore", "*\n");
    plain.write("cache/db.yaml", SECRET);
    let told = plain.signet(&["check", "cache"]).succeeded().stderr;
    assert!(
        told.contains("cache holds nothing that is looked at"),
        "{told}"
    );
    // With no repository around it, a path from above the files.
    found(plain.person.home(), &elsewhere);
}
