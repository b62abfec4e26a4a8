//! Connections that break.

use std::time::Duration;

use signet_git::FetchError;
use signet_tests::git_remote::Fault;

use crate::fixture::{Fixture, credentials, remote, shown};

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
