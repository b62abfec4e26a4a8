//! What a fetch over SSH brings, and who is let in.

use secrecy::SecretString;
use signet_git::{Credentials, FetchError, Remote, SshKey, SshKeyError};
use signet_tests::ssh_server::{SshAgent, SshServer, fingerprint};
use signet_tests::wire::Wire;

use crate::fixture::{MAIN, PATIENCE, brought, shown};
use crate::ssh_fixture::{Ssh, read, text};

#[tokio::test]
async fn lets_itself_in_with_a_key_of_each_type() {
    let ssh = Ssh::new();
    for kind in ["ed25519", "ecdsa", "ecdsa-384", "ecdsa-521", "rsa"] {
        let file = ssh.key_file(kind, "");
        ssh.let_in("", &file);
        let tip = ssh.git.push(kind, "text\n");
        let remote = ssh.remote(ssh.credentials(vec![read(&file)]));
        let fetched = ssh.fetch(&remote).await.unwrap();
        assert_eq!(fetched, brought(tip), "{kind}");
        assert!(ssh.git.has_all_behind(&tip), "{kind}");
    }
}

#[tokio::test]
async fn opens_a_key_that_a_passphrase_protects() {
    let ssh = Ssh::new();
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let file = ssh.key_file(kind, "canary-passphrase");
        ssh.let_in("", &file);
        let (text, passphrase) = (text(&file), SecretString::from("canary-passphrase"));
        assert_eq!(SshKey::read(&text).err(), Some(SshKeyError::Protected));
        let wrong = SshKey::unprotect(&text, &SecretString::from("canary-other"));
        assert_eq!(wrong.err(), Some(SshKeyError::Unreadable));
        let key = SshKey::unprotect(&text, &passphrase).unwrap();
        let remote = ssh.remote(ssh.credentials(vec![key]));
        ssh.fetch(&remote).await.unwrap();
    }
}

#[tokio::test]
async fn lets_itself_in_with_the_keys_of_an_agent() {
    let ssh = Ssh::new();
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let agent = SshAgent::start().unwrap();
        let file = ssh.key_file(kind, "");
        agent.add(&file).unwrap();
        let remote = ssh.remote(through(&ssh, &agent));
        let error = ssh.fetch(&remote).await.unwrap_err();
        assert!(
            matches!(error, FetchError::SshKeys { .. }),
            "{kind}: {}",
            shown(&error)
        );
        ssh.let_in("", &file);
        ssh.fetch(&remote).await.unwrap();
    }
}

#[tokio::test]
async fn goes_on_with_key_files_where_no_agent_answers() {
    let ssh = Ssh::new();
    let mut credentials = ssh.credentials(vec![ssh.key("")]);
    credentials.ssh_agent = Some("/nonexistent/agent".into());
    ssh.fetch(&ssh.remote(credentials)).await.unwrap();
    let mut credentials = ssh.credentials(Vec::new());
    credentials.ssh_agent = Some("/nonexistent/agent".into());
    let text = shown(&ssh.refusal(credentials).await);
    assert!(
        text.contains("the ssh-agent (No such file or directory"),
        "{text}"
    );
}

fn through(ssh: &Ssh, agent: &SshAgent) -> Credentials {
    Credentials {
        ssh_agent: Some(agent.socket()),
        ..ssh.credentials(Vec::new())
    }
}

#[tokio::test]
async fn shows_each_key_until_one_is_let_in() {
    let ssh = Ssh::new();
    let stranger = read(&ssh.key_file("ecdsa", ""));
    let key = ssh.key("");
    let remote = ssh.remote(ssh.credentials(vec![stranger, key]));
    ssh.fetch(&remote).await.unwrap();
}

#[tokio::test]
async fn names_the_keys_with_which_it_is_not_let_in() {
    let ssh = Ssh::new();
    let file = ssh.key_file("ed25519", "");
    let error = ssh.refusal(ssh.credentials(vec![read(&file)])).await;
    let text = shown(&error);
    assert!(matches!(error, FetchError::SshKeys { .. }), "{text}");
    let public = std::fs::read_to_string(file.with_extension("pub")).unwrap();
    assert!(text.contains(&fingerprint(&public).unwrap()), "{text}");
    assert!(text.contains(ssh.sshd.user()), "{text}");
    let text = shown(&ssh.refusal(ssh.credentials(Vec::new())).await);
    assert!(text.contains("any key: there is none"), "{text}");
}

