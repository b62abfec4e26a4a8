//! `check`, `seal --check`, `verify` and `render`: what can be said without a key.

use std::fs::File;
use std::io::Read;
use std::process::{Command, Stdio};

use signet_tests::binaries::binaries;
use signet_tests::person::Person;

use crate::fixture::{CANARY, Fleet, SECRET, SECRET_PATH, run, signet};
use crate::plain::Plain;

#[test]
fn a_secret_in_clear_text_is_found() {
    let fleet = Fleet::new();
    signet(&fleet.alice, &["check"]).succeeded();
    fleet.alice.write(SECRET_PATH, SECRET).unwrap();
    let run = signet(&fleet.alice, &["check"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains(SECRET_PATH), "{}", run.stdout);
    assert!(!run.stdout.contains(CANARY));
    assert_eq!(
        signet(&fleet.alice, &["seal", "--check", SECRET_PATH]).code,
        1
    );
    signet(&fleet.alice, &["seal", SECRET_PATH]).succeeded();
    signet(&fleet.alice, &["check"]).succeeded();
    signet(&fleet.alice, &["seal", "--check", SECRET_PATH]).succeeded();
}

#[test]
fn a_sealed_file_in_another_tenants_folder_is_found() {
    let fleet = Fleet::new();
    let sealed = fleet.seal_secret();
    fleet
        .alice
        .write("tenants/team-b/prod/db.yaml", &sealed)
        .unwrap();
    let run = signet(&fleet.alice, &["check"]);
    assert_eq!(run.code, 1);
    let expected = "sealed for tenant team-a, not team-b";
    assert!(run.stdout.contains(expected), "{}", run.stdout);
    assert!(!run.stdout.contains(SECRET_PATH), "{}", run.stdout);
    assert_eq!(
        signet(
            &fleet.alice,
            &["seal", "--check", "tenants/team-b/prod/db.yaml"]
        )
        .code,
        1
    );
}

#[test]
fn an_object_with_a_sealed_kind_or_name_is_found_in_a_fleet() {
    let fleet = Fleet::new();
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: canary-9f3a1c\n";
    let path = "tenants/team-a/prod/map.yaml";
    fleet.alice.write(path, map).unwrap();
    signet(&fleet.alice, &["seal", "--only", "^data$", path]).succeeded();
    signet(&fleet.alice, &["check"]).succeeded();
    let plain = Plain::with_rule("");
    plain.write("map.yaml", map);
    plain.signet(&["seal", "map.yaml"]).succeeded();
    fleet.alice.write(path, &plain.read("map.yaml")).unwrap();
    let said = signet(&fleet.alice, &["check"]).stdout;
    let found = format!("{path}:1:13: it is an object of Kubernetes with a sealed apiVersion");
    assert!(said.contains(&found), "{said}");
    assert!(said.contains("[sealed-head]"), "{said}");
    signet(&fleet.alice, &["seal", "--yes", path]);
    let said = signet(&fleet.alice, &["check"]).stdout;
    assert!(said.contains("[sealed-head]"), "{said}");
}

#[test]
fn an_object_in_a_list_with_a_sealed_name_is_found_in_a_fleet_and_seal_makes_none() {
    let fleet = Fleet::new();
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n  data: {a: canary-9f3a1c}\n";
    let path = "tenants/team-a/prod/list.yaml";
    let rule = "^(metadata|data)$";
    fleet.alice.write(path, list).unwrap();
    signet(&fleet.alice, &["seal", "--only", rule, path]).failed(1, &["metadata"]);
    let plain = Plain::with_rule("");
    plain.write("list.yaml", list);
    plain
        .signet(&["seal", "--only", rule, "list.yaml"])
        .succeeded();
    fleet.alice.write(path, &plain.read("list.yaml")).unwrap();
    let said = signet(&fleet.alice, &["check"]).stdout;
    let found = format!("{path}:6:20: it is an object of Kubernetes with a sealed metadata");
    assert!(said.contains(&found), "{said}");
}

#[test]
fn a_check_that_fails_is_told_from_one_that_finds_something() {
    let fleet = Fleet::new();
    fleet
        .alice
        .write("signet/policy.yaml", "kind: Nothing\n")
        .unwrap();
    signet(&fleet.alice, &["check"]).failed(2, &["signet/policy.yaml"]);
    signet(&fleet.alice, &["check", "no/such/folder"]).failed(2, &[]);
}

#[test]
fn explaining_names_the_first_bad_step_and_what_is_wrong_with_it() {
    let fleet = Fleet::new();
    let good = fleet.alice.head().unwrap();
    fleet
        .alice
        .write("clusters/prod/extra.yaml", "kind: ConfigMap\n")
        .unwrap();
    let bad = fleet.alice.commit_unsigned("no signature").unwrap();
    fleet
        .alice
        .write("README.md", "nobody may change this\n")
        .unwrap();
    let worse = fleet.alice.commit("signed, but no rule").unwrap();
    let tip = format!("the tip is refused too: commit {}", &worse[..12]);
    let lacks = "README.md is named by no rule";
    for words in [&["verify"][..], &["verify", &format!("{good}..HEAD")]] {
        let said = signet(&fleet.alice, words).failed(1, &[&tip, lacks, "NotAllowed", &good]);
        let first = format!("refused: commit {}: the commit is not signed", &bad[..12]);
        assert!(said.starts_with(&first), "{said}");
    }
    let run = signet(&fleet.alice, &["verify", "--explain"]);
    assert_eq!(run.code, 1);
    let refused: Vec<&str> = run
        .stdout
        .lines()
        .filter(|line| line.starts_with("refused"))
        .collect();
    assert!(refused[0].contains(&bad), "{}", run.stdout);
    assert!(refused[1].contains(&worse), "{}", run.stdout);
    assert!(run.stdout.contains("Unsigned"), "{}", run.stdout);
    assert!(run.stdout.contains("README.md"), "{}", run.stdout);
}

#[test]
fn a_range_is_good_only_if_each_of_its_commits_is() {
    let fleet = Fleet::new();
    let start = fleet.alice.head().unwrap();
    fleet
        .alice
        .write("clusters/prod/extra.yaml", "kind: ConfigMap\n")
        .unwrap();
    let bad = fleet.alice.commit_unsigned("no signature").unwrap();
    fleet
        .alice
        .write("clusters/prod/more.yaml", "kind: ConfigMap\n")
        .unwrap();
    fleet.alice.commit("vouches for both").unwrap();
    signet(&fleet.alice, &["verify"]).succeeded();
    signet(&fleet.alice, &["verify", &format!("{start}..HEAD")]).failed(1, &["Unsigned"]);
    signet(&fleet.alice, &["verify", &format!("{bad}..HEAD")]).succeeded();
    signet(&fleet.alice, &["verify", "a...b"]).failed(2, &[]);
}

#[test]
fn a_range_behind_a_refused_commit_that_is_not_told_says_that() {
    let fleet = Fleet::new();
    let head = fleet.alice.head().unwrap();
    let commit = "commit refs/heads/nobodys\ncommitter N <n@example.org> now\ndata 8\nnobody's\n";
    let history = format!("{commit}from {head}\n{}", commit.repeat(1_003));
    fleet.alice.write(".git/nobodys", &history).unwrap();
    let history = File::open(fleet.alice.path().join(".git/nobodys")).unwrap();
    let mut git = Command::new("git");
    git.arg("-C").arg(fleet.alice.path()).stdin(history);
    run(git, &["fast-import", "--quiet", "--date-format=now"]).succeeded();
    let range = format!("{head}..nobodys");
    let commits = fleet.alice.git(&["rev-list", "--reverse", &range]).unwrap();
    let commits: Vec<&str> = commits.lines().collect();
    fleet
        .alice
        .git(&["reset", "--quiet", "--hard", "nobodys"])
        .unwrap();
    let untold = format!("{} is one of 4 refused commits", commits[1_001]);
    signet(
        &fleet.alice,
        &["verify", &format!("{}..HEAD", commits[1_001])],
    )
    .failed(1, &[&untold]);
    signet(&fleet.alice, &["verify", &format!("{}..HEAD", commits[10])]).failed(1, &["Unsigned"]);
}

#[test]
fn a_fresh_clone_trusts_nothing_until_a_person_says_so() {
    let fleet = Fleet::new();
    let tree = Person::new("erin")
        .unwrap()
        .clone_of(&fleet.remote)
        .unwrap();
    let introduction = fleet.introduction();
    let places = [".git/signet/anchor.yaml", "kubectl get trustanchor"];
    signet(&tree, &["verify"]).failed(1, &places);
    signet(&tree, &["verify"]).failed(1, &["No introduction is pinned", &introduction, "--trust"]);
    tree.write(SECRET_PATH, SECRET).unwrap();
    signet(&tree, &["seal", SECRET_PATH, "--yes"])
        .failed(1, &["No introduction is pinned", "--trust"]);
    let another = tree.head().unwrap();
    signet(&tree, &["verify", "--trust", &another]).failed(1, &[&introduction, &another]);
    assert!(!tree.path().join(".git/signet/anchor.yaml").exists());
    signet(&tree, &["verify", "--trust", &introduction]).succeeded();
    signet(&tree, &["verify"]).succeeded();
    signet(&tree, &["verify", "--trust", &another]).failed(1, &["this clone has pinned"]);
}

#[test]
fn another_history_is_not_believed_once_one_is_pinned() {
    let fleet = Fleet::new();
    let tree = Person::new("erin")
        .unwrap()
        .clone_of(&fleet.remote)
        .unwrap();
    signet(&tree, &["verify", "--trust", &fleet.introduction()]).succeeded();
    let other = Fleet::new();
    tree.git(&[
        "fetch",
        "--quiet",
        &other.alice.path().display().to_string(),
        "HEAD",
    ])
    .unwrap();
    tree.git(&["reset", "--quiet", "--hard", "FETCH_HEAD"])
        .unwrap();
    signet(&tree, &["verify"]).failed(1, &["verify the history"]);
}

#[test]
fn a_render_shows_stand_ins_and_needs_no_key() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    let work = signet(&fleet.alice, &["render", "tenants/team-a/prod"])
        .succeeded()
        .stdout;
    assert!(work.contains("kind: Secret"), "{work}");
    assert!(work.contains("namespace: team-a"), "{work}");
    assert!(!work.contains("ENC["), "{work}");
    fleet.alice.commit("Seal").unwrap();
    let committed = signet(
        &fleet.alice,
        &["render", "tenants/team-a/prod", "--rev", "HEAD"],
    )
    .succeeded()
    .stdout;
    assert_eq!(committed, work);
    let json = signet(
        &fleet.alice,
        &["render", "tenants/team-a/prod", "-o", "json"],
    )
    .succeeded()
    .stdout;
    assert!(json.contains("\"kind\": \"List\""), "{json}");
    signet(&fleet.alice, &["render", "signet"]).failed(1, &["in no source"]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let fleet = Fleet::new();
    let mut command = fleet.alice.command(binaries().signet);
    command
        .args(["verify", "--explain"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
    assert_eq!(said, "");
}

#[test]
fn a_wrong_command_line_has_an_exit_code_of_its_own() {
    let fleet = Fleet::founded();
    signet(&fleet.alice, &["seal"]).failed(2, &["Usage"]);
    signet(&fleet.alice, &["frobnicate"]).failed(2, &[]);
    assert!(
        signet(&fleet.alice, &["--version"])
            .succeeded()
            .stdout
            .starts_with("signet ")
    );
}

#[test]
fn how_a_result_is_printed_is_also_said_by_format() {
    let fleet = Fleet::new();
    for words in [
        &["verify"][..],
        &["check"],
        &["cluster", "list"],
        &["tenant", "list"],
        &["policy", "check"],
        &["policy", "test", "--path", SECRET_PATH],
    ] {
        let said = |format: &[&str]| signet(&fleet.alice, &[words, format].concat()).stdout;
        let json = said(&["--format", "json"]);
        assert!(json.starts_with('{'), "{words:?}: {json}");
        assert_eq!(json, said(&["-o", "json"]));
        assert_ne!(json, said(&[]));
    }
    let values = "possible values: table, json, yaml, name";
    for words in [["status", "--format", "xml"], ["rotate", "--format", "xml"]] {
        signet(&fleet.alice, &words).failed(2, &["xml", values]);
    }
}

#[test]
fn a_sealed_file_that_no_source_reads_is_told_of_and_is_no_failure() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    let apart = "tenants/team-a/lib/db.yaml";
    fleet.alice.write(apart, SECRET).unwrap();
    signet(&fleet.alice, &["seal", apart]).succeeded();
    let said = signet(&fleet.alice, &["check"]).succeeded().stdout;
    let note = format!("{apart}: note: no source of team-a reads it here");
    assert!(said.starts_with(&note), "{said}");
    assert!(said.contains("[not-read]"), "{said}");
    assert!(!said.contains(SECRET_PATH), "{said}");
}
