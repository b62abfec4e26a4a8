//! Whom a remote does not let in, and whom the fetch does not believe.

use signet_git::{Credentials, FetchError, Remote};
use signet_tests::git_remote::{Fault, GitRemote};

use crate::fixture::{Fixture, PATIENCE, credentials, remote, shown};

#[tokio::test]
async fn says_that_the_password_is_wrong_without_showing_it() {
    let fixture = Fixture::new();
    fixture.server.set_password("another");
    let error = fixture.fetch().await.unwrap_err();
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
    assert!(text.contains("refuses the credentials"), "{text}");
    assert!(text.contains(&fixture.server.url()), "{text}");
}

#[tokio::test]
async fn fetches_again_once_the_password_is_right() {
    let fixture = Fixture::new();
    let old = fixture.server.password();
    fixture.server.set_password("another");
    fixture.fetch().await.unwrap_err();
    fixture.server.set_password(&old);
    fixture.fetch().await.unwrap();
}

#[tokio::test]
async fn says_that_there_are_no_credentials() {
    let fixture = Fixture::new();
    let nobody = Credentials {
        ca: Some(fixture.server.ca_pem().into()),
        ..Credentials::default()
    };
    let remote = remote(&fixture.server, &fixture.server.url(), nobody, PATIENCE);
    let error = signet_git::fetch(&remote, &fixture.store)
        .await
        .unwrap_err();
    let text = shown(&error);
    assert!(
        matches!(error, FetchError::Credentials { given: false, .. }),
        "{text}"
    );
    assert!(text.contains("access without credentials"), "{text}");
}

#[tokio::test]
async fn says_that_access_is_forbidden() {
    let fixture = Fixture::new();
    fixture.server.fail_with(Fault::Status(403));
    let error = fixture.fetch().await.unwrap_err();
    assert!(
        matches!(error, FetchError::Credentials { status: 403, .. }),
        "{}",
        shown(&error)
    );
}

#[tokio::test]
async fn believes_no_certificate_of_an_unknown_authority() {
    let fixture = Fixture::new();
    let other = GitRemote::start().unwrap();
    for ca in [None, Some(other.ca_pem().as_bytes().to_vec())] {
        let credentials = Credentials {
            ca,
            ..credentials(&fixture.server)
        };
        let remote = remote(
            &fixture.server,
            &fixture.server.url(),
            credentials,
            PATIENCE,
        );
        let before = fixture.server.requests();
        let error = signet_git::fetch(&remote, &fixture.store)
            .await
            .unwrap_err();
        let text = shown(&error);
        assert!(matches!(error, FetchError::Tls { .. }), "{text}");
        assert!(text.contains("certificate"), "{text}");
        assert_eq!(fixture.server.requests(), before, "something was sent");
    }
}

#[tokio::test]
async fn believes_no_certificate_of_another_host() {
    let fixture = Fixture::new();
    // The certificate names 127.0.0.1 and localhost.
    let url = fixture.server.url().replace("127.0.0.1", "127.0.0.2");
    let listener = std::net::TcpListener::bind("127.0.0.2:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let target = fixture.server.url();
    let target = target
        .trim_start_matches("https://")
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    std::thread::spawn(move || relay(&listener, &target));
    let url = format!(
        "https://127.0.0.2:{port}/{}",
        url.rsplit('/').next().unwrap()
    );
    let remote = remote(
        &fixture.server,
        &url,
        credentials(&fixture.server),
        PATIENCE,
    );
    let error = signet_git::fetch(&remote, &fixture.store)
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::Tls { .. }), "{}", shown(&error));
}

/// Passes one connection on, as a man in the middle does.
fn relay(listener: &std::net::TcpListener, target: &str) {
    let (client, _) = listener.accept().unwrap();
    let server = std::net::TcpStream::connect(target).unwrap();
    let (mut from_client, mut to_server) =
        (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut from_client, &mut to_server).ok());
    let (mut from_server, mut to_client) = (server, client);
    std::io::copy(&mut from_server, &mut to_client).ok();
}

