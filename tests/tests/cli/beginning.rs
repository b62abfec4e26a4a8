//! `edit` on a file that is not sealed yet, and changes to files of every store.

use std::fs;

use signet_tests::binaries::binaries;

use crate::fixture::{CANARY, Fleet, Run, SECRET, SECRET_PATH, run, signet, text};
use crate::loner::Loner;

/// `signet edit` with an editor that writes this text.
fn edit(loner: &Loner, content: &str, words: &[&str]) -> Run {
    loner.write("content", content);
    let mut command = loner.command();
    let copy = format!("cp {}", text(&loner.person.home().join("content")));
    command.env("EDITOR", copy).arg("edit");
    run(command, words)
}

#[test]
fn a_new_file_is_sealed_for_those_that_are_named() {
    let loner = Loner::new();
    let said = edit(
        &loner,
        "token: canary-9f3a1c\n",
        &["--age", &loner.recipient, "new.yaml"],
    );
    assert_eq!(said.succeeded().stdout, "new.yaml\n");
    assert!(!loner.read("new.yaml").contains(CANARY));
    assert_eq!(loner.opened_by_sops("new.yaml"), "token: canary-9f3a1c\n");
}

#[test]
fn a_new_file_is_sealed_as_the_sops_yaml_says() {
    let loner = Loner::new();
    let rules = format!(
        "creation_rules:\n- path_regex: ^new\n  age: {}\n  encrypted_regex: ^token$\n",
        loner.recipient
    );
    loner.write(".sops.yaml", &rules);
    edit(&loner, "token: canary-9f3a1c\nuser: shop\n", &["new.yaml"]).succeeded();
    let sealed = loner.read("new.yaml");
    assert!(
        sealed.contains("user: shop\n") && !sealed.contains(CANARY),
        "{sealed}"
    );
    assert_eq!(
        loner.opened_by_sops("new.yaml"),
        "token: canary-9f3a1c\nuser: shop\n"
    );
}

#[test]
fn without_anybody_named_no_editor_starts() {
    let loner = Loner::new();
    let mut command = loner.command();
    command.env("EDITOR", "touch started");
    run(command, &["edit", "new.yaml"]).failed(1, &["--age", ".sops.yaml"]);
    assert!(!loner.person.home().join("started").exists());
}

#[test]
fn a_new_file_without_a_text_and_a_dry_run_write_nothing() {
    let loner = Loner::new();
    edit(&loner, "", &["--age", &loner.recipient, "new.yaml"]).succeeded();
    let said = edit(
        &loner,
        "a: 1\n",
        &["--dry-run", "--age", &loner.recipient, "new.yaml"],
    );
    assert_eq!(said.succeeded().stdout, "new.yaml\n");
    assert!(!loner.person.home().join("new.yaml").exists());
}

#[test]
fn a_file_in_the_clear_is_sealed_with_what_was_edited() {
    let loner = Loner::new();
    loner.write("clear.yaml", "token: canary-9f3a1c\n");
    let words = ["--age", &loner.recipient, "clear.yaml"];
    edit(&loner, "token: canary-9f3a1c\n", &words).succeeded();
    assert_eq!(loner.read("clear.yaml"), "token: canary-9f3a1c\n");
    edit(&loner, "token: canary-9f3a1c-new\n", &words).succeeded();
    assert!(!loner.read("clear.yaml").contains(CANARY));
    assert_eq!(
        loner.opened_by_sops("clear.yaml"),
        "token: canary-9f3a1c-new\n"
    );
}

#[test]
fn in_a_fleet_a_new_file_is_sealed_for_its_place() {
    let fleet = Fleet::new();
    let content = fleet.alice.person().home().join("content");
    fs::write(&content, SECRET).unwrap();
    fs::create_dir_all(fleet.alice.path().join("tenants/team-a/prod")).unwrap();
    let edit = |words: &[&str]| {
        let mut command = fleet.alice.command(binaries().signet);
        command
            .env("EDITOR", format!("cp {}", text(&content)))
            .arg("edit");
        run(command, words)
    };
    edit(&[SECRET_PATH]).succeeded();
    assert!(!fleet.alice.read(SECRET_PATH).unwrap().contains(CANARY));
    signet(&fleet.alice, &["check"]).succeeded();
    assert_eq!(fleet.open(&[SECRET_PATH]).succeeded().stdout, SECRET);
    let other = "tenants/team-a/prod/other.yaml";
    let age = "age1jtvrnr834v4fmy89mp2h5nyhurprzv9ad5rp375nlth46zcc7seqz3mq9h";
    edit(&["--age", age, other]).failed(1, &["leave out --age"]);
}

#[test]
fn values_of_json_are_set_and_taken_out_and_sops_reads_them() {
    let loner = Loner::new();
    let plain = "{\"db\": {\"token\": \"old\", \"port\": 1}}\n";
    loner.seal_by_sops("a.json", plain);
    let value = "\"canary-9f3a1c x\"";
    loner
        .signet(&["set", "a.json", "/db/token", value])
        .succeeded();
    assert!(!loner.read("a.json").contains(CANARY));
    let index = r#"["db"]["token"]"#;
    let theirs = loner.sops("a.json", &["decrypt", "--extract", index, "a.json"]);
    assert_eq!(theirs, b"canary-9f3a1c x");
    let ours = loner.signet(&["open", "a.json", "--extract", index]);
    assert_eq!(ours.succeeded().stdout, "canary-9f3a1c x");
    loner.signet(&["unset", "a.json", "/db/token"]).succeeded();
    let rest = loner.opened_by_sops("a.json");
    assert!(!rest.contains("token") && rest.contains("port"), "{rest}");
}

#[test]
fn a_binary_file_is_edited_and_handed_over_byte_for_byte() {
    let loner = Loner::new();
    let bytes = loner.person.home().join("content");
    fs::write(loner.person.home().join("key.bin"), b"\0\xffold").unwrap();
    loner
        .signet(&["seal", "--age", &loner.recipient, "key.bin"])
        .succeeded();
    fs::write(&bytes, b"\0\xffcanary-9f3a1c\n\n").unwrap();
    let mut command = loner.command();
    command.env("EDITOR", format!("cp {}", text(&bytes)));
    run(command, &["edit", "key.bin"]).succeeded();
    assert_eq!(
        loner.sops("key.bin", &["decrypt", "key.bin"]),
        fs::read(&bytes).unwrap()
    );
    let mut command = loner.command();
    let same = ["exec", "--file", "key.bin", "--", "cmp", "{}", "content"];
    assert!(command.args(same).status().unwrap().success());
    loner
        .signet(&["set", "key.bin", "/data", "1"])
        .failed(1, &["signet edit"]);
}
