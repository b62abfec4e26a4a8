//! `bootstrap`, `status` and `reconcile` with a real API server.

use std::fs;

use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use signet_api::crd::TrustAnchor;
use signet_tests::control_plane::ControlPlane;
use signet_tests::fleet::git_credentials;

use crate::fixture::{Fleet, mode, signet, text};

#[tokio::test(flavor = "multi_thread")]
async fn bootstrap_installs_everything_once_and_is_done_when_run_again() {
    let plane = ControlPlane::shared().await;
    let fleet = Fleet::new();
    let home = fleet.alice.person().home();
    let (credentials, account) = (home.join("git.yaml"), home.join("agent.kubeconfig"));
    fs::write(&credentials, git_credentials(&fleet.remote)).unwrap();
    let (url, credentials, identity) = (
        fleet.remote.url(),
        text(&credentials),
        text(&fleet.identity()),
    );
    let (agent, kubeconfig, recovery) = (
        text(&account),
        text(&plane.admin_kubeconfig()),
        text(&fleet.recovery()),
    );
    #[rustfmt::skip]
    let common = [
        "bootstrap", "--cluster", "prod", "--repository", &url, "--git-credentials", &credentials, "--interval", "5s",
        "--no-agent", "--agent-kubeconfig", &agent, "--kubeconfig", &kubeconfig, "--yes",
    ];
    let first = signet(
        &fleet.alice,
        &[&common[..], &["--identity", &identity]].concat(),
    )
    .succeeded()
    .stdout;
    assert!(
        first.contains("trustanchor.signet.dev/fleet created"),
        "{first}"
    );
    assert!(!first.contains("canary"), "{first}");
    assert_eq!(mode(&account), 0o600);

    let again = signet(
        &fleet.alice,
        &[&common[..], &["--recovery", &recovery]].concat(),
    )
    .succeeded()
    .stdout;
    assert!(
        again.lines().all(|line| line.contains("unchanged")),
        "{again}"
    );

    let client = plane.admin().await;
    let secrets: Api<Secret> = Api::namespaced(client.clone(), "signet-system");
    let identity = secrets.get("cluster-identity").await.unwrap().data.unwrap();
    assert!(
        String::from_utf8(identity["identity"].0.clone())
            .unwrap()
            .contains("AGE-SECRET-KEY-1")
    );

    let status = signet(&fleet.alice, &["status", "--kubeconfig", &kubeconfig])
        .succeeded()
        .stdout;
    assert!(status.contains("trustanchor/fleet   Unknown"), "{status}");

    signet(&fleet.alice, &["reconcile", "--kubeconfig", &kubeconfig]).succeeded();
    let anchor = Api::<TrustAnchor>::all(client).get("fleet").await.unwrap();
    assert!(
        anchor
            .metadata
            .annotations
            .unwrap()
            .contains_key("signet.dev/reconcile-at")
    );
    assert_eq!(anchor.spec.repository.interval.to_string(), "5s");
    let waiting = [
        "reconcile",
        "--wait",
        "--timeout",
        "1s",
        "--kubeconfig",
        &kubeconfig,
    ];
    signet(&fleet.alice, &waiting).failed(1, &["is not applied after 1s", "signet status"]);

    let other = Fleet::new();
    let (identity, theirs) = (text(&other.identity()), other.remote.url());
    #[rustfmt::skip]
    let takeover = [
        "bootstrap", "--cluster", "prod", "--repository", &theirs, "--identity", &identity, "--no-agent",
        "--kubeconfig", &kubeconfig, "--yes",
    ];
    signet(&other.alice, &takeover).failed(
        1,
        &["follows the repository", &url, "kubectl delete trustanchor"],
    );
}
