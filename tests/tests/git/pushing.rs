//! What a push brings, and what keeps it from doing so.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use signet_git::{Credentials, FetchError, PushError, Remote, Store};
use signet_provenance::{ObjectId, Objects as _, State, TrustRoot, introduction_of, verify};
use signet_tests::git_remote::{Fault, GitRemote};
use signet_tests::person::Person;
use signet_tests::wire::Wire;

use crate::fixture::{
    Fixture, MAIN, PATIENCE, SECONDS, commit, credentials, incompressible, remote, shown,
};

/// The rules of a fleet in which alice is root and dave writes for team-a.
fn policy() -> String {
    let key = |name| Person::example(name).unwrap().public_key().unwrap();
    format!(
        "apiVersion: signet.dev/v1alpha1
kind: Policy
metadata: {{name: policy}}
spec:
  version: 1
  repository: 6f1c0d6f1c0d6f1c0d6f1c0d6f1c0d6f
  ref: {MAIN}
  principals:
    alice: {{keys: [\"{}\"]}}
    dave: {{keys: [\"{}\"]}}
  groups: {{root: [alice], team-a: [dave]}}
  rules:
    - {{paths: [\"signet/**\"], signers: root}}
    - {{paths: [\"tenants/team-a/**\"], signers: team-a}}
  recovery: {{recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}}
",
        key("alice"),
        key("dave")
    )
}

/// Fetches into a store of its own, and returns where main stands and the store.
async fn fetched_anew(fixture: &Fixture, folder: &std::path::Path) -> (ObjectId, Store) {
    let store = Store::create_or_open(folder).unwrap();
    let fetched = signet_git::fetch(&fixture.remote, &store).await.unwrap();
    (fetched.tip, store)
}

impl Fixture {
    pub(crate) async fn push_to(
        &self,
        remote: &Remote,
        commit: ObjectId,
        expected: Option<ObjectId>,
    ) -> Result<(), PushError> {
        signet_git::push(remote, &self.store, commit, expected).await
    }

    async fn push_here(
        &self,
        commit: ObjectId,
        expected: Option<ObjectId>,
    ) -> Result<(), PushError> {
        self.push_to(&self.remote, commit, expected).await
    }
}

#[tokio::test]
async fn what_was_committed_and_pushed_is_believed_as_its_signers() {
    let server = GitRemote::start().unwrap();
    let alice = Person::example("alice").unwrap().clone_of(&server).unwrap();
    alice.write("signet/policy.yaml", &policy()).unwrap();
    let introduction: ObjectId = alice.commit("Introduce").unwrap().parse().unwrap();
    alice.push().unwrap();
    let remote = remote(&server, &server.url(), credentials(&server), PATIENCE);
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create_or_open(folder.path()).unwrap();
    signet_git::fetch(&remote, &store).await.unwrap();
    let good = commit(&store, introduction, "tenants/team-a/a.yaml", "a: 1\n");
    let bad = commit(
        &store,
        good,
        "signet/policy.yaml",
        &policy().replace("version: 1", "version: 2"),
    );
    signet_git::push(&remote, &store, bad, Some(introduction))
        .await
        .unwrap();
    let other = tempfile::tempdir().unwrap();
    let other = Store::create_or_open(other.path()).unwrap();
    let tip = signet_git::fetch(&remote, &other).await.unwrap().tip;
    assert_eq!(tip, bad);
    let objects = other.objects();
    let root = TrustRoot {
        repository: "6f1c0d6f1c0d6f1c0d6f1c0d6f1c0d6f".into(),
        reference: MAIN.into(),
        introduction: introduction_of(objects.clone(), introduction).unwrap(),
        revoked: Vec::new(),
    };
    let now = Timestamp::from_second(SECONDS).unwrap();
    let verdict = verify(objects, tip, &[], &root, &State::default(), now).unwrap();
    assert_eq!(verdict.tree.commit(), good);
    assert_eq!(verdict.signer.principal, "dave");
    let refused = verdict.refused.expect("dave is not root");
    assert!(refused.to_string().contains("signed by dave"), "{refused}");
}

#[tokio::test]
async fn is_fetched_back_byte_for_byte_and_whole() {
    let fixture = Fixture::new();
    let tip = fixture.push("tenants/team-a/a.yaml", "a: 1\n");
    fixture.fetch().await.unwrap();
    let large = incompressible(300_000);
    let first = fixture.commit(tip, "tenants/team-a/large", &large);
    let empty = fixture.commit(first, "tenants/team-b/empty", "");
    let second = fixture.commit(empty, "tenants/team-b/b/c.yaml", "c: 1\n");
    fixture.push_here(second, Some(tip)).await.unwrap();
    assert_eq!(fixture.main(), second);
    fixture.git(&["fsck", "--strict", "--full"]);
    let folder = tempfile::tempdir().unwrap();
    let (fetched, store) = fetched_anew(&fixture, folder.path()).await;
    assert_eq!(fetched, second);
    let list = ["rev-list", "--objects", "--no-object-names", MAIN];
    for id in fixture.git(&list).lines().map(|id| id.parse().unwrap()) {
        let read = |store: &Store| store.read(&id).unwrap().expect("it is there");
        let (ours, theirs) = (read(&fixture.store), read(&store));
        assert_eq!((ours.kind, ours.bytes), (theirs.kind, theirs.bytes));
    }
    assert_eq!(fixture.git(&["show", "main:tenants/team-a/large"]), large);
    let again = fixture.fetch().await.unwrap();
    assert!(!again.received, "it came back");
}

#[tokio::test]
async fn sends_only_what_the_remote_lacks() {
    let fixture = Fixture::new();
    let tip = fixture.push_large("large", 500_000);
    fixture.fetch().await.unwrap();
    let before: BTreeSet<String> = objects(&fixture);
    // What comes in is kept as it came.
    fixture.git(&["config", "receive.unpackLimit", "1"]);
    let ours = fixture.commit(tip, "tenants/team-a/a.yaml", "a: 1\n");
    fixture.push_here(ours, Some(tip)).await.unwrap();
    let after = objects(&fixture);
    // The commit, three trees and the file.
    assert_eq!(after.difference(&before).count(), 5);
    let packs = fixture.server.repository().join("objects/pack");
    let packs = std::fs::read_dir(packs).unwrap().map(|file| file.unwrap());
    let sizes = packs
        .filter(|file| file.path().extension().is_some_and(|end| end == "pack"))
        .map(|file| file.metadata().unwrap().len());
    assert!(sizes.min().unwrap() < 10_000, "the history was sent");
}

fn objects(fixture: &Fixture) -> BTreeSet<String> {
    let list = [
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objectname)",
    ];
    fixture.git(&list).lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn makes_a_branch_in_an_empty_repository_and_none_in_the_place_of_another() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    let empty = fixture.server.create("empty.git").unwrap();
    let url = fixture.server.url_of("empty.git");
    let remote = remote(
        &fixture.server,
        &url,
        credentials(&fixture.server),
        PATIENCE,
    );
    fixture.push_to(&remote, ours, None).await.unwrap();
    let empty = ["--git-dir", empty.to_str().unwrap()];
    let main = fixture
        .dave
        .git(&[&empty[..], &["rev-parse", MAIN]].concat());
    assert_eq!(main.unwrap(), ours.to_string());
    fixture
        .dave
        .git(&[&empty[..], &["fsck", "--strict"]].concat())
        .unwrap();
    let next = fixture.commit(ours, "a", "next");
    let error = fixture.push_to(&remote, next, None).await.unwrap_err();
    let PushError::Moved {
        expected: None,
        found,
        ..
    } = error
    else {
        panic!("{}", shown(&error));
    };
    assert_eq!(found, Some(ours));
}

#[tokio::test]
async fn makes_a_branch_of_what_the_remote_has() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let (url, patience) = (fixture.server.url(), PATIENCE);
    let new = Remote::new(
        &url,
        "refs/heads/new",
        credentials(&fixture.server),
        patience,
    );
    fixture.push_to(&new.unwrap(), tip, None).await.unwrap();
    assert_eq!(
        fixture.git(&["rev-parse", "refs/heads/new"]),
        tip.to_string()
    );
}

#[tokio::test]
async fn a_push_of_somebody_else_in_between_stays_and_is_named() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    let theirs = fixture.push("b", "theirs\n");
    let error = fixture.push_here(ours, Some(tip)).await.unwrap_err();
    let text = shown(&error);
    let PushError::Moved {
        expected, found, ..
    } = error
    else {
        panic!("{text}");
    };
    assert_eq!((expected, found), (Some(tip), Some(theirs)));
    assert!(
        text.contains(&tip.to_string()) && text.contains(&theirs.to_string()),
        "{text}"
    );
    assert_eq!(fixture.main(), theirs);
    fixture.fetch().await.unwrap();
    let again = fixture.commit(theirs, "a", "ours");
    fixture.push_here(again, Some(theirs)).await.unwrap();
    assert_eq!(fixture.main(), again);
}

#[tokio::test]
async fn a_ref_that_moves_while_the_commit_is_sent_stays_there_and_is_named() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let theirs = fixture.push("b", "theirs\n");
    fixture.git(&["update-ref", MAIN, &tip.to_string()]);
    // Once what was sent is there, and before the ref is moved.
    fixture.hook(
        "pre-receive",
        &format!("unset GIT_QUARANTINE_PATH; git update-ref {MAIN} {theirs}"),
    );
    let ours = fixture.commit(tip, "a", "ours");
    let error = fixture.push_here(ours, Some(tip)).await.unwrap_err();
    let PushError::Moved {
        expected, found, ..
    } = error
    else {
        panic!("{}", shown(&error));
    };
    assert_eq!((expected, found), (Some(tip), Some(theirs)));
    assert_eq!(fixture.main(), theirs);
}

#[tokio::test]
async fn of_two_pushers_exactly_one_wins() {
    let fixture = Fixture::new();
    let mut at = fixture.fetch().await.unwrap().tip;
    for round in 0..5 {
        let one = fixture.commit(at, "one", &format!("{round}"));
        let two = fixture.commit(at, "two", &format!("{round}"));
        let other = remote(
            &fixture.server,
            &fixture.server.url(),
            credentials(&fixture.server),
            PATIENCE,
        );
        let (first, second) = tokio::join!(
            fixture.push_here(one, Some(at)),
            fixture.push_to(&other, two, Some(at))
        );
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        at = if first.is_ok() { one } else { two };
        let error = first.and(second).unwrap_err();
        assert!(
            matches!(error, PushError::Moved { .. }),
            "{}",
            shown(&error)
        );
        assert_eq!(fixture.main(), at);
    }
    fixture.git(&["fsck", "--strict", "--full"]);
}

#[tokio::test]
async fn repeats_what_a_hook_says_that_refuses_and_makes_it_harmless() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    fixture.hook(
        "pre-receive",
        r"printf '\033[2Jmain is protected\n%05000d' 7 >&2; exit 1",
    );
    let error = fixture.push_here(ours, Some(tip)).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, PushError::Rejected { .. }), "{text}");
    assert!(text.contains("pre-receive hook declined"), "{text}");
    assert!(text.contains("[2Jmain is protected"), "{text}");
    assert!(
        !text.chars().any(char::is_control) && text.len() < 1200,
        "{text}"
    );
    assert_eq!(fixture.main(), tip);
    // A host's own rule comes without a hook's words.
    fixture.hook("pre-receive", "exit 0");
    fixture.hook("update", "exit 1");
    let error = fixture.push_here(ours, Some(tip)).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, PushError::Rejected { .. }), "{text}");
    assert!(text.contains("hook declined"), "{text}");
}

#[tokio::test]
async fn repeats_no_password_that_a_hook_knows() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    let password = fixture.server.password();
    fixture.hook(
        "pre-receive",
        &format!("echo it was {password} >&2; exit 1"),
    );
    let error = fixture.push_here(ours, Some(tip)).await.unwrap_err();
    let text = shown(&error);
    assert!(text.contains("it was [redacted]"), "{text}");
}

#[tokio::test]
async fn says_that_a_push_is_not_let_in() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    let nobody = Credentials {
        ca: Some(fixture.server.ca_pem().into()),
        ..Credentials::default()
    };
    let nobody = remote(&fixture.server, &fixture.server.url(), nobody, PATIENCE);
    let error = fixture.push_to(&nobody, ours, Some(tip)).await.unwrap_err();
    let text = shown(&error);
    assert!(
        matches!(
            error,
            PushError::Remote(FetchError::Credentials { given: false, .. })
        ),
        "{text}"
    );
    fixture.server.set_password("another");
    let error = fixture.push_here(ours, Some(tip)).await.unwrap_err();
    let text = shown(&error);
    assert!(
        matches!(
            error,
            PushError::Remote(FetchError::Credentials { given: true, .. })
        ),
        "{text}"
    );
    assert_eq!(fixture.main(), tip);
}

#[tokio::test]
async fn believes_no_server_of_an_unknown_authority_and_sends_it_nothing() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    let stranger = Credentials {
        ca: None,
        ..credentials(&fixture.server)
    };
    let stranger = remote(&fixture.server, &fixture.server.url(), stranger, PATIENCE);
    let before = fixture.server.requests();
    let error = fixture
        .push_to(&stranger, ours, Some(tip))
        .await
        .unwrap_err();
    assert!(
        matches!(error, PushError::Remote(FetchError::Tls { .. })),
        "{}",
        shown(&error)
    );
    assert_eq!(fixture.server.requests(), before, "something was sent");
}

