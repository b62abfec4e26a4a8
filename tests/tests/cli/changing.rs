//! `set` and `unset`: one value of a sealed file.

use std::fs;

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use signet_tests::binaries::binaries;

use crate::fixture::{CANARY, Fleet, SECRET, SECRET_PATH, forget_own_work, run, signet};
use crate::loner::Loner;
use crate::plain::Plain;

/// The keys of the lines that only the new text has; the time aside, which may be the same.
fn lines_that_changed(before: &str, after: &str) -> Vec<String> {
    let kept = |line: &&str| !before.lines().any(|old| old == *line);
    let key = |line: &str| line.split(':').next().unwrap().trim().to_owned();
    let changed = after.lines().filter(kept).map(key);
    changed.filter(|key| key != "lastmodified").collect()
}

#[test]
fn a_value_is_set_and_all_other_ciphertext_stays() {
    let (loner, before) = Loner::with_notes();
    let said = loner.signet(&["set", "notes.yaml", "/token", "\"canary-9f3a1c-new\""]);
    assert_eq!(said.succeeded().stdout, "notes.yaml\n");
    let after = loner.read("notes.yaml");
    assert_eq!(lines_that_changed(&before, &after), ["token", "mac"]);
    let opened = loner.opened_by_sops("notes.yaml");
    assert!(opened.contains("token: canary-9f3a1c-new\n"), "{opened}");
}

/// As a process leaves it that was killed before its last rename.
#[test]
fn what_an_interrupted_run_left_is_brought_to_an_end_before_anything_else_is_changed() {
    let (loner, _) = Loner::with_notes();
    for (number, words) in [
        &["set", "notes.yaml", "/token", "1"][..],
        &["unset", "notes.yaml", "/token"],
        &["seal", "notes.yaml"],
        &["rotate", "notes.yaml"],
    ]
    .iter()
    .enumerate()
    {
        let left = format!("left-{number}");
        loner.write(".signet-1", "made");
        let journal = format!("[\".signet-1\", \"{left}\", null]\n\"complete\"\n");
        loner.write(".signet-changes", &journal);
        let said = loner.signet(words).succeeded();
        assert!(
            said.stderr.contains("in so many files: 1"),
            "{}",
            said.stderr
        );
        assert_eq!(loner.read(&left), "made");
    }
}

#[test]
fn what_the_path_lacks_is_made_and_sealed() {
    let (loner, _) = Loner::with_notes();
    let path = r#"["nested"]["deep"]["key"]"#;
    loner
        .signet(&[
            "set",
            "notes.yaml",
            path,
            r#"{"z": "canary-9f3a1c", "a": [1, true]}"#,
        ])
        .succeeded();
    assert!(!loner.read("notes.yaml").contains(CANARY));
    let extract = [
        "decrypt",
        "--extract",
        r#"["nested"]["deep"]["key"]["a"][0]"#,
        "notes.yaml",
    ];
    assert_eq!(loner.sops("notes.yaml", &extract), b"1\n");
    let opened = loner.opened_by_sops("notes.yaml");
    assert!(
        opened.find("z: canary").unwrap() < opened.find("a:\n").unwrap(),
        "{opened}"
    );
}

#[test]
fn a_value_that_the_files_rule_leaves_in_the_clear_is_told_of() {
    let (loner, before) = Loner::with_notes();
    let rule = "unencrypted_suffix: _unencrypted";
    let narrowed = before.replace(rule, "unencrypted_regex: ^api_key$");
    assert_ne!(narrowed, before);
    loner.write("notes.yaml", &narrowed);
    let said = loner.signet(&["set", "notes.yaml", "/api_key", "\"canary-9f3a1c\""]);
    let said = said.succeeded().stderr;
    let words =
        "warning: notes.yaml: /api_key in the clear, as the file's rule says (unencrypted_regex";
    assert!(said.contains(words) && !said.contains(CANARY), "{said}");
    let said = loner.signet(&["set", "notes.yaml", "/other", "\"canary-9f3a1c\""]);
    assert!(!said.succeeded().stderr.contains("in the clear"));
}

