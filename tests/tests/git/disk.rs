//! A disk that is full.

use std::path::Path;
use std::process::Command;

use signet_git::{FetchError, Store, StoreError};
use signet_provenance::Objects;
use signet_tests::tools::require;

use crate::fixture::{Fixture, shown};

/// Set in the process that has a small disk to itself: the folder where that disk is.
const DISK: &str = "SIGNET_TEST_SMALL_DISK";

#[test]
fn says_which_folder_is_full_and_fetches_once_there_is_room() {
    match std::env::var_os(DISK) {
        Some(disk) => fill(Path::new(&disk)),
        None => {
            run_with_small_disk("disk::says_which_folder_is_full_and_fetches_once_there_is_room");
        }
    }
}

#[test]
fn loses_nothing_where_there_is_no_room_to_join_packs() {
    match std::env::var_os(DISK) {
        Some(disk) => fill_between_fetches(Path::new(&disk)),
        None => run_with_small_disk("disk::loses_nothing_where_there_is_no_room_to_join_packs"),
    }
}

/// Runs a test again in a mount namespace, where anybody may mount a small disk.
fn run_with_small_disk(test: &str) {
    let remedy = "install util-linux (Debian: apt-get install util-linux)";
    let unshare = require("unshare", remedy).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(unshare)
        .args(["--user", "--map-root-user", "--mount", "--"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", test])
        .env(DISK, folder.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "with a small disk (unprivileged user namespaces must be allowed: \
         sysctl kernel.unprivileged_userns_clone=1): {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::main]
async fn fill(disk: &Path) {
    mount(disk, "size=1m");
    let fixture = Fixture::new();
    let store = Store::create_or_open(disk).unwrap();
    signet_git::fetch(&fixture.remote, &store).await.unwrap();
    let tip = fixture.push_large("large", 3 << 20);

    let error = signet_git::fetch(&fixture.remote, &store)
        .await
        .unwrap_err();
    let text = shown(&error);
    assert!(
        matches!(error, FetchError::Store(StoreError::Write { .. })),
        "{text}"
    );
    assert!(text.contains(disk.to_str().unwrap()), "{text}");
    assert!(text.contains("No space left on device"), "{text}");

    mount(disk, "remount,size=32m");
    let fetched = signet_git::fetch(&fixture.remote, &store).await.unwrap();
    assert_eq!(fetched.tip, tip);
}

#[tokio::main]
async fn fill_between_fetches(disk: &Path) {
    mount(disk, "size=8m");
    let fixture = Fixture::new();
    let store = Store::create_or_open(disk).unwrap();
    let mut commits = Vec::new();
    for number in 0..17 {
        let file = format!("file-{number}");
        commits.push(fixture.push_large(&file, 100_000));
        signet_git::fetch(&fixture.remote, &store).await.unwrap();
    }
    let ballast = disk.join("ballast");
    let full = std::fs::write(&ballast, vec![0; 8 << 20]).unwrap_err();
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    let tip = fixture.push("small", "text\n");

    let error = signet_git::fetch(&fixture.remote, &store)
        .await
        .unwrap_err();
    let text = shown(&error);
    assert!(text.contains("No space left on device"), "{text}");
    let packs = || std::fs::read_dir(disk.join("store.git/objects/pack")).unwrap();
    assert_eq!(packs().count(), 2 * 17, "something was left behind");
    for commit in commits {
        assert!(store.read(&commit).unwrap().is_some());
    }

    std::fs::remove_file(ballast).unwrap();
    let fetched = signet_git::fetch(&fixture.remote, &store).await.unwrap();
    assert_eq!(fetched.tip, tip);
    assert!(packs().count() <= 2 * 3);
}

fn mount(disk: &Path, options: &str) {
    let status = Command::new("mount")
        .args(["-t", "tmpfs", "-o", options, "none"])
        .arg(disk)
        .status()
        .unwrap();
    assert!(status.success(), "mounting a small disk");
}
