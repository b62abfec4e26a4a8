//! `rotate`: new data keys for all files that are meant, or for none.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use signet_tests::binaries::binaries;
use signet_tests::sops::{Sops, Version};

use crate::fixture::{
    CANARY, Fleet, Run, SECRET, SECRET_PATH, content, forget_own_work, run, signet, text,
};
use crate::plain::Plain;

const OTHER: &str = "tenants/team-a/prod/deep/other.yaml";
const CLEAR: &str = "user: shop\npassword: canary-9f3a1c\n";

/// A fleet with two committed secrets of team-a.
fn fleet() -> Fleet {
    let fleet = Fleet::new();
    fleet.seal_secret();
    fleet.alice.write(OTHER, SECRET).unwrap();
    signet(&fleet.alice, &["seal", OTHER]).succeeded();
    fleet.alice.commit("Seal").unwrap();
    fleet
}

/// Rotates in a fleet with the recovery key at hand.
fn rotate(fleet: &Fleet, words: &[&str]) -> Run {
    let mut command = fleet.alice.command(binaries().signet);
    command
        .env("SIGNET_IDENTITY_FILE", fleet.recovery())
        .arg("rotate");
    run(command, words)
}

/// Another age identity of somebody: its recipient, and the text of its file.
pub(crate) fn another(plain: &Plain, name: &str) -> (String, String) {
    let file = plain.person.home().join(name);
    let recipient = plain
        .signet(&["keygen", "-o", &text(&file)])
        .succeeded()
        .stdout;
    (
        recipient.trim().to_owned(),
        fs::read_to_string(file).unwrap(),
    )
}

fn encs(text: &str) -> Vec<&str> {
    text.match_indices("ENC[")
        .map(|(at, _)| &text[at..=at + text[at..].find(']').unwrap()])
        .collect()
}

#[track_caller]
fn share_nothing(one: &str, other: &str) {
    assert!(encs(one).iter().all(|enc| !encs(other).contains(enc)));
    assert_eq!(encs(one).len(), encs(other).len());
}

#[test]
fn a_tree_of_a_fleet_is_rotated_once_a_person_knows_that_workloads_will_roll() {
    let fleet = fleet();
    let before = [SECRET_PATH, OTHER].map(|path| fleet.alice.read(path).unwrap());
    let words = ["stand-ins", "workloads", "2 files", "--yes"];
    rotate(&fleet, &["tenants/team-a"]).failed(1, &words);
    let dry = rotate(&fleet, &["tenants/team-a", "--dry-run"]).succeeded();
    assert_eq!(dry.stdout, format!("{SECRET_PATH}\n{OTHER}\n"));
    assert_eq!(before[0], fleet.alice.read(SECRET_PATH).unwrap());
    let done = rotate(&fleet, &["tenants/team-a", "--yes"]).succeeded();
    assert_eq!(done.stdout, dry.stdout);
    for (path, before) in [SECRET_PATH, OTHER].iter().zip(before) {
        share_nothing(&before, &fleet.alice.read(path).unwrap());
        assert_eq!(fleet.open(&[path]).succeeded().stdout, SECRET);
    }
    signet(&fleet.alice, &["check"]).succeeded();
}

#[test]
fn without_a_name_all_sealed_files_of_a_fleet_are_rotated() {
    let fleet = fleet();
    let done = rotate(&fleet, &["--yes"]).succeeded();
    let listed = fleet.alice.git(&["grep", "-l", "ENC.AES256_GCM"]).unwrap();
    assert_eq!(done.stdout.trim(), listed.trim());
    assert!(listed.lines().count() > 3, "identities are sealed too");
    signet(&fleet.alice, &["check"]).succeeded();
    assert_eq!(fleet.open(&[SECRET_PATH]).succeeded().stdout, SECRET);
    let plain = Plain::new();
    plain.signet(&["rotate"]).failed(2, &["no file is named"]);
}

