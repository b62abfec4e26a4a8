//! What a push over SSH brings, and what keeps it from doing so.

use signet_git::{FetchError, PushError, Remote};
use signet_provenance::ObjectId;
use signet_tests::wire::Wire;

use crate::fixture::{MAIN, PATIENCE, incompressible, shown};
use crate::ssh_fixture::{Ssh, read};

impl Ssh {
    async fn push(
        &self,
        remote: &Remote,
        commit: ObjectId,
        expected: ObjectId,
    ) -> Result<(), PushError> {
        self.git.push_to(remote, commit, Some(expected)).await
    }
}

#[tokio::test]
async fn is_fetched_back_whole_over_the_connection_that_is_kept() {
    let ssh = Ssh::new();
    let wire = Wire::to(ssh.sshd.address()).unwrap();
    let remote = ssh.remote_at(wire.address(), ssh.key(""));
    let mut at = ssh.fetch(&remote).await.unwrap().tip;
    for round in 0..3 {
        let next = ssh
            .git
            .commit(at, &format!("tenants/{round}/a"), &incompressible(200_000));
        ssh.push(&remote, next, at).await.unwrap();
        let fetched = ssh.fetch(&remote).await.unwrap();
        assert_eq!((fetched.tip, fetched.received), (next, false));
        at = next;
    }
    assert_eq!(wire.connections(), 1);
    ssh.git.git(&["fsck", "--strict", "--full"]);
    ssh.git.dave.catch_up().unwrap();
    assert!(ssh.git.has_all_behind(&at));
}

#[tokio::test]
async fn a_push_of_somebody_else_in_between_stays_and_is_named_over_ssh() {
    let ssh = Ssh::new();
    let remote = ssh.open_remote();
    let tip = ssh.fetch(&remote).await.unwrap().tip;
    let ours = ssh.git.commit(tip, "a", "ours");
    let theirs = ssh.git.push("b", "theirs\n");
    let error = ssh.push(&remote, ours, tip).await.unwrap_err();
    let PushError::Moved {
        expected, found, ..
    } = error
    else {
        panic!("{}", shown(&error));
    };
    assert_eq!((expected, found), (Some(tip), Some(theirs)));
    assert_eq!(ssh.git.main(), theirs);
    ssh.fetch(&remote).await.unwrap();
    let again = ssh.git.commit(theirs, "a", "ours");
    ssh.push(&remote, again, theirs).await.unwrap();
    assert_eq!(ssh.git.main(), again);
}

#[tokio::test]
async fn of_two_pushers_over_ssh_exactly_one_wins() {
    let ssh = Ssh::new();
    let (one, two) = (ssh.open_remote(), ssh.open_remote());
    let mut at = ssh.fetch(&one).await.unwrap().tip;
    for round in 0..5 {
        let ours = ssh.git.commit(at, "one", &format!("{round}"));
        let theirs = ssh.git.commit(at, "two", &format!("{round}"));
        let (first, second) = tokio::join!(ssh.push(&one, ours, at), ssh.push(&two, theirs, at));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        at = if first.is_ok() { ours } else { theirs };
        let error = first.and(second).unwrap_err();
        assert!(
            matches!(error, PushError::Moved { .. }),
            "{}",
            shown(&error)
        );
        assert_eq!(ssh.git.main(), at);
    }
}

#[tokio::test]
async fn repeats_what_a_hook_says_that_refuses_over_ssh_and_keeps_the_connection() {
    let ssh = Ssh::new();
    let wire = Wire::to(ssh.sshd.address()).unwrap();
    let remote = ssh.remote_at(wire.address(), ssh.key(""));
    let tip = ssh.fetch(&remote).await.unwrap().tip;
    let ours = ssh.git.commit(tip, "a", "ours");
    ssh.git
        .hook("pre-receive", "echo main is protected >&2; exit 1");
    let error = ssh.push(&remote, ours, tip).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, PushError::Rejected { .. }), "{text}");
    assert!(text.contains("main is protected"), "{text}");
    assert_eq!(ssh.git.main(), tip);
    ssh.git.hook("pre-receive", "exit 0");
    ssh.push(&remote, ours, tip).await.unwrap();
    assert_eq!(wire.connections(), 1);
}

