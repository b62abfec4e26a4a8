//! `seal` on a file that is sealed already: what a person changed is sealed, what somebody moved about is not blessed.

use std::fs;

use signet_tests::binaries::binaries;

use crate::fixture::{CANARY, Fleet, forget_own_work, run, signet};

const PATH: &str = "tenants/team-a/prod/list.yaml";

/// Two elements of one list, which SOPS lets change places unnoticed, and two values with names of their own.
const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: list}\nstringData:\n  # rotated in spring\n  user: shop\n  password: canary-9f3a1c\nspec:\n  data: [canary-9f3a1c, other]\n";

/// A fleet in which the file is sealed and committed, and its sealed text.
fn committed() -> (Fleet, String) {
    let fleet = Fleet::new();
    fleet.alice.write(PATH, SECRET).unwrap();
    signet(&fleet.alice, &["seal", PATH]).succeeded();
    fleet.alice.commit("Seal the list").unwrap();
    let sealed = fleet.alice.read(PATH).unwrap();
    (fleet, sealed)
}

fn encs(text: &str) -> Vec<&str> {
    let starts = text.match_indices("ENC[").map(|(at, _)| at);
    let ends = starts.map(|at| &text[at..=at + text[at..].find(']').unwrap()]);
    ends.filter(|enc| !enc.contains("type:comment")).collect()
}

/// The file as somebody else sealed it in its place.
fn planted(fleet: &Fleet, text: &str) -> String {
    fleet.alice.write(PATH, text).unwrap();
    signet(&fleet.alice, &["seal", PATH]).succeeded();
    forget_own_work(fleet.alice.path());
    fleet.alice.read(PATH).unwrap()
}

/// The text with two values in each other's place.
fn exchanged(text: &str, one: &str, other: &str) -> String {
    text.replace(one, "@")
        .replace(other, one)
        .replace('@', other)
}

/// The line of a field.
fn line<'a>(text: &'a str, field: &str) -> &'a str {
    let start = format!("  {field}:");
    text.split_inclusive('\n')
        .find(|line| line.starts_with(&start))
        .unwrap()
}

/// Writes the text; it must be refused with these words and left alone.
#[track_caller]
fn refused(fleet: &Fleet, text: &str, words: &[&str]) {
    fleet.alice.write(PATH, text).unwrap();
    let said = fleet.seal(&[PATH]).failed(1, words);
    assert!(!said.contains(CANARY), "{said}");
    assert_eq!(fleet.alice.read(PATH).unwrap(), text);
}

/// Writes the text; it must be sealed without a question and open as that.
#[track_caller]
fn sealed(fleet: &Fleet, text: &str, opened: &str) {
    fleet.alice.write(PATH, text).unwrap();
    fleet.seal(&[PATH]).succeeded();
    assert!(!fleet.alice.read(PATH).unwrap().contains(CANARY));
    assert_eq!(fleet.open(&[PATH]).succeeded().stdout, opened);
}

/// As it comes back: what stood plain in a flow collection has quotes.
fn opened() -> String {
    SECRET.replace("[canary-9f3a1c, other]", "[\"canary-9f3a1c\", \"other\"]")
}

#[test]
fn values_that_changed_places_are_named_and_not_sealed_again() {
    let (fleet, first) = committed();
    let values = encs(&first);
    let swapped = exchanged(&first, values[2], values[3]);
    refused(
        &fleet,
        &swapped,
        &[
            "/spec/data/0: another sealed value",
            "/spec/data/1",
            "--yes",
        ],
    );
    let with_more = swapped.replace("  user:", "  more: new\n  user:");
    refused(&fleet, &with_more, &["/spec/data/0", "/spec/data/1"]);
    let named = exchanged(&swapped, values[0], values[1]);
    refused(&fleet, &named, &["/stringData/user"]);
    fleet.alice.write(PATH, &swapped).unwrap();
    fleet.seal(&["--yes", PATH]).succeeded();
    fleet.open(&[PATH]).succeeded();
}

#[test]
fn a_value_of_another_file_is_refused_whatever_is_said() {
    let (fleet, first) = committed();
    let other = "tenants/team-a/prod/other.yaml";
    fleet.alice.write(other, SECRET).unwrap();
    signet(&fleet.alice, &["seal", other]).succeeded();
    let theirs = fleet.alice.read(other).unwrap();
    let mixed = first.replace(encs(&first)[1], encs(&theirs)[1]);
    refused(&fleet, &mixed, &["/stringData/password"]);
    fleet
        .seal(&["--yes", PATH])
        .failed(1, &["/stringData/password"]);
}

#[test]
fn a_value_that_was_taken_out_is_named() {
    let (fleet, first) = committed();
    let without = first.replace(line(&first, "password"), "");
    refused(&fleet, &without, &["/stringData/password: no longer there"]);
    fleet.seal(&["--yes", PATH]).succeeded();
    let rest = opened().replace("  password: canary-9f3a1c\n", "");
    assert_eq!(fleet.open(&[PATH]).succeeded().stdout, rest);
}

