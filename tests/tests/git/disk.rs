//! A disk that is full.

use std::path::Path;
use std::process::Command;

use signet_git::{FetchError, Store, StoreError};
use signet_tests::tools::require;

use crate::fixture::{Fixture, shown};

/// Set in the process that has a small disk to itself: the folder where that disk is.
const DISK: &str = "SIGNET_TEST_SMALL_DISK";

/// Runs itself again in a mount namespace, where anybody may mount a small disk.
#[test]
fn says_which_folder_is_full_and_fetches_once_there_is_room() {
    match std::env::var_os(DISK) {
        Some(disk) => fill(Path::new(&disk)),
        None => run_with_small_disk(),
    }
}

fn run_with_small_disk() {
    let remedy = "install util-linux (Debian: apt-get install util-linux)";
    let unshare = require("unshare", remedy).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(unshare)
        .args(["--user", "--map-root-user", "--mount", "--"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("disk::says_which_folder_is_full_and_fetches_once_there_is_room")
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

fn mount(disk: &Path, options: &str) {
    let status = Command::new("mount")
        .args(["-t", "tmpfs", "-o", options, "none"])
        .arg(disk)
        .status()
        .unwrap();
    assert!(status.success(), "mounting a small disk");
}
