//! Files for keys that only sops wraps for: what is left to it, and what it is told to do.

use std::fs;

use signet_tests::binaries::binaries;
use signet_tests::sops::{Sops, Version};

use crate::fixture::{CANARY, Fleet, Run, SECRET, run, signet};
use crate::merging::in_fleet;
use crate::plain::Plain;
use crate::remedying::{PGP, altered, for_pgp, pgp_block};

const PATH: &str = "tenants/team-a/prod/pgp.yaml";
const CLEAR: &str = "user: shop\npassword: canary-9f3a1c\n";

/// A recipient of a plugin, which nobody here has.
const PLUGIN: &str = "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t";

/// A fleet in which a tenant's file came from a repository of sops, for one of its people and a key of PGP, or that alone.
fn brought(is_alone: bool) -> (Fleet, Plain) {
    let fleet = Fleet::new();
    let plain = Plain::new();
    plain.write("pgp.yaml", SECRET);
    let words = ["seal", "--age", &plain.recipient, "pgp.yaml"];
    plain.signet(&words).succeeded();
    for_pgp(&plain, "pgp.yaml", is_alone);
    fleet.alice.write(PATH, &plain.read("pgp.yaml")).unwrap();
    (fleet, plain)
}

#[test]
fn a_file_for_pgp_too_that_comes_into_a_fleet_is_taken_in_by_what_is_printed() {
    let (fleet, plain) = brought(false);
    let keys = plain.person.home().join(".config/sops/age/keys.txt");
    let signet = |words: &[&str]| -> Run {
        let mut command = fleet.alice.command(binaries().signet);
        command.env("SIGNET_IDENTITY_FILE", &keys);
        run(command, words)
    };
    let by_sops = format!("sops rotate -i --rm-pgp {PGP} {PATH}");
    let takes_in = format!("signet seal --take-in {PATH}");
    let found = signet(&["check", PATH]).stdout;
    assert!(
        found.contains(&format!("    {by_sops} && {takes_in}\n")),
        "{found}"
    );
    for words in [
        &["seal", "--take-in", PATH][..],
        &["rotate", "--take-in", "--yes", PATH],
    ] {
        signet(words).failed(
            1,
            &[
                "also sealed for",
                "(pgp)",
                &format!("`{by_sops}`"),
                &takes_in,
            ],
        );
    }
    let left = signet(&["seal", "tenants/team-a"]);
    assert!(left.stderr.contains("is left to sops"), "{}", left.stderr);

    let sops = Sops::new(Version::V3_13, &fs::read_to_string(&keys).unwrap()).unwrap();
    fs::write(sops.path("pgp.yaml"), fleet.alice.read(PATH).unwrap()).unwrap();
    sops.run(&["rotate", "-i", "--rm-pgp", PGP, "pgp.yaml"])
        .unwrap();
    let rotated = fs::read_to_string(sops.path("pgp.yaml")).unwrap();
    fleet.alice.write(PATH, &rotated).unwrap();
    // One flag answers for where it comes from and what it holds.
    signet(&["seal", "--take-in", PATH]).succeeded();
    signet(&["check", PATH]).succeeded();
    let opened = fleet.open(&[PATH]).succeeded().stdout;
    assert!(opened.contains(CANARY), "{opened}");
}

#[test]
fn a_file_for_pgp_alone_that_comes_into_a_fleet_is_named_as_one_that_sops_opens() {
    let (fleet, _) = brought(true);
    let found = signet(&fleet.alice, &["check", PATH]).stdout;
    let opens = format!("    sops decrypt -i {PATH} && signet seal {PATH}\n");
    assert!(found.contains(&opens), "{found}");
    fleet
        .seal(&["--take-in", PATH])
        .failed(1, &["is sealed for pgp alone", "`sops decrypt -i`"]);
}