#[test]
fn in_a_fleet_the_documents_say_who_is_removed() {
    let fleet = fleet();
    let tenant = "signet/tenants/team-a.yaml";
    let plain = Plain::new();
    let (editor, keys) = another(&plain, "editor");
    let without = fleet.alice.read(tenant).unwrap();
    let with = without.replace("spec:\n", &format!("spec:\n  editors: [{editor}]\n"));
    fleet.alice.write(tenant, &with).unwrap();
    fleet.alice.commit("Add an editor").unwrap();
    fleet.seal(&[SECRET_PATH, OTHER]).succeeded();
    fleet.alice.commit("Seal for the editor").unwrap();
    let open = |path: &str| {
        let mut command = fleet.alice.command(binaries().signet);
        command.env("SOPS_AGE_KEY", &keys);
        run(command, &["open", path])
    };
    assert_eq!(open(OTHER).succeeded().stdout, SECRET);
    let remove = ["--remove", &editor, "--yes", "-o", "name"];
    rotate(&fleet, &remove).failed(1, &["has to be sealed for", &editor, "first"]);
    let add = ["--add", &editor, "--yes", SECRET_PATH];
    rotate(&fleet, &add).failed(1, &["already"]);
    let (stranger, _) = another(&plain, "stranger");
    let add = ["--add", &stranger, "--yes", SECRET_PATH];
    rotate(&fleet, &add).failed(1, &["the path", "editors"]);
    fleet.alice.write(tenant, &without).unwrap();
    let report = rotate(&fleet, &remove).succeeded();
    let value = |path, name| format!("{path}/stringData/{name}");
    let expected: Vec<String> = [SECRET_PATH, OTHER]
        .iter()
        .flat_map(|path| ["password", "url", "username"].map(|name| value(path, name)))
        .collect();
    let mut listed: Vec<&str> = report.stdout.lines().collect();
    listed.sort_unstable();
    let mut sorted = expected;
    sorted.sort_unstable();
    assert_eq!(listed, sorted);
    open(OTHER).failed(1, &["is not sealed for"]);
    assert_eq!(fleet.open(&[OTHER]).succeeded().stdout, SECRET);
    signet(&fleet.alice, &["check"]).succeeded();
}

#[test]
fn in_a_fleet_who_leaves_by_the_documents_alone_is_reported_with_all_that_they_could_read() {
    let fleet = fleet();
    let tenant = "signet/tenants/team-a.yaml";
    let (editor, _) = another(&Plain::new(), "editor");
    let without = fleet.alice.read(tenant).unwrap();
    let with = without.replace("spec:\n", &format!("spec:\n  editors: [{editor}]\n"));
    fleet.alice.write(tenant, &with).unwrap();
    fleet.alice.commit("Add an editor").unwrap();
    fleet.seal(&[SECRET_PATH]).succeeded();
    fleet.alice.commit("Seal for the editor").unwrap();
    fleet.alice.write(tenant, &without).unwrap();
    fleet.alice.commit("Take the editor away").unwrap();
    let hint = format!("signet rotate {SECRET_PATH}");
    let checked = signet(&fleet.alice, &["check"]);
    assert!(checked.stdout.contains(&hint), "{}", checked.stdout);
    fleet.seal(&[SECRET_PATH]).failed(1, &[&hint]);
    let report = rotate(&fleet, &["tenants/team-a", "--yes", "-o", "json"]).succeeded();
    assert!(report.stderr.contains(&editor), "{}", report.stderr);
    assert!(report.stderr.contains("2 files got new data keys"));
    // Until that is committed, whoever asks again is told the same.
    let again = rotate(&fleet, &["tenants/team-a", "--yes", "-o", "json"]).succeeded();
    assert_eq!(again.stdout, report.stdout);
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    let items = report["items"].as_array().unwrap().iter();
    let values = items.map(|item| {
        assert_eq!(item["recipients"], json!([editor]));
        assert_eq!(item["file"], SECRET_PATH);
        item["value"].as_str().unwrap()
    });
    let names = ["password", "url", "username"];
    let values: BTreeSet<&str> = values.collect();
    assert_eq!(values.len(), 3);
    assert!(
        values
            .iter()
            .all(|value| names.iter().any(|name| value.ends_with(name)))
    );
    signet(&fleet.alice, &["check"]).succeeded();
}

#[test]
fn outside_a_fleet_people_come_and_go_as_with_sops() {
    let plain = Plain::new();
    let (leaver, leaver_keys) = another(&plain, "leaver");
    let (newcomer, newcomer_keys) = another(&plain, "newcomer");
    let both = format!("{},{leaver}", plain.recipient);
    for path in ["a.yaml", "x/b.yaml"] {
        plain.write(path, CLEAR);
        plain.signet(&["seal", "--age", &both, path]).succeeded();
    }
    let before = plain.read("x/b.yaml");
    plain
        .signet(&["rotate", "--remove", &leaver, "--add", &leaver, "x"])
        .failed(2, &["both"]);
    plain
        .signet(&["rotate", "--add", "age1nonsense", "x"])
        .failed(2, &["read --add"]);
    plain
        .signet(&["rotate", "--remove", "nonsense", "x"])
        .failed(2, &["read --remove", "nonsense"]);
    let words = ["rotate", "**/*.yaml", "--remove", &leaver, "--add"];
    let said = plain.signet(&[&words[..], &[&newcomer]].concat());
    let said = said.succeeded().stderr;
    let people = said.split_once("sealed for ").unwrap().1;
    assert!(
        people.contains(&newcomer) && people.contains(&plain.recipient),
        "{said}"
    );
    assert!(!people.contains(&leaver), "{said}");
    for path in ["a.yaml", "x/b.yaml"] {
        let sealed = plain.read(path);
        assert!(sealed.contains(&newcomer) && !sealed.contains(&leaver));
        for version in Version::ALL {
            let sops = Sops::new(version, &newcomer_keys).unwrap();
            let opened = sops.decrypt("db.yaml", sealed.as_bytes()).unwrap();
            assert_eq!(opened, CLEAR.as_bytes());
            let sops = Sops::new(version, &leaver_keys).unwrap();
            sops.decrypt("db.yaml", sealed.as_bytes()).unwrap_err();
        }
    }
    share_nothing(&before, &plain.read("x/b.yaml"));
}