#[tokio::test]
async fn pushes_to_a_repository_that_moved_within_its_host() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    let renamed = Fault::Moved("old.git".into(), "fleet.git".into());
    fixture.server.fail_with(renamed);
    let url = fixture.server.url_of("old.git");
    let moved = remote(
        &fixture.server,
        &url,
        credentials(&fixture.server),
        PATIENCE,
    );
    fixture.push_to(&moved, ours, Some(tip)).await.unwrap();
    assert_eq!(fixture.main(), ours);
}

#[tokio::test]
async fn a_status_says_whether_a_push_was_refused_or_nobody_knows() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    for (status, is_known) in [
        (403, true),
        (404, true),
        (413, true),
        (502, false),
        (504, false),
    ] {
        fixture.server.fail_with(Fault::AnswersPush(status));
        let error = fixture.push_here(ours, Some(tip)).await.unwrap_err();
        let text = shown(&error);
        assert_eq!(
            matches!(error, PushError::Remote(_)),
            is_known,
            "{status}: {text}"
        );
        assert_eq!(
            matches!(error, PushError::Unknown { .. }),
            !is_known,
            "{status}: {text}"
        );
    }
}

#[tokio::test]
async fn follows_no_redirect_to_another_host() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    let thief = GitRemote::start().unwrap();
    fixture.server.fail_with(Fault::RedirectTo(thief.url()));
    let error = fixture.push_here(ours, Some(tip)).await.unwrap_err();
    assert!(
        matches!(error, PushError::Remote(FetchError::Redirected { .. })),
        "{}",
        shown(&error)
    );
    assert_eq!(thief.requests(), 0);
}

