//! Files that are too large for a secret, and what is no file: nothing reads them whole, and nothing waits for them.

use std::fs::{self, File};
use std::process::Command;

use signet_tests::binaries::binaries;

use crate::fixture::{Fleet, Run, forget_own_work, run, signet};
use crate::hooking::{commit, hooked};
use crate::inspecting::{checked, one};
use crate::plain::Plain;
use crate::rotating::another;

const MIB: u64 = 1 << 20;

/// More than any program here may take.
const HUGE: u64 = 4096 * MIB;

const LARGE: u64 = 88 * MIB + 1;

/// A file of this size that takes no room on the disk.
fn make(plain: &Plain, name: &str, size: u64) {
    plain.write(name, "");
    let file = File::create(plain.path().join(name)).unwrap();
    file.set_len(size).unwrap();
}

/// A run that may take a gigabyte of memory and half a minute.
fn bounded(plain: &Plain, words: &[&str]) -> Run {
    let mut command = plain.person.command("timeout");
    command.current_dir(plain.path());
    let limited = "ulimit -v 1048576; exec \"$0\" \"$@\"";
    command.args(["30", "bash", "-c", limited]);
    command.arg(binaries().signet);
    run(command, words)
}

#[test]
fn a_file_that_is_too_large_for_a_secret_is_told_of_and_fails_nothing() {
    let plain = Plain::repository();
    plain.rules("path_regex: '^secrets/|\\.mp4$'");
    make(&plain, "a b/disk.img", HUGE);
    make(&plain, "film.mp4", HUGE);
    for words in [
        &["check"][..],
        &["check", "a b/disk.img"],
        &["check", "a b"],
    ] {
        let said = bounded(&plain, words).succeeded().stdout;
        let line =
            "a b/disk.img: note: it has more than 88 MiB, and is not looked at [not-looked-at]\n";
        assert!(said.contains(line), "{said}");
    }
    for words in [&["seal", "."][..], &["seal", "--check", "."]] {
        let said = bounded(&plain, words).succeeded().stderr;
        assert!(said.contains("disk.img has more than 88 MiB"), "{said}");
        assert!(said.contains("nothing to seal"), "{said}");
    }
    assert_eq!(checked(&plain, &[]), []);
    fs::remove_file(plain.path().join("film.mp4")).unwrap();
    plain.git(&["add", "--intent-to-add", "a b/disk.img"]);
    bounded(&plain, &["check"]).succeeded();
}

#[test]
fn a_file_that_is_too_large_and_to_be_sealed_is_found_and_refused() {
    let by_name = Plain::repository();
    by_name.rules("");
    make(&by_name, "keys.secret.bin", HUGE);
    let by_rule = Plain::repository();
    by_rule.rules("path_regex: ^secrets/");
    make(&by_rule, "secrets/keys.bin", HUGE);
    let by_git = Plain::repository();
    by_git.rules("");
    by_git.write("keys.yaml", "password: canary-9f3a1c\n");
    by_git.signet(&["seal", "keys.yaml"]).succeeded();
    by_git.commit();
    make(&by_git, "keys.yaml", HUGE);
    for (plain, file, why) in [
        (by_name, "keys.secret.bin", "its name says"),
        (by_rule, "secrets/keys.bin", "a creation rule names it"),
        (by_git, "keys.yaml", "it is sealed in HEAD"),
    ] {
        assert_eq!(checked(&plain, &[]), one("too-large", file, 0));
        assert_eq!(checked(&plain, &[file]), one("too-large", file, 0));
        let said = bounded(&plain, &["check"]).stdout;
        assert!(said.contains(why) && said.contains("take "), "{said}");
        for words in [["seal", "--check", file], ["seal", "--check", "."]] {
            let found = bounded(&plain, &words);
            assert_eq!(found.code, 1, "{}", found.stderr);
            assert!(found.stdout.contains("[too-large]"), "{}", found.stdout);
        }
        for words in [["seal", file], ["seal", "."], ["edit", file]] {
            let said = bounded(&plain, &words).failed(1, &["88 MiB", "at most 64 MiB"]);
            assert!(said.contains(file), "{said}");
        }
    }
}

