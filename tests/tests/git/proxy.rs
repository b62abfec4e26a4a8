//! Remotes behind an HTTP proxy.

use std::net::SocketAddr;

use signet_git::{ConnectionError, Credentials, FetchError, Fetched, Proxy, Remote};
use signet_tests::git_remote::GitRemote;
use signet_tests::proxy::ConnectProxy;
use signet_tests::wire::Wire;

use crate::fixture::{Fixture, PATIENCE, brought, credentials, remote, shown};

/// What the environment says that names this proxy.
fn proxy(url: &str, exceptions: &str) -> Proxy {
    let proxy = Proxy::of(|name| match name {
        "HTTPS_PROXY" => Some(url.into()),
        "NO_PROXY" => Some(exceptions.into()),
        _ => None,
    });
    proxy.unwrap().unwrap()
}

/// The fixture's remote behind a proxy.
fn behind(fixture: &Fixture, proxy: Proxy) -> Remote {
    let credentials = Credentials {
        proxy: Some(proxy),
        ..credentials(&fixture.server)
    };
    remote(
        &fixture.server,
        &fixture.server.url(),
        credentials,
        PATIENCE,
    )
}

async fn fetch(fixture: &Fixture, proxy: Proxy) -> Result<Fetched, FetchError> {
    signet_git::fetch(&behind(fixture, proxy), &fixture.store).await
}

fn at(address: SocketAddr) -> String {
    format!("http://{address}")
}

/// The remote's host and port.
fn place(server: &GitRemote) -> String {
    let url = server.url();
    let rest = url.trim_start_matches("https://");
    rest.split('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn fetches_through_a_tunnel_and_shows_the_proxy_nothing_but_the_place() {
    let fixture = Fixture::new();
    let tip = fixture.push("a", "b\n");
    let server = ConnectProxy::start().unwrap();
    let fetched = fetch(&fixture, proxy(&at(server.address()), "")).await;
    assert_eq!(fetched.unwrap(), brought(tip));
    assert!(fixture.has_all_behind(&tip));
    assert_eq!(server.tunnels(), [place(&fixture.server)]);
    let heard = server.heard();
    for secret in [
        "canary",
        "Authorization",
        "authorization",
        "Zmxl",
        "fleet.git",
    ] {
        assert!(!heard.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn pushes_through_a_tunnel() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    let server = ConnectProxy::start().unwrap();
    let remote = behind(&fixture, proxy(&at(server.address()), ""));
    fixture.push_to(&remote, ours, Some(tip)).await.unwrap();
    assert_eq!(fixture.main(), ours);
    assert_eq!(server.tunnels(), [place(&fixture.server)]);
}

#[tokio::test]
async fn shows_the_proxys_password_to_the_proxy_alone() {
    let fixture = Fixture::new();
    let server = ConnectProxy::start().unwrap();
    server.let_in("dave", "can@ry");
    let url = format!("http://dave:can%40ry@{}", server.address());
    let tip = fetch(&fixture, proxy(&url, "")).await.unwrap().tip;
    assert!(fixture.has_all_behind(&tip));
    assert_eq!(server.tunnels(), [place(&fixture.server)]);
    // The remote repeats the headers of a request.
    fixture.push("a", "b\n");
    fixture
        .server
        .fail_with(signet_tests::git_remote::Fault::Echo);
    let error = fetch(&fixture, proxy(&url, "")).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("authorization: Basic [redacted]"), "{text}");
    assert!(!text.contains("proxy-authorization"), "{text}");
}

#[tokio::test]
async fn goes_past_the_proxy_to_a_host_that_is_excepted() {
    let fixture = Fixture::new();
    let server = ConnectProxy::start().unwrap();
    for exceptions in ["127.0.0.1", "example.org, 127.0.0.0/8"] {
        let proxy = proxy(&at(server.address()), exceptions);
        fetch(&fixture, proxy).await.unwrap();
    }
    assert_eq!(server.heard(), "");
}

#[tokio::test]
async fn says_which_proxy_refuses_and_not_its_password() {
    let fixture = Fixture::new();
    let server = ConnectProxy::start().unwrap();
    server.let_in("dave", "another");
    let url = format!("http://dave:canary@{}", server.address());
    let before = fixture.server.requests();
    let refused = |error: FetchError, word: &str| {
        let text = shown(&error);
        let FetchError::Unreachable {
            source: ConnectionError::Proxy { proxy, .. },
            ..
        } = error
        else {
            panic!("{text}");
        };
        assert_eq!(proxy, at(server.address()));
        for part in [&fixture.server.url(), &proxy, word] {
            assert!(text.contains(part), "{text}");
        }
    };
    let error = fetch(&fixture, proxy(&url, "")).await.unwrap_err();
    refused(error, "authorization required");
    server.refuse_with(403);
    let error = fetch(&fixture, proxy(&url, "")).await.unwrap_err();
    refused(error, "tunnel error: unsuccessful");
    assert_eq!(fixture.server.requests(), before);
}

#[tokio::test]
async fn says_which_proxy_cannot_be_reached_and_does_not_go_past_it() {
    let fixture = Fixture::new();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let before = fixture.server.requests();
    let error = fetch(&fixture, proxy(&at(address), "")).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::Unreachable { .. }), "{text}");
    assert!(
        text.contains(&at(address)) && text.contains("refused"),
        "{text}"
    );
    assert_eq!(fixture.server.requests(), before);
}

#[tokio::test]
async fn believes_no_other_certificate_behind_a_proxy() {
    let fixture = Fixture::new();
    let other = GitRemote::start().unwrap();
    let server = ConnectProxy::start().unwrap();
    let credentials = Credentials {
        ca: Some(other.ca_pem().into()),
        proxy: Some(proxy(&at(server.address()), "")),
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
    assert!(matches!(error, FetchError::Tls { .. }), "{}", shown(&error));
    assert!(!server.tunnels().is_empty());
    assert_eq!(fixture.server.requests(), before);
}

#[tokio::test]
async fn survives_a_proxy_that_goes_away_within_a_pack() {
    let fixture = Fixture::new();
    let server = ConnectProxy::start().unwrap();
    let wire = Wire::to(server.address()).unwrap();
    let remote = behind(&fixture, proxy(&at(wire.address()), ""));
    let fetch = async || signet_git::fetch(&remote, &fixture.store).await;
    fetch().await.unwrap();
    let before = fixture.packs().len();
    let tip = fixture.push_large("large", 400_000);
    wire.cut_after(100_000);
    let error = fetch().await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::Unreachable { .. }), "{text}");
    assert!(text.contains(&at(wire.address())), "{text}");
    assert!(!fixture.has(&tip));
    assert_eq!(fixture.packs().len(), before, "something was left behind");
    wire.mend();
    assert_eq!(fetch().await.unwrap().tip, tip);
    assert!(fixture.has_all_behind(&tip));
}