#[tokio::test]
async fn signs_with_no_sha_1_for_a_server_that_takes_nothing_else() {
    let lines = "PubkeyAcceptedAlgorithms ssh-rsa";
    let ssh = Ssh::behind(SshServer::start_with(&["ed25519"], lines).unwrap());
    let file = ssh.key_file("rsa", "");
    ssh.let_in("", &file);
    let error = ssh.refusal(ssh.credentials(vec![read(&file)])).await;
    assert!(
        matches!(error, FetchError::SshKeys { .. }),
        "{}",
        shown(&error)
    );
}

#[tokio::test]
async fn brings_what_is_new_from_a_server_that_speaks_an_older_protocol() {
    let ssh = Ssh::behind(SshServer::start_with(&["ed25519"], "").unwrap());
    let remote = ssh.open_remote();
    ssh.git.push("a", "a\n");
    let first = ssh.fetch(&remote).await.unwrap();
    assert!(!ssh.fetch(&remote).await.unwrap().received);
    let tip = ssh.git.push("b", "b\n");
    let second = ssh.fetch(&remote).await.unwrap();
    assert_ne!(first.tip, second.tip);
    assert_eq!(second.tip, tip);
    assert!(ssh.git.has_all_behind(&tip));
}

#[tokio::test]
async fn fetches_a_repository_whose_path_a_shell_would_read_otherwise() {
    let ssh = Ssh::new();
    let key = ssh.key("");
    for name in [
        "it's mine!.git",
        "a \"b\" $(touch c) `d`.git",
        "\\\\$HOME;x&.git",
        "-x.git",
    ] {
        let folder = ssh.git.server.create(name).unwrap();
        let to = folder.display().to_string();
        ssh.git
            .dave
            .git(&["push", "--quiet", &to, "HEAD:main"])
            .unwrap();
        let url = ssh.sshd.url_of(&folder);
        let credentials = ssh.credentials(vec![key.clone()]);
        let remote = Remote::new(&url, MAIN, credentials, PATIENCE).unwrap();
        let fetched = ssh.fetch(&remote).await;
        assert!(fetched.is_ok(), "{name}: {}", shown(&fetched.unwrap_err()));
    }
}

#[tokio::test]
async fn follows_a_history_that_was_rewritten_over_ssh_and_keeps_the_old_one() {
    let ssh = Ssh::new();
    let remote = ssh.open_remote();
    let old = ssh.git.push("a", "old\n");
    ssh.fetch(&remote).await.unwrap();
    let dave = &ssh.git.dave;
    dave.git(&["reset", "--quiet", "--hard", "HEAD~1"]).unwrap();
    dave.write("a", "new\n").unwrap();
    let new = dave.commit("Rewrite").unwrap().parse().unwrap();
    dave.push_force().unwrap();
    assert_eq!(ssh.fetch(&remote).await.unwrap().tip, new);
    assert!(ssh.git.has_all_behind(&new));
    assert!(ssh.git.has(&old));
}

#[tokio::test]
async fn keeps_its_connection_and_opens_a_dead_one_again() {
    let ssh = Ssh::new();
    let wire = Wire::to(ssh.sshd.address()).unwrap();
    let remote = ssh.remote_at(wire.address(), ssh.key(""));
    for round in 0..3 {
        ssh.git.push("a", &format!("{round}\n"));
        assert!(ssh.fetch(&remote).await.unwrap().received);
        assert!(!ssh.fetch(&remote).await.unwrap().received);
    }
    assert_eq!(wire.connections(), 1);
    wire.cut();
    let tip = ssh.git.push("b", "b\n");
    assert_eq!(ssh.fetch(&remote).await.unwrap().tip, tip);
    assert_eq!(wire.connections(), 2);
}

#[tokio::test]
async fn brings_approvals_beside_the_ref_in_the_same_connection() {
    let ssh = Ssh::new();
    let wire = Wire::to(ssh.sshd.address()).unwrap();
    let remote = ssh.remote_at(wire.address(), ssh.key(""));
    let first = ssh.git.approve("first");
    assert!(ssh.fetch(&remote).await.unwrap().received);
    assert_eq!(ssh.git.approvals(), [first]);
    let second = ssh.git.approve("second");
    let fetched = ssh.fetch(&remote).await.unwrap();
    assert_eq!((fetched.received, fetched.shortfall), (false, None));
    assert_eq!(ssh.git.approvals(), [first, second]);
    assert_eq!(wire.connections(), 1);
}
