//! `bootstrap` up to the moment at which it would touch a cluster.

use std::fs;

use signet_tests::fleet::git_credentials;

use crate::fixture::{Fleet, Run, signet, text};

/// Bootstraps with a kubeconfig that leads nowhere.
pub(crate) fn bootstrap(fleet: &Fleet, words: &[&str]) -> Run {
    let home = fleet.alice.person().home();
    let credentials = home.join("git.yaml");
    fs::write(&credentials, git_credentials(&fleet.remote)).unwrap();
    let (url, credentials) = (fleet.remote.url(), text(&credentials));
    #[rustfmt::skip]
    let common = [
        "bootstrap", "--cluster", "prod", "--repository", &url, "--git-credentials", &credentials, "--no-agent",
        "--kubeconfig", "/nowhere/kubeconfig",
    ];
    signet(&fleet.alice, &[&common[..], words].concat())
}

#[test]
fn the_recovery_key_tells_the_true_history_from_the_remote_alone() {
    let fleet = Fleet::new();
    let head = fleet.alice.head().unwrap();
    let recovery = text(&fleet.recovery());
    bootstrap(&fleet, &["--recovery", &recovery, "--yes"])
        .failed(1, &[&head, "signed by       alice", "kubeconfig"]);
}

#[test]
fn another_recovery_key_does_not() {
    let fleet = Fleet::new();
    let wrong = text(&fleet.alice.person().home().join("wrong.key"));
    signet(&fleet.alice, &["keygen", "-o", &wrong]).succeeded();
    let said = bootstrap(&fleet, &["--recovery", &wrong, "--yes"])
        .failed(1, &["not made under this recovery key"]);
    assert!(!said.contains("kubeconfig"), "{said}");
}

#[test]
fn the_identity_must_be_the_one_that_the_cluster_document_names() {
    let fleet = Fleet::new();
    let identity = text(&fleet.identity());
    bootstrap(&fleet, &["--identity", &identity, "--yes"]).failed(1, &["kubeconfig"]);
    let wrong = text(&fleet.alice.person().home().join("wrong.key"));
    signet(&fleet.alice, &["keygen", "-o", &wrong]).succeeded();
    bootstrap(&fleet, &["--identity", &wrong, "--yes"]).failed(1, &["the cluster prod has"]);
}

#[test]
fn the_history_is_accepted_by_a_person_or_by_a_floor_that_it_contains() {
    let fleet = Fleet::new();
    let identity = text(&fleet.identity());
    bootstrap(&fleet, &["--identity", &identity]).failed(1, &["newest history", "--yes"]);
    let floor = fleet.alice.git(&["rev-parse", "HEAD~1"]).unwrap();
    bootstrap(&fleet, &["--identity", &identity, "--at-least", &floor]).failed(1, &["kubeconfig"]);
    let elsewhere = "0123456789012345678901234567890123456789";
    bootstrap(&fleet, &["--identity", &identity, "--at-least", elsewhere])
        .failed(1, &["older history"]);
}
