//! `rotate` and whoever wrote their name into a file that they cannot open.

use crate::plain::Plain;
use crate::rotating::another;

const CLEAR: &str = "user: shop\npassword: canary-9f3a1c\n";
const QUESTION: &str = "These stand in the files alone";

/// Seals `a.yaml` for the person; what it is once somebody who cannot open it wrote a name into it.
fn planted(plain: &Plain, stranger: &str) -> String {
    plain.write("a.yaml", CLEAR);
    plain
        .signet(&["seal", "--age", &plain.recipient, "a.yaml"])
        .succeeded();
    with(plain, stranger)
}

/// `a.yaml` with one more name in it.
fn with(plain: &Plain, stranger: &str) -> String {
    let sealed = plain.read("a.yaml");
    let begin = sealed.find("    - ").unwrap();
    let entry = &sealed[begin..];
    let entry = &entry[..=entry.find(&plain.recipient).unwrap() + plain.recipient.len()];
    let end = begin + entry.len();
    let entry = entry.replace(&plain.recipient, stranger);
    format!("{}{entry}{}", &sealed[..end], &sealed[end..])
}

#[test]
fn whom_no_creation_rule_names_gets_a_new_key_only_by_a_persons_word() {
    let plain = Plain::with_rule("");
    let (stranger, _) = another(&plain, "stranger");
    let text = planted(&plain, &stranger);
    plain.write("a.yaml", &text);
    let asked = [QUESTION, &stranger, "a.yaml", "--yes"];
    plain.signet(&["rotate", "a.yaml"]).failed(1, &asked);
    plain.signet(&["rotate", "."]).failed(1, &asked);
    assert_eq!(plain.read("a.yaml"), text);
    plain.signet(&["rotate", ".", "--dry-run"]).succeeded();
    let away = ["rotate", "a.yaml", "--remove", &stranger];
    plain.signet(&away).succeeded();
    assert!(!plain.read("a.yaml").contains(&stranger));
    plain.write("a.yaml", &text);
    plain.signet(&["rotate", "a.yaml", "--yes"]).succeeded();
    assert!(plain.read("a.yaml").contains(&stranger));
    plain.write("a.yaml", &planted(&plain, &stranger));
    let add = ["rotate", "a.yaml", "--add", &stranger];
    plain
        .signet(&add)
        .failed(1, &["has these recipients already"]);
}

#[test]
fn without_a_rule_the_committed_version_says_who_may_have_a_new_key() {
    let plain = Plain::repository();
    let (stranger, _) = another(&plain, "stranger");
    let text = planted(&plain, &stranger);
    plain.git(&["add", "."]);
    plain.git(&["commit", "--quiet", "--message", "Seal"]);
    plain.signet(&["rotate", "a.yaml"]).succeeded();
    plain.signet(&["rotate", "a.yaml"]).succeeded();
    plain.write("a.yaml", &text);
    plain
        .signet(&["rotate", "a.yaml"])
        .failed(1, &[QUESTION, &stranger]);
    let (newcomer, _) = another(&plain, "newcomer");
    let swap = [
        "rotate", "a.yaml", "--remove", &stranger, "--add", &newcomer,
    ];
    plain.signet(&swap).succeeded();
    plain.signet(&["rotate", "a.yaml"]).succeeded();
    plain.git(&["commit", "--quiet", "--all", "--message", "A newcomer"]);
    plain.signet(&["rotate", "a.yaml"]).succeeded();
    let away = ["rotate", "a.yaml", "--remove", &newcomer];
    plain.signet(&away).succeeded();
    // Who comes back by themselves, as HEAD still names them.
    plain.write("a.yaml", &with(&plain, &newcomer));
    plain
        .signet(&["rotate", "a.yaml"])
        .failed(1, &[QUESTION, &newcomer]);
}

#[test]
fn where_neither_a_rule_nor_a_version_is_it_says_for_whom_it_rotated() {
    let plain = Plain::new();
    let (stranger, _) = another(&plain, "stranger");
    plain.write("a.yaml", &planted(&plain, &stranger));
    let run = plain.signet(&["rotate", "a.yaml"]).succeeded();
    let note = run.stderr.lines().find(|line| line.contains("sealed for"));
    assert!(note.unwrap().contains(&stranger), "{}", run.stderr);
}
