//! `bootstrap` up to the moment at which it would touch a cluster.

use std::fs;

use signet_tests::binaries::binaries;
use signet_tests::fleet::git_credentials;
use signet_tests::ssh_server::{SshServer, make_key};

use crate::fixture::{Fleet, Run, signet, text};
use crate::passphrase::{PASSPHRASE, asked, at_a_terminal};

/// Bootstraps with a kubeconfig that leads nowhere.
pub(crate) fn bootstrap(fleet: &Fleet, words: &[&str]) -> Run {
    let home = fleet.alice.person().home();
    let credentials = home.join("git.yaml");
    fs::write(&credentials, git_credentials(&fleet.remote)).unwrap();
    let (url, credentials) = (fleet.remote.url(), text(&credentials));
    #[rustfmt::skip]
    let common = [
        "bootstrap", "--cluster", "prod", "--repository", &url, "--git-credentials", &credentials, "--no-agent",
        "--kubeconfig", "/nowhere/kubeconfig",
    ];
    signet(&fleet.alice, &[&common[..], words].concat())
}

#[test]
fn the_recovery_key_tells_the_true_history_from_the_remote_alone() {
    let fleet = Fleet::new();
    let head = fleet.alice.head().unwrap();
    let recovery = text(&fleet.recovery());
    bootstrap(&fleet, &["--recovery", &recovery, "--yes"])
        .failed(1, &[&head, "signed by       alice", "kubeconfig"]);
}

/// Bootstraps with a kubeconfig that leads nowhere, from a repository that is reached over SSH.
fn over_ssh(fleet: &Fleet, sshd: &SshServer) -> [String; 10] {
    let url = sshd.url_of(&fleet.remote.repository());
    let recovery = text(&fleet.recovery());
    #[rustfmt::skip]
    let words = [
        "bootstrap", "--cluster=prod", "--repository", &url, "--recovery", &recovery, "--no-agent", "--yes",
        "--kubeconfig", "/nowhere/kubeconfig",
    ];
    words.map(str::to_owned)
}

fn bootstrap_over_ssh(fleet: &Fleet, sshd: &SshServer, words: &[&str]) -> Run {
    let common = over_ssh(fleet, sshd);
    let common: Vec<&str> = common.iter().map(String::as_str).collect();
    signet(&fleet.alice, &[&common, words].concat())
}

#[test]
fn over_ssh_it_fetches_with_the_agents_key_and_without_one_as_the_person() {
    let fleet = Fleet::new();
    let sshd = SshServer::start().unwrap();
    let home = fleet.alice.person().home();
    let key = home.join("agent-key");
    make_key(&key, "ed25519", "").unwrap();
    let indented = |text: &str| text.replace('\n', "\n  ");
    let file = home.join("git.yaml");
    let credentials = format!(
        "sshKey: |\n  {}\nknown_hosts: |\n  {}\n",
        indented(fs::read_to_string(&key).unwrap().trim()),
        indented(sshd.known_hosts().unwrap().trim())
    );
    fs::write(&file, credentials).unwrap();
    let with_file = ["--git-credentials", &text(&file)];
    let said =
        bootstrap_over_ssh(&fleet, &sshd, &with_file).failed(1, &["does not let", "SHA256:"]);
    assert!(
        !said.contains("PRIVATE KEY") && !said.contains("kubeconfig"),
        "{said}"
    );
    sshd.let_in("", &fs::read_to_string(key.with_extension("pub")).unwrap())
        .unwrap();
    let said = bootstrap_over_ssh(&fleet, &sshd, &with_file)
        .failed(1, &["signed by       alice", "kubeconfig"]);
    assert!(!said.contains("the agent cannot fetch"), "{said}");

    bootstrap_over_ssh(&fleet, &sshd, &[]).failed(1, &["known_hosts holds no key of [127.0.0.1]:"]);
    let folder = home.join(".ssh");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("known_hosts"), sshd.known_hosts().unwrap()).unwrap();
    make_key(&folder.join("id_ecdsa"), "ecdsa", PASSPHRASE).unwrap();
    sshd.let_in(
        "",
        &fs::read_to_string(folder.join("id_ecdsa.pub")).unwrap(),
    )
    .unwrap();
    bootstrap_over_ssh(&fleet, &sshd, &[]).failed(1, &["where stdin or stderr is a terminal"]);
    let program = text(&binaries().signet);
    let words = over_ssh(&fleet, &sshd);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let run = at_a_terminal(fleet.alice.command("python3"), &program, &words);
    assert_eq!((run.code, asked(&run)), (1, 1), "{}", run.stdout);
    for said in [
        "signed by       alice",
        "the agent cannot fetch until",
        "kubeconfig",
    ] {
        assert!(run.stdout.contains(said), "{}", run.stdout);
    }
    assert!(!run.stdout.contains(PASSPHRASE), "{}", run.stdout);
}

#[test]
fn another_recovery_key_does_not() {
    let fleet = Fleet::new();
    let wrong = text(&fleet.alice.person().home().join("wrong.key"));
    signet(&fleet.alice, &["keygen", "-o", &wrong]).succeeded();
    let said = bootstrap(&fleet, &["--recovery", &wrong, "--yes"])
        .failed(1, &["not made under this recovery key"]);
    assert!(!said.contains("kubeconfig"), "{said}");
}

#[test]
fn the_identity_must_be_the_one_that_the_cluster_document_names() {
    let fleet = Fleet::new();
    let identity = text(&fleet.identity());
    bootstrap(&fleet, &["--identity", &identity, "--yes"]).failed(1, &["kubeconfig"]);
    let wrong = text(&fleet.alice.person().home().join("wrong.key"));
    signet(&fleet.alice, &["keygen", "-o", &wrong]).succeeded();
    bootstrap(&fleet, &["--identity", &wrong, "--yes"]).failed(1, &["the cluster prod has"]);
}

#[test]
fn the_history_is_accepted_by_a_person_or_by_a_floor_that_it_contains() {
    let fleet = Fleet::new();
    let identity = text(&fleet.identity());
    bootstrap(&fleet, &["--identity", &identity]).failed(1, &["newest history", "--yes"]);
    let floor = fleet.alice.git(&["rev-parse", "HEAD~1"]).unwrap();
    bootstrap(&fleet, &["--identity", &identity, "--at-least", &floor]).failed(1, &["kubeconfig"]);
    let elsewhere = "0123456789012345678901234567890123456789";
    bootstrap(&fleet, &["--identity", &identity, "--at-least", elsewhere])
        .failed(1, &["older history"]);
}