#[tokio::test]
async fn does_not_know_what_became_of_a_push_whose_answer_breaks_off() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    fixture.server.fail_with(Fault::DropsPush);
    let error = fixture.push_here(ours, Some(tip)).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, PushError::Unknown { .. }), "{text}");
    assert!(text.contains("fetch before pushing again"), "{text}");
    fixture.server.mend();
    // It had arrived, which a fetch shows, and so does another push.
    assert_eq!(fixture.fetch().await.unwrap().tip, ours);
    let error = fixture.push_here(ours, Some(tip)).await.unwrap_err();
    assert!(matches!(error, PushError::Moved { found: Some(found), .. } if found == ours));
}

#[tokio::test]
async fn sends_a_push_once_though_its_connection_breaks_before_any_answer() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    let url = fixture.server.url();
    let place = url
        .trim_start_matches("https://")
        .trim_end_matches("/fleet.git");
    let wire = Wire::to(place.parse().unwrap()).unwrap();
    let url = url.replace(place, &wire.address().to_string());
    let remote = remote(
        &fixture.server,
        &url,
        credentials(&fixture.server),
        PATIENCE,
    );
    let arrived = fixture.server.repository().join("arrived");
    fixture.hook(
        "pre-receive",
        &format!("touch {}; sleep 1", arrived.display()),
    );
    let before = fixture.server.requests();
    let cut = async {
        while !arrived.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        wire.cut();
    };
    let (pushed, ()) = tokio::join!(fixture.push_to(&remote, ours, Some(tip)), cut);
    let error = pushed.unwrap_err();
    assert!(
        matches!(error, PushError::Unknown { .. }),
        "{}",
        shown(&error)
    );
    // One question and one push.
    assert_eq!(fixture.server.requests() - before, 2);
}

