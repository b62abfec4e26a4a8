//! Sealed files that are no sealed files any more without a word of clear text in their place.

use std::fs;
use std::os::unix::fs::symlink;

use crate::inspecting::{checked, one};
use crate::plain::Plain;

const CLEAR: &str = "password: canary-9f3a1c\nuser: shop\n";
const FILE: &str = "k8s/db.yaml";

/// A repository with a sealed file in HEAD and no creation rule that names it.
fn committed() -> Plain {
    let plain = Plain::repository();
    plain.rules("path_regex: ^nothing/");
    plain.write(FILE, CLEAR);
    let recipient = plain.recipient.clone();
    plain
        .signet(&["seal", "--age", &recipient, FILE])
        .succeeded();
    plain.rules("");
    plain.commit();
    assert_eq!(checked(&plain, &[]), []);
    plain
}

/// It is found in the work tree, staged, and right after the commit.
#[track_caller]
fn is_found_everywhere(plain: &Plain, file: &str) {
    let expected = one("not-sealed", file, 0);
    assert_eq!(checked(plain, &[]), expected);
    plain.git(&["add", "--all"]);
    assert_eq!(checked(plain, &[]), expected);
    assert_eq!(checked(plain, &["--staged"]), expected);
    plain.commit();
    assert_eq!(checked(plain, &[]), expected);
    plain.write("more.txt", "");
    plain.commit();
    assert_eq!(checked(plain, &[]), [], "a commit later it is history");
}

#[test]
fn a_sealed_file_that_was_emptied_is_found() {
    for text in ["", "\n"] {
        let plain = committed();
        plain.write(FILE, text);
        is_found_everywhere(&plain, FILE);
    }
}

#[test]
fn a_link_in_the_place_of_a_sealed_file_is_found_wherever_it_leads() {
    for target in ["../clear.txt", "/nowhere"] {
        let plain = committed();
        plain.write("clear.txt", "words\n");
        fs::remove_file(plain.path().join(FILE)).unwrap();
        symlink(target, plain.path().join(FILE)).unwrap();
        is_found_everywhere(&plain, FILE);
    }
}

#[test]
fn a_sealed_file_that_was_renamed_and_opened_is_found_under_its_new_name() {
    let plain = committed();
    fs::remove_file(plain.path().join(FILE)).unwrap();
    plain.write("app/settings.yaml", &format!("more: 1\n{CLEAR}"));
    is_found_everywhere(&plain, "app/settings.yaml");
}

#[test]
fn a_sealed_file_that_was_renamed_and_opened_in_utf_16_is_found_too() {
    let plain = committed();
    fs::remove_file(plain.path().join(FILE)).unwrap();
    let wide: Vec<u8> = CLEAR.encode_utf16().flat_map(u16::to_be_bytes).collect();
    plain.write("app/settings.yaml", "");
    fs::write(plain.path().join("app/settings.yaml"), wide).unwrap();
    let said = plain.signet(&["check"]).stdout;
    let remedy = "put this right first: it is no UTF-8; then signet seal app/settings.yaml";
    assert!(said.contains(remedy), "{said}");
    is_found_everywhere(&plain, "app/settings.yaml");
}

#[test]
fn a_sealed_file_that_was_opened_under_its_name_with_another_ending_is_found() {
    for (sealed, text, opened, clear) in [
        (
            "db.env",
            "password=canary-9f3a1c\nuser=shop\n",
            "app/db.yaml",
            CLEAR,
        ),
        (
            ".env",
            "password=canary-9f3a1c\n",
            "env.json",
            "{\"password\": \"canary-9f3a1c\"}",
        ),
        (
            "db.json",
            "{\"password\": \"canary-9f3a1c\"}",
            "db.txt",
            "{\"password\": \"canary-9f3a1c\"}",
        ),
        ("db.pem", "canary-9f3a1c\n", "db.yaml", "canary-9f3a1c\n"),
        (
            "app.yaml",
            "stringData:\n  password: canary-9f3a1c\n",
            "app.env",
            "PASSWORD=canary-9f3a1c\n",
        ),
        (
            "db.ini",
            "[database]\npassword = canary-9f3a1c\n",
            "db.env",
            "password=canary-9f3a1c\n",
        ),
    ] {
        let plain = committed();
        plain.write(sealed, text);
        plain.signet(&["seal", sealed]).succeeded();
        plain.commit();
        fs::remove_file(plain.path().join(sealed)).unwrap();
        plain.write("app/other.ini", &clear.replace("shop", "shops"));
        assert_eq!(checked(&plain, &[]), [], "{sealed}");
        plain.write(opened, clear);
        is_found_everywhere(&plain, opened);
    }
}

#[test]
fn a_sealed_file_without_keys_that_was_renamed_and_opened_is_found_by_its_length() {
    let plain = committed();
    plain.write("key.pem", "canary-9f3a1c\n");
    plain.signet(&["seal", "key.pem"]).succeeded();
    plain.commit();
    fs::remove_file(plain.path().join("key.pem")).unwrap();
    plain.write("certs/server.key", "canary-9f3a1c\n");
    plain.write("certs/other.key", "canary-9f3a1\n");
    is_found_everywhere(&plain, "certs/server.key");
}

#[test]
fn what_is_moved_as_it_is_or_taken_away_beside_other_files_is_fine() {
    let plain = committed();
    for (file, text) in [("old.yaml", CLEAR), ("README", "")] {
        plain.write(file, text);
        plain.commit();
    }
    plain.git(&["mv", FILE, "moved.yaml"]);
    plain.write("new.yaml", "user: shop\n");
    plain.write("new.json", "{\"password\": \"x\", \"user\": \"y\"}\n");
    assert_eq!(checked(&plain, &["new.yaml", "new.json", "old.yaml"]), []);
    plain.git(&["rm", "--quiet", "--force", "moved.yaml"]);
    assert_eq!(checked(&plain, &[]), []);
    plain.commit();
    assert_eq!(checked(&plain, &[]), []);
}
