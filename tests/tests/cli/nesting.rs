//! A `.sops.yaml` in a folder of another's: which one counts, for `seal`, `check` and the real sops.

use std::process::Command;

use signet_tests::tools;

use crate::fixture::{Run, run};
use crate::inspecting::{checked, one};
use crate::plain::Plain;
use crate::rotating::another;

const CLEAR: &str = "password: canary-9f3a1c\n";
const FILE: &str = "sub/secrets/db.yaml";

/// A repository whose rules name the person, and rules of somebody else's in a folder of it.
fn nested(outer: &str, inner: &str) -> (Plain, String) {
    let plain = Plain::repository();
    let (recipient, _) = another(&plain, "team");
    plain.rules(outer);
    plain.write(
        "sub/.sops.yaml",
        &format!("creation_rules: [{{age: {recipient}, {inner}}}]\n"),
    );
    plain.write(FILE, CLEAR);
    (plain, recipient)
}

fn in_folder(plain: &Plain, mut command: Command, folder: &str, words: &[&str]) -> Run {
    command.current_dir(plain.path().join(folder));
    run(command, words)
}

#[test]
fn check_takes_what_seal_and_the_real_sops_make_from_each_folder() {
    let (plain, team) = nested("path_regex: secrets/", "path_regex: ^secrets/");
    for (folder, file, people) in [
        (".", FILE, &plain.recipient),
        ("sub", "secrets/db.yaml", &team),
    ] {
        let sops = plain.person.command(tools::sops());
        in_folder(&plain, sops, folder, &["encrypt", "--in-place", file]).succeeded();
        let theirs = plain.read(FILE);
        assert!(theirs.contains(people), "{folder}: {theirs}");
        assert_eq!(checked(&plain, &[]), []);
        plain.write(FILE, CLEAR);
        assert_eq!(checked(&plain, &[]), one("not-sealed", FILE, 1));
        let sealed = in_folder(&plain, plain.command(), folder, &["seal", "."]).succeeded();
        assert_eq!(sealed.stdout.trim(), file, "{}", sealed.stderr);
        assert!(plain.read(FILE).contains(people), "{folder}");
        assert_eq!(checked(&plain, &[]), []);
        plain.write(FILE, CLEAR);
    }
    let (stranger, _) = another(&plain, "stranger");
    plain
        .signet(&["seal", "--age", &stranger, FILE])
        .succeeded();
    assert_eq!(checked(&plain, &[])[0].0, "wrong-recipients");
}

#[test]
fn rules_nearer_to_the_file_count_where_those_of_the_current_folder_have_none_for_it() {
    let (plain, team) = nested("path_regex: ^nothing/", "path_regex: ^secrets/");
    let sops = plain.person.command(tools::sops());
    in_folder(&plain, sops, ".", &["encrypt", FILE]).failed(1, &["no matching creation rules"]);
    assert_eq!(checked(&plain, &[]), one("not-sealed", FILE, 1));
    plain.signet(&["seal", "."]).succeeded();
    assert!(plain.read(FILE).contains(&team));
    assert_eq!(checked(&plain, &[]), []);
}
