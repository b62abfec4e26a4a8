//! Sealed files that were moved, and what is said of them.

use crate::fixture::{Fleet, SECRET_PATH, signet};
use crate::plain::Plain;
use crate::rotating::another;

const MOVED: &str = "tenants/team-a/staging/db.yaml";

/// A fleet whose tenant is on a second cluster, where the sealed file is about to be moved.
fn on_two_clusters() -> Fleet {
    let fleet = Fleet::new();
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
    fleet
}

/// What is told of the file once it is moved, by lines.
fn told_of_moved(fleet: &Fleet) -> Vec<String> {
    fleet.alice.commit("Seal the file").unwrap();
    fleet.alice.write(MOVED, "").unwrap();
    fleet
        .alice
        .git(&["mv", "--force", SECRET_PATH, MOVED])
        .unwrap();
    let found = signet(&fleet.alice, &["check"]);
    assert_eq!(found.code, 1, "{}", found.stderr);
    let about = found.stdout.lines().filter(|line| line.starts_with(MOVED));
    about.map(str::to_owned).collect()
}

#[test]
fn a_file_that_was_moved_to_another_cluster_is_told_of_once() {
    let fleet = on_two_clusters();
    fleet.seal_secret();
    let about = told_of_moved(&fleet);
    assert_eq!(about.len(), 1, "{about:?}");
    assert!(about[0].ends_with("[moved]"), "{}", about[0]);
}

#[test]
fn who_should_open_a_moved_file_in_neither_place_is_named() {
    let fleet = on_two_clusters();
    let tenant = "signet/tenants/team-a.yaml";
    let (editor, _) = another(&Plain::new(), "editor");
    let without = fleet.alice.read(tenant).unwrap();
    let with = without.replace("spec:\n", &format!("spec:\n  editors: [{editor}]\n"));
    fleet.alice.write(tenant, &with).unwrap();
    fleet.alice.commit("Add an editor").unwrap();
    fleet.seal_secret();
    fleet.alice.write(tenant, &without).unwrap();
    let about = told_of_moved(&fleet);
    assert_eq!(about.len(), 2, "{about:?}");
    assert!(about[0].ends_with("[moved]"), "{}", about[0]);
    assert!(about[1].contains(&editor), "{}", about[1]);
    assert!(about[1].ends_with("[wrong-recipients]"), "{}", about[1]);
}