#[tokio::test]
async fn takes_the_credentials_to_no_other_host() {
    let fixture = Fixture::new();
    let thief = GitRemote::start().unwrap();
    fixture.server.fail_with(Fault::RedirectTo(thief.url()));
    // Both authorities are believed, so nothing but the redirect itself is in the way.
    let both = format!("{}{}", fixture.server.ca_pem(), thief.ca_pem());
    let credentials = Credentials {
        ca: Some(both.into_bytes()),
        ..credentials(&fixture.server)
    };
    let remote = remote(
        &fixture.server,
        &fixture.server.url(),
        credentials,
        PATIENCE,
    );
    let error = signet_git::fetch(&remote, &fixture.store)
        .await
        .unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::Redirected { .. }), "{text}");
    assert!(text.contains(&thief.url()), "{text}");
    assert_eq!(thief.requests(), 0);
}

#[tokio::test]
async fn shows_no_credentials_that_a_remote_repeats() {
    let fixture = Fixture::new();
    fixture.server.fail_with(Fault::Echo);
    let error = fixture.fetch().await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(
        text.contains("authorization"),
        "the remote's words are shown: {text}"
    );
    assert!(text.contains("[redacted]"), "{text}");
    assert!(!text.contains("canary"), "{text}");
    assert!(!text.contains("ZmxlZXQ6"), "{text}");
}

#[tokio::test]
async fn names_the_ref_that_is_missing() {
    let fixture = Fixture::new();
    let remote = Remote::new(
        &fixture.server.url(),
        "refs/heads/production",
        credentials(&fixture.server),
        PATIENCE,
    );
    let error = signet_git::fetch(&remote.unwrap(), &fixture.store)
        .await
        .unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::RefMissing { .. }), "{text}");
    assert!(text.contains("refs/heads/production"), "{text}");
}

#[tokio::test]
async fn names_the_ref_that_an_empty_repository_lacks() {
    let fixture = Fixture::new();
    fixture.server.create("empty.git").unwrap();
    let url = fixture.server.url_of("empty.git");
    let remote = remote(
        &fixture.server,
        &url,
        credentials(&fixture.server),
        PATIENCE,
    );
    let error = signet_git::fetch(&remote, &fixture.store)
        .await
        .unwrap_err();
    assert!(
        matches!(error, FetchError::RefMissing { .. }),
        "{}",
        shown(&error)
    );
}

#[tokio::test]
async fn says_that_there_is_no_repository() {
    let fixture = Fixture::new();
    let url = fixture.server.url_of("nowhere.git");
    let remote = remote(
        &fixture.server,
        &url,
        credentials(&fixture.server),
        PATIENCE,
    );
    let error = signet_git::fetch(&remote, &fixture.store)
        .await
        .unwrap_err();
    assert!(
        matches!(error, FetchError::RepositoryMissing { .. }),
        "{}",
        shown(&error)
    );
}

#[tokio::test]
async fn refuses_a_remote_whose_history_is_cut_short() {
    let fixture = Fixture::new();
    fixture.push("a", "b\n");
    let path = fixture.server.repository();
    let shallow = path.with_file_name("shallow.git");
    let (from, to) = (
        format!("file://{}", path.display()),
        shallow.display().to_string(),
    );
    fixture
        .dave
        .git(&["clone", "--quiet", "--bare", "--depth", "1", &from, &to])
        .unwrap();
    let url = fixture.server.url_of("shallow.git");
    let remote = remote(
        &fixture.server,
        &url,
        credentials(&fixture.server),
        PATIENCE,
    );
    let error = signet_git::fetch(&remote, &fixture.store)
        .await
        .unwrap_err();
    assert!(
        matches!(error, FetchError::Protocol { .. }),
        "{}",
        shown(&error)
    );
}
