//! What a look at a remote says, and what it leaves alone.

use std::time::Duration;

use signet_git::{FetchError, look};
use signet_tests::git_remote::{Fault, GitRemote};

use crate::fixture::{Fixture, PATIENCE, credentials, remote, shown};
use crate::ssh_fixture::Ssh;

#[tokio::test]
async fn says_where_the_ref_stands_and_brings_nothing() {
    let fixture = Fixture::new();
    fixture
        .dave
        .git(&["tag", "-m", "x", "signet/approve/a"])
        .unwrap();
    fixture
        .dave
        .git(&["push", "--quiet", "origin", "--tags"])
        .unwrap();
    fixture.fetch().await.unwrap();
    let packs = fixture.packs();
    fixture
        .dave
        .git(&["push", "--quiet", "--delete", "origin", "signet/approve/a"])
        .unwrap();
    let tip = fixture.push("a", "b\n");
    let before = fixture.server.requests();
    let seen = look(&fixture.remote, &fixture.store, PATIENCE)
        .await
        .unwrap();
    assert_eq!(seen, tip);
    assert!(!fixture.has(&tip));
    assert_eq!(fixture.packs(), packs);
    assert_eq!(
        fixture.store.approvals().unwrap().len(),
        1,
        "it was taken away"
    );
    assert_eq!(fixture.server.requests() - before, 1);
}

#[tokio::test]
async fn says_where_the_ref_stands_over_ssh_by_the_connection_that_is_up() {
    let ssh = Ssh::new();
    let remote = ssh.open_remote();
    ssh.fetch(&remote).await.unwrap();
    let tip = ssh.git.push("a", "a\n");
    for _ in 0..2 {
        let seen = look(&remote, &ssh.git.store, PATIENCE).await.unwrap();
        assert_eq!(seen, tip);
    }
    assert!(!ssh.git.has(&tip));
    assert_eq!(ssh.fetch(&remote).await.unwrap().tip, tip);
}

#[tokio::test]
async fn a_look_waits_for_no_fetch() {
    let fixture = Fixture::new();
    let tip = fixture.push("a", "b\n");
    let other = GitRemote::start().unwrap();
    other.fail_with(Fault::Hang);
    let hangs = remote(&other, &other.url(), credentials(&other), PATIENCE);
    let fetch = async { signet_git::fetch(&hangs, &fixture.store).await };
    let looks = async {
        while other.requests() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        look(&fixture.remote, &fixture.store, Duration::from_secs(20)).await
    };
    tokio::select! {
        fetched = fetch => panic!("{fetched:?}"),
        seen = looks => assert_eq!(seen.unwrap(), tip),
    }
}

#[tokio::test]
async fn a_look_is_given_up_before_a_fetch_would_be() {
    let fixture = Fixture::new();
    fixture.server.fail_with(Fault::Hang);
    let patience = Duration::from_millis(300);
    let error = look(&fixture.remote, &fixture.store, patience)
        .await
        .unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::Timeout { .. }), "{text}");
    assert!(text.contains("0.3 seconds"), "{text}");
}

#[tokio::test]
async fn a_look_names_the_ref_that_is_missing() {
    let fixture = Fixture::new();
    fixture.server.create("empty.git").unwrap();
    let url = fixture.server.url_of("empty.git");
    let empty = remote(
        &fixture.server,
        &url,
        credentials(&fixture.server),
        PATIENCE,
    );
    let error = look(&empty, &fixture.store, PATIENCE).await.unwrap_err();
    assert!(
        matches!(error, FetchError::RefMissing { .. }),
        "{}",
        shown(&error)
    );
}