#[test]
fn a_document_of_a_fleet_that_is_too_large_is_named() {
    let fleet = Fleet::new();
    let file = File::create(fleet.alice.path().join("signet/tenants/x.yaml")).unwrap();
    file.set_len(HUGE).unwrap();
    signet(&fleet.alice, &["check"]).failed(2, &["signet/tenants/x.yaml has more than 88 MiB"]);
}

#[test]
fn what_is_staged_is_looked_at_up_to_the_size_of_what_can_be_sealed() {
    let plain = hooked();
    make(&plain, "film.bin", 17 * MIB);
    make(&plain, "disk.img", LARGE);
    plain.git(&["add", "--all"]);
    let done = commit(&plain, ".").succeeded();
    let said = done.stdout + &done.stderr;
    assert!(
        said.contains("disk.img: note: it has more than 88 MiB"),
        "{said}"
    );
    assert!(!said.contains("film.bin"), "{said}");

    let clear = "canary-9f3a1c\n".repeat(1 << 20);
    plain.write("dump.bin", &clear);
    plain.signet(&["seal", "dump.bin"]).succeeded();
    plain.git(&["add", "--all"]);
    commit(&plain, ".").succeeded();
    plain.write("dump.bin", &clear);
    assert_eq!(checked(&plain, &[]), one("not-sealed", "dump.bin", 0));
    plain.git(&["add", "--all"]);
    let refused = commit(&plain, ".");
    assert_eq!(refused.code, 1);
    let said = refused.stdout + &refused.stderr;
    assert!(said.contains("it is sealed in HEAD"), "{said}");
    make(&plain, "dump.bin", LARGE);
    plain.git(&["add", "--all"]);
    let said = commit(&plain, ".");
    assert!(said.stderr.contains("[too-large]"), "{}", said.stderr);
}

#[test]
fn who_is_added_to_a_file_that_no_agent_takes_for_its_size_is_asked_about() {
    let plain = Plain::repository();
    let (other, _) = another(&plain, "other");
    let seal = |people: &str| {
        plain.write("dump.bin", &"canary-9f3a1c\n".repeat(1 << 20));
        plain
            .signet(&["seal", "--age", people, "dump.bin"])
            .succeeded();
    };
    seal(&plain.recipient);
    assert!(plain.read("dump.bin").len() > 17 << 20);
    plain.commit();
    plain.signet(&["rotate", "dump.bin"]).succeeded();
    seal(&format!("{},{other}", plain.recipient));
    forget_own_work(plain.path());
    let asked = [
        "nobody is here to be asked",
        &format!("{other} in dump.bin"),
    ];
    plain.signet(&["rotate", "dump.bin"]).failed(1, &asked);
}

#[test]
fn git_shows_a_large_file_as_it_is() {
    let plain = Plain::new();
    make(&plain, "dump.yaml", LARGE);
    let shown = bounded(&plain, &["textconv", "dump.yaml"]).succeeded();
    assert_eq!(shown.stdout.len() as u64, LARGE);
}

#[test]
fn nobody_waits_for_what_is_no_file() {
    let plain = Plain::repository();
    plain.rules("");
    plain.write("a.yaml", "kind: ConfigMap\n");
    let pipe = plain.path().join("pipe.secret.yaml");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    for words in [
        &["check"][..],
        &["check", "pipe.secret.yaml"],
        &["seal", "."],
        &["seal", "--check", "."],
    ] {
        bounded(&plain, words).succeeded();
    }
    for words in [
        &["seal", "pipe.secret.yaml"][..],
        &["seal", "--check", "pipe.secret.yaml"],
        &["textconv", "pipe.secret.yaml"],
    ] {
        let said = bounded(&plain, words);
        assert!(said.code == 1 || said.code == 2, "{}", said.code);
        assert!(said.stderr.contains("it is no file"), "{}", said.stderr);
    }
}