#[test]
fn rules_that_still_name_who_was_removed_or_do_not_name_who_came_are_told_of() {
    let plain = Plain::new();
    let (leaver, _) = another(&plain, "leaver");
    let (newcomer, _) = another(&plain, "newcomer");
    let rules = format!("creation_rules:\n- age: {},{leaver}\n", plain.recipient);
    plain.write(".sops.yaml", &rules);
    plain.write("a.yaml", CLEAR);
    plain.signet(&["seal", "a.yaml"]).succeeded();
    let words = ["rotate", "a.yaml", "--remove", &leaver, "--add", &newcomer];
    let said = plain.signet(&words).succeeded().stderr;
    assert!(said.contains(&format!("still names {leaver}")), "{said}");
    assert!(
        said.contains(&format!("does not name {newcomer}")),
        "{said}"
    );
    plain.write(".sops.yaml", &rules.replace(&leaver, &newcomer));
    plain.signet(&["check"]).succeeded();
    let quiet = plain.signet(&["rotate", "a.yaml"]).succeeded().stderr;
    assert!(!quiet.contains("warning"), "{quiet}");
}

#[test]
fn one_file_that_cannot_be_rotated_leaves_all_as_they_were() {
    let plain = Plain::with_rule("");
    for path in ["a.yaml", "b.yaml", "c.yaml"] {
        plain.write(path, CLEAR);
        plain.signet(&["seal", path]).succeeded();
    }
    let good = plain.read("b.yaml");
    let broken = [
        (good.replace("user: ", "user2: "), "b.yaml"),
        (good.replace("sops:", "sops: ["), "looks sealed"),
        (
            good.replace(&plain.recipient, "age1other")
                .replace("BEGIN AGE", "BEGIN"),
            "b.yaml",
        ),
    ];
    for (text, word) in broken {
        plain.write("b.yaml", &text);
        let before = content(plain.path());
        let said = plain.signet(&["rotate", "."]).failed(1, &[word]);
        assert!(!said.contains(CANARY), "{said}");
        assert_eq!(content(plain.path()), before);
    }
    plain.write("b.yaml", CLEAR);
    plain
        .signet(&["rotate", "b.yaml"])
        .failed(1, &["b.yaml is not sealed"]);
    let done = plain.signet(&["rotate", "."]).succeeded();
    assert_eq!(done.stdout, "a.yaml\nc.yaml\n");
    let alone = ["rotate", "a.yaml", "--remove", &plain.recipient];
    plain
        .signet(&alone)
        .failed(1, &["nobody would be left to open it"]);
}

#[test]
fn who_takes_a_file_from_their_own_identity_is_asked_first() {
    let plain = Plain::new();
    let (other, _) = another(&plain, "other");
    plain.write("a.yaml", CLEAR);
    let both = format!("{},{other}", plain.recipient);
    plain
        .signet(&["seal", "--age", &both, "a.yaml"])
        .succeeded();
    let before = plain.read("a.yaml");
    let words = ["rotate", "a.yaml", "--remove", &plain.recipient];
    plain
        .signet(&words)
        .failed(1, &["No identity here will open a.yaml", "--yes"]);
    assert_eq!(plain.read("a.yaml"), before);
    plain
        .signet(&[&words[..], &["--dry-run"]].concat())
        .succeeded();
    plain.signet(&[&words[..], &["--yes"]].concat()).succeeded();
    plain
        .signet(&["open", "a.yaml"])
        .failed(1, &["is not sealed for"]);
}

#[test]
fn who_is_left_with_too_few_key_groups_is_asked_first() {
    let plain = Plain::new();
    let ((second, key), (third, _)) = (another(&plain, "second"), another(&plain, "third"));
    let own = &plain.recipient;
    let groups = format!("[{{age: [{own}]}}, {{age: [{second}, {third}]}}]");
    let rule = format!("creation_rules:\n- {{shamir_threshold: 2, key_groups: {groups}}}\n");
    plain.write(".sops.yaml", &rule);
    plain.write("a.yaml", CLEAR);
    plain.signet(&["seal", "a.yaml"]).succeeded();
    let with_both = |words: &[&str]| {
        let mut command = plain.command();
        command.env("SOPS_AGE_KEY", &key);
        run(command, words)
    };
    let sealed = plain.read("a.yaml");
    let words = ["rotate", "a.yaml", "--remove", &second];
    with_both(&words).failed(1, &["No identity here will open a.yaml", "--yes"]);
    assert_eq!(plain.read("a.yaml"), sealed);
    with_both(&[&words[..], &["--yes"]].concat()).succeeded();
    with_both(&["open", "a.yaml"]).failed(1, &["needs 2 of its 2 key groups"]);
}

