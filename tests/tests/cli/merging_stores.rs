//! Git merges of files that are not YAML.

use std::fs;

use crate::fixture::{CANARY, Run, run, text};
use crate::merging::Branches;

/// What is written, and what in its place.
type Change = (&'static str, &'static str);

/// A file of each store and what two sides make of it.
const FILES: [(&str, &str, [Change; 2]); 3] = [
    (
        "app.env",
        "# who\nUSER=shop\nTOKEN=canary-9f3a1c\nHOST=h\nPORT=5432\n",
        [
            ("USER=shop", "USER=till"),
            ("PORT=5432\n", "PORT=1\nNAME=n\n"),
        ],
    ),
    (
        "app.ini",
        "[db]\n; who\nuser  = shop\ntoken = canary-9f3a1c ; how\nport  = 5432\n\n[cache]\nhost = h\n",
        [
            ("= shop", "= till"),
            ("port  = 5432\n", "port  = 1\nname  = n\n"),
        ],
    ),
    (
        "app.json",
        "{\n  \"user\": \"shop\",\n  \"token\": \"canary-9f3a1c\",\n  \"port\": 5432,\n  \"host\": \"h\"\n}\n",
        [("shop", "till"), ("5432", "1")],
    ),
];

#[test]
fn a_driver_that_is_told_the_store_merges_whatever_the_name_says() {
    let branches = Branches::of_file("app.yaml", "user: shop\nhost: a\nport: 1\n");
    let person = &branches.0.person;
    let versions = ["base", "ours", "theirs"].map(|name| person.home().join(name));
    let change = |new: &str| {
        let mut editor = branches.command("signet");
        editor.env("EDITOR", format!("sed -i {new}"));
        run(editor, &["edit", "app.yaml"]).succeeded();
        branches.sealed()
    };
    let base = branches.sealed();
    let ours = change("s/shop/app/");
    branches.0.write("app.yaml", &base);
    let theirs = change("s/1/2/");
    for (file, text) in versions.iter().zip([&base, &ours, &theirs]) {
        fs::write(file, text).unwrap();
    }
    let [base, ours, theirs] = versions.each_ref().map(|file| text(file));
    let driver = [
        "merge-driver",
        "--type",
        "yaml",
        &base,
        &ours,
        &theirs,
        "7",
        "app.conf",
    ];
    branches.signet(&driver).succeeded();
    let opened = branches.signet(&["open", "--type", "yaml", &ours]);
    assert_eq!(opened.succeeded().stdout, "user: app\nhost: a\nport: 2\n");
}

#[test]
fn sides_that_changed_different_keys_merge_without_a_conflict() {
    for (file, text, [ours, theirs]) in FILES {
        let branches = Branches::of_file(file, text);
        branches.edited_on("main", ours);
        let before = branches.sealed();
        branches.edited_on("topic", theirs);
        branches.git(&["checkout", "--quiet", "main"]).succeeded();
        branches
            .git(&["merge", "--quiet", "-m", "Merge", "topic"])
            .succeeded();
        let expected = text.replace(ours.0, ours.1).replace(theirs.0, theirs.1);
        assert_eq!(branches.opened(), expected, "{file}");
        let token = |text: &str| {
            let mut lines = text.lines();
            lines
                .find(|line| line.to_lowercase().contains("token"))
                .unwrap()
                .to_owned()
        };
        assert_eq!(token(&branches.sealed()), token(&before), "{file}");
    }
}

#[test]
fn only_the_key_that_both_changed_is_left_to_a_person_and_sealing_again_ends_it() {
    for (file, text, [ours, theirs]) in FILES {
        let branches = Branches::of_file(file, text);
        branches.edited_on("main", ours);
        branches.edited_on("main", (CANARY, "canary-9f3a1c-ours"));
        branches.edited_on("topic", theirs);
        branches.edited_on("topic", (CANARY, "canary-9f3a1c-theirs"));
        branches.git(&["checkout", "--quiet", "main"]).succeeded();
        branches
            .git(&["merge", "topic"])
            .failed(1, &["both sides changed", "signet seal"]);
        let conflict = branches.sealed();
        assert!(!conflict.contains(CANARY), "{conflict}");
        assert_eq!(conflict.matches("<<<<<<<").count(), 1, "{conflict}");
        branches.leave(false);
        branches.signet(&["seal", "--yes", file]).succeeded();
        let expected = text.replace(ours.0, ours.1).replace(theirs.0, theirs.1);
        let expected = expected.replace(CANARY, "canary-9f3a1c-theirs");
        assert_eq!(branches.opened(), expected, "{file}");
    }
}

