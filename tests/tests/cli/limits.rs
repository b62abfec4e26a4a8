//! Files and programs that have no end, or are none.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::fixture::{Fleet, signet};
use crate::identities::{Holder, SEALED};

const PLAIN: &str = "db.yaml";

#[test]
fn identities_without_an_end_are_not_read_on() {
    let holder = Holder::new();
    for (variable, value) in [
        ("SIGNET_IDENTITY_FILE", "/dev/zero"),
        ("SOPS_AGE_KEY_FILE", "/dev/zero"),
        ("SOPS_AGE_KEY_CMD", "yes"),
        (
            "SOPS_AGE_KEY_CMD",
            "sh -c 'head -c 2000000 /dev/zero; exec sleep 600'",
        ),
    ] {
        let refused = holder.signet_with(&[(variable, value)], &["open", SEALED]);
        refused.failed(1, &["it has more than 1 MiB"]);
    }
    holder
        .signet(&["keygen", "-y", "/dev/zero"])
        .failed(1, &["it has more than 1 MiB"]);
}

/// A person's folder with something in the clear, and a `.sops.yaml` that is no file.
fn with_rules(make: impl FnOnce(&std::path::Path)) -> Holder {
    let holder = Holder::new();
    fs::write(holder.file(PLAIN), "password: canary-9f3a1c\n").unwrap();
    make(&holder.file(".sops.yaml"));
    holder
}

#[test]
fn creation_rules_that_are_no_file_are_named_and_not_waited_for() {
    let folder = with_rules(|place| fs::create_dir(place).unwrap());
    let endless = with_rules(|place| symlink("/dev/zero", place).unwrap());
    let pipe = with_rules(|place| {
        let made = Command::new("mkfifo").arg(place).status().unwrap();
        assert!(made.success());
    });
    for holder in [folder, endless, pipe] {
        for (words, code) in [
            (&["seal", PLAIN][..], 1),
            (&["check"], 2),
            (&["check", PLAIN], 2),
        ] {
            let refused = holder.signet(words);
            refused.failed(
                code,
                &["read the creation rules in", ".sops.yaml", "it is no file"],
            );
        }
        fs::create_dir(holder.file("below")).unwrap();
        fs::rename(holder.file(PLAIN), holder.file("below/db.yaml")).unwrap();
        let mut check = holder
            .person
            .command(signet_tests::binaries::binaries().signet);
        check.current_dir(holder.file("below"));
        let refused = crate::fixture::run(check, &["check"]);
        refused.failed(2, &["read the creation rules in", "it is no file"]);
    }
}

#[test]
fn documents_of_a_fleet_behind_a_link_are_named_as_agents_read_none_of_them() {
    for (link, target) in [
        ("signet/tenants", "../docs"),
        ("signet/tenants/team-a.yaml", "../../docs"),
        ("signet/notes.yaml", "/nowhere"),
    ] {
        let fleet = Fleet::new();
        let tree = fleet.alice.path();
        let place = tree.join(link);
        if place.exists() {
            fs::rename(&place, tree.join("docs")).unwrap();
        }
        symlink(target, &place).unwrap();
        let said = format!("{link}: a link or another repository stands where");
        let remedy = format!("    put the documents themselves in the place of {link}\n");
        let is_found = |words: &[&str]| {
            let found = signet(&fleet.alice, words);
            assert_eq!(found.code, 1, "{}{}", found.stdout, found.stderr);
            assert!(found.stdout.contains(&said), "{}", found.stdout);
            assert!(found.stdout.contains(&remedy), "{}", found.stdout);
        };
        is_found(&["check"]);
        fleet.alice.git(&["add", "--all"]).unwrap();
        is_found(&["check"]);
        is_found(&["check", "--staged"]);
        let found = signet(&fleet.alice, &["policy", "check"]);
        assert_eq!(found.code, 1, "{}{}", found.stdout, found.stderr);
        assert!(found.stdout.contains(link), "{}", found.stdout);
    }
}

#[test]
fn a_link_among_the_files_of_a_source_is_found_as_nothing_there_is_rendered() {
    for (link, target) in [
        ("tenants/team-a/prod/link.yaml", "../nowhere"),
        ("tenants/team-a/prod/folder", "/etc"),
        ("clusters/prod/link.yaml", "../../README"),
    ] {
        let fleet = Fleet::new();
        let place = fleet.alice.path().join(link);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        symlink(target, &place).unwrap();
        symlink(target, fleet.alice.path().join("elsewhere")).unwrap();
        let is_found = |words: &[&str]| {
            let found = signet(&fleet.alice, words);
            assert_eq!(found.code, 1, "{}{}", found.stdout, found.stderr);
            assert_eq!(found.stdout.matches("[linked]").count(), 1);
            let said = format!("{link}: a link or another repository stands in a folder");
            assert!(found.stdout.contains(&said), "{}", found.stdout);
        };
        is_found(&["check"]);
        signet(&fleet.alice, &["check", "signet"]).succeeded();
        fleet.alice.git(&["add", "--all"]).unwrap();
        is_found(&["check"]);
        is_found(&["check", "--staged"]);
    }
}

#[test]
fn a_policy_behind_a_link_is_refused_and_not_read_through_it() {
    for (link, target) in [
        ("signet", "docs"),
        ("signet/policy.yaml", "../docs"),
        ("signet/policy.yaml", "../nowhere"),
    ] {
        let fleet = Fleet::new();
        let tree = fleet.alice.path();
        fs::rename(tree.join(link), tree.join("docs")).unwrap();
        symlink(target, tree.join(link)).unwrap();
        let refused = ["signet/policy.yaml is a link, or behind one", link];
        signet(&fleet.alice, &["check"]).failed(2, &refused);
        signet(&fleet.alice, &["policy", "check"]).failed(2, &refused);
        fleet.alice.git(&["add", "--all"]).unwrap();
        signet(&fleet.alice, &["check"]).failed(2, &refused);
        signet(&fleet.alice, &["check", "--staged"]).failed(2, &refused);
    }
}
