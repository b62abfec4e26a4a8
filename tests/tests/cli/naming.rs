//! Which files `seal` takes: patterns, folders, stdin.

use std::fs::{self, File};
use std::process::Command;

use signet_tests::sops::{Sops, Version};

use crate::fixture::{CANARY, Fleet, SECRET, SECRET_PATH, run, signet};
use crate::inspecting::checked;
use crate::plain::{Plain, piped};
use crate::rotating::another;

const CLEAR: &str = "password: canary-9f3a1c\n";

fn is_sealed(plain: &Plain, path: &str) -> bool {
    let text = plain.read(path);
    assert_ne!(text.contains("ENC["), text.contains(CANARY), "{text}");
    text.contains("ENC[")
}

fn written(plain: &Plain, paths: &[&str]) {
    for path in paths {
        plain.write(path, CLEAR);
    }
}

#[test]
fn a_pattern_that_the_shell_left_as_it_was_takes_what_it_matches() {
    for plain in [Plain::with_rule(""), Plain::repository()] {
        plain.rules("");
        let (taken, left) = (
            ["a.secret.yaml", "x/y/b.secret.yaml"],
            ["b.yaml", "x/secret.yaml"],
        );
        written(&plain, &taken);
        written(&plain, &left);
        let run = plain.signet(&["seal", "**/*.secret.yaml"]).succeeded();
        assert_eq!(run.stdout, "a.secret.yaml\nx/y/b.secret.yaml\n");
        assert!(taken.iter().all(|path| is_sealed(&plain, path)));
        assert!(!left.iter().any(|path| is_sealed(&plain, path)));
    }
}

#[test]
fn a_pattern_is_from_the_current_folder_and_passes_by_what_git_ignores() {
    let plain = Plain::repository();
    plain.rules("");
    written(
        &plain,
        &["a.yaml", "x/b.yaml", "x/ignored/c.yaml", "x/d/e.yaml"],
    );
    plain.write(".gitignore", "ignored/\n");
    let mut command = plain.command();
    command.current_dir(plain.path().join("x"));
    run(command, &["seal", "**/*.yaml"]).succeeded();
    assert!(is_sealed(&plain, "x/b.yaml") && is_sealed(&plain, "x/d/e.yaml"));
    assert!(!is_sealed(&plain, "a.yaml") && !is_sealed(&plain, "x/ignored/c.yaml"));
    plain.signet(&["seal", "*.yaml"]).succeeded();
    assert!(is_sealed(&plain, "a.yaml"));
    assert!(
        !plain.read(".sops.yaml").contains("ENC["),
        "a star is for no hidden file"
    );
    plain
        .signet(&["seal", "x/*.yml"])
        .failed(1, &["no file matches x/*.yml"]);
    plain
        .signet(&["seal", "x/?*.yaml"])
        .failed(1, &["only `*` and `**`"]);
}

