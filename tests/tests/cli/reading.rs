//! What `open` reads: files, links to them, stdin; what it says to those who know sops, and what a shell completes.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::process::Command;

use signet_tests::binaries::binaries;

use crate::fixture::{CANARY, Fleet, SECRET, SECRET_PATH, run};
use crate::loner::{Loner, NOTES};
use crate::plain::{Plain, piped};

#[test]
fn stdin_is_opened_as_the_file_or_of_the_form_that_is_named() {
    let (loner, sealed) = Loner::with_notes();
    let text = loner.signet(&["open", "notes.yaml"]).succeeded().stdout;
    let open = |input: &str, words: &[&str]| piped(loner.command(), input, words);
    for words in [
        &["open", "-", "--type", "yaml"][..],
        &["open", "-", "--filename", "notes.yaml"],
        &["open", "-", "--filename", "not/there.yml"],
    ] {
        let run = open(&sealed, words).succeeded();
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str()),
            (text.as_str(), "")
        );
    }
    let token = ["open", "-", "--type", "yaml", "--extract", "/token"];
    assert_eq!(open(&sealed, &token).succeeded().stdout, CANARY);
    open(&sealed, &["open", "-"]).failed(2, &["--filename", "--type"]);
    open(NOTES, &["open", "-", "--type", "yaml"]).failed(1, &["not sealed"]);
    open(&sealed, &["open", "notes.yaml", "--filename", "x.yaml"]).failed(2, &["`-` alone"]);
}

#[test]
fn stdin_that_was_sealed_for_another_place_is_told_of() {
    let fleet = Fleet::new();
    let sealed = fleet.seal_secret();
    let open = |words: &[&str]| {
        let words = [&["open", "-"], words].concat();
        let mut command = fleet.alice.command(binaries().signet);
        command.env("SIGNET_IDENTITY_FILE", fleet.recovery());
        let run = piped(command, &sealed, &words).succeeded();
        assert_eq!(run.stdout, SECRET);
        run.stderr
    };
    assert_eq!(open(&["--type", "yaml"]), "");
    assert_eq!(open(&["--filename", SECRET_PATH]), "");
    assert!(open(&["--filename", "moved.yaml"]).contains("moved.yaml was sealed as"));
}