#[test]
fn another_tenants_file_for_pgp_too_is_taken_in_by_nobody() {
    let fleet = Fleet::new();
    let sealed = fleet.seal_secret();
    let pgp = format!("sops:\n{}", pgp_block());
    let path = "tenants/team-b/prod/db.yaml";
    let text = sealed.replace("sops:\n", &pgp);
    fleet.alice.write(path, &text).unwrap();
    let found = signet(&fleet.alice, &["check", path]).stdout;
    assert!(found.contains("back to where it was"), "{found}");
    assert!(!found.contains("sops rotate"), "{found}");
}

#[test]
fn take_in_answers_for_a_file_that_no_commit_has() {
    let fleet = Fleet::new();
    let plain = Plain::with_secret();
    fleet.alice.write(PATH, &plain.read("db.yaml")).unwrap();
    let keys = plain.person.home().join(".config/sops/age/keys.txt");
    let take_in = |more: &[&str]| {
        let key = keys.to_str().unwrap();
        let words = [&["seal", PATH, "--identity", key], more].concat();
        in_fleet(&fleet, "signet", &words)
    };
    let said = take_in(&[]).failed(1, &["--take-in"]);
    assert!(!said.contains("--yes"), "{said}");
    take_in(&["--take-in"]).succeeded();
    assert_eq!(fleet.open(&[PATH]).succeeded().stdout, SECRET);
    // What was altered is opened by nobody, whatever is said.
    fleet
        .alice
        .write(PATH, &altered(&plain.read("db.yaml")))
        .unwrap();
    take_in(&["--take-in"]).failed(1, &["was changed"]);
}

#[test]
fn what_opens_by_no_identity_here_is_named_and_left_to_sops_where_it_has_another_key() {
    let plain = Plain::new();
    plain.write("db.yaml", CLEAR);
    plain
        .signet(&["seal", "--age", &plain.recipient, "db.yaml"])
        .succeeded();
    fs::remove_file(plain.person.home().join(".config/sops/age/keys.txt")).unwrap();
    let named = "no identity was found to open db.yaml with";
    let said = plain.signet(&["open", "db.yaml"]).failed(1, &[named]);
    assert!(!said.contains("sops decrypt"), "{said}");
    for_pgp(&plain, "db.yaml", false);
    plain
        .signet(&["open", "db.yaml"])
        .failed(1, &[named, "`sops decrypt db.yaml` opens it"]);
}

#[test]
fn a_rule_for_keys_of_another_kind_has_the_same_command_for_a_file_whoever_looks() {
    let plain = Plain::repository();
    let rule = format!("creation_rules:\n- age: {PLUGIN}\n  path_regex: ^p/\n- pgp: {PGP}\n");
    plain.write(".sops.yaml", &rule);
    for file in ["p/x.enc.yaml", "x.enc.yaml"] {
        plain.write(file, CLEAR);
        let by_sops = format!("[not-sealed]\n    sops encrypt -i {file}\n");
        for words in [&["check", file][..], &["seal", "--check", file]] {
            let said = plain.signet(words).stdout;
            assert!(said.contains(&by_sops), "{words:?}: {said}");
        }
    }
}