/// Starts a rotation of the folder, and kills it so long after it began to write.
fn killed(plain: &Plain, after: Duration) {
    let mut command = plain.command();
    command.args(["rotate", "."]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let journal = plain.path().join(".signet-changes");
    while !journal.exists() && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_micros(200));
    }
    sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
}

fn is_ours(file: &Path) -> bool {
    let name = file.file_name().unwrap().to_string_lossy();
    name.starts_with(".signet-")
}

#[test]
fn killed_at_any_time_it_leaves_whole_files_and_the_next_run_brings_all_to_an_end() {
    let plain = Plain::with_rule("");
    let paths: Vec<String> = (0..30).map(|number| format!("f{number}.yaml")).collect();
    for path in &paths {
        plain.write(path, CLEAR);
    }
    plain.signet(&["seal", "f*.yaml"]).succeeded();
    for step in 0..8 {
        killed(&plain, Duration::from_millis(step * 3));
        for path in &paths {
            assert_eq!(plain.read(path).matches("ENC[").count(), 3, "{path}");
        }
        let before = content(plain.path());
        let dry = plain.signet(&["rotate", ".", "--dry-run"]).succeeded();
        assert_eq!(dry.stdout.lines().count(), paths.len());
        assert_eq!(content(plain.path()), before);
        plain.signet(&["rotate", "."]).succeeded();
        let left = content(plain.path());
        assert!(!left.iter().any(|(file, _)| is_ours(file)));
    }
    for path in [&paths[0], &paths[29]] {
        let opened = plain.signet(&["open", path]).succeeded();
        assert_eq!(opened.stdout, CLEAR);
    }
}

#[test]
fn of_a_fleet_what_nobody_here_opens_keeps_its_key_and_is_named_and_the_rest_is_rotated() {
    let fleet = Fleet::new();
    let secret = fleet.seal_secret();
    fleet.alice.commit("A secret").unwrap();
    let rotate = |words: &[&str]| {
        let mut command = fleet.alice.command(binaries().signet);
        command.env("SIGNET_IDENTITY_FILE", fleet.identity());
        run(command, &[&["rotate", "--yes"], words].concat())
    };
    let [own, others] =
        ["team-a", "cluster"].map(|name| format!("signet/identities/prod/{name}.yaml"));
    let before = fleet.alice.read(&own).unwrap();
    rotate(&[&own, SECRET_PATH]).failed(1, &[SECRET_PATH]);
    assert_eq!(
        fleet.alice.read(&own).unwrap(),
        before,
        "all that is named, or nothing"
    );
    let run = rotate(&[]);
    assert!(run.stdout.contains(&own), "{}", run.stdout);
    assert!(!run.stdout.contains(SECRET_PATH), "{}", run.stdout);
    run.failed(1, &["which keep their keys", SECRET_PATH, &others]);
    assert_ne!(fleet.alice.read(&own).unwrap(), before);
    assert_eq!(fleet.alice.read(SECRET_PATH).unwrap(), secret);
    rotate(&["tenants"]).failed(1, &["--identity"]);
}

#[test]
fn of_a_fleet_a_sealed_file_that_no_commit_has_is_asked_about_unless_it_is_named_or_own_work() {
    let fleet = Fleet::new();
    let rotate = |words: &[&str]| {
        let mut command = fleet.alice.command(binaries().signet);
        command.env("SIGNET_IDENTITY_FILE", fleet.recovery());
        run(command, &[&["rotate"], words].concat())
    };
    let planted = "No version of these is known to be right";
    fleet.seal_secret();
    let own = rotate(&[]).failed(1, &["will roll"]);
    assert!(!own.contains(planted), "{own}");
    forget_own_work(fleet.alice.path());
    rotate(&[]).failed(1, &[planted, SECRET_PATH]);
    for unnamed in ["tenants", "tenants/**/*.yaml"] {
        rotate(&[unnamed]).failed(1, &[planted, SECRET_PATH]);
    }
    let named = rotate(&[SECRET_PATH]).failed(1, &["will roll"]);
    assert!(!named.contains(planted), "{named}");
    fleet.alice.commit("A secret").unwrap();
    let known = rotate(&[]).failed(1, &["will roll"]);
    assert!(!known.contains(planted), "{known}");
}