#[test]
fn a_link_to_a_sealed_file_is_followed_and_shows_nothing_of_any_other() {
    let (loner, _) = Loner::with_notes();
    let link = |to: &str, name: &str| symlink(to, loner.person.home().join(name)).unwrap();
    link("notes.yaml", "current.yaml");
    link("/dev/zero", "endless.yaml");
    link("nowhere", "broken.yaml");
    let clear = "password: [canary-9f3a1c\n";
    fs::write(loner.person.home().join("clear"), clear).unwrap();
    link("clear", "clear.yaml");
    let run = loner.signet(&["open", "current.yaml"]).succeeded();
    assert_eq!(run.stdout, loner.signet(&["open", "notes.yaml"]).stdout);
    loner
        .signet(&["open", "endless.yaml"])
        .failed(1, &["link to no file"]);
    loner
        .signet(&["open", "broken.yaml"])
        .failed(1, &["broken.yaml"]);
    let run = loner.signet(&["open", "clear.yaml"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(!run.stderr.contains(CANARY), "{}", run.stderr);
}

#[test]
fn the_words_of_sops_are_a_wrong_command_line_that_names_the_verb() {
    let (loner, sealed) = Loner::with_notes();
    for (words, verb) in [
        (&["decrypt", "notes.yaml"][..], "signet open"),
        (&["-d", "notes.yaml"], "signet open"),
        (&["encrypt", "-i", "notes.yaml"], "signet seal"),
        (&["updatekeys", "notes.yaml"], "signet rotate"),
        (&["notes.yaml"], "signet edit notes.yaml"),
    ] {
        let said = loner.signet(words).failed(2, &[verb]);
        assert_eq!(said.lines().count(), 2, "{said}");
    }
    assert_eq!(loner.read("notes.yaml"), sealed);
}

#[test]
fn what_sops_has_written_out_of_aliases_and_merge_keys_opens_and_changes() {
    let loner = Loner::new();
    let base = "base: &base\n  token: canary-9f3a1c\n  port: 1\n";
    let more = "prod: *base\none:\n  <<: *base\n  c: x\nmany:\n  <<: [*base, {d: z}]\n";
    loner.seal_by_sops("merged.yaml", &format!("{base}{more}"));
    assert!(loner.read("merged.yaml").contains("!!merge <<:"));
    let open = || loner.signet(&["open", "merged.yaml"]).succeeded().stdout;
    let before = loner.opened_by_sops("merged.yaml");
    assert_eq!(open(), before);
    for path in [
        "/prod/token",
        "/one/<</token",
        "[\"many\"][\"<<\"][0][\"token\"]",
    ] {
        let token = ["open", "merged.yaml", "--extract", path];
        assert_eq!(loner.signet(&token).succeeded().stdout, CANARY, "{path}");
    }
    for words in [
        &["set", "merged.yaml", "/one/<</port", "2"][..],
        &["set", "merged.yaml", "/one/c", "\"v\""],
        &["unset", "merged.yaml", "/many/<</1/d"],
        &["rotate", "merged.yaml"],
    ] {
        loner.signet(words).succeeded();
        assert_eq!(open(), loner.opened_by_sops("merged.yaml"), "{words:?}");
    }
    assert!(open().contains("port: 2\n    c: v\n"), "{}", open());
    loner.signet(&["check", "merged.yaml"]).succeeded();
}

#[test]
fn line_breaks_that_sops_writes_into_single_quotes_open_and_stay() {
    let loner = Loner::new();
    let clear =
        "a_unencrypted: \"x\u{2028}y\"\nb_unencrypted: \"\u{2029}it's\"\nk: canary-9f3a1c\n";
    loner.seal_by_sops("notes.yaml", clear);
    assert!(loner.read("notes.yaml").contains("'x\u{2028}    y'"));
    let open = || loner.signet(&["open", "notes.yaml"]).succeeded().stdout;
    assert_eq!(open(), loner.opened_by_sops("notes.yaml"));
    let extract = ["open", "notes.yaml", "--extract", "/a_unencrypted"];
    assert_eq!(loner.signet(&extract).succeeded().stdout, "x\u{2028}y");
    for words in [
        &["set", "notes.yaml", "/k", "2"][..],
        &["rotate", "notes.yaml"],
    ] {
        loner.signet(words).succeeded();
        assert_eq!(open(), loner.opened_by_sops("notes.yaml"), "{words:?}");
        assert!(loner.read("notes.yaml").contains("'x\u{2028}    y'"));
    }
    loner.signet(&["check", "notes.yaml"]).succeeded();
}

#[test]
fn a_version_of_yaml_that_sops_does_not_read_is_not_sealed() {
    let loner = Loner::new();
    let text = "%YAML 1.2\n---\nk: canary-9f3a1c\n";
    loner.write("notes.yaml", text);
    let seal = ["seal", "--age", &loner.recipient, "notes.yaml"];
    loner
        .signet(&seal)
        .failed(1, &["line 1, column 1", "%YAML", "than 1.1"]);
    assert_eq!(loner.read("notes.yaml"), text);
    let text = text.replace("1.2", "1.1");
    loner.write("notes.yaml", &text);
    loner.signet(&seal).succeeded();
    assert_eq!(loner.opened_by_sops("notes.yaml"), "k: canary-9f3a1c\n");
    let opened = loner.signet(&["open", "notes.yaml"]).succeeded().stdout;
    assert_eq!(opened, text);
}

#[test]
fn aliases_and_merge_keys_in_the_clear_are_refused_with_what_to_do() {
    let loner = Loner::new();
    let base = "base: &base\n  token: canary-9f3a1c\n";
    for text in [
        format!("{base}prod: *base\n"),
        "prod: {<<: {a: b}}\n".into(),
    ] {
        loner.write("clear.yaml", &text);
        loner
            .signet(&["seal", "--age", &loner.recipient, "clear.yaml"])
            .failed(1, &["write out what each alias"]);
        assert_eq!(loner.read("clear.yaml"), text);
    }
}

#[test]
fn bash_completes_verbs_and_flags() {
    let loner = Loner::new();
    let script = loner.signet(&["completions", "bash"]).succeeded().stdout;
    loner.write("signet.bash", &script);
    let completed = |words: &str, word: &str| {
        let asked = format!(
            "source signet.bash; COMP_WORDS=({words} {word}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _signet signet {word} ''; echo ${{COMPREPLY[@]}}"
        );
        let mut bash = Command::new("bash");
        bash.current_dir(loner.person.home())
            .args(["--norc", "-c", &asked]);
        run(bash, &[]).succeeded().stdout
    };
    assert_eq!(completed("signet", "se"), "seal set\n");
    assert_eq!(completed("signet rotate", "--rem"), "--remove\n");
}

#[test]
fn what_never_ends_is_refused_and_not_read_for_ever() {
    let plain = Plain::with_rule("");
    plain
        .signet(&["open", "/dev/zero", "--type", "yaml"])
        .failed(1, &["more than 88 MiB"]);
    let mut endless = plain.command();
    endless.stdin(File::open("/dev/zero").unwrap());
    run(endless, &["open", "-", "--type", "yaml"]).failed(1, &["more than 88 MiB"]);
}
