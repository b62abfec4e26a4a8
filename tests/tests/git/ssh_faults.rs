//! SSH connections that break, and servers that lie.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::thread;
use std::time::Duration;

use signet_git::{Credentials, FetchError, Remote};
use signet_provenance::ObjectId;
use signet_tests::wire::Wire;

use crate::fixture::{MAIN, PATIENCE, shown};
use crate::pkt_lines::{line, new_refs, old_refs, sideband};
use crate::ssh_fixture::Ssh;

#[tokio::test]
async fn survives_an_ssh_connection_that_breaks_within_a_pack() {
    let ssh = Ssh::new();
    let wire = Wire::to(ssh.sshd.address()).unwrap();
    let remote = ssh.remote_at(wire.address(), ssh.key(""));
    ssh.fetch(&remote).await.unwrap();
    let before = ssh.git.packs().len();
    let tip = ssh.git.push_large("large", 400_000);
    wire.cut_after(100_000);
    let error = ssh.fetch(&remote).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::Unreachable { .. }), "{text}");
    assert!(!ssh.git.has(&tip));
    assert_eq!(ssh.git.packs().len(), before, "something was left behind");
    wire.mend();
    assert_eq!(ssh.fetch(&remote).await.unwrap().tip, tip);
    assert!(ssh.git.has_all_behind(&tip));
}

#[tokio::test]
async fn says_which_ssh_server_cannot_be_reached() {
    let mut ssh = Ssh::new();
    let remote = ssh.open_remote();
    ssh.sshd.stop();
    let error = ssh.fetch(&remote).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::Unreachable { .. }), "{text}");
    assert!(
        text.contains(&ssh.url()) && text.contains("refused"),
        "{text}"
    );
}

#[tokio::test]
async fn gives_up_on_a_server_that_never_greets() {
    let ssh = Ssh::new();
    let mute = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = ssh
        .sshd
        .url_at(mute.local_addr().unwrap(), Path::new("/fleet.git"));
    let credentials = Credentials {
        known_hosts: Some(String::new()),
        ..Credentials::default()
    };
    let remote = Remote::new(&url, MAIN, credentials, Duration::from_millis(300)).unwrap();
    let error = ssh.fetch(&remote).await.unwrap_err();
    let text = shown(&error);
    assert!(text.contains("0.3 seconds"), "{text}");
}

#[tokio::test]
async fn leaves_a_server_that_goes_on_talking_once_it_gave_up() {
    let ssh = Ssh::new();
    let chatty = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = ssh
        .sshd
        .url_at(chatty.local_addr().unwrap(), Path::new("/fleet.git"));
    // SSH_MSG_IGNORE with an empty string (RFC 4253, sections 6 and 11.2).
    let ignore = [0, 0, 0, 12, 6, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let talk = move || {
        let (mut client, _) = chatty.accept().unwrap();
        client.write_all(b"SSH-2.0-chatty\r\n").unwrap();
        (0..1_000).any(|_| {
            thread::sleep(Duration::from_millis(20));
            client.write_all(&ignore).is_err()
        })
    };
    let is_left = tokio::task::spawn_blocking(talk);
    let credentials = Credentials {
        known_hosts: Some(String::new()),
        ..Credentials::default()
    };
    let remote = Remote::new(&url, MAIN, credentials, Duration::from_millis(300)).unwrap();
    ssh.fetch(&remote).await.unwrap_err();
    assert!(is_left.await.unwrap(), "the connection is still open");
}

#[tokio::test]
async fn gives_up_on_a_program_that_never_answers_and_frees_the_store() {
    let ssh = Ssh::new();
    let remote = ssh.scripted_remote("sleep 30", Duration::from_secs(3));
    let error = ssh.fetch(&remote).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::Timeout { .. }), "{text}");
    let remote = ssh.open_remote();
    let next = tokio::time::timeout(Duration::from_secs(20), ssh.fetch(&remote));
    next.await.expect("the store is free").unwrap();
}

#[tokio::test]
async fn frees_the_store_as_soon_as_a_fetch_over_ssh_is_dropped() {
    let ssh = Ssh::new();
    let hanging = ssh.scripted_remote("sleep 30", PATIENCE);
    let dropped = tokio::time::timeout(Duration::from_secs(1), ssh.fetch(&hanging));
    assert!(dropped.await.is_err(), "the fetch should hang");
    let remote = ssh.open_remote();
    let next = tokio::time::timeout(Duration::from_secs(20), ssh.fetch(&remote));
    next.await.expect("the store is free").unwrap();
}

