//! `rotate signer`: a key of a principal gives way to another one.

use std::path::PathBuf;
use std::process::Command;

use signet_tests::person::{Person, WorkTree};

use crate::fixture::{Fleet, Run, signet, text};

const POLICY: &str = "signet/policy.yaml";
const WORK: &str = "tenants/team-a/prod/x.yaml";

/// A new key in the home of a work tree's person: its file, and its public half as policies write it.
fn new_key(tree: &WorkTree, name: &str) -> (PathBuf, String) {
    let key = tree.person().home().join(name);
    let mut keygen = Command::new("ssh-keygen");
    let keygen = keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]);
    assert!(keygen.arg(&key).status().unwrap().success());
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    (key, public.trim().to_owned())
}

fn rotate(tree: &WorkTree, words: &[&str]) -> Run {
    signet(tree, &[&["rotate", "signer"], words].concat())
}

/// The keys of a principal in the policy of a work tree.
fn keys(tree: &WorkTree, name: &str) -> Vec<signet_api::PolicyKey> {
    let policy = tree.read(POLICY).unwrap();
    let policy = signet_api::Policy::parse(&policy, &POLICY.parse().unwrap()).unwrap();
    policy.principals[name].keys.clone()
}

fn named(tree: &WorkTree, name: &str) -> Vec<String> {
    keys(tree, name).into_iter().map(|key| key.key).collect()
}

/// Has git sign with this key from now on.
fn sign_with(tree: &WorkTree, key: &std::path::Path) {
    tree.git(&["config", "user.signingkey", &text(key)])
        .unwrap();
}

fn work(tree: &WorkTree) -> String {
    let before = tree.read(WORK).unwrap_or_default();
    tree.write(WORK, &(before + "# x\n")).unwrap();
    tree.commit("Work").unwrap()
}

/// A fleet, and dave's clone.
fn with_dave() -> (Fleet, WorkTree) {
    let fleet = Fleet::new();
    let dave = fleet.dave.clone_of(&fleet.remote).unwrap();
    signet(&dave, &["verify", "--trust", &fleet.introduction()]).succeeded();
    (fleet, dave)
}