#[test]
fn keys_of_ages_plugins_are_left_to_sops_as_those_of_other_kinds_are() {
    let plain = Plain::repository();
    plain.rules("path_regex: ^a/");
    plain.write("a/db.yaml", CLEAR);
    plain.signet(&["seal", "a/db.yaml"]).succeeded();
    let own = plain.recipient.clone();
    let rules = format!(
        "creation_rules:\n- {{path_regex: ^a/ok, age: {own}}}\n- path_regex: ^a/\n  age: {own},{PLUGIN}\n"
    );
    plain.write(".sops.yaml", &rules);
    plain.write("a/new.yaml", CLEAR);
    plain
        .signet(&["seal", "a/new.yaml"])
        .failed(1, &["age's plugins", "`sops encrypt -i FILE`"]);
    // In a folder they stop nothing else.
    plain.write("a/ok.yaml", CLEAR);
    let said = plain
        .signet(&["seal", "a"])
        .failed(1, &["a/new.yaml is left to sops"]);
    assert!(said.contains("a/db.yaml is left to sops"), "{said}");
    assert!(plain.read("a/ok.yaml").contains("ENC["));
    assert_eq!(plain.read("a/new.yaml"), CLEAR);
    let update = "sops updatekeys -y a/db.yaml";
    let said = plain.signet(&["check", "a/db.yaml"]).stdout;
    assert!(said.contains(&format!("    {update}\n")), "{said}");

    // With the key wrapped for it, by whatever: this is the age file of another one.
    let sealed = plain.read("a/db.yaml");
    let (before, entry) = sealed.split_once("age:\n").unwrap();
    let (entry, after) = entry.split_once("  lastmodified").unwrap();
    let theirs = entry.replace(&own, PLUGIN).replace("X25519", "piv-p256");
    plain.write(
        "a/db.yaml",
        &format!("{before}age:\n{entry}{theirs}  lastmodified{after}"),
    );
    let said = plain.signet(&["check", "a/db.yaml"]);
    assert_eq!((said.code, &*said.stdout), (0, ""), "{}", said.stderr);
    let opened = plain.signet(&["open", "a/db.yaml"]).succeeded().stdout;
    assert_eq!(opened, CLEAR);
    plain
        .signet(&["set", "--yes", "a/db.yaml", "/user", "\"x\""])
        .succeeded();
    assert!(plain.read("a/db.yaml").contains(PLUGIN));
    plain
        .signet(&["rotate", "a/db.yaml"])
        .failed(1, &["also sealed for age1yubikey1", "sops rotate -i"]);
}

#[test]
fn a_name_that_says_sealed_of_a_file_without_a_value_for_its_rule_is_no_work_for_sops_either() {
    for people in [format!("pgp: {PGP}"), String::new()] {
        let plain = Plain::repository();
        let age = if people.is_empty() {
            format!("age: {}", plain.recipient)
        } else {
            people
        };
        let rules = format!("creation_rules: [{{{age}, encrypted_regex: ^password$}}]\n");
        plain.write(".sops.yaml", &rules);
        plain.write("x.enc.yaml", "user: shop\n");
        let said = plain.signet(&["check", "x.enc.yaml"]).stdout;
        let first = "[not-sealed]\n    put what is secret into x.enc.yaml, have its creation rule select it";
        assert!(said.contains(first), "{said}");
    }
}

#[test]
fn rotate_and_check_say_alike_what_follows_a_rule_that_names_no_key_of_sops_any_more() {
    let plain = Plain::repository();
    plain.write("db.yaml", CLEAR);
    let words = ["seal", "--age", &plain.recipient, "db.yaml"];
    plain.signet(&words).succeeded();
    for (is_alone, then) in [
        (false, "signet rotate db.yaml"),
        (true, "sops rotate -i db.yaml"),
    ] {
        for_pgp(&plain, "db.yaml", is_alone);
        plain.rules("");
        let command = format!("sops updatekeys -y db.yaml && {then}");
        let found = plain.signet(&["check"]).stdout;
        assert!(found.contains(&format!("    {command}\n")), "{found}");
        if !is_alone {
            let named = format!("`{command}`");
            for words in [
                &["rotate", "--yes", "db.yaml"][..],
                &["rotate", "--yes", "."],
            ] {
                plain.signet(words).failed(1, &[&named]);
            }
        }
    }
}

#[test]
fn who_seals_a_file_for_pgp_alone_for_others_is_told_what_sops_does() {
    let plain = Plain::repository();
    plain.write("db.yaml", CLEAR);
    let words = ["seal", "--age", &plain.recipient, "db.yaml"];
    plain.signet(&words).succeeded();
    for_pgp(&plain, "db.yaml", true);
    let by_sops = format!(
        "`sops rotate -i --add-age {} --rm-pgp {PGP} db.yaml` does it",
        plain.recipient
    );
    plain.signet(&words).failed(1, &[PGP, &by_sops]);
}
