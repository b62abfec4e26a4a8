//! What `open` reads: files, links to them, stdin; and what it says to those who know sops.

use std::fs;
use std::os::unix::fs::symlink;

use signet_tests::binaries::binaries;

use crate::fixture::{CANARY, Fleet, SECRET, SECRET_PATH};
use crate::loner::{Loner, NOTES};
use crate::plain::piped;

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