#[tokio::test]
async fn does_not_know_what_became_of_a_push_that_breaks_within_its_pack() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "large", &incompressible(3_000_000));
    fixture.server.fail_with(Fault::CutsUpload);
    let error = fixture.push_here(ours, Some(tip)).await.unwrap_err();
    assert!(
        matches!(error, PushError::Unknown { .. }),
        "{}",
        shown(&error)
    );
    assert_eq!(fixture.main(), tip);
    fixture.server.mend();
    fixture.push_here(ours, Some(tip)).await.unwrap();
    assert_eq!(fixture.main(), ours);
    fixture.git(&["fsck", "--strict", "--full"]);
}

#[tokio::test]
async fn does_not_know_what_became_of_a_push_that_takes_too_long() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    fixture.hook("pre-receive", "sleep 5");
    let patience = Duration::from_secs(2);
    let hasty = remote(
        &fixture.server,
        &fixture.server.url(),
        credentials(&fixture.server),
        patience,
    );
    let error = fixture.push_to(&hasty, ours, Some(tip)).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, PushError::Unknown { .. }), "{text}");
    assert!(text.contains("2 seconds"), "{text}");
    // Where it is not even asked what it has, nothing was sent.
    fixture.server.fail_with(Fault::Hang);
    let error = fixture.push_to(&hasty, ours, Some(tip)).await.unwrap_err();
    assert!(
        matches!(error, PushError::Remote(FetchError::Timeout { .. })),
        "{}",
        shown(&error)
    );
}

