//! Remotes that let in by a bearer token or by a client certificate.

use secrecy::SecretString;
use signet_git::{ClientCertificate, Credentials, FetchError, Fetched};
use signet_tests::git_remote::{ClientPair, Fault, GitRemote};

use crate::fixture::{Fixture, PATIENCE, brought, credentials, remote, shown};

/// Longer than this test will be run.
const LATER: i32 = 4000;
const PAST: i32 = 2020;

async fn fetch(fixture: &Fixture, credentials: Credentials) -> Result<Fetched, FetchError> {
    let url = fixture.server.url();
    let remote = remote(&fixture.server, &url, credentials, PATIENCE);
    signet_git::fetch(&remote, &fixture.store).await
}

fn with_token(server: &GitRemote, token: &str) -> Credentials {
    Credentials {
        bearer: Some(SecretString::from(token)),
        ca: Some(server.ca_pem().into()),
        ..Credentials::default()
    }
}

fn with_pair(server: &GitRemote, pair: ClientPair) -> Credentials {
    let (chain, key) = (pair.certificate.into_bytes(), SecretString::from(pair.key));
    Credentials {
        certificate: ClientCertificate::read(Some(chain), Some(key)).unwrap(),
        ..credentials(server)
    }
}

#[tokio::test]
async fn is_let_in_by_a_bearer_token_and_by_no_other() {
    let fixture = Fixture::new();
    let tip = fixture.push("a", "b\n");
    fixture.server.let_in_bearer("canary-token");
    let wrong = fetch(&fixture, with_token(&fixture.server, "canary-other")).await;
    let error = wrong.unwrap_err();
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
    let fetched = fetch(&fixture, with_token(&fixture.server, "canary-token")).await;
    assert_eq!(fetched.unwrap(), brought(tip));
    assert!(fixture.has_all_behind(&tip));
}

#[tokio::test]
async fn shows_no_bearer_token_that_a_remote_repeats() {
    let fixture = Fixture::new();
    fixture.server.let_in_bearer("canary-token");
    fixture.server.fail_with(Fault::Echo);
    let error = fetch(&fixture, with_token(&fixture.server, "canary-token")).await;
    let text = shown(&error.unwrap_err());
    assert!(text.contains("authorization: Bearer [redacted]"), "{text}");
}

#[tokio::test]
async fn is_let_in_by_a_client_certificate() {
    let fixture = Fixture::new();
    let tip = fixture.push("a", "b\n");
    fixture.server.ask_for_certificates().unwrap();
    let pair = fixture.server.client_pair(LATER).unwrap();
    let fetched = fetch(&fixture, with_pair(&fixture.server, pair)).await;
    assert_eq!(fetched.unwrap(), brought(tip));
    assert!(fixture.has_all_behind(&tip));
}

#[tokio::test]
async fn says_that_the_server_asks_for_a_client_certificate() {
    let fixture = Fixture::new();
    fixture.server.ask_for_certificates().unwrap();
    let before = fixture.server.requests();
    let error = fixture.fetch().await.unwrap_err();
    let text = shown(&error);
    assert!(
        matches!(error, FetchError::ClientCertificate { given: false, .. }),
        "{text}"
    );
    assert!(text.contains(&fixture.server.url()), "{text}");
    assert!(text.contains("asks for a client certificate"), "{text}");
    assert_eq!(fixture.server.requests(), before);
}

#[tokio::test]
async fn says_that_a_client_certificate_is_refused_and_why() {
    let fixture = Fixture::new();
    fixture.server.ask_for_certificates().unwrap();
    let stranger = GitRemote::start().unwrap().client_pair(LATER).unwrap();
    let expired = fixture.server.client_pair(PAST).unwrap();
    let before = fixture.server.requests();
    for (pair, words) in [(stranger, "fatal alert"), (expired, "CertificateExpired")] {
        let error = fetch(&fixture, with_pair(&fixture.server, pair)).await;
        let error = error.unwrap_err();
        let text = shown(&error);
        assert!(
            matches!(error, FetchError::ClientCertificate { given: true, .. }),
            "{text}"
        );
        assert!(text.contains("refuses the client certificate"), "{text}");
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(fixture.server.requests(), before);
}