#[test]
fn a_file_that_somebody_else_sealed_in_its_place_gets_nothing_added() {
    let (fleet, first) = committed();
    let planted = planted(&fleet, SECRET);
    assert_ne!(planted, first);
    let with_more = planted.replace("  user:", "  more: new\n  user:");
    fleet.alice.write(PATH, &with_more).unwrap();
    fleet.seal(&["--yes", PATH]).failed(1, &["does not match"]);
}

#[test]
fn a_planted_file_with_empty_places_gets_nothing_filled_in() {
    let fleet = Fleet::new();
    let one =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: list}\nstringData:\n  password: theirs\n";
    let planted = planted(&fleet, one);
    for password in ["\"\"".to_owned(), CANARY.to_owned()] {
        let filled = planted.replace(encs(&planted)[0], &password);
        fleet.alice.write(PATH, &filled).unwrap();
        fleet.seal(&["--yes", PATH]).failed(1, &["does not match"]);
        assert_eq!(fleet.alice.read(PATH).unwrap(), filled);
    }
}

#[test]
fn a_planted_file_whose_own_seal_holds_gets_no_comment_added() {
    let (fleet, _) = committed();
    let planted = planted(&fleet, SECRET);
    let commented = planted.replace("  user:", &format!("  # was {CANARY}\n  user:"));
    refused(&fleet, &commented, &["the data key, which whoever made"]);
}

#[test]
fn only_a_commit_that_verifies_vouches() {
    let (fleet, first) = committed();
    let values = encs(&first);
    let swapped = exchanged(&first, values[2], values[3]);
    fleet.alice.write(PATH, &swapped).unwrap();
    fleet.alice.git(&["add", PATH]).unwrap();
    let unsigned = ["commit", "--quiet", "--no-gpg-sign", "-m", "unsigned"];
    fleet.alice.git(&unsigned).unwrap();
    refused(&fleet, &swapped, &["/spec/data/0"]);
}

#[test]
fn what_a_person_adds_or_changes_is_sealed_without_a_question() {
    let (fleet, first) = committed();
    sealed(
        &fleet,
        &first.replace("  user:", "  more: canary-9f3a1c\n  user:"),
        &opened().replace("  user:", "  more: canary-9f3a1c\n  user:"),
    );
    sealed(
        &fleet,
        &first.replace(line(&first, "user"), "  user: canary-9f3a1c\n"),
        &opened().replace("user: shop", "user: canary-9f3a1c"),
    );
    sealed(
        &fleet,
        &first.replace(
            "metadata: {name: list}\n",
            "metadata: {name: list} # mine\n",
        ),
        &opened().replace(
            "metadata: {name: list}\n",
            "metadata: {name: list} # mine\n",
        ),
    );
    sealed(
        &fleet,
        &first.replace("name: list", "name: other"),
        &opened().replace("name: list", "name: other"),
    );
}

#[test]
fn a_person_who_added_nothing_needs_no_key() {
    let (fleet, first) = committed();
    fleet
        .alice
        .write(PATH, &format!("# mine\n{first}"))
        .unwrap();
    signet(&fleet.alice, &["seal", PATH]).succeeded();
    let with_more = first.replace("  user:", "  more: new\n  user:");
    fleet.alice.write(PATH, &with_more).unwrap();
    signet(&fleet.alice, &["seal", PATH]).failed(1, &["needs an identity"]);
}

#[test]
fn no_verb_seals_the_values_of_a_planted_file_anew() {
    let (fleet, _) = committed();
    let planted = planted(&fleet, SECRET);
    let here = |words: &[&str]| {
        let mut command = fleet.alice.command(binaries().signet);
        command.env("SIGNET_IDENTITY_FILE", fleet.recovery());
        command.env("EDITOR", "sed -i s/shop/till/");
        run(command, words)
    };
    let set = ["set", PATH, "/stringData/user", "\"canary-9f3a1c\""];
    for words in [
        &set[..],
        &["unset", PATH, "/stringData/user"],
        &["edit", PATH],
    ] {
        let said = here(words).failed(
            1,
            &[
                "/stringData/password: another sealed value",
                "the data key, which whoever made",
                "--yes",
            ],
        );
        assert!(!said.contains(CANARY), "{said}");
        assert_eq!(fleet.alice.read(PATH).unwrap(), planted, "{words:?}");
    }
    // A file that no commit has is nobody's either.
    fs::remove_file(fleet.alice.path().join(PATH)).unwrap();
    fleet.alice.commit("Without the list").unwrap();
    fleet.alice.write(PATH, &planted).unwrap();
    here(&set).failed(
        1,
        &["/stringData/password: a sealed value that was not there"],
    );
    // Once a person agreed, the new value is not under the key that somebody else chose.
    here(&[&set[..], &["--yes"]].concat()).succeeded();
    let after = fleet.alice.read(PATH).unwrap();
    assert!(encs(&after).iter().all(|enc| !planted.contains(enc)));
    here(&set).succeeded();
}
