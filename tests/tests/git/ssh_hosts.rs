//! Which SSH servers are believed.

use signet_git::{Credentials, FetchError, HostKeyError};
use signet_tests::ssh_server::{SshServer, fingerprint, hashed, make_key};

use crate::fixture::shown;
use crate::ssh_fixture::Ssh;

/// Knows a server by this text.
fn knowing(ssh: &Ssh, known_hosts: &str) -> Credentials {
    Credentials {
        known_hosts: Some(known_hosts.to_owned()),
        ..ssh.credentials(vec![ssh.key("")])
    }
}

fn host_key_error(error: &FetchError) -> &HostKeyError {
    match error {
        FetchError::HostKey { source, .. } => source,
        error => panic!("{}", shown(error)),
    }
}

fn name(ssh: &Ssh) -> String {
    format!("[127.0.0.1]:{}", ssh.sshd.address().port())
}

fn stranger() -> String {
    let folder = tempfile::tempdir().unwrap();
    make_key(&folder.path().join("key"), "ed25519", "").unwrap();
    std::fs::read_to_string(folder.path().join("key.pub")).unwrap()
}

#[tokio::test]
async fn believes_no_server_of_which_nothing_is_known() {
    let ssh = Ssh::new();
    let error = ssh.refusal(knowing(&ssh, "")).await;
    assert!(matches!(
        host_key_error(&error),
        HostKeyError::Unknown { .. }
    ));
    let text = shown(&error);
    let shown_key = fingerprint(&ssh.sshd.host_key("ed25519").unwrap()).unwrap();
    assert!(
        text.contains(&shown_key) && text.contains(&name(&ssh)),
        "{text}"
    );
    assert!(
        !ssh.sshd.log().contains("Accepted"),
        "a key was shown to it"
    );
}

#[tokio::test]
async fn believes_no_server_that_shows_another_key() {
    let ssh = Ssh::new();
    let other = stranger();
    let error = ssh
        .refusal(knowing(&ssh, &format!("{} {other}", name(&ssh))))
        .await;
    assert!(matches!(
        host_key_error(&error),
        HostKeyError::Changed { .. }
    ));
    let text = shown(&error);
    for key in [ssh.sshd.host_key("ed25519").unwrap(), other] {
        assert!(text.contains(&fingerprint(&key).unwrap()), "{text}");
    }
    assert!(
        !ssh.sshd.log().contains("Accepted"),
        "a key was shown to it"
    );
}

#[tokio::test]
async fn believes_no_server_that_shows_a_revoked_key() {
    let ssh = Ssh::new();
    let key = ssh.sshd.host_key("ed25519").unwrap();
    let known = format!("{0} {key}\n@revoked {0} {key}\n", name(&ssh));
    let error = ssh.refusal(knowing(&ssh, &known)).await;
    assert!(matches!(
        host_key_error(&error),
        HostKeyError::Revoked { .. }
    ));
    assert!(
        shown(&error).contains(&fingerprint(&key).unwrap()),
        "{}",
        shown(&error)
    );
    assert!(
        !ssh.sshd.log().contains("Accepted"),
        "a key was shown to it"
    );
}

#[tokio::test]
async fn believes_no_authority_for_a_server() {
    let ssh = Ssh::new();
    let known = format!(
        "@cert-authority * {}\n",
        ssh.sshd.host_key("ed25519").unwrap()
    );
    let error = ssh.refusal(knowing(&ssh, &known)).await;
    assert!(
        shown(&error).contains("@cert-authority"),
        "{}",
        shown(&error)
    );
}

#[tokio::test]
async fn finds_a_server_whose_name_ssh_keygen_hashed() {
    let ssh = Ssh::new();
    let known = hashed(&ssh.sshd.known_hosts().unwrap()).unwrap();
    assert!(known.starts_with("|1|"), "{known}");
    let remote = ssh.remote(knowing(&ssh, &known));
    ssh.fetch(&remote).await.unwrap();
}

#[tokio::test]
async fn asks_for_the_host_key_that_is_known_where_a_server_has_several() {
    let ssh = Ssh::new();
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let known = format!("{} {}\n", name(&ssh), ssh.sshd.host_key(kind).unwrap());
        let remote = ssh.remote(knowing(&ssh, &known));
        let fetched = ssh.fetch(&remote).await;
        assert!(fetched.is_ok(), "{kind}: {}", shown(&fetched.unwrap_err()));
    }
}

#[tokio::test]
async fn speaks_with_no_server_that_has_weak_algorithms_alone() {
    for lines in [
        "Ciphers aes256-cbc",
        "Ciphers aes256-ctr\nMACs hmac-sha1",
        "KexAlgorithms diffie-hellman-group14-sha1",
        "HostKeyAlgorithms ssh-rsa",
    ] {
        let ssh = Ssh::behind(SshServer::start_with(&["rsa"], lines).unwrap());
        let error = ssh.refusal(ssh.credentials(vec![ssh.key("")])).await;
        let text = shown(&error);
        assert!(
            matches!(error, FetchError::Unreachable { .. }),
            "{lines}: {text}"
        );
        assert!(text.contains("No common"), "{lines}: {text}");
    }
}