#[test]
fn a_pattern_passes_by_files_without_a_value_to_seal_and_a_name_does_not() {
    let plain = Plain::with_rule("encrypted_regex: ^password$");
    plain.write("a.yaml", "user: shop\n");
    plain.write("b.yaml", "password: ''\n");
    written(&plain, &["c.yaml", "d.yaml"]);
    let run = plain.signet(&["seal", "--check", "*.yaml"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(!run.stdout.contains("a.yaml") && !run.stdout.contains("b.yaml"));
    assert!(run.stdout.contains("c.yaml") && run.stdout.contains("d.yaml"));
    let run = plain.signet(&["seal", "*.yaml"]).succeeded();
    assert_eq!(run.stdout, "c.yaml\nd.yaml\n");
    assert!(run.stderr.contains("a.yaml has nothing to seal"));
    assert!(run.stderr.contains("b.yaml has nothing to seal"));
    let run = plain.signet(&["seal", "*.yaml"]).succeeded();
    assert_eq!(run.stdout, "");
    plain
        .signet(&["seal", "a.yaml", "c.yaml"])
        .failed(1, &["a.yaml has no value to seal"]);
    plain.signet(&["seal", "--check", "*.yaml"]).succeeded();
    let run = plain.signet(&["seal", "--check", "a.yaml"]);
    assert!(run.stdout.contains("a.yaml"), "{}", run.stdout);
    plain
        .signet(&["seal", "a*.yaml", "b*.yaml"])
        .failed(1, &["none of the files has a value to seal"]);
    plain
        .signet(&["seal", "--check", "a*.yaml", "b*.yaml"])
        .failed(2, &["none of the files has a value to seal"]);
    plain.signet(&["rotate", "*.yaml"]).succeeded();
}

#[test]
fn a_folder_is_the_secrets_in_clear_text_below_it() {
    let plain = Plain::with_rule("encrypted_regex: ^(data|stringData|password)$");
    plain.write("k8s/db.yaml", SECRET);
    plain.write("k8s/deployment.yaml", "kind: Deployment\nspec: {data: 1}\n");
    written(&plain, &["k8s/added.yaml"]);
    plain.signet(&["seal", "k8s/added.yaml"]).succeeded();
    let added = plain.read("k8s/added.yaml") + "more: {password: canary-9f3a1c}\n";
    plain.write("k8s/added.yaml", &added);
    let run = plain.signet(&["seal", "--yes", "k8s"]).succeeded();
    assert_eq!(run.stdout, "k8s/added.yaml\nk8s/db.yaml\n");
    assert!(!plain.read("k8s/db.yaml").contains(CANARY));
    assert!(!plain.read("k8s/added.yaml").contains(CANARY));
    let again = plain.signet(&["seal", "k8s"]).succeeded();
    assert!(again.stderr.contains("nothing to seal"), "{}", again.stderr);
}

#[test]
fn a_folder_is_the_files_too_that_lack_somebody_whom_their_rule_names_by_now() {
    let plain = Plain::with_rule("");
    written(&plain, &["k8s/one.yaml", "k8s/two.yaml"]);
    plain
        .signet(&["seal", "k8s/one.yaml", "k8s/two.yaml"])
        .succeeded();
    let (newcomer, keys) = another(&plain, "newcomer");
    let rules = |people: &str| {
        plain.write(".sops.yaml", &format!("creation_rules:\n- age: {people}\n"));
    };
    rules(&[plain.recipient.as_str(), newcomer.as_str()].join(","));
    plain.signet(&["seal", "--check", "k8s"]).failed(1, &[]);
    let sealed = plain.signet(&["seal", "k8s"]).succeeded();
    assert_eq!(sealed.stdout, "k8s/one.yaml\nk8s/two.yaml\n");
    let sops = Sops::new(Version::V3_13, &keys).unwrap();
    let one = plain.read("k8s/one.yaml");
    sops.decrypt("one.yaml", one.as_bytes()).unwrap();
    let again = plain.signet(&["seal", "k8s"]).succeeded();
    assert!(again.stderr.contains("nothing to seal"), "{}", again.stderr);
    // Who is there too many does not lose a file without a new data key.
    rules(&plain.recipient);
    let rotate = format!("`signet rotate k8s --remove {newcomer}`");
    plain.signet(&["seal", "k8s"]).failed(1, &[&rotate]);
}

#[test]
fn what_was_written_is_named_from_where_the_person_stands() {
    for plain in [Plain::with_rule(""), Plain::repository()] {
        plain.rules("");
        written(&plain, &["k8s/one.yaml", "k8s/below/two.yaml"]);
        let below = |words: &[&str]| {
            let mut command = plain.command();
            command.current_dir(plain.path().join("k8s/below"));
            run(command, words).succeeded()
        };
        let seal = ["seal", "two.yaml", "../one.yaml"];
        assert_eq!(below(&seal).stdout, "two.yaml\n../one.yaml\n");
        let again = below(&seal).stderr;
        assert!(again.contains("../one.yaml is sealed already"), "{again}");
        let set = ["set", "../one.yaml", "/password", "1"];
        assert_eq!(below(&set).stdout, "../one.yaml\n");
        let whole = plain.path().canonicalize().unwrap().join("k8s/one.yaml");
        let whole = whole.to_str().unwrap();
        let mut command = plain.command();
        command
            .current_dir("/usr")
            .args(["set", whole, "/password"]);
        let elsewhere = run(command, &["2"]).succeeded();
        assert_eq!(elsewhere.stdout.trim(), whole);
    }
}

#[test]
fn a_folder_is_what_check_finds_and_sealing_it_leaves_nothing_to_find() {
    let plain = Plain::repository();
    plain.rules(r"path_regex: '^secrets/|\.secret\.'");
    let files = [
        "secrets/db.yaml",
        "secrets/key.pem",
        "x/a.secret.yaml",
        "x/b.secret.env",
    ];
    written(&plain, &files[..3]);
    plain.write(files[3], "password=canary-9f3a1c\n");
    plain.write("x/values.yaml", "mode: canary-9f3a1c\n");
    plain.write("secrets/README.md", "How they are made.\n");
    let found = checked(&plain, &[]).into_iter().map(|(_, file, _)| file);
    assert_eq!(found.collect::<Vec<_>>(), files);
    let looked = plain.signet(&["seal", "--check", "."]);
    assert_eq!(looked.code, 1);
    assert!(files.iter().all(|file| looked.stdout.contains(file)));
    let run = plain.signet(&["seal", "."]).succeeded();
    assert_eq!(run.stdout, files.map(|file| format!("{file}\n")).concat());
    assert_eq!(checked(&plain, &[]), []);
    plain.signet(&["seal", "--check", "."]).succeeded();
    assert!(!is_sealed(&plain, "x/values.yaml"));
}

#[test]
fn a_folder_of_a_fleet_is_what_check_finds_there() {
    let fleet = Fleet::new();
    let named = "tenants/team-a/prod/db.sops.yaml";
    fleet.alice.write(named, CLEAR).unwrap();
    fleet.alice.write(SECRET_PATH, SECRET).unwrap();
    assert_eq!(signet(&fleet.alice, &["check"]).code, 1);
    let run = fleet.seal(&["tenants"]).succeeded();
    assert_eq!(run.stdout, format!("{named}\n{SECRET_PATH}\n"));
    signet(&fleet.alice, &["check"]).succeeded();
}

#[test]
fn a_folder_leaves_to_sops_what_only_sops_can_seal_and_says_so() {
    let plain = Plain::repository();
    let key = "pgp: FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4";
    let recipient = &plain.recipient;
    plain.write(
        ".sops.yaml",
        &format!("creation_rules: [{{path_regex: ^a/, {key}}}, {{age: {recipient}}}]\n"),
    );
    plain.write("a/secret.yaml", SECRET);
    plain.write("b/secret.yaml", SECRET);
    let run = plain.signet(&["seal", "."]);
    assert_eq!(run.stdout, "b/secret.yaml\n");
    run.failed(1, &["a/secret.yaml is left to sops", "not sealed here"]);
    let named = plain.signet(&["seal", "--age", recipient, "a"]).succeeded();
    assert_eq!(named.stdout, "a/secret.yaml\n");
}

#[test]
fn of_lists_of_secrets_only_their_data_is_sealed_and_of_what_else_carries_one_everything() {
    let plain = Plain::with_rule("");
    let secret =
        "{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {p: canary-9f3a1c}}";
    let list = format!("apiVersion: v1\nkind: List\nitems:\n- {secret}\n");
    plain.write("list.yaml", &list);
    plain.write(
        "implied.yaml",
        "apiVersion: v1\nkind: SecretList\nitems:\n- metadata: {name: a}\n  stringData: {p: canary-9f3a1c}\n",
    );
    plain.write(
        "carrier.yaml",
        &format!("apiVersion: example.org/v1\nkind: Release\npassword: canary-9f3a1c\nobjects:\n- {secret}\n"),
    );
    let run = plain.signet(&["seal", "."]).succeeded();
    assert_eq!(run.stdout, "carrier.yaml\nimplied.yaml\nlist.yaml\n");
    assert!(!run.stderr.contains("list.yaml"), "{}", run.stderr);
    let carrier = plain.read("carrier.yaml");
    assert!(
        !carrier.contains(CANARY) && !carrier.contains("Release"),
        "{carrier}"
    );
    for file in ["list.yaml", "implied.yaml"] {
        let text = plain.read(file);
        assert!(is_sealed(&plain, file));
        assert_eq!(
            text.matches("type:str").count(),
            2,
            "one value and the MAC: {text}"
        );
        assert!(text.contains("metadata: {name: a}"), "{text}");
    }
    assert_eq!(checked(&plain, &[]), []);
    let keys = fs::read_to_string(plain.person.home().join(".config/sops/age/keys.txt")).unwrap();
    let sops = Sops::new(Version::V3_13, &keys).unwrap();
    let opened = sops
        .decrypt("list.yaml", plain.read("list.yaml").as_bytes())
        .unwrap();
    assert!(String::from_utf8(opened).unwrap().contains(CANARY));
    plain.write(
        "mixed.yaml",
        &(list + "- {apiVersion: v1, kind: ConfigMap, data: {a: b}}\n"),
    );
    plain.signet(&["seal", "."]).failed(
        1,
        &["mixed.yaml: line 5", "in no Secret", "a file of its own"],
    );
}

#[test]
fn stdin_needs_no_name_where_all_that_a_name_says_is_said() {
    let plain = Plain::new();
    let words = ["seal", "-", "--type", "yaml"];
    plain
        .piped(SECRET, &words)
        .failed(2, &["--type STORE --age RECIPIENT"]);
    let age = ["--age", &plain.recipient];
    let sealed = plain
        .piped(SECRET, &[&words[..], &age].concat())
        .succeeded();
    plain.write("db.yaml", &sealed.stdout);
    let opened = plain.signet(&["open", "db.yaml"]).succeeded().stdout;
    assert_eq!(opened, SECRET);
}

#[test]
fn a_stdin_that_ends_at_once_is_told_of_as_such_and_is_an_empty_text_where_that_is_said() {
    let plain = Plain::new();
    let age = ["--age", &plain.recipient];
    let seal = |store| [&["seal", "-", "--type", store][..], &age].concat();
    for words in [
        &seal("yaml")[..],
        &seal("binary"),
        &["open", "-", "--type", "yaml"],
    ] {
        plain
            .piped("", words)
            .failed(1, &["stdin is empty", "look whether it failed"]);
    }
    plain.write("db.yaml", SECRET);
    plain
        .signet(&[&["seal", "db.yaml"][..], &age].concat())
        .succeeded();
    let set = ["set", "db.yaml", "/a", "-"];
    plain
        .piped("", &set)
        .failed(1, &["stdin is empty", "--string"]);
    plain
        .piped("", &[&set[..], &["--string"]].concat())
        .succeeded();
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let plain = Plain::with_rule("");
    let made = Command::new("mkfifo")
        .arg(plain.path().join("pipe.yaml"))
        .status();
    assert!(made.unwrap().success());
    for words in [
        &["seal", "pipe.yaml"][..],
        &["set", "pipe.yaml", "/a", "1"],
        &["edit", "pipe.yaml"],
        &["rotate", "pipe.yaml"],
    ] {
        plain.signet(words).failed(1, &["it is no file"]);
    }
}

#[test]
fn what_is_no_sealed_file_is_said_once_with_what_to_do() {
    let plain = Plain::new();
    plain.write("db.yaml", "a: 1\n");
    let said = plain.signet(&["open", "db.yaml"]);
    let said = said.failed(1, &["has no sops block", "`signet seal db.yaml` seals it"]);
    assert_eq!(said.matches("is not sealed").count(), 1, "{said}");
    plain.write("k8s/db.yaml", "a: 1\n");
    plain
        .signet(&["open", "k8s/db.yaml"])
        .failed(1, &["`signet seal k8s/db.yaml` seals it"]);
    plain.signet(&["open", "."]).failed(1, &[". is a folder"]);
    plain.write("big.json", "{\"id\": 123456789012345678901}");
    plain
        .signet(&["seal", "--age", &plain.recipient, "big.json"])
        .failed(1, &["does not fit into 64 bits", "put it in quotes"]);
    plain.write("month.yaml", "month: 08\n");
    let said = plain.signet(&["seal", "--age", &plain.recipient, "month.yaml"]);
    said.failed(1, &["line 1, column 8", "an 8 or 9", "put it in quotes"]);
}

#[test]
fn what_does_not_open_is_named_from_where_the_person_stands() {
    let plain = Plain::new();
    plain.write("k8s/db.yaml", "a: 1\n");
    plain
        .signet(&["seal", "--age", &plain.recipient, "k8s/db.yaml"])
        .succeeded();
    let text = plain.read("k8s/db.yaml").replace("data:", "data:AAAA");
    plain.write("k8s/db.yaml", &text);
    let said = plain.signet(&["-C", "k8s", "open", "db.yaml"]);
    let said = said.failed(1, &["db.yaml"]);
    assert!(!said.contains("k8s/db.yaml"), "{said}");
    let said = plain.signet(&["-C", "k8s", "open", "../k8s/db.yaml"]);
    assert!(!said.failed(1, &["db.yaml"]).contains("k8s/db.yaml"));
}

#[test]
fn stdin_is_sealed_to_stdout_as_the_file_that_is_named() {
    let plain = Plain::with_rule("path_regex: ^k8s/db");
    let run = plain
        .piped(SECRET, &["seal", "-", "--filename", "k8s/db.yaml"])
        .succeeded();
    assert!(!run.stdout.contains(CANARY));
    assert!(!plain.path().join("k8s").exists());
    plain.write("db.yaml", &run.stdout);
    assert_eq!(
        plain.signet(&["open", "db.yaml"]).succeeded().stdout,
        SECRET
    );
    plain
        .piped(SECRET, &["seal", "-", "--filename", "other.yaml"])
        .failed(1, &["no creation rule"]);
}

#[test]
fn stdin_is_sealed_for_the_path_that_stdout_goes_to() {
    let fleet = Fleet::new();
    fleet.alice.write(SECRET_PATH, "").unwrap();
    let target = fleet.alice.path().join(SECRET_PATH);
    let mut command = fleet
        .alice
        .command(signet_tests::binaries::binaries().signet);
    command
        .stdout(File::create(&target).unwrap())
        .args(["seal", "-"]);
    let input = fleet.alice.person().home().join("input");
    fs::write(&input, SECRET).unwrap();
    command.stdin(File::open(&input).unwrap());
    assert!(command.status().unwrap().success());
    assert!(!fleet.alice.read(SECRET_PATH).unwrap().contains(CANARY));
    assert_eq!(fleet.open(&[SECRET_PATH]).succeeded().stdout, SECRET);
}

#[test]
fn stdin_without_a_path_is_refused_before_it_is_read() {
    let plain = Plain::with_rule("");
    plain
        .piped(SECRET, &["seal", "-"])
        .failed(2, &["--filename"]);
    plain
        .piped(SECRET, &["seal", "-", "--check"])
        .failed(2, &["--check"]);
    let outside = piped(plain.command(), SECRET, &["seal", "-", "x.yaml"]);
    assert_ne!(outside.code, 0);
}

#[test]
fn errors_of_seal_set_unset_and_edit_name_the_file_from_where_the_person_stands() {
    let plain = Plain::repository();
    plain.rules("");
    written(&plain, &["sub/db.yaml"]);
    plain.signet(&["seal", "sub/db.yaml"]).succeeded();
    let whole = plain.read("sub/db.yaml");
    let altered = whole.replacen("data:", "data:AAAA", 1);
    for text in [whole.replacen("mac: ENC[", "mac: [", 1), altered] {
        plain.write("sub/db.yaml", &text);
        for words in [
            &["seal", "--age", &plain.recipient, "db.yaml"][..],
            &["set", "db.yaml", "/password", "1"],
            &["unset", "db.yaml", "/password"],
            &["edit", "db.yaml"],
        ] {
            let mut command = plain.command();
            command.current_dir(plain.path().join("sub"));
            command.env("EDITOR", "true");
            let said = run(command, words).failed(1, &["db.yaml"]);
            assert!(!said.contains("sub/db.yaml"), "{words:?}: {said}");
        }
    }
}