#[test]
fn bytes_that_both_changed_are_one_conflict_and_of_one_side_are_taken() {
    let branches = Branches::of_file("key.pem", "one\n\n");
    branches.signet(&["git", "install", "*.pem"]).succeeded();
    branches.edited_on("topic", ("one", "canary-9f3a1c"));
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    branches.git(&["merge", "--quiet", "topic"]).succeeded();
    assert_eq!(branches.opened(), "canary-9f3a1c\n\n");
    branches.edited_on("main", (CANARY, "two"));
    branches.edited_on("topic", (CANARY, "three"));
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    branches
        .git(&["merge", "topic"])
        .failed(1, &["both sides changed"]);
    let conflict = branches.sealed();
    for (words, shown) in [
        (["seal", "--yes", "key.pem"], "key.pem"),
        (["rotate", "--yes", "key.pem"], "key.pem"),
        (["rotate", "--yes", "."], "./key.pem"),
    ] {
        let said = branches.signet(&words).failed(1, &["not merged yet"]);
        let hint = format!("`git checkout --merge -- {shown}`");
        assert_eq!(said.matches(&hint).count(), 1, "{said}");
        assert_eq!(branches.sealed(), conflict);
    }
    for marker in ["<<<<<<<", "=======", ">>>>>>>"] {
        let without = lines_but(&conflict, |line| line.starts_with(marker));
        branches.0.write("key.pem", &without);
        branches
            .signet(&["seal", "--yes", "key.pem"])
            .failed(1, &["not merged yet"]);
        branches.signet(&["check", "key.pem"]).failed(1, &[]);
        assert_eq!(branches.sealed(), without);
    }
    branches.0.write("key.pem", &conflict);
    branches.leave(false);
    branches.signet(&["seal", "--yes", "key.pem"]).succeeded();
    assert_eq!(branches.opened(), "three\n\n");
}

#[test]
fn a_marker_that_reads_as_a_key_is_never_sealed() {
    let branches = Branches::of_file(".env", "A=canary-9f3a1c\nB=two\n");
    branches.edited_on("main", (CANARY, "canary-9f3a1c-ours"));
    branches.edited_on("topic", (CANARY, "canary-9f3a1c-theirs"));
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    branches
        .git(&["merge", "topic"])
        .failed(1, &["both sides changed"]);
    let conflict = branches.sealed();
    let middle = lines_but(&conflict, |line| line.starts_with(['<', '>']));
    let labelled = conflict
        .replace("<<<<<<< ", "<<<<<<< a=")
        .replace(">>>>>>> ", ">>>>>>> b=");
    for text in [&middle, &labelled.replace("=======", "======= c=")] {
        branches.0.write(".env", text);
        branches
            .signet(&["seal", "--yes", ".env"])
            .failed(1, &["not merged yet"]);
        let found = branches.signet(&["check", ".env"]);
        assert!(found.stdout.contains("[unmerged]"), "{}", found.stdout);
        let said = ["not merged yet", "conflict markers", "`signet seal .env`"];
        for words in [
            &["set", "--yes", ".env", "/B", "\"new\""][..],
            &["unset", "--yes", ".env", "/B"],
            &["edit", "--yes", ".env"],
        ] {
            edited(&branches, words).failed(1, &said);
        }
        assert_eq!(&branches.sealed(), text);
    }
    let new = "<<<<<<< HEAD:x=y\nA=1\n=======\nA=2\n>>>>>>> t:z=1\n";
    for name in ["new.env", "new.ini"] {
        branches.0.write(name, new);
        for command in ["seal", "edit"] {
            edited(&branches, &[command, name]).failed(1, &["not merged yet", "line 1"]);
        }
        assert_eq!(branches.0.read(name), new);
    }
}

/// A command where an editor would change a value that is not in conflict.
fn edited(branches: &Branches, words: &[&str]) -> Run {
    let mut command = branches.command("signet");
    command.env("EDITOR", "sed -i s/two/three/");
    run(command, words)
}

/// The text without the lines that are meant.
fn lines_but(text: &str, is_meant: impl Fn(&str) -> bool) -> String {
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !is_meant(line)).collect()
}
