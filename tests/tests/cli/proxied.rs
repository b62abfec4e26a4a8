//! `bootstrap` where the environment names a proxy.

use std::fs;
use std::net::TcpListener;

use signet_tests::binaries::binaries;
use signet_tests::fleet::git_credentials;
use signet_tests::proxy::ConnectProxy;

use crate::fixture::{Fleet, Run, run, text};

/// Bootstraps behind a proxy with the recovery key, and a kubeconfig whose cluster nobody serves.
fn bootstrap(fleet: &Fleet, variable: &str) -> Run {
    bootstrap_with(fleet, variable, ["--recovery", &text(&fleet.recovery())])
}

/// The same with this key.
fn bootstrap_with(fleet: &Fleet, variable: &str, key: [&str; 2]) -> Run {
    let home = fleet.alice.person().home();
    let (credentials, kubeconfig) = (home.join("git.yaml"), home.join("kubeconfig"));
    fs::write(&credentials, git_credentials(&fleet.remote)).unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let cluster = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\n\
         contexts: [{{name: a, context: {{cluster: a, user: a}}}}]\n\
         clusters: [{{name: a, cluster: {{server: 'http://{}'}}}}]\nusers: [{{name: a, user: {{}}}}]\n",
        closed.local_addr().unwrap()
    );
    drop(closed);
    fs::write(&kubeconfig, cluster).unwrap();
    let mut command = fleet.alice.command(binaries().signet);
    command.env("HTTPS_PROXY", variable);
    let (url, credentials) = (fleet.remote.url(), text(&credentials));
    let kubeconfig = text(&kubeconfig);
    #[rustfmt::skip]
    let words = [
        "bootstrap", "--cluster=prod", "--repository", &url, "--git-credentials", &credentials, "--no-agent", "--yes",
        "--kubeconfig", &kubeconfig,
    ];
    run(command, &[&words[..], &key].concat())
}

#[test]
fn it_fetches_through_the_proxy_and_reaches_the_cluster_without() {
    let fleet = Fleet::new();
    let proxy = ConnectProxy::start().unwrap();
    let name = format!("http://{}", proxy.address());
    let said = bootstrap(&fleet, &name).failed(1, &["signed by       alice", "refused"]);
    assert!(!said.contains("proxy"), "{said}");
    let remote = fleet.remote.url();
    let tunnels = proxy.tunnels();
    assert!(!tunnels.is_empty());
    assert!(
        tunnels.iter().all(|place| remote.contains(place)),
        "{tunnels:?}"
    );
}

#[test]
fn a_proxy_that_refuses_or_cannot_be_used_is_named_without_its_password() {
    let fleet = Fleet::new();
    let proxy = ConnectProxy::start().unwrap();
    proxy.let_in("alice", "another");
    let address = proxy.address();
    for (variable, name) in [
        (
            format!("http://alice:canary@{address}"),
            format!("http://{address}"),
        ),
        (
            format!("socks5://alice:canary@{address}"),
            "HTTPS_PROXY".to_owned(),
        ),
    ] {
        let said = bootstrap(&fleet, &variable).failed(1, &[&name]);
        assert!(
            !said.contains("canary") && !said.contains("signed by"),
            "{said}"
        );
    }
}

#[test]
fn a_proxy_that_cannot_be_used_is_no_matter_where_nothing_is_fetched() {
    let fleet = Fleet::new();
    let identity = text(&fleet.identity());
    let said = bootstrap_with(
        &fleet,
        "socks5://proxy.example.org",
        ["--identity", &identity],
    );
    let said = said.failed(1, &["signed by       alice", "refused"]);
    assert!(!said.contains("PROXY"), "{said}");
}
