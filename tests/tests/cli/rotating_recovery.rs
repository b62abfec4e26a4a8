//! `rotate recovery`: another recovery key, one commit after the other.

mod merged;
mod planted;

use std::path::{Path, PathBuf};

use signet_tests::binaries::binaries;
use signet_tests::sops::{Sops, Version};

use crate::fixture::{Fleet, Run, SECRET, SECRET_PATH, mode, run, signet, text};
use crate::recovering::bootstrap;
use crate::remedying::without_seal;

const POLICY: &str = "signet/policy.yaml";
const ANCHOR: &str = "signet/anchor.yaml";
const IDENTITIES: [&str; 4] = [
    "signet/identities/prod/cluster.yaml",
    "signet/identities/prod/platform.yaml",
    "signet/identities/prod/team-a.yaml",
    "signet/identities/prod/team-b.yaml",
];

/// A fleet with a committed secret of team-a.
fn fleet() -> Fleet {
    let fleet = Fleet::new();
    fleet.seal_secret();
    fleet.alice.commit("Seal").unwrap();
    fleet.alice.push().unwrap();
    fleet
}

/// Where the new key is put.
fn new_key(fleet: &Fleet) -> PathBuf {
    fleet.alice.person().home().join("recovery-2.key")
}

/// Runs `signet` with this identity at hand, and nothing else.
fn with(fleet: &Fleet, identity: &Path, words: &[&str]) -> Run {
    let mut command = fleet.alice.command(binaries().signet);
    command.env("SIGNET_IDENTITY_FILE", identity);
    run(command, words)
}

/// Rotates the recovery key with this identity at hand.
fn rotate(fleet: &Fleet, identity: &Path, words: &[&str]) -> Run {
    with(fleet, identity, &[&["rotate", "recovery"], words].concat())
}

/// Has the new key come beside the old one.
fn begin(fleet: &Fleet) -> Run {
    let out = text(&new_key(fleet));
    rotate(fleet, &fleet.recovery(), &["--recovery-out", &out]).succeeded()
}

fn opens(fleet: &Fleet, identity: &Path, path: &str) -> bool {
    with(fleet, identity, &["open", path]).code == 0
}

/// The recovery recipients of the policy, and those whose place they take.
fn named(fleet: &Fleet) -> (Vec<String>, Vec<String>) {
    let policy = fleet.alice.read(POLICY).unwrap();
    let policy = signet_api::Policy::parse(&policy, &POLICY.parse().unwrap()).unwrap();
    (policy.recovery.recipients, policy.recovery.transitional)
}

/// For whom the anchor has codes.
fn proven(fleet: &Fleet) -> Vec<String> {
    let anchor = fleet.alice.read(ANCHOR).unwrap();
    let anchor = signet_api::Anchor::parse(&anchor, &ANCHOR.parse().unwrap()).unwrap();
    anchor.macs.into_iter().map(|code| code.recipient).collect()
}

/// Another key of alice, and its recipient.
fn another_key(fleet: &Fleet, name: &str) -> (PathBuf, String) {
    let file = fleet.alice.person().home().join(name);
    let made = signet(&fleet.alice, &["keygen", "-o", &text(&file)]).succeeded();
    (file, made.stdout.trim().to_owned())
}

/// Writes the next version of the policy with another text in the place of one.
fn next_policy(fleet: &Fleet, from: &str, to: &str) {
    let policy = fleet.alice.read(POLICY).unwrap();
    assert!(policy.contains(from), "{policy}");
    let policy = policy.replace(from, to);
    let version = "  version: ";
    let at = policy.find(version).unwrap() + version.len();
    let end = at + policy[at..].find('\n').unwrap();
    let next: u64 = policy[at..end].parse::<u64>().unwrap() + 1;
    let policy = format!("{}{next}{}", &policy[..at], &policy[end..]);
    fleet.alice.write(POLICY, &policy).unwrap();
}