#[tokio::test]
async fn believes_no_report_that_does_not_say_what_became_of_the_ref() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    for report in [
        "",
        "0000",
        "no report",
        &banded(1, &format!("{}0000", line("unpack ok\n"))),
        &banded(
            1,
            &(line("unpack ok\n") + &line("ok refs/heads/other\n") + "0000"),
        ),
        &banded(
            1,
            &(line("unpack failed\n") + &line("ok refs/heads/main\n") + "0000"),
        ),
        &banded(1, &(line("unpack ok\n") + &line("ok refs/heads/main\n"))),
        &banded(3, "out of memory"),
    ] {
        fixture.server.fail_with(Fault::Reports(report.into()));
        let error = fixture.push_here(ours, Some(tip)).await.unwrap_err();
        assert!(
            matches!(error, PushError::Unknown { .. }),
            "{report}: {}",
            shown(&error)
        );
    }
    assert!(shown(&last_words(&fixture, ours, tip).await).contains("out of memory"));
    let whole = line("unpack ok\n") + &line("ok refs/heads/main\n") + "0000";
    let cut = banded(1, &whole);
    fixture
        .server
        .fail_with(Fault::Reports(cut[..cut.len() - 4].into()));
    let error = fixture.push_here(ours, Some(tip)).await.unwrap_err();
    assert!(
        matches!(error, PushError::Unknown { .. }),
        "{}",
        shown(&error)
    );
}

async fn last_words(fixture: &Fixture, ours: ObjectId, tip: ObjectId) -> PushError {
    let report = banded(3, "out of memory");
    fixture.server.fail_with(Fault::Reports(report));
    fixture.push_here(ours, Some(tip)).await.unwrap_err()
}

#[tokio::test]
async fn a_rule_of_the_host_is_told_in_its_words() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    let report = line("unpack ok\n") + &line("ng refs/heads/main protected branch\n") + "0000";
    fixture.server.fail_with(Fault::Reports(banded(1, &report)));
    let error = fixture.push_here(ours, Some(tip)).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, PushError::Rejected { .. }), "{text}");
    assert!(text.contains("protected branch"), "{text}");
}

/// A pkt-line (gitprotocol-common).
fn line(text: &str) -> String {
    format!("{:04x}{text}", text.len() + 4)
}

/// What a server says on a band (gitprotocol-pack, "Packfile Data"), to the end.
fn banded(band: u8, text: &str) -> String {
    line(&format!("{}{text}", char::from(band))) + "0000"
}

#[tokio::test]
async fn takes_no_more_than_it_may_hold_in_memory() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let mut at = tip;
    let large = incompressible(11 << 20);
    for file in ["a", "b", "c", "d", "e", "f"] {
        at = fixture.commit(at, file, &format!("{file}{large}"));
    }
    let before = fixture.server.requests();
    let error = fixture.push_here(at, Some(tip)).await.unwrap_err();
    let text = shown(&error);
    assert!(matches!(error, PushError::TooLarge { .. }), "{text}");
    assert!(text.contains("64 MiB"), "{text}");
    assert_eq!(fixture.server.requests() - before, 1, "something was sent");
}

#[tokio::test]
async fn a_remote_that_is_not_there_is_named() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let ours = fixture.commit(tip, "a", "ours");
    let url = fixture.server.url_of("nowhere.git");
    let nowhere = remote(
        &fixture.server,
        &url,
        credentials(&fixture.server),
        PATIENCE,
    );
    let error = fixture.push_to(&nowhere, ours, None).await.unwrap_err();
    assert!(
        matches!(
            error,
            PushError::Remote(FetchError::RepositoryMissing { .. })
        ),
        "{}",
        shown(&error)
    );
}