#[test]
fn a_link_is_refused_before_what_it_leads_to_is_read() {
    let (loner, _) = Loner::with_notes();
    std::os::unix::fs::symlink("/dev/zero", loner.person.home().join("endless.yaml")).unwrap();
    for words in [
        &["set", "endless.yaml", "/a", "1"][..],
        &["edit", "endless.yaml"],
    ] {
        loner.signet(words).failed(1, &["is a symbolic link"]);
    }
}

#[test]
fn setting_what_is_there_writes_nothing() {
    let (loner, before) = Loner::with_notes();
    for (path, value) in [
        ("/token", "\"canary-9f3a1c\""),
        ("/list", r#"["one", "two"]"#),
        ("/port", "5432"),
    ] {
        let said = loner
            .signet(&["set", "notes.yaml", path, value])
            .succeeded();
        assert_eq!(said.stdout, "", "{path}");
        assert_eq!(loner.read("notes.yaml"), before, "{path}");
    }
}

#[test]
fn a_dry_run_names_the_file_and_writes_nothing() {
    let (loner, before) = Loner::with_notes();
    for words in [
        &["set", "--dry-run", "notes.yaml", "/token", "1"][..],
        &["unset", "--dry-run", "notes.yaml", "/token"],
    ] {
        assert_eq!(loner.signet(words).succeeded().stdout, "notes.yaml\n");
        assert_eq!(loner.read("notes.yaml"), before);
    }
}

#[test]
fn a_path_through_a_value_is_refused_without_naming_the_value() {
    let (loner, before) = Loner::with_notes();
    let said = loner.signet(&["set", "notes.yaml", "/token/more", "1"]);
    let said = said.failed(1, &["/token/more", "a value without keys"]);
    assert!(!said.contains(CANARY), "{said}");
    loner
        .signet(&["set", "notes.yaml", "/list/7", "1"])
        .failed(1, &["2 elements"]);
    assert_eq!(loner.read("notes.yaml"), before);
}

#[test]
fn a_value_comes_from_stdin_or_a_file_and_never_from_what_others_see() {
    let (loner, _) = Loner::with_notes();
    let mut command = loner.command();
    command
        .args(["set", "notes.yaml", "/token", "--string", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"from: stdin")
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert!(
        loner
            .opened_by_sops("notes.yaml")
            .contains("token: 'from: stdin'\n")
    );
    loner.write("value.json", "[\"canary-9f3a1c\"]");
    loner
        .signet(&["set", "notes.yaml", "/token", "--value-file", "value.json"])
        .succeeded();
    assert!(
        loner
            .opened_by_sops("notes.yaml")
            .contains("token:\n    - canary-9f3a1c\n")
    );
}

#[test]
fn what_is_no_json_is_wrong_usage_and_not_shown_again() {
    let (loner, _) = Loner::with_notes();
    let said = loner.signet(&["set", "notes.yaml", "/token", CANARY]);
    let said = said.failed(2, &["no JSON", "--string"]);
    assert!(!said.contains(CANARY), "{said}");
}

#[test]
fn a_value_is_taken_out_and_all_other_ciphertext_stays() {
    let (loner, before) = Loner::with_notes();
    loner
        .signet(&["unset", "notes.yaml", "/list/0"])
        .succeeded();
    let after = loner.read("notes.yaml");
    assert!(!loner.opened_by_sops("notes.yaml").contains("one"));
    assert_eq!(lines_that_changed(&before, &after).last().unwrap(), "mac");
    loner
        .signet(&["unset", "notes.yaml", "/list/5"])
        .failed(1, &["--idempotent"]);
    let said = loner
        .signet(&["unset", "--idempotent", "notes.yaml", "/list/5"])
        .succeeded();
    assert_eq!(said.stdout, "");
    assert_eq!(loner.read("notes.yaml"), after);
}

#[test]
fn a_file_that_is_not_sealed_is_refused() {
    let loner = Loner::new();
    loner.write("clear.yaml", "a: 1\n");
    loner
        .signet(&["set", "clear.yaml", "/a", "2"])
        .failed(1, &["not sealed", "signet seal"]);
    assert_eq!(loner.read("clear.yaml"), "a: 1\n");
}

#[test]
fn in_a_fleet_the_file_keeps_its_place_and_an_agent_can_open_it() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    fleet.alice.commit("Seal the secret").unwrap();
    let before = fleet.alice.read(SECRET_PATH).unwrap();
    let identity = fleet.recovery();
    let here = |words: &[&str]| {
        let mut command = fleet.alice.command(binaries().signet);
        command.env("SIGNET_IDENTITY_FILE", &identity);
        run(command, words)
    };
    here(&["set", SECRET_PATH, "/stringData/username", "\"till\""]).succeeded();
    let after = fleet.alice.read(SECRET_PATH).unwrap();
    assert_eq!(
        lines_that_changed(&before, &after),
        ["username", "mac", "seal"]
    );
    signet(&fleet.alice, &["check"]).succeeded();
    let opened = SECRET.replace("'shop'", "'till'");
    assert_eq!(fleet.open(&[SECRET_PATH]).succeeded().stdout, opened);
}

#[test]
fn what_was_sealed_in_a_fleet_is_not_changed_outside_of_it() {
    let fleet = Fleet::new();
    let sealed = fleet.seal_secret();
    let outside = fleet.alice.person().home().join("db.yaml");
    std::fs::write(&outside, &sealed).unwrap();
    let mut command = fleet.alice.person().command(binaries().signet);
    command.env("SIGNET_IDENTITY_FILE", fleet.recovery());
    run(command, &["set", "db.yaml", "/stringData/username", "1"])
        .failed(1, &["tenants/team-a/prod/db.yaml", "no place of a fleet"]);
    assert_eq!(std::fs::read_to_string(outside).unwrap(), sealed);
}

#[test]
fn bytes_that_are_no_text_open_as_they_stood_with_sops_and_with_us() {
    let loner = Loner::new();
    let text = "a: 1\nb: !!binary /wD+\nlist: [!!binary /w==]\nc: x\n";
    loner.seal_by_signet("ours.yaml", text);
    assert!(!loner.read("ours.yaml").contains("!!binary"));
    let opened = loner.signet(&["open", "ours.yaml"]).succeeded();
    assert_eq!(opened.stdout, text);
    let by_sops = "a: 1\nb: !!binary /wD+\nlist:\n    - !!binary /w==\nc: x\n";
    assert_eq!(loner.opened_by_sops("ours.yaml"), by_sops);
    loner.seal_by_sops("theirs.yaml", text);
    for file in ["ours.yaml", "theirs.yaml"] {
        loner
            .signet(&["set", file, "/c", "--string", "zz"])
            .succeeded();
        assert_eq!(loner.opened_by_sops(file), by_sops.replace("x\n", "zz\n"));
    }
}

#[test]
fn a_file_that_may_not_be_written_stays_and_its_path_is_not_printed() {
    let plain = Plain::with_rule("");
    plain.write("db.yaml", "a: 1\nb: 2\n");
    plain.signet(&["seal", "db.yaml"]).succeeded();
    let before = plain.read("db.yaml");
    let file = plain.path().join("db.yaml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    for words in [
        &["set", "db.yaml", "/a", "2"][..],
        &["rotate", "db.yaml"],
        &["unset", "db.yaml", "/a"],
    ] {
        let run = plain.signet(words);
        assert_eq!(run.stdout, "", "{words:?}");
        run.failed(1, &["db.yaml may be written by nobody", "chmod u+w"]);
        assert_eq!(plain.read("db.yaml"), before, "{words:?}");
    }
}

#[test]
fn a_name_that_is_exported_keeps_that_word_and_gets_no_second_line() {
    let loner = Loner::new();
    loner.seal_by_signet("prod.env", "export TOKEN=one\nexport A=b\nC=d\n");
    for (path, value) in [("/TOKEN", "two"), ("/export TOKEN", "three")] {
        let value_of = format!("\"{value}\"");
        loner
            .signet(&["set", "prod.env", path, &value_of])
            .succeeded();
        let opened = loner.opened_by_sops("prod.env");
        assert_eq!(opened, format!("export TOKEN={value}\nexport A=b\nC=d\n"));
    }
    loner.signet(&["unset", "prod.env", "/A"]).succeeded();
    assert_eq!(
        loner.opened_by_sops("prod.env"),
        "export TOKEN=three\nC=d\n"
    );
    let extract = ["decrypt", "--extract", "[\"export TOKEN\"]", "prod.env"];
    assert_eq!(
        loner.sops("prod.env", &extract),
        b"three",
        "to sops it is a part of the key"
    );
}

#[test]
fn a_name_that_several_lines_set_is_changed_once_one_of_them_is_taken_out_as_the_refusal_says() {
    let loner = Loner::new();
    loner.seal_by_signet("prod.env", "export A=1\nA=2\n");
    let set = ["set", "prod.env", "/A", "\"new\""];
    for words in [&set[..], &["unset", "prod.env", "/A"]] {
        let hint = "signet unset FILE '/export NAME'";
        loner.signet(words).failed(1, &["several lines", hint]);
    }
    let unset = ["unset", "prod.env", "/export A"];
    loner.signet(&unset).succeeded();
    loner.signet(&set).succeeded();
    assert_eq!(loner.opened_by_sops("prod.env"), "A=new\n");
}

#[test]
fn a_file_that_is_named_twice_is_sealed_once() {
    let plain = Plain::with_rule("");
    plain.write("k8s/db.yaml", "kind: Secret\nstringData: {a: b}\n");
    let run = plain.signet(&["seal", "k8s/db.yaml", "./k8s/db.yaml", "k8s", "k8s/*.yaml"]);
    assert_eq!(run.succeeded().stdout, "k8s/db.yaml\n");
}

/// A repository with a committed file, and that file as somebody else made it for the same person and for themselves.
fn planted() -> (Plain, String) {
    let plain = Plain::repository();
    plain.write("db.yaml", "password: first\n");
    let stranger = plain.signet(&["keygen"]).succeeded().stdout;
    let stranger = stranger
        .split_whitespace()
        .find(|word| word.starts_with("age1"));
    let both = [plain.recipient.clone(), stranger.unwrap().to_owned()].join(",");
    plain
        .signet(&["seal", "--age", &both, "db.yaml"])
        .succeeded();
    plain.git(&["add", "db.yaml"]);
    plain.git(&["commit", "--quiet", "-m", "A password"]);
    let committed = plain.read("db.yaml");
    let elsewhere = plain.person.home().join("db.yaml");
    fs::write(&elsewhere, "password: theirs\n").unwrap();
    plain
        .signet(&["seal", "--age", &both, "../db.yaml"])
        .succeeded();
    plain.write("db.yaml", &fs::read_to_string(elsewhere).unwrap());
    (plain, committed)
}

#[test]
fn nothing_new_is_sealed_under_a_key_that_the_last_commit_does_not_have() {
    let (plain, committed) = planted();
    let before = plain.read("db.yaml");
    let set = ["set", "db.yaml", "/password", "\"canary-9f3a1c\""];
    let refused = plain.signet(&set);
    refused.failed(
        1,
        &["the data key, which whoever made the file knows", "--yes"],
    );
    let mut edit = plain.command();
    edit.env("EDITOR", "sed -i s/theirs/canary-9f3a1c/");
    run(edit, &["edit", "db.yaml"]).failed(1, &["the data key"]);
    assert_eq!(plain.read("db.yaml"), before);
    plain.signet(&[&set[..], &["--yes"]].concat()).succeeded();
    plain.write("db.yaml", &committed);
    plain.signet(&set).succeeded();
    // And again before that is committed: it is the same key.
    plain
        .signet(&["set", "db.yaml", "/more", "\"canary-9f3a1c\""])
        .succeeded();
}

#[test]
fn what_signet_itself_wrote_is_changed_further_before_it_is_committed() {
    let (plain, committed) = planted();
    plain.write("db.yaml", &committed);
    let set = |value: &str| plain.signet(&["set", "db.yaml", "/password", value]);
    plain.signet(&["rotate", "db.yaml"]).succeeded();
    set("\"canary-9f3a1c\"").succeeded();
    set("\"canary-9f3a1c-2\"").succeeded();
    forget_own_work(plain.path());
    set("1").failed(1, &["the data key, which whoever made the file knows"]);
}

#[test]
fn what_signet_wrote_counts_in_its_place_alone_and_until_the_next_commit() {
    let (plain, committed) = planted();
    let asked = ["the data key, which whoever made the file knows"];
    plain.write("db.yaml", &committed);
    plain.signet(&["rotate", "db.yaml"]).succeeded();
    let rotated = plain.read("db.yaml");
    let seal = ["seal", "--age", &plain.recipient, "other.yaml"];
    plain.write("other.yaml", "password: mine\n");
    plain.signet(&seal).succeeded();
    let other = plain.read("other.yaml");
    plain.git(&["add", "--all"]);
    plain.git(&["commit", "--quiet", "-m", "Rotate"]);
    // In the place of another file, whose people are others.
    plain.write("other.yaml", &rotated);
    plain
        .signet(&["set", "other.yaml", "/password", "1"])
        .failed(1, &asked);
    plain.write("other.yaml", &other);
    // What was rotated away, and what was written before it.
    plain.signet(&["rotate", "db.yaml"]).succeeded();
    plain.git(&["commit", "--quiet", "--all", "-m", "Rotate again"]);
    plain.write("db.yaml", &rotated);
    plain
        .signet(&["set", "db.yaml", "/password", "1"])
        .failed(1, &asked);
}

#[test]
fn no_verb_takes_a_planted_file_for_our_own() {
    let (plain, committed) = planted();
    let before = plain.read("db.yaml");
    let asked = ["the data key, which whoever made the file knows"];
    let third = plain.signet(&["keygen"]).succeeded().stdout;
    let third = third
        .split_whitespace()
        .find(|word| word.starts_with("age1"));
    let lines = before.lines();
    let people = lines.filter_map(|line| line.split("recipient: ").nth(1));
    let people: Vec<&str> = people.chain(third).collect();
    for words in [
        &["seal", "--age", &people.join(","), "db.yaml"][..],
        &["rotate", "db.yaml"],
        &["set", "db.yaml", "/password", "\"canary-9f3a1c\""],
    ] {
        plain.signet(words).failed(1, &asked);
        assert_eq!(plain.read("db.yaml"), before, "{words:?}");
    }
    // What each of them makes of our own is ours again.
    plain.write("db.yaml", &committed);
    plain.signet(&["rotate", "db.yaml"]).succeeded();
    plain
        .signet(&["seal", "--age", &people.join(","), "db.yaml"])
        .succeeded();
    plain
        .signet(&["set", "db.yaml", "/password", "\"canary-9f3a1c\""])
        .succeeded();
}

#[test]
fn sealing_tells_how_many_values_a_rule_leaves_in_the_clear() {
    let plain = Plain::new();
    let said = |rule: &[&str], text: &str| {
        plain.write("db.yaml", text);
        let words = [&["seal", "--age", &plain.recipient, "db.yaml"], rule].concat();
        plain.signet(&words).succeeded().stderr.clone()
    };
    let only = said(&["--only", "^password$"], "user: a\nhost: b\npassword: c\n");
    let expected =
        "db.yaml: 2 values in the clear, as the file's rule says (encrypted_regex: ^password$)";
    assert!(only.contains(expected), "{only}");
    for text in [
        "user: a\n",
        "kind: Secret\napiVersion: v1\nstringData: {a: b}\n",
    ] {
        let said = said(&[], text);
        assert!(!said.contains("in the clear"), "{said}");
    }
}

#[test]
fn a_comment_that_was_sealed_is_not_left_in_the_clear_where_the_values_around_it_go() {
    let plain = Plain::with_rule("");
    let text = "kind: Secret\nstringData:\n  a: x\n  # canary-9f3a1c\ndata: {z: YQ==}\n";
    plain.write("d.yaml", text);
    plain.signet(&["seal", "d.yaml"]).succeeded();
    let sealed = plain.read("d.yaml");
    for words in [
        &["unset", "d.yaml", "/stringData/a"][..],
        &["set", "d.yaml", "/stringData", "{}"],
        &["set", "d.yaml", "/stringData", "null"],
    ] {
        let said = plain.signet(words);
        let said = said.failed(1, &["would stand in the clear", "signet edit"]);
        assert!(!said.contains("canary"), "{said}");
        assert_eq!(plain.read("d.yaml"), sealed);
    }
}