#[tokio::test]
async fn repeats_what_the_server_says_where_it_serves_nothing() {
    let ssh = Ssh::new();
    let key = ssh.key("");
    let url = ssh.sshd.url_of(Path::new("/nonexistent.git"));
    let credentials = ssh.credentials(vec![key]);
    let remote = Remote::new(&url, MAIN, credentials, PATIENCE).unwrap();
    let error = ssh.fetch(&remote).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::NotServed { .. }), "{text}");
    assert!(
        text.contains("does not appear to be a git repository"),
        "{text}"
    );
}

#[tokio::test]
async fn makes_the_words_of_a_server_harmless() {
    let ssh = Ssh::new();
    let script = r"printf '\033[2Jaway\r\n\007%08000d' 7 >&2; exit 3";
    let remote = ssh.scripted_remote(script, PATIENCE);
    let error = ssh.fetch(&remote).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::NotServed { .. }), "{text}");
    assert!(
        text.contains("[2Jaway") && !text.chars().any(char::is_control),
        "{text}"
    );
    assert!(text.len() < 600, "{}", text.len());
}

#[tokio::test]
async fn takes_from_a_server_only_so_many_words() {
    let ssh = Ssh::new();
    let remote = ssh.scripted_remote("head -c 600000000 /dev/zero >&2", PATIENCE);
    let error = ssh.fetch(&remote).await.unwrap_err();
    assert!(
        matches!(error, FetchError::TooLarge { .. }),
        "{}",
        shown(&error)
    );
}

#[tokio::test]
async fn takes_no_ref_of_another_name_than_it_asked_for() {
    let ssh = Ssh::new();
    let commit = ssh.git.push("a", "a\n").to_string();
    let other = "refs/heads/other";
    for answer in [old_refs(&commit, other), new_refs(&commit, other)] {
        let error = lie(&ssh, &answer).await;
        assert!(
            matches!(error, FetchError::RefMissing { .. }),
            "{}",
            shown(&error)
        );
    }
    assert!(!ssh.git.has(&commit.parse().unwrap()));
}

#[tokio::test]
async fn takes_no_ref_to_an_object_that_it_is_not_sent() {
    let ssh = Ssh::new();
    let promised = "1234567890123456789012345678901234567890";
    let sent = ssh.git.push("a", "a\n").to_string();
    let pack = ssh.git.pack(&sent);
    let old = [
        old_refs(promised, MAIN),
        line(b"NAK\n"),
        sideband(&pack),
        b"0000".to_vec(),
    ];
    let new = [
        new_refs(promised, MAIN),
        line(b"packfile\n"),
        sideband(&pack),
        b"0000".to_vec(),
    ];
    for answer in [old, new] {
        let error = lie(&ssh, &answer.concat()).await;
        let text = shown(&error);
        assert!(matches!(error, FetchError::Protocol { .. }), "{text}");
        assert!(text.contains(&format!("did not send {promised}")), "{text}");
    }
    assert!(!ssh.git.has(&promised.parse().unwrap()));
    assert!(
        !ssh.git.has(&sent.parse::<ObjectId>().unwrap()),
        "the pack was kept"
    );
}

/// The error of a fetch from a server that says just this.
async fn lie(ssh: &Ssh, answer: &[u8]) -> FetchError {
    let answer = ssh.file(answer);
    let script = format!("cat {}; cat >/dev/null", answer.display());
    let remote = ssh.scripted_remote(&script, PATIENCE);
    ssh.fetch(&remote).await.unwrap_err()
}

#[tokio::test]
async fn takes_a_program_that_dies_within_its_answer_for_a_connection_that_broke() {
    let ssh = Ssh::new();
    let greeting = ssh.file(&new_refs("1234567890123456789012345678901234567890", MAIN)[..60]);
    let script = format!("cat {}; kill -9 $$", greeting.display());
    let remote = ssh.scripted_remote(&script, PATIENCE);
    let error = ssh.fetch(&remote).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, FetchError::Unreachable { .. }), "{text}");
}
