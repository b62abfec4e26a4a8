//! Sealed files that were moved, and what is said of them.

use crate::fixture::{Fleet, SECRET_PATH, signet};

#[test]
fn a_file_that_was_moved_to_another_cluster_is_told_of_once() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    signet(&fleet.alice, &["cluster", "add", "staging"]).succeeded();
    let tenant = [
        "tenant",
        "add",
        "team-a",
        "--cluster",
        "staging",
        "--namespace",
        "team-a",
        "--yes",
    ];
    signet(&fleet.alice, &tenant).succeeded();
    fleet.alice.commit("Add staging").unwrap();
    let moved = "tenants/team-a/staging/db.yaml";
    fleet.alice.write(moved, "").unwrap();
    fleet
        .alice
        .git(&["mv", "--force", SECRET_PATH, moved])
        .unwrap();
    let found = signet(&fleet.alice, &["check"]);
    assert_eq!(found.code, 1, "{}", found.stderr);
    let about = found.stdout.lines().filter(|line| line.starts_with(moved));
    let about: Vec<&str> = about.collect();
    assert_eq!(about.len(), 1, "{}", found.stdout);
    assert!(about[0].ends_with("[moved]"), "{}", about[0]);
}
