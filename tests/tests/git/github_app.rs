//! A remote that lets a GitHub App in.

use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use signet_git::{Credentials, FetchError, GitHubApp, Remote};
use signet_tests::git_remote::{Fault, GitRemote};

use crate::fixture::{Fixture, PATIENCE, brought, remote, shown};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[expect(clippy::disallowed_methods, reason = "the API server has a clock too")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn an_hour_ago() -> Timestamp {
    now() - HOUR
}

/// A private RSA key in the form in which GitHub gives them out.
fn key() -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f"]);
    assert!(command.arg(&file).status().unwrap().success());
    std::fs::read_to_string(file).unwrap()
}

/// The fixture's remote for the App 12 where its installation is 345.
fn behind(
    fixture: &Fixture,
    key: &str,
    api: Option<&GitRemote>,
    clock: fn() -> Timestamp,
) -> Remote {
    let base = api.map(|api| api.url().replace("/fleet.git", "/api/v3"));
    let own = fixture.server.ca_pem();
    let ca = format!("{own}{}", api.map_or("", GitRemote::ca_pem));
    let key = SecretString::from(key);
    let (id, installation) = (Some("12".to_owned()), Some("345".to_owned()));
    let app = GitHubApp::read(id, installation, Some(&key), base.as_deref(), clock);
    let credentials = Credentials {
        app: app.unwrap(),
        ca: Some(ca.into_bytes()),
        ..Credentials::default()
    };
    remote(
        &fixture.server,
        &fixture.server.url(),
        credentials,
        PATIENCE,
    )
}

fn install(server: &GitRemote, key: &str, lifetime: SignedDuration) {
    server.install_app("12", "345", key, lifetime).unwrap();
}

#[tokio::test]
async fn is_let_in_as_a_github_app_with_one_token_as_long_as_it_lasts() {
    let fixture = Fixture::new();
    let tip = fixture.push("a", "b\n");
    let key = key();
    install(&fixture.server, &key, HOUR);
    let remote = behind(&fixture, &key, None, now);
    let fetched = signet_git::fetch(&remote, &fixture.store).await.unwrap();
    assert_eq!(fetched, brought(tip));
    assert!(fixture.has_all_behind(&tip));
    signet_git::fetch(&remote, &fixture.store).await.unwrap();
    assert_eq!(fixture.server.tokens(), 1);
}

#[tokio::test]
async fn pushes_as_a_github_app_with_a_token_that_may_write_and_fetches_with_none() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let key = key();
    install(&fixture.server, &key, HOUR);
    let remote = behind(&fixture, &key, None, now);
    let first = fixture.commit(tip, "a", "1");
    let second = fixture.commit(first, "a", "2");
    fixture.push_to(&remote, first, Some(tip)).await.unwrap();
    fixture.push_to(&remote, second, Some(first)).await.unwrap();
    assert_eq!(fixture.server.tokens(), 1);
    signet_git::fetch(&remote, &fixture.store).await.unwrap();
    assert_eq!(fixture.server.tokens(), 2);
    assert_eq!(fixture.main(), second);
}

#[tokio::test]
async fn takes_no_token_that_ends_within_five_minutes_twice() {
    let fixture = Fixture::new();
    let key = key();
    install(&fixture.server, &key, SignedDuration::from_mins(4));
    let remote = behind(&fixture, &key, None, now);
    signet_git::fetch(&remote, &fixture.store).await.unwrap();
    let first = fixture.server.tokens();
    signet_git::fetch(&remote, &fixture.store).await.unwrap();
    assert!(fixture.server.tokens() > first);
}

#[tokio::test]
async fn asks_for_another_token_once_where_one_is_refused() {
    let fixture = Fixture::new();
    let key = key();
    install(&fixture.server, &key, HOUR);
    let remote = behind(&fixture, &key, None, now);
    signet_git::fetch(&remote, &fixture.store).await.unwrap();
    // As if the token had been taken back.
    fixture.server.let_in_basic("x-access-token", "another");
    signet_git::fetch(&remote, &fixture.store).await.unwrap();
    assert_eq!(fixture.server.tokens(), 2);

    // An API whose tokens nobody takes.
    fixture.server.let_in_basic("x-access-token", "another");
    let api = GitRemote::start().unwrap();
    install(&api, &key, HOUR);
    let remote = behind(&fixture, &key, Some(&api), now);
    let error = signet_git::fetch(&remote, &fixture.store)
        .await
        .unwrap_err();
    let text = shown(&error);
    assert!(
        matches!(
            error,
            FetchError::Credentials {
                status: 401,
                given: true,
                ..
            }
        ),
        "{text}"
    );
    assert_eq!(api.tokens(), 2);
}

#[tokio::test]
async fn asks_the_api_that_is_named_and_no_other() {
    let fixture = Fixture::new();
    let (key, api) = (key(), GitRemote::start().unwrap());
    install(&api, &key, HOUR);
    fixture
        .server
        .let_in_basic("x-access-token", "canary-token-1");
    let remote = behind(&fixture, &key, Some(&api), now);
    signet_git::fetch(&remote, &fixture.store).await.unwrap();
    assert_eq!((api.tokens(), fixture.server.tokens()), (1, 0));
}

#[tokio::test]
async fn says_why_github_gives_no_token_and_shows_neither_key_nor_proof() {
    let fixture = Fixture::new();
    let (right, wrong) = (key(), key());
    install(&fixture.server, &right, HOUR);
    for (key, clock, words) in [
        (&wrong, now as fn() -> Timestamp, "bad signature"),
        (&right, an_hour_ago, "not now"),
    ] {
        let remote = behind(&fixture, key, None, clock);
        let error = signet_git::fetch(&remote, &fixture.store)
            .await
            .unwrap_err();
        let text = shown(&error);
        assert!(matches!(error, FetchError::App { .. }), "{text}");
        // The API repeats the header.
        assert!(text.contains("Bearer [redacted]"), "{text}");
        for part in ["/api/v3", "401", words] {
            assert!(text.contains(part), "{text}");
        }
    }
    assert_eq!(fixture.server.tokens(), 0);
}

#[tokio::test]
async fn takes_the_proof_of_an_app_to_no_other_host() {
    let fixture = Fixture::new();
    let (key, api, thief) = (
        key(),
        GitRemote::start().unwrap(),
        GitRemote::start().unwrap(),
    );
    for server in [&api, &thief] {
        install(server, &key, HOUR);
    }
    api.fail_with(Fault::RedirectTo(thief.url()));
    let remote = behind(&fixture, &key, Some(&api), now);
    let error = signet_git::fetch(&remote, &fixture.store)
        .await
        .unwrap_err();
    let text = shown(&error);
    assert!(
        matches!(error, FetchError::App { .. }) && text.contains("302"),
        "{text}"
    );
    assert_eq!(thief.requests(), 0);
    // Without the redirect it is let in.
    fixture
        .server
        .let_in_basic("x-access-token", "canary-token-1");
    api.mend();
    signet_git::fetch(&remote, &fixture.store).await.unwrap();
}

#[tokio::test]
async fn shows_no_token_of_an_app_that_a_remote_repeats() {
    let fixture = Fixture::new();
    let key = key();
    install(&fixture.server, &key, HOUR);
    fixture.server.fail_with(Fault::Echo);
    let remote = behind(&fixture, &key, None, now);
    let error = signet_git::fetch(&remote, &fixture.store)
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(text.contains("authorization: Basic [redacted]"), "{text}");
    assert!(!text.contains("canary"), "{text}");
}