/// Changes the last code of the anchor by one digit.
fn spoil_code(fleet: &Fleet) {
    let code = fleet.alice.read(ANCHOR).unwrap();
    let (spoiled, last) = code.trim_end().split_at(code.trim_end().len() - 2);
    let last = if last.starts_with('0') { "1" } else { "0" }.to_owned() + &last[1..];
    let spoiled = format!("{spoiled}{last}\n");
    fleet.alice.write(ANCHOR, &spoiled).unwrap();
}

fn changed(fleet: &Fleet) -> Vec<String> {
    let all = fleet.alice.git(&["status", "--porcelain"]).unwrap();
    let names = all.lines().map(|line| line.split_whitespace().last());
    names.map(|name| name.unwrap().to_owned()).collect()
}

/// The lines of a file with a sealed value in them, but for those of its block.
fn values(fleet: &Fleet, path: &str) -> Vec<String> {
    let sealed = fleet.alice.read(path).unwrap();
    let lines = sealed.lines().take_while(|line| *line != "sops:");
    let values = lines.filter(|line| line.contains("ENC["));
    values.map(str::to_owned).collect()
}

/// Bootstraps from what is pushed, up to where the cluster would be touched.
fn recovers(fleet: &Fleet, key: &Path) {
    bootstrap(fleet, &["--recovery", &text(key), "--yes"])
        .failed(1, &["signed by       alice", "kubeconfig"]);
}

