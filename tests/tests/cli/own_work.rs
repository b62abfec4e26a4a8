//! What Signet wrote itself and nobody has committed yet: it vouches for what is added to it.

use std::fs;

use crate::fixture::{Fleet, SECRET_PATH, forget_own_work, mode};
use crate::plain::Plain;

/// What is asked where no version that is known has the key of the file.
const ASKED: [&str; 1] = ["the data key, which whoever made the file knows"];

/// A repository with a commit, and a file that Signet sealed since.
fn sealed_since() -> Plain {
    let plain = Plain::repository();
    plain.rules("");
    plain.git(&["add", ".sops.yaml"]);
    plain.git(&["commit", "--quiet", "-m", "Rules"]);
    plain.write("db.yaml", "password: first\n");
    plain.signet(&["seal", "db.yaml"]).succeeded();
    plain
}

/// Adds a line in the clear to the file.
fn add_line(plain: &Plain, line: &str) {
    plain.write("db.yaml", &(line.to_owned() + &plain.read("db.yaml")));
}

#[track_caller]
fn holds(plain: &Plain, opened: &str) {
    assert_eq!(
        plain.signet(&["open", "db.yaml"]).succeeded().stdout,
        opened
    );
}

#[test]
fn lines_that_are_added_to_own_work_are_sealed_without_a_question() {
    let plain = sealed_since();
    add_line(&plain, "one: canary-9f3a1c\n");
    plain.signet(&["seal", "db.yaml"]).succeeded();
    add_line(&plain, "two: canary-9f3a1c\n");
    plain
        .signet(&["set", "db.yaml", "/three", "3"])
        .failed(1, &["/two"]);
    plain.signet(&["seal", "db.yaml"]).succeeded();
    plain.signet(&["set", "db.yaml", "/three", "3"]).succeeded();
    add_line(&plain, "# canary-9f3a1c\nfour: canary-9f3a1c\n");
    plain.signet(&["seal", "db.yaml"]).succeeded();
    plain.signet(&["rotate", "db.yaml"]).succeeded();
    add_line(&plain, "five: canary-9f3a1c\n");
    plain.signet(&["seal", "db.yaml"]).succeeded();
    assert!(!plain.read("db.yaml").contains("canary"));
    holds(
        &plain,
        "five: canary-9f3a1c\n# canary-9f3a1c\nfour: canary-9f3a1c\ntwo: canary-9f3a1c\none: canary-9f3a1c\npassword: first\nthree: 3\n",
    );
    let list = plain.path().join(".git/signet/written");
    assert_eq!(mode(&list), 0o600);
    assert!(!fs::read_to_string(list).unwrap().contains("canary"));
}

#[test]
fn so_are_lines_that_are_added_to_what_was_rotated_since_the_last_commit() {
    let plain = sealed_since();
    plain.commit();
    plain.signet(&["rotate", "db.yaml"]).succeeded();
    add_line(&plain, "one: canary-9f3a1c\n");
    plain.signet(&["seal", "db.yaml"]).succeeded();
    holds(&plain, "one: canary-9f3a1c\npassword: first\n");
    // The version of HEAD vouches still.
    plain.git(&["checkout", "--quiet", "db.yaml"]);
    add_line(&plain, "two: canary-9f3a1c\n");
    plain.signet(&["seal", "db.yaml"]).succeeded();
    holds(&plain, "two: canary-9f3a1c\npassword: first\n");
}

#[test]
fn own_work_vouches_for_no_other_key_and_no_other_place() {
    let plain = sealed_since();
    let own = plain.read("db.yaml");
    let elsewhere = plain.person.home().join("db.yaml");
    fs::write(&elsewhere, "password: theirs\n").unwrap();
    let seal = ["seal", "--age", &plain.recipient, "../db.yaml"];
    plain.signet(&seal).succeeded();
    let planted = fs::read_to_string(elsewhere).unwrap();
    let with_line = format!("one: canary-9f3a1c\n{planted}");
    plain.write("db.yaml", &with_line);
    let said = plain.signet(&["seal", "db.yaml"]).failed(1, &ASKED);
    assert!(
        said.contains("/password: another sealed value") && !said.contains("canary"),
        "{said}"
    );
    assert_eq!(plain.read("db.yaml"), with_line);
    plain.write("other.yaml", &format!("one: canary-9f3a1c\n{own}"));
    plain.signet(&["seal", "other.yaml"]).failed(1, &ASKED);
}

