//! Connections that break, and servers that lie.

use std::time::Duration;

use signet_git::FetchError;
use signet_provenance::ObjectId;
use signet_tests::git_remote::Fault;

use crate::fixture::{Fixture, MAIN, PATIENCE, credentials, remote, shown};
use crate::pkt_lines::{line, listed, old_refs, sideband};

#[tokio::test]
async fn says_which_remote_cannot_be_reached_and_fetches_once_it_can() {
    let fixture = Fixture::new();
    fixture.server.stop();
    let error = fixture.fetch().await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::Unreachable { .. }), "{text}");
    assert!(text.contains(&fixture.server.url()), "{text}");
    fixture.server.restart().unwrap();
    fixture.fetch().await.unwrap();
}

#[tokio::test]
async fn takes_a_server_error_for_a_remote_that_cannot_be_reached() {
    let fixture = Fixture::new();
    fixture.server.fail_with(Fault::Status(503));
    let error = fixture.fetch().await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::Unreachable { .. }), "{text}");
    assert!(text.contains("503"), "{text}");
}

#[tokio::test]
async fn survives_a_connection_that_breaks_within_a_pack() {
    let fixture = Fixture::new();
    fixture.fetch().await.unwrap();
    let before = fixture.packs().len();
    let tip = fixture.push_large("large", 200_000);
    fixture.server.fail_with(Fault::CutAfter(50_000));
    let error = fixture.fetch().await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::Unreachable { .. }), "{text}");
    assert!(!fixture.has(&tip));
    assert_eq!(fixture.packs().len(), before, "something was left behind");
    fixture.server.mend();
    assert_eq!(fixture.fetch().await.unwrap().tip, tip);
    assert!(fixture.has_all_behind(&tip));
}

#[tokio::test]
async fn survives_a_pack_that_ends_early() {
    let fixture = Fixture::new();
    let tip = fixture.push_large("large", 200_000);
    fixture.server.fail_with(Fault::EndAfter(50_000));
    let error = fixture.fetch().await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::Protocol { .. }), "{text}");
    assert!(!fixture.has(&tip));
    fixture.server.mend();
    assert_eq!(fixture.fetch().await.unwrap().tip, tip);
    assert!(fixture.has_all_behind(&tip));
}

#[tokio::test]
async fn gives_up_on_a_remote_that_does_not_answer() {
    let fixture = Fixture::new();
    fixture.server.fail_with(Fault::Hang);
    let patience = Duration::from_millis(300);
    let url = fixture.server.url();
    let hasty = remote(
        &fixture.server,
        &url,
        credentials(&fixture.server),
        patience,
    );
    let error = signet_git::fetch(&hasty, &fixture.store).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::Timeout { .. }), "{text}");
    assert!(text.contains("0.3 seconds"), "{text}");
}

#[tokio::test]
async fn frees_the_store_as_soon_as_a_fetch_is_dropped() {
    let fixture = Fixture::new();
    fixture.server.fail_with(Fault::Hang);
    let dropped = tokio::time::timeout(Duration::from_millis(200), fixture.fetch());
    assert!(dropped.await.is_err(), "the fetch should hang");
    fixture.server.mend();
    // The remote's own patience is a minute: the next fetch must not wait for that.
    let next = tokio::time::timeout(Duration::from_secs(20), fixture.fetch());
    next.await.expect("the store is free").unwrap();
}

/// What a server says in version 0 and in version 2: that one ref stands at a commit, and then this pack.
fn lies(commit: &str, name: &str, pack: &[u8]) -> [Fault; 2] {
    let service = line(b"# service=git-upload-pack\n");
    let greeting = [&service, &b"0000"[..], &old_refs(commit, name)].concat();
    let sent = [&sideband(pack), &b"0000"[..]].concat();
    let old = vec![
        ("info/refs", greeting),
        ("want ", [line(b"NAK\n"), sent.clone()].concat()),
    ];
    let new = vec![
        ("command=ls-refs", listed(commit, name)),
        ("command=fetch", [line(b"packfile\n"), sent].concat()),
    ];
    [Fault::Says(old), Fault::Says(new)]
}

#[tokio::test]
async fn takes_no_ref_of_another_name_than_it_asked_for_over_https() {
    let fixture = Fixture::new();
    let commit = fixture.push("a", "a\n");
    let pack = fixture.pack(&commit.to_string());
    for lie in lies(&commit.to_string(), "refs/heads/other", &pack) {
        fixture.server.fail_with(lie);
        let error = fixture.fetch().await.unwrap_err();
        let text = shown(&error);
        assert!(matches!(error, FetchError::RefMissing { .. }), "{text}");
        assert!(!fixture.has(&commit));
    }
}

#[tokio::test]
async fn takes_no_ref_to_an_object_that_it_is_not_sent_over_https() {
    let fixture = Fixture::new();
    let promised = "1234567890123456789012345678901234567890";
    let sent = fixture.push("a", "a\n");
    for lie in lies(promised, MAIN, &fixture.pack(&sent.to_string())) {
        fixture.server.fail_with(lie);
        let error = fixture.fetch().await.unwrap_err();
        let text = shown(&error);
        assert!(matches!(error, FetchError::Protocol { .. }), "{text}");
        assert!(text.contains(&format!("did not send {promised}")), "{text}");
        assert!(!fixture.has(&promised.parse::<ObjectId>().unwrap()));
        assert!(!fixture.has(&sent), "the pack was kept");
    }
    fixture.server.mend();
    assert_eq!(fixture.fetch().await.unwrap().tip, sent);
}

#[tokio::test]
async fn keeps_what_it_has_where_a_server_says_an_older_tip() {
    let fixture = Fixture::new();
    let older = fixture.push("a", "a\n");
    let newer = fixture.push("a", "b\n");
    fixture.fetch().await.unwrap();
    for lie in lies(&older.to_string(), MAIN, b"") {
        fixture.server.fail_with(lie);
        // One that does not know yet in which version the server speaks.
        let server = &fixture.server;
        let remote = remote(server, &server.url(), credentials(server), PATIENCE);
        let fetched = signet_git::fetch(&remote, &fixture.store).await.unwrap();
        assert_eq!((fetched.tip, fetched.received), (older, false));
        assert!(fixture.has_all_behind(&newer));
    }
    fixture.server.mend();
    let fetched = fixture.fetch().await.unwrap();
    assert_eq!((fetched.tip, fetched.received), (newer, false));
}