#[tokio::test]
async fn says_with_which_keys_a_push_is_not_let_in() {
    let ssh = Ssh::new();
    let tip = ssh.fetch(&ssh.open_remote()).await.unwrap().tip;
    let ours = ssh.git.commit(tip, "a", "ours");
    let stranger = read(&ssh.key_file("ed25519", ""));
    let remote = ssh.remote(ssh.credentials(vec![stranger]));
    let error = ssh.push(&remote, ours, tip).await.unwrap_err();
    assert!(
        matches!(error, PushError::Remote(FetchError::SshKeys { .. })),
        "{}",
        shown(&error)
    );
}

#[tokio::test]
async fn does_not_know_what_became_of_a_push_over_ssh_that_breaks_within_its_pack() {
    let ssh = Ssh::new();
    let wire = Wire::to(ssh.sshd.address()).unwrap();
    let remote = ssh.remote_at(wire.address(), ssh.key(""));
    let tip = ssh.fetch(&remote).await.unwrap().tip;
    let ours = ssh.git.commit(tip, "large", &incompressible(3_000_000));
    wire.cut_after_sending(500_000);
    let error = ssh.push(&remote, ours, tip).await.unwrap_err();
    assert!(
        matches!(error, PushError::Unknown { .. }),
        "{}",
        shown(&error)
    );
    assert_eq!(ssh.git.main(), tip);
    wire.mend();
    ssh.push(&remote, ours, tip).await.unwrap();
    assert_eq!(ssh.git.main(), ours);
    ssh.git.git(&["fsck", "--strict", "--full"]);
}

#[tokio::test]
async fn does_not_know_what_became_of_a_push_to_a_program_that_dies_or_lies() {
    let ssh = Ssh::new();
    let tip = ssh.fetch(&ssh.open_remote()).await.unwrap().tip;
    let ours = ssh.git.commit(tip, "a", "ours");
    let listing = format!("{tip} {MAIN}\0report-status side-band-64k\n");
    let listing = ssh.file(format!("{:04x}{listing}0000", listing.len() + 4).as_bytes());
    let (takes, listing) = ("head -c 100 >/dev/null", listing.display());
    for (said, dies) in [
        ("", "kill -9 $$"),
        ("", "exit 1"),
        ("0000", "exit 0"),
        ("0005x", "exit 0"),
    ] {
        let script = format!("cat {listing}; {takes}; printf '{said}'; {dies}");
        let remote = ssh.scripted_remote(&script, PATIENCE);
        let error = ssh.push(&remote, ours, tip).await.unwrap_err();
        assert!(
            matches!(error, PushError::Unknown { .. }),
            "{said} {dies}: {}",
            shown(&error)
        );
    }
}

#[tokio::test]
async fn asks_no_server_to_take_a_commit_that_does_not_say_what_becomes_of_it() {
    let ssh = Ssh::new();
    let tip = ssh.fetch(&ssh.open_remote()).await.unwrap().tip;
    let ours = ssh.git.commit(tip, "a", "ours");
    for (listing, said) in [
        (
            format!("{tip} {MAIN}\0side-band-64k\n"),
            "without report-status",
        ),
        (
            format!("{tip} {MAIN}\0report-status\n"),
            "without side-band-64k",
        ),
        (
            format!("{tip} {MAIN}\0report-status side-band-64k object-format=sha256\n"),
            "sha256",
        ),
        (
            format!("{MAIN}\0report-status side-band-64k\n"),
            "its list of refs",
        ),
    ] {
        let told = ssh.path();
        let listing = ssh.file(format!("{:04x}{listing}0000", listing.len() + 4).as_bytes());
        let script = format!("cat {}; cat > {}", listing.display(), told.display());
        let remote = ssh.scripted_remote(&script, PATIENCE);
        let error = ssh.push(&remote, ours, tip).await.unwrap_err();
        let text = shown(&error);
        assert!(
            matches!(error, PushError::Remote(FetchError::Protocol { .. })),
            "{text}"
        );
        assert!(text.contains(said), "{text}");
        assert_eq!(
            std::fs::read(&told).unwrap_or_default(),
            b"",
            "something was sent"
        );
    }
}
