//! Merges of sides that differ in whom they are sealed for: who could read what, and what is left to sops.

use crate::fixture::Run;
use crate::merging::{Branches, FILE};
use crate::remedying::{for_pgp, without_pgp};
use crate::rotating::another;

const TEXT: &str = "db:\n  user: app\n  password: canary-9f3a1c\n";

/// A file for two people, of which topic has taken one out.
fn left_on_topic() -> (Branches, String) {
    let branches = Branches::of(TEXT);
    let (bea, _) = another(&branches.0, "bea");
    branches.git(&["checkout", "--quiet", "topic"]).succeeded();
    let add = ["rotate", "--add", &bea, FILE];
    branches.signet(&add).succeeded();
    branches.commit();
    branches
        .git(&["branch", "--force", "main", "topic"])
        .succeeded();
    let remove = ["rotate", "--remove", &bea, FILE];
    branches.signet(&remove).succeeded();
    branches.commit();
    (branches, bea)
}

fn merge(branches: &Branches, words: &[&str]) -> Run {
    let ours = "--quiet";
    branches.git(&[&["merge", ours, "-m", "Merge"], words].concat())
}

#[test]
fn what_ours_changed_while_theirs_took_somebody_out_is_told_to_be_exposed() {
    let (branches, bea) = left_on_topic();
    branches.on("main", &[("/db/user", "late")]);
    let mut driver = branches.command("git");
    driver.args(["config", "merge.signet.driver"]);
    let driver = String::from_utf8(driver.output().unwrap().stdout).unwrap();
    let driver = driver.trim().replace("merge-driver", "merge-driver --yes");
    branches
        .git(&["config", "merge.signet.driver", &driver])
        .succeeded();
    let said = merge(&branches, &["topic"]).succeeded().stderr;
    let exposed = format!("what comes from ours could be read by {bea}, who was taken out");
    assert!(said.contains(&exposed), "{said}");
    assert!(
        said.contains(&format!("no longer sealed for {bea}")),
        "{said}"
    );
    assert!(!said.contains("what comes from theirs"), "{said}");
    assert!(branches.opened().contains("late"));
}

#[test]
fn a_file_for_pgp_too_that_one_side_rotated_is_merged_by_nobody_and_says_what_is_to_be_set_again() {
    for is_ours in [true, false] {
        let branches = Branches::of(TEXT);
        for_pgp(&branches.0, FILE, false);
        branches.commit();
        branches.git(&["branch", "--force", "topic"]).succeeded();
        let (rotated, set) = if is_ours {
            ("main", "topic")
        } else {
            ("topic", "main")
        };
        branches.git(&["checkout", "--quiet", rotated]).succeeded();
        without_pgp(&branches.0, FILE);
        branches.signet(&["rotate", FILE]).succeeded();
        for_pgp(&branches.0, FILE, false);
        branches.commit();
        branches.on(set, &[("/db/user", "late")]);
        branches.git(&["checkout", "--quiet", "main"]).succeeded();
        let before = branches.sealed();
        let side = if is_ours { "ours" } else { "theirs" };
        let hint = format!("after `git checkout --{side} -- {FILE}` ");
        let said = merge(&branches, &["topic"]).failed(1, &["(pgp)", &hint]);
        let (_, then) = said.split_once(&hint).unwrap();
        let set = then.lines().next().unwrap().split(';').next().unwrap();
        assert!(set.ends_with("is /db/user"), "{said}");
        assert!(!said.contains("nobody is here to be asked"), "{said}");
        assert!(!said.contains("line by line"), "{said}");
        let marked = branches.sealed();
        let (_, between) = marked.split_once('\n').unwrap();
        assert_eq!(between.split("=======\n").next().unwrap(), before);
        // As it is printed.
        branches
            .git(&["checkout", &format!("--{side}"), "--", FILE])
            .succeeded();
        // It asks, as HEAD may have it under another key.
        let value = ["set", "--yes", FILE, "/db/user", "--string", "late"];
        branches.signet(&value).succeeded();
        let opened = branches.signet(&["open", FILE]).succeeded().stdout;
        assert!(opened.contains("late"), "{opened}");
    }
}
