//! Files that are larger than anything that is read, anywhere in the history.

use std::sync::Arc;

use signet_api::RepoPath;
use signet_git::FetchError;
use signet_provenance::{ObjectId, Tree, TreeError, Unverified};

use crate::fixture::{Fixture, shown};

const LARGE: &str = "tenants/team-a/prod/large.yaml";
const OTHER: &str = "tenants/team-b/prod/app.yaml";

/// A file of that many MiB that compresses well.
fn large(mebibytes: usize, end: &str) -> String {
    "\0".repeat(mebibytes << 20) + end
}

fn tree(fixture: &Fixture, commit: ObjectId) -> Tree<Unverified> {
    Tree::unverified(Arc::new(fixture.store.clone()), commit).unwrap()
}

fn path(text: &str) -> RepoPath {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_large_file_stops_those_alone_who_read_it_until_it_is_reverted() {
    let fixture = Fixture::new();
    fixture.push(OTHER, "a: 1\n");
    fixture.fetch().await.unwrap();
    let first = fixture.push(LARGE, &large(70, "a"));
    // It is sent as what it differs in from the first.
    let tip = fixture.push(LARGE, &large(70, "b"));
    fixture.fetch().await.unwrap();

    let tree_with = tree(&fixture, tip);
    assert_eq!(tree_with.read(&path(OTHER)).unwrap(), b"a: 1\n");
    let error = tree_with.read(&path(LARGE)).unwrap_err();
    assert!(matches!(error, TreeError::TooLarge { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains(LARGE), "{text}");
    assert!(text.contains("73400321 bytes"), "{text}");

    fixture.dave.revert(&tip.to_string()).unwrap();
    let reverted = fixture.dave.revert(&first.to_string()).unwrap();
    fixture.dave.push().unwrap();
    fixture.fetch().await.unwrap();
    let tree_without = tree(&fixture, reverted.parse().unwrap());
    assert_eq!(tree_without.entry(&path(LARGE)).unwrap(), None);
}

#[tokio::test]
async fn an_object_beyond_the_limit_is_named_and_a_forced_push_heals() {
    let fixture = Fixture::new();
    let before = fixture.fetch().await.unwrap().tip;
    fixture.push(LARGE, &large(129, ""));
    let error = fixture.fetch().await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::TooLarge { .. }), "{text}");
    assert!(text.contains("an object has at most 128 MiB"), "{text}");
    assert!(fixture.has_all_behind(&before));

    fixture
        .dave
        .git(&["reset", "--quiet", "--hard", "HEAD~1"])
        .unwrap();
    fixture.dave.push_force().unwrap();
    let tip = fixture.push(OTHER, "a: 1\n");
    assert_eq!(fixture.fetch().await.unwrap().tip, tip);
}