#[test]
fn a_key_gives_way_at_once_where_others_sign_that() {
    let (fleet, dave) = with_dave();
    let alice = &fleet.alice;
    let before = alice.read(POLICY).unwrap();
    let old = fleet.dave.public_key().unwrap();
    let (key, new) = new_key(&dave, "second");
    let file = text(&key.with_extension("pub"));
    let dry = rotate(alice, &["dave", "--key", &file, "--dry-run"]).succeeded();
    assert_eq!(dry.stdout, format!("{POLICY}\n"));
    assert_eq!(alice.read(POLICY).unwrap(), before);
    let run = rotate(alice, &["dave", "--key", &file]).succeeded();
    let policy = alice.read(POLICY).unwrap();
    let expected = before
        .replace(&old, &new)
        .replace("version: 2", "version: 3");
    assert_eq!(policy, expected);
    for words in [
        "takes the place of SHA256:",
        "next: git add signet/policy.yaml && git commit -S",
        "signed by alice with SHA256:",
        "branches are signed anew, and approvals are given anew",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    let again = rotate(alice, &["dave", "--key", &file]).succeeded();
    assert!(again.stderr.contains("next: git add"), "{}", again.stderr);
    assert_eq!(alice.read(POLICY).unwrap(), policy);
    alice.commit("Rotate a key of dave").unwrap();
    signet(alice, &["verify"]).succeeded();
    alice.push().unwrap();

    dave.catch_up().unwrap();
    work(&dave);
    signet(&dave, &["verify"]).failed(1, &["UnknownKey"]);
    dave.catch_up().unwrap();
    sign_with(&dave, &key);
    work(&dave);
    signet(&dave, &["verify"]).succeeded();
}

#[test]
fn a_sole_root_signer_gets_another_key_by_two_commits_each_signed_as_it_says() {
    let fleet = Fleet::new();
    let alice = &fleet.alice;
    let old = alice.person().public_key().unwrap();
    let (key, new) = new_key(alice, "second");
    let run = rotate(alice, &["alice", "--key", &new]).succeeded();
    let fingerprint = |line: &str| signet_provenance::key_fingerprint(line).unwrap();
    let (old_print, new_print) = (fingerprint(&old), fingerprint(&new));
    for words in [
        format!("{new_print} comes beside {old_print} of alice first"),
        format!("signed by alice with {old_print}\n"),
        format!(
            "git signs with {new_print} (user.signingkey), the same command again takes away {old_print}"
        ),
    ] {
        assert!(run.stderr.contains(&words), "{words}: {}", run.stderr);
    }
    assert!(!run.stderr.contains("git signs here"), "{}", run.stderr);
    assert_eq!(named(alice, "alice"), [old.clone(), new.clone()]);
    // With the new one nobody believes it.
    sign_with(alice, &key);
    alice.commit("Rotate a key of alice").unwrap();
    signet(alice, &["verify"]).failed(1, &["UnknownKey"]);
    sign_with(alice, &alice.person().key_path());
    alice
        .git(&["commit", "--quiet", "--amend", "--no-edit", "-S"])
        .unwrap();
    signet(alice, &["verify"]).succeeded();

    let run = rotate(alice, &["alice", "--key", &new]).succeeded();
    let signed_by = format!("signed by alice with {new_print}\n");
    assert!(run.stderr.contains(&signed_by), "{}", run.stderr);
    let mismatch = format!("git signs here with {old_print}");
    assert!(run.stderr.contains(&mismatch), "{}", run.stderr);
    assert_eq!(named(alice, "alice"), [&*new]);
    alice.commit("Take the old one away").unwrap();
    signet(alice, &["verify"]).failed(1, &["the new policy does not name the key"]);
    sign_with(alice, &key);
    alice
        .git(&["commit", "--quiet", "--amend", "--no-edit", "-S"])
        .unwrap();
    signet(alice, &["verify"]).succeeded();
    alice.push().unwrap();

    // Who sees all of it only now believes it too.
    let dave = fleet.dave.clone_of(&fleet.remote).unwrap();
    signet(&dave, &["verify", "--trust", &fleet.introduction()]).succeeded();
    rotate(alice, &["alice", "--key", &new]).failed(1, &["is the only key of alice already"]);
}

#[test]
fn of_two_who_have_to_agree_neither_loses_a_key_before_another_one_has_come() {
    let fleet = Fleet::new();
    let alice = &fleet.alice;
    let policy = alice.read(POLICY).unwrap();
    let policy = policy
        .replace("root: [alice]", "root: [alice, dave]")
        .replace("version: 2", "version: 3");
    alice.write(POLICY, &policy).unwrap();
    alice.commit("Dave is of the root group").unwrap();
    let policy = policy
        .replace("signers: root, threshold: 1", "signers: root, threshold: 2")
        .replace("version: 3", "version: 4");
    alice.write(POLICY, &policy).unwrap();
    alice.commit("Two have to agree").unwrap();
    alice.push().unwrap();
    let dave = fleet.dave.clone_of(&fleet.remote).unwrap();
    signet(&dave, &["verify", "--trust", &fleet.introduction()])
        .failed(1, &["1 more of group root"]);
    signet(&dave, &["approve", "HEAD", "--yes"]).succeeded();
    dave.git(&["push", "--quiet", "origin", "refs/tags/signet/approve/*"])
        .unwrap();
    let fetch = [
        "fetch",
        "--quiet",
        "origin",
        "refs/tags/signet/approve/*:refs/tags/signet/approve/*",
    ];
    alice.git(&fetch).unwrap();
    signet(alice, &["verify"]).succeeded();
    let (_, new) = new_key(&dave, "second");
    let run = rotate(alice, &["dave", "--key", &new]).succeeded();
    for words in [
        "comes beside",
        "dave with SHA256:",
        "1 more of them have to approve it",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    assert_eq!(named(alice, "dave").len(), 2);
}

#[test]
fn in_an_overlap_both_keys_count_and_the_old_one_ends() {
    let (fleet, dave) = with_dave();
    let alice = &fleet.alice;
    let (key, new) = new_key(&dave, "second");
    rotate(alice, &["dave", "--key", &new, "--overlap", "2001-01-01"])
        .failed(1, &["--overlap", "is in the past"]);
    let run = rotate(alice, &["dave", "--key", &new, "--overlap", "7d"]).succeeded();
    assert!(
        run.stderr.contains(" of dave counts until "),
        "{}",
        run.stderr
    );
    let both = keys(alice, "dave");
    assert!(both[0].valid_before.is_some() && both[1].valid_before.is_none());
    assert_eq!(both[1].key, new);
    alice.commit("Rotate a key of dave").unwrap();
    signet(alice, &["verify"]).succeeded();
    alice.push().unwrap();
    dave.catch_up().unwrap();
    work(&dave);
    sign_with(&dave, &key);
    work(&dave);
    signet(&dave, &["verify"]).succeeded();
    dave.push().unwrap();
    alice.catch_up().unwrap();
    rotate(alice, &["dave", "--key", &new]).succeeded();
    assert_eq!(named(alice, "dave"), [new]);
}

/// Till when the old key of dave counts, who has a new one beside it.
fn end(tree: &WorkTree) -> String {
    keys(tree, "dave")[0].valid_before.unwrap().to_string()
}

#[test]
fn an_end_that_is_there_comes_no_later_and_none_is_told_of_that_does_not_come() {
    let (fleet, dave) = with_dave();
    let alice = &fleet.alice;
    let (_, second) = new_key(&dave, "second");
    let (_, third) = new_key(&dave, "third");
    let overlap = |key: &str, overlap: &str| {
        let old = fleet.dave.public_key().unwrap();
        let words = ["dave", "--key", key, "--old", &old, "--overlap", overlap];
        rotate(alice, &words).succeeded().stderr
    };
    overlap(&second, "7d");
    alice.commit("Rotate a key of dave").unwrap();
    let (committed, at) = (alice.read(POLICY).unwrap(), end(alice));
    let said = overlap(&second, "30d");
    assert!(said.contains(&format!("ends at {at} already")), "{said}");
    assert!(!said.contains("next: "), "{said}");
    assert_eq!(alice.read(POLICY).unwrap(), committed);

    let until = format!(" of dave counts until {at}");
    for _ in 0..2 {
        let said = overlap(&third, "30d");
        assert!(said.contains(&until) && said.contains("next: "), "{said}");
        assert!(!said.contains("too few"), "{said}");
        assert_eq!(end(alice), at);
    }
    alice.write(POLICY, &committed).unwrap();
    let said = overlap(&second, "1d");
    assert_ne!(end(alice), at);
    let until = format!(" of dave counts until {}", end(alice));
    assert!(said.contains(&until), "{said}");
}

#[test]
fn an_overlap_counts_before_the_commit_too_and_is_refused_where_the_old_key_is_gone() {
    let (fleet, dave) = with_dave();
    let alice = &fleet.alice;
    let (_, new) = new_key(&dave, "second");
    rotate(alice, &["dave", "--key", &new]).succeeded();
    let gone = alice.read(POLICY).unwrap();
    let overlap = ["dave", "--key", &new, "--overlap", "7d"];
    rotate(alice, &overlap).failed(
        1,
        &["--overlap", "` first, where nothing else is new there"],
    );
    assert_eq!(alice.read(POLICY).unwrap(), gone);
    alice.git(&["restore", POLICY]).unwrap();
    rotate(alice, &overlap).succeeded();
    let (text, at) = (alice.read(POLICY).unwrap(), end(alice));
    let words = ["dave", "--key", &new, "--overlap", "30d"];
    let again = rotate(alice, &words).succeeded();
    let until = format!(" of dave counts until {at}");
    assert!(again.stderr.contains(&until), "{}", again.stderr);
    assert_eq!(alice.read(POLICY).unwrap(), text);

    // Where the new one has to come first, that is told again.
    alice.git(&["restore", POLICY]).unwrap();
    let (_, new) = new_key(alice, "second");
    let words = ["alice", "--key", &new, "--overlap", "7d"];
    rotate(alice, &words).succeeded();
    let text = alice.read(POLICY).unwrap();
    for words in [&words[..], &words[..3]] {
        let run = rotate(alice, words).succeeded();
        assert!(run.stderr.contains("too few"), "{}", run.stderr);
        assert_eq!(alice.read(POLICY).unwrap(), text);
    }
}

#[test]
fn what_is_no_key_of_a_principals_own_that_counts_does_not_come() {
    let fleet = Fleet::new();
    let alice = &fleet.alice;
    let before = alice.read(POLICY).unwrap();
    let (_, new) = new_key(alice, "second");
    let (daves, own) = (
        fleet.dave.public_key().unwrap(),
        alice.person().public_key().unwrap(),
    );
    rotate(alice, &["erin", "--key", &new]).failed(2, &["no principal erin", "alice", "dave"]);
    rotate(alice, &["alice", "--key", &daves]).failed(1, &["is a key of dave"]);
    rotate(alice, &["dave", "--key", &daves]).failed(1, &["the only key of dave already"]);
    rotate(alice, &["alice", "--key", "/nowhere.pub"]).failed(2, &["neither a public key"]);
    rotate(alice, &["alice", "--key", "ssh-dss AAAA"]).failed(1, &["read --key", "ssh-dss"]);
    let weak = alice.person().home().join("weak");
    let mut keygen = Command::new("ssh-keygen");
    let keygen = keygen.args(["-q", "-t", "rsa", "-b", "1024", "-N", "", "-f"]);
    assert!(keygen.arg(&weak).status().unwrap().success());
    let weak = text(&weak.with_extension("pub"));
    rotate(alice, &["alice", "--key", &weak]).failed(1, &["read --key", "1024 bits"]);
    rotate(alice, &["alice", "--key", "openpgp:ABCD"]).failed(2, &["full fingerprint"]);
    let pgp = format!("openpgp:{}", "A".repeat(40));
    rotate(alice, &["alice", "--key", &pgp]).failed(1, &["signet/keys/", "gpg"]);
    let private = text(&alice.person().key_path());
    rotate(alice, &["alice", "--key", &private]).failed(2, &["private key"]);
    rotate(alice, &["dave", "--key", &new, "--old", &own]).failed(2, &["is no key of dave"]);
    assert_eq!(alice.read(POLICY).unwrap(), before);

    signet(alice, &["revoke", &new]).succeeded();
    alice.commit("Revoke a key").unwrap();
    rotate(alice, &["dave", "--key", &new]).failed(1, &["is revoked", "mode: soft"]);
}

#[test]
fn of_several_keys_the_one_that_is_named_gives_way() {
    let (fleet, dave) = with_dave();
    let alice = &fleet.alice;
    let first = fleet.dave.public_key().unwrap();
    let (_, second) = new_key(&dave, "second");
    let (_, third) = new_key(&dave, "third");
    let policy = alice.read(POLICY).unwrap();
    let policy = policy
        .replace(
            &format!("\"{first}\""),
            &format!("\"{first}\", \"{second}\""),
        )
        .replace("version: 2", "version: 3");
    alice.write(POLICY, &policy).unwrap();
    alice.commit("A second key of dave").unwrap();
    assert_eq!(named(alice, "dave").len(), 2);
    let print = signet_provenance::key_fingerprint(&second).unwrap();
    rotate(alice, &["dave", "--key", &third]).failed(2, &["dave has 2 keys", "--old", &print]);
    rotate(alice, &["dave", "--key", &third, "--old", "SHA256:"]).failed(2, &["several keys"]);
    rotate(alice, &["dave", "--key", &third, "--old", &print[..14]]).succeeded();
    assert_eq!(named(alice, "dave"), [first, third]);
}

#[test]
fn a_mistyped_subcommand_is_not_only_taken_for_a_file() {
    let fleet = Fleet::new();
    let hint = "`signet rotate identity`";
    signet(&fleet.alice, &["rotate", "idenity", "team-a"]).failed(1, &["idenity", hint]);
    signet(&fleet.alice, &["rotate", "singer"]).failed(1, &["`signet rotate signer`"]);
    let said = signet(&fleet.alice, &["rotate", "nowhere.yaml"]).failed(1, &["nowhere.yaml"]);
    assert!(!said.contains("signet rotate "), "{said}");
    fleet.alice.write("idenity", "x: 1\n").unwrap();
    let said = signet(&fleet.alice, &["rotate", "idenity"]).failed(1, &["is not sealed"]);
    assert!(!said.contains(hint), "{said}");
}

/// Nobody else is asked to sign for the fleet.
#[test]
fn who_is_not_of_the_root_group_signs_no_rotation() {
    let (fleet, dave) = with_dave();
    let erin = Person::new("erin").unwrap();
    let erin = erin.public_key().unwrap();
    let run = rotate(&dave, &["dave", "--key", &erin]).succeeded();
    assert!(
        run.stderr.contains("signed by alice with"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("git signs here with"), "{}", run.stderr);
    dave.commit("Rotate my own key").unwrap();
    signet(&dave, &["verify"]).failed(1, &["NotAllowed"]);
    drop(fleet);
}

#[test]
fn no_exchange_of_a_key_vouches_for_what_else_stands_in_a_policy_that_nobody_signed() {
    let (fleet, dave) = with_dave();
    let alice = &fleet.alice;
    let source = format!("--source={}", alice.head().unwrap());
    let restore = format!("`git restore {source} --staged --worktree -- :/{POLICY}`");
    let (_, new) = new_key(&dave, "second");
    let (_, evil) = new_key(&dave, "evil");
    let own = format!("\"{}\"", fleet.dave.public_key().unwrap());
    let ended = format!("{{key: {own}, validBefore: \"2020-01-01T00:00:00Z\"}}");
    let untouched = format!("{{key: \"{new}\", touch: false}}");
    let third = "/spec/principals/dave/keys/2";
    let governing = alice.read(POLICY).unwrap();
    let words = ["dave", "--key", &new];
    for (from, to, field) in [
        (
            "root: [alice]",
            "root: [alice, dave]",
            "/spec/groups/root/1",
        ),
        (
            &own,
            &format!("{own}, \"{evil}\""),
            "/spec/principals/dave/keys/1",
        ),
        (&own, &ended, "/spec/principals/dave/keys/0"),
        (&own, &untouched, "/spec/principals/dave/keys/0"),
        (&own, &format!("{own}, \"{new}\", \"{evil}\""), third),
    ] {
        assert!(governing.contains(from), "{governing}");
        let planted = governing
            .replace(from, to)
            .replace("version: 2", "version: 3");
        alice.write(POLICY, &planted).unwrap();
        rotate(alice, &words).failed(1, &[&format!("  {field}\n"), &restore]);
        assert_eq!(alice.read(POLICY).unwrap(), planted);
    }
    alice.commit_unsigned("Plant").unwrap();
    rotate(alice, &words).failed(1, &[third, &restore]);

    // As it says; and what an exchange made itself it goes on with.
    let all = format!(":/{POLICY}");
    let words_of_git = ["restore", &source, "--staged", "--worktree", "--", &all];
    alice.git(&words_of_git).unwrap();
    rotate(alice, &words).succeeded();
    // HEAD is refused still, and the policy is not as it was.
    let again = ["dave", "--key", &format!("{new} laptop"), "--yes"];
    rotate(alice, &again).succeeded();
    alice.commit("Rotate a key of dave").unwrap();
    signet(alice, &["verify"]).succeeded();
}

#[test]
fn of_a_revoked_key_nobody_hears_that_it_counts_longer() {
    for hard in [&[][..], &["--hard"]] {
        let (fleet, dave) = with_dave();
        let alice = &fleet.alice;
        let old = fleet.dave.public_key().unwrap();
        let (_, second) = new_key(&dave, "second");
        let (_, third) = new_key(&dave, "third");
        let overlap = ["dave", "--key", &second, "--overlap", "7d"];
        rotate(alice, &overlap).succeeded();
        alice.commit("Rotate a key of dave").unwrap();
        let file = text(&fleet.dave.public_key_path());
        let revoke = ["revoke", &file, "--since", "1h"];
        signet(alice, &[&revoke, hard].concat()).succeeded();
        alice.commit("Revoke a key").unwrap();
        let policy = alice.read(POLICY).unwrap();
        let third = ["dave", "--key", &third, "--old", &old, "--overlap", "7d"];
        for words in [&overlap[..], &third] {
            let said = [
                "counts at no time",
                "is revoked: ",
                "mode: ",
                "leave --overlap out",
            ];
            rotate(alice, words).failed(1, &said);
            assert_eq!(alice.read(POLICY).unwrap(), policy);
        }
        let gone = rotate(alice, &overlap[..3]).succeeded().stderr;
        assert!(gone.contains("takes the place of"), "{gone}");
        assert_eq!(named(alice, "dave"), [second]);
    }
}

#[test]
fn an_overlap_with_a_key_that_is_revoked_from_a_day_to_come_ends_that_day() {
    let (fleet, dave) = with_dave();
    let alice = &fleet.alice;
    let old = fleet.dave.public_key().unwrap();
    let (_, new) = new_key(&dave, "second");
    let at = "2100-01-01T00:00:00Z";
    let revoked = format!("revoked: [{{key: \"{old}\", mode: soft, since: \"{at}\"}}]");
    let policy = alice.read(POLICY).unwrap();
    let policy = policy
        .replace("version: 2", "version: 3")
        .replace("revoked: []", &revoked);
    assert!(policy.contains(&revoked), "{policy}");
    alice.write(POLICY, &policy).unwrap();
    alice.commit("Revoke a key from then on").unwrap();
    signet(alice, &["verify"]).succeeded();
    for (overlap, ends) in [("2100-01-02", at), ("2099-12-31", "2099-12-31T00:00:00Z")] {
        let words = ["dave", "--key", &new, "--overlap", overlap];
        let said = rotate(alice, &words).succeeded().stderr;
        let until = format!(" of dave counts until {ends}");
        assert!(said.contains(&until), "{said}");
        assert_eq!(end(alice), ends);
        alice.git(&["restore", POLICY]).unwrap();
    }
}

#[test]
fn no_end_is_taken_from_a_commit_that_nobody_signed() {
    let (fleet, dave) = with_dave();
    let alice = &fleet.alice;
    let (_, new) = new_key(&dave, "second");
    let own = format!("\"{}\"", fleet.dave.public_key().unwrap());
    let later = format!("{{key: {own}, validBefore: \"2099-01-01T00:00:00Z\"}}, \"{new}\"");
    let policy = alice.read(POLICY).unwrap();
    let planted = policy
        .replace(&own, &later)
        .replace("version: 2", "version: 3");
    assert_ne!(policy, planted);
    alice.write(POLICY, &planted).unwrap();
    alice.commit_unsigned("Plant").unwrap();
    let words = ["dave", "--key", &new];
    let field = "    /spec/principals/dave/keys/0\n";
    rotate(alice, &words).failed(1, &["HEAD is refused", field]);
    let vouching = [&words[..], &["--yes"]].concat();
    let said = rotate(alice, &vouching).succeeded().stderr;
    assert!(!said.contains("2099"), "{said}");
    assert_eq!(named(alice, "dave"), [&*new]);
    alice.commit_unsigned("Rotate, and forget to sign").unwrap();
    // Nothing is left to write.
    let said = rotate(alice, &vouching).succeeded().stderr;
    assert!(said.contains("HEAD has that already"), "{said}");
    assert!(!said.contains("git add"), "{said}");
    alice
        .git(&["commit", "--quiet", "--amend", "-S", "--no-edit"])
        .unwrap();
    signet(alice, &["verify"]).succeeded();
}

#[test]
fn of_a_key_that_ended_or_comes_only_later_nobody_hears_that_it_counts_until_then() {
    for (times, why) in [
        (
            "validBefore: \"2020-01-01T00:00:00Z\"",
            "it ended at 2020-01-01",
        ),
        (
            "validAfter: \"2098-01-01T00:00:00Z\"",
            "it does not count before 2098-01-01",
        ),
    ] {
        let (fleet, dave) = with_dave();
        let alice = &fleet.alice;
        let (_, new) = new_key(&dave, "second");
        let own = format!("\"{}\"", fleet.dave.public_key().unwrap());
        let policy = alice.read(POLICY).unwrap();
        let limited = policy
            .replace(&own, &format!("{{key: {own}, {times}}}"))
            .replace("version: 2", "version: 3");
        alice.write(POLICY, &limited).unwrap();
        alice.commit("Limit a key of dave").unwrap();
        let words = ["dave", "--key", &new, "--overlap", "7d"];
        rotate(alice, &words).failed(1, &[why, "leave --overlap out"]);
        rotate(alice, &words[..3]).succeeded();
        assert_eq!(named(alice, "dave"), [new]);
    }
}