#[test]
fn while_a_recovery_key_is_rotated_either_recovers_the_fleet_and_then_the_new_one_alone() {
    let fleet = fleet();
    let (old, new) = (fleet.recovery(), new_key(&fleet));
    let (before, _) = named(&fleet);
    let ciphertext = values(&fleet, SECRET_PATH);
    let out = text(&new);
    rotate(&fleet, &old, &["--dry-run", "--recovery-out", &out]).succeeded();
    rotate(&fleet, &old, &[]).failed(1, &["no terminal", "--recovery-out"]);
    assert!(!new.exists() && changed(&fleet).is_empty());

    let begun = begin(&fleet);
    for words in [
        "git commit -S -m 'Rotate the recovery key'",
        "`signet rotate recovery` again takes the old key away",
    ] {
        assert!(begun.stderr.contains(words), "{}", begun.stderr);
    }
    assert_eq!(mode(&new), 0o600);
    let (recipients, transitional) = named(&fleet);
    assert_eq!(transitional, before);
    assert!(
        recipients.len() == 1 && recipients != before,
        "{recipients:?}"
    );
    assert_eq!(proven(&fleet), [&before[..], &recipients].concat());
    let mut all = IDENTITIES.to_vec();
    all.splice(0..0, [ANCHOR]);
    all.extend([POLICY, SECRET_PATH]);
    assert_eq!(changed(&fleet), all);
    assert_eq!(values(&fleet, SECRET_PATH), ciphertext);
    for path in IDENTITIES.iter().chain(&[SECRET_PATH]) {
        assert!(
            opens(&fleet, &old, path) && opens(&fleet, &new, path),
            "{path}"
        );
    }
    signet(&fleet.alice, &["check"]).succeeded();
    signet(&fleet.alice, &["policy", "check"]).succeeded();

    rotate(&fleet, &old, &["--recovery-out", &out]).failed(2, &["--recovery-out"]);
    rotate(&fleet, &old, &["--post-quantum"]).failed(2, &["--post-quantum"]);
    rotate(&fleet, &old, &[]).failed(1, &["Only the work tree names", &recipients[0], "--yes"]);
    let again = rotate(&fleet, &old, &["--yes"]).succeeded();
    assert!(
        again.stderr.contains("next: git add signet"),
        "{}",
        again.stderr
    );
    assert_eq!(changed(&fleet), all);
    fleet.alice.commit("Rotate the recovery key").unwrap();
    signet(&fleet.alice, &["verify"]).succeeded();
    fleet.alice.push().unwrap();
    recovers(&fleet, &old);
    recovers(&fleet, &new);

    // What comes meanwhile: a tenant's file is for the new one, an identity for both.
    let meanwhile = "tenants/team-a/prod/meanwhile.yaml";
    fleet.alice.write(meanwhile, SECRET).unwrap();
    signet(&fleet.alice, &["seal", meanwhile]).succeeded();
    assert!(opens(&fleet, &new, meanwhile) && !opens(&fleet, &old, meanwhile));
    fleet.add_tenant("team-c");
    let newcomer = "signet/identities/prod/team-c.yaml";
    assert!(opens(&fleet, &new, newcomer) && opens(&fleet, &old, newcomer));
    signet(&fleet.alice, &["check"]).succeeded();
    fleet.alice.commit("Meanwhile").unwrap();

    rotate(&fleet, &old, &[]).failed(1, &["none of them is at hand", &recipients[0]]);
    rotate(&fleet, &new, &[]).failed(1, &["workloads", "--yes"]);
    assert!(changed(&fleet).is_empty());
    let ended = rotate(&fleet, &new, &["--yes", "-o", "json"]).succeeded();
    for path in IDENTITIES.iter().chain(&[SECRET_PATH, newcomer]) {
        assert!(ended.stdout.contains(path), "{path}: {}", ended.stdout);
        assert!(
            opens(&fleet, &new, path) && !opens(&fleet, &old, path),
            "{path}"
        );
    }
    assert!(ended.stdout.contains(&before[0]) && !ended.stdout.contains(meanwhile));
    for words in [
        "git commit -S -m 'Take away the old recovery key'",
        "`signet rotate cluster NAME`",
    ] {
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
    assert_ne!(values(&fleet, SECRET_PATH), ciphertext);
    assert_eq!(named(&fleet), (recipients.clone(), vec![]));
    assert_eq!(proven(&fleet), recipients);
    signet(&fleet.alice, &["check"]).succeeded();
    fleet
        .alice
        .commit("Take away the old recovery key")
        .unwrap();
    signet(&fleet.alice, &["verify"]).succeeded();
    fleet.alice.push().unwrap();
    recovers(&fleet, &new);
    let said = bootstrap(&fleet, &["--recovery", &text(&old), "--yes"])
        .failed(1, &["not made under this recovery key"]);
    assert!(!said.contains("kubeconfig"), "{said}");
}

#[test]
fn a_file_for_the_old_recovery_key_alone_is_wrong_meanwhile_and_gets_a_new_key_before_that_goes() {
    let fleet = fleet();
    let (old, new) = (fleet.recovery(), new_key(&fleet));
    let before = fleet.alice.read(SECRET_PATH).unwrap();
    begin(&fleet);
    fleet.alice.write(SECRET_PATH, &before).unwrap();
    fleet
        .alice
        .commit("Rotate, and let others sign theirs")
        .unwrap();
    signet(&fleet.alice, &["verify"]).succeeded();
    let check = signet(&fleet.alice, &["check"]);
    assert!(
        check.stdout.contains("wrong-recipients"),
        "{}",
        check.stdout
    );
    rotate(&fleet, &new, &["--yes"]).failed(1, &[SECRET_PATH, "--identity"]);
    assert!(changed(&fleet).is_empty());
    rotate(&fleet, &old, &["--yes"]).succeeded();
    assert!(opens(&fleet, &new, SECRET_PATH) && !opens(&fleet, &old, SECRET_PATH));
    signet(&fleet.alice, &["check"]).succeeded();
}

#[test]
fn what_nobody_here_opens_is_named_and_no_recovery_key_comes() {
    let fleet = fleet();
    let out = text(&new_key(&fleet));
    rotate(&fleet, &fleet.identity(), &["--recovery-out", &out]).failed(
        1,
        &[
            "no identity here opens these",
            SECRET_PATH,
            IDENTITIES[0],
            "nothing is changed",
        ],
    );
    assert!(!new_key(&fleet).exists() && changed(&fleet).is_empty());
    let sealed = fleet.alice.read(SECRET_PATH).unwrap();
    fleet
        .alice
        .write(SECRET_PATH, &sealed.replace("data:", "data:AAAA"))
        .unwrap();
    fleet.alice.commit("Spoil it").unwrap();
    rotate(&fleet, &fleet.recovery(), &["--recovery-out", &out]).failed(1, &[SECRET_PATH]);
    assert!(!new_key(&fleet).exists() && changed(&fleet).is_empty());
}

#[test]
fn no_new_recovery_key_vouches_for_an_anchor_that_the_clone_does_not_believe() {
    let fleet = fleet();
    let anchor = fleet.alice.read(ANCHOR).unwrap();
    let introduction = fleet.introduction();
    let forged = anchor.replace(&introduction, &fleet.alice.head().unwrap());
    fleet.alice.write(ANCHOR, &forged).unwrap();
    let out = text(&new_key(&fleet));
    rotate(&fleet, &fleet.recovery(), &["--recovery-out", &out])
        .failed(1, &[ANCHOR, &introduction, "pinned"]);
    assert!(!new_key(&fleet).exists());
    assert_eq!(changed(&fleet), [ANCHOR]);

    fleet.alice.write(ANCHOR, &anchor).unwrap();
    begin(&fleet);
    spoil_code(&fleet);
    fleet.alice.commit("Rotate, and spoil the code").unwrap();
    rotate(&fleet, &new_key(&fleet), &["--yes"]).failed(1, &[ANCHOR, "proves nothing"]);
    assert!(changed(&fleet).is_empty());
}

#[test]
fn of_several_recovery_keys_the_one_that_is_named_gives_way() {
    let fleet = fleet();
    let (safe, safe_recipient) = another_key(&fleet, "safe.key");
    let (before, _) = named(&fleet);
    next_policy(
        &fleet,
        &format!("[{}]", before[0]),
        &format!("[{}, {safe_recipient}]", before[0]),
    );
    fleet.alice.commit("A second recovery key").unwrap();
    let old = fleet.recovery();
    let mut files = IDENTITIES.to_vec();
    files.push(SECRET_PATH);
    with(&fleet, &old, &[&["seal"][..], &files].concat()).succeeded();
    fleet.alice.commit("Seal for it too").unwrap();

    let out = text(&new_key(&fleet));
    let out = ["--post-quantum", "--recovery-out", &out];
    rotate(&fleet, &old, &out).failed(2, &["has 2 recovery recipients", &safe_recipient]);
    rotate(&fleet, &old, &[&["age1"], &out[..]].concat()).failed(2, &["begin with age1"]);
    rotate(&fleet, &old, &[&[&before[0][..12]], &out[..]].concat()).succeeded();
    let (recipients, transitional) = named(&fleet);
    assert_eq!((&recipients[0], &transitional), (&safe_recipient, &before));
    assert!(recipients[1].starts_with("age1pq1"), "{recipients:?}");
    fleet.alice.commit("Rotate").unwrap();
    let anchor = fleet.alice.read(ANCHOR).unwrap();
    let another = anchor.replace(&recipients[1], &safe_recipient);
    fleet.alice.write(ANCHOR, &another).unwrap();
    fleet
        .alice
        .commit("Have the other one have a code")
        .unwrap();
    rotate(&fleet, &new_key(&fleet), &["--yes"]).failed(1, &["no code", &recipients[1]]);
    fleet.alice.write(ANCHOR, &anchor).unwrap();
    fleet.alice.commit("Take that back").unwrap();
    rotate(&fleet, &new_key(&fleet), &["--yes"]).succeeded();
    signet(&fleet.alice, &["check"]).succeeded();
    fleet.alice.commit("Take it away").unwrap();
    signet(&fleet.alice, &["verify"]).succeeded();
    for path in files {
        assert!(
            opens(&fleet, &safe, path) && opens(&fleet, &new_key(&fleet), path),
            "{path}"
        );
        assert!(!opens(&fleet, &old, path), "{path}");
    }
}

/// Carries out the command of sops that this says of the Secret.
fn by_sops(fleet: &Fleet, said: &str) {
    let (_, command) = said.split_once("`sops ").unwrap();
    let (words, _) = command.split_once('`').unwrap();
    assert!(words.ends_with(SECRET_PATH), "{words}");
    let keys = std::fs::read_to_string(fleet.recovery()).unwrap();
    let sops = Sops::new(Version::V3_13, &keys).unwrap();
    let words: Vec<&str> = words.split(' ').collect();
    let mut command = sops.command(&words);
    assert!(
        command
            .current_dir(fleet.alice.path())
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn a_plain_file_stops_no_recovery_key_from_coming_and_is_said_how_to_follow() {
    let fleet = fleet();
    let tenant = "signet/tenants/team-a.yaml";
    let text = fleet.alice.read(tenant).unwrap();
    let text = text.replace("sealed: strict", "sealed: compat");
    fleet.alice.write(tenant, &text).unwrap();
    let plain = without_seal(&fleet.alice.read(SECRET_PATH).unwrap());
    fleet.alice.write(SECRET_PATH, &plain).unwrap();
    fleet.alice.commit("Keep plain files").unwrap();
    let (old, new) = (fleet.recovery(), new_key(&fleet));
    let (before, _) = named(&fleet);
    let said = begin(&fleet).stderr;
    let (recipients, _) = named(&fleet);
    let by = format!(
        "`sops rotate -i --add-age {} {SECRET_PATH}` keeps it plain",
        recipients[0]
    );
    assert!(said.contains(&by), "{said}");
    assert_eq!(fleet.alice.read(SECRET_PATH).unwrap(), plain);
    fleet.alice.commit("Rotate").unwrap();
    let by = format!(
        "`sops rotate -i --add-age {} --rm-age {} {SECRET_PATH}` keeps it plain",
        recipients[0], before[0]
    );
    let takes_in = format!("`signet seal {SECRET_PATH}` takes it in");
    let said = rotate(&fleet, &old, &["--yes"]).failed(1, &[&by, &takes_in]);
    assert!(changed(&fleet).is_empty());

    with(&fleet, &old, &["seal", "--take-in", SECRET_PATH]).succeeded();
    rotate(&fleet, &new, &["--yes"]).succeeded();
    assert!(opens(&fleet, &new, SECRET_PATH) && !opens(&fleet, &old, SECRET_PATH));
    fleet
        .alice
        .git(&["checkout", "--quiet", "--", "."])
        .unwrap();
    by_sops(&fleet, &said);
    let kept = fleet.alice.read(SECRET_PATH).unwrap();
    rotate(&fleet, &new, &["--yes"]).succeeded();
    assert_eq!(fleet.alice.read(SECRET_PATH).unwrap(), kept);
    assert!(opens(&fleet, &new, SECRET_PATH) && !opens(&fleet, &old, SECRET_PATH));
    signet(&fleet.alice, &["check"]).succeeded();
}

#[test]
fn a_recovery_key_that_the_anchor_proves_nothing_to_is_told_of_and_gives_way_to_one_that_it_does() {
    let fleet = fleet();
    let (_, safe) = another_key(&fleet, "safe.key");
    let ssh = fleet.dave.public_key().unwrap();
    let (before, _) = named(&fleet);
    signet(&fleet.alice, &["policy", "check"]).succeeded();
    let both = format!("[{}, {safe}, \"{ssh}\"]", before[0]);
    next_policy(&fleet, &format!("[{}]", before[0]), &both);
    fleet.alice.commit("More recovery keys").unwrap();
    let said = signet(&fleet.alice, &["policy", "check", "-o", "json"]);
    let found: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    let found = found["items"].as_array().unwrap();
    assert_eq!((said.code, found.len()), (1, 1), "{}", said.stdout);
    assert_eq!(found[0]["id"], "unproven-recovery");
    assert_eq!(found[0]["level"], "warning");
    let remedy = found[0]["remedy"].as_str().unwrap();
    let command = format!("signet rotate recovery {safe}");
    assert!(remedy.ends_with(&command), "{remedy}");

    let out = text(&new_key(&fleet));
    let words = [&safe, "--recovery-out", &out];
    rotate(&fleet, &fleet.recovery(), &words).succeeded();
    signet(&fleet.alice, &["policy", "check"]).succeeded();
}