#[test]
fn own_work_counts_until_another_commit_is_checked_out() {
    let plain = sealed_since();
    plain.write("rotated.yaml", "password: first\n");
    plain.signet(&["seal", "rotated.yaml"]).succeeded();
    plain.git(&["add", "rotated.yaml"]);
    plain.git(&["commit", "--quiet", "-m", "Without db.yaml"]);
    add_line(&plain, "one: canary-9f3a1c\n");
    plain.signet(&["seal", "db.yaml"]).failed(1, &ASKED);
    // Back where it was written it is own work again, as long as nothing was written elsewhere.
    plain.git(&["checkout", "--quiet", "HEAD~1"]);
    plain.signet(&["seal", "db.yaml"]).succeeded();
    plain.git(&["checkout", "--quiet", "-"]);
    plain.signet(&["rotate", "rotated.yaml"]).succeeded();
    plain.git(&["checkout", "--quiet", "rotated.yaml"]);
    plain.git(&["checkout", "--quiet", "HEAD~1"]);
    add_line(&plain, "two: canary-9f3a1c\n");
    plain.signet(&["seal", "db.yaml"]).failed(1, &ASKED);
}

#[test]
fn each_work_tree_of_a_clone_has_its_own_work() {
    let plain = sealed_since();
    plain.git(&["worktree", "add", "--quiet", "../second"]);
    let second = |words: &[&str]| {
        let tree = [&["-C", "../second"], words].concat();
        plain.signet(&tree)
    };
    let copy = format!("one: canary-9f3a1c\n{}", plain.read("db.yaml"));
    plain.write("../second/db.yaml", &copy);
    second(&["seal", "db.yaml"]).failed(1, &ASKED);
    plain.write("../second/db.yaml", "password: second\n");
    second(&["seal", "db.yaml"]).succeeded();
    add_line(&plain, "one: canary-9f3a1c\n");
    plain.signet(&["seal", "db.yaml"]).succeeded();
}

#[test]
fn outside_git_nothing_is_kept_and_a_line_that_is_added_is_asked_about() {
    let plain = Plain::with_rule("");
    plain.write("db.yaml", "password: first\n");
    plain.signet(&["seal", "db.yaml"]).succeeded();
    add_line(&plain, "one: canary-9f3a1c\n");
    plain.signet(&["seal", "db.yaml"]).failed(1, &ASKED);
    plain.signet(&["seal", "--yes", "db.yaml"]).succeeded();
}

#[test]
fn in_a_fleet_lines_that_are_added_to_own_work_are_sealed_without_a_question() {
    let fleet = Fleet::new();
    let sealed = fleet.seal_secret();
    let with_line = sealed.replace("    username:", "    more: canary-9f3a1c\n    username:");
    assert_ne!(with_line, sealed);
    fleet.alice.write(SECRET_PATH, &with_line).unwrap();
    fleet.seal(&[SECRET_PATH]).succeeded();
    let opened = fleet.open(&[SECRET_PATH]).succeeded().stdout;
    assert!(opened.contains("more: canary-9f3a1c\n"), "{opened}");
    // Of what no run of Signet wrote there, nothing shows that it belongs there.
    forget_own_work(fleet.alice.path());
    let more = fleet.alice.read(SECRET_PATH).unwrap();
    let more = more.replace("    username:", "    again: canary-9f3a1c\n    username:");
    fleet.alice.write(SECRET_PATH, &more).unwrap();
    let refused = fleet.seal(&["--yes", SECRET_PATH]);
    refused.failed(1, &["does not match", "`signet set` adds a value"]);
}

#[test]
fn a_version_that_git_has_and_cannot_read_is_an_error_and_no_question() {
    let plain = sealed_since();
    plain.commit();
    let blob = plain.git(&["rev-parse", "HEAD:db.yaml"]);
    let (folder, name) = blob.trim().split_at(2);
    let object = plain.path().join(format!(".git/objects/{folder}/{name}"));
    fs::remove_file(&object).unwrap();
    fs::write(&object, "damaged").unwrap();
    add_line(&plain, "one: canary-9f3a1c\n");
    let said = plain
        .signet(&["seal", "db.yaml"])
        .failed(1, &["read db.yaml as"]);
    assert!(!said.contains("nobody is here to be asked"), "{said}");
}
