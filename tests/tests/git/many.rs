//! More fetches than a store could keep packs of.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use signet_git::Store;
use signet_provenance::{ObjectId, Objects};

use crate::fixture::{Fixture, MAIN};

const FETCHES: usize = 120;
/// What `signet-git` begins a fetch with, and what that fetch brings.
const MOST_PACKS: usize = 17;

#[tokio::test]
async fn keeps_few_packs_while_readers_find_every_object() {
    let fixture = Fixture::new();
    let commits = commits(&fixture);
    let brought = Arc::new(Mutex::new(vec![fixture.fetch().await.unwrap().tip]));
    let done = Arc::new(AtomicBool::new(false));
    let readers = [(); 2].map(|()| read_until(&done, &fixture.store, &brought));
    fetch_one_by_one(&fixture, &commits, &brought).await;
    done.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.join().unwrap();
    }
    assert!(fixture.has_all_behind(&commits[FETCHES - 1]));
    check(&fixture.git_folder());
}

/// Commits that are at the remote, but not on its main branch yet.
fn commits(fixture: &Fixture) -> Vec<ObjectId> {
    let commit = |number| {
        let file = format!("tenants/team-{}/app.yaml", number % 7);
        fixture.dave.write(&file, &format!("{number}\n")).unwrap();
        let commit = fixture.dave.commit_unsigned(&file).unwrap();
        commit.parse().unwrap()
    };
    let commits = (0..FETCHES).map(commit).collect();
    fixture
        .dave
        .git(&["push", "--quiet", "origin", "HEAD:refs/heads/next"])
        .unwrap();
    commits
}

async fn fetch_one_by_one(fixture: &Fixture, commits: &[ObjectId], brought: &Mutex<Vec<ObjectId>>) {
    for commit in commits {
        let repository = fixture.server.repository();
        git(&repository, &["update-ref", MAIN, &commit.to_string()]);
        let fetched = fixture.fetch().await.unwrap();
        assert!(fetched.received);
        // A pack and its index each.
        assert!(fixture.packs().len() <= 2 * MOST_PACKS);
        brought.lock().unwrap().push(fetched.tip);
    }
}

/// Reads what was brought, over and over.
fn read_until(
    end: &Arc<AtomicBool>,
    store: &Store,
    brought: &Arc<Mutex<Vec<ObjectId>>>,
) -> JoinHandle<()> {
    let (end, store, brought) = (Arc::clone(end), store.clone(), Arc::clone(brought));
    std::thread::spawn(move || {
        for next in (0..).step_by(7) {
            let commit = {
                let brought = brought.lock().unwrap();
                brought[next % brought.len()]
            };
            assert!(store.read(&commit).unwrap().is_some(), "{commit} vanished");
            if end.load(Ordering::Relaxed) {
                return;
            }
        }
    })
}

/// What git itself says of the store.
fn check(store: &Path) {
    git(store, &["fsck", "--full", "--strict"]);
    let loose = fs::read_dir(store.join("objects")).unwrap();
    let folders = loose.filter(|entry| entry.as_ref().unwrap().file_name().len() == 2);
    assert_eq!(folders.count(), 0, "there are loose objects");
}

fn git(repository: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .arg("--git-dir")
        .arg(repository)
        .args(arguments)
        .status()
        .unwrap();
    assert!(status.success(), "git {arguments:?}");
}
