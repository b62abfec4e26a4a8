//! What somebody who can push puts in the way of `rotate recovery`.

use signet_api::{ANCHOR_PATH, Anchor};

use super::{
    ANCHOR, IDENTITIES, POLICY, SECRET_PATH, another_key, begin, changed, fleet, named, new_key,
    next_policy, recovers, rotate, spoil_code, with,
};
use crate::fixture::{Fleet, signet, text};

/// Takes the work tree, the anchor's code of the last recovery key in it, and puts it to another recipient.
fn move_code(fleet: &Fleet, recipient: &str) {
    let anchor = fleet.alice.read(ANCHOR).unwrap();
    let codes = Anchor::parse(&anchor, &ANCHOR_PATH.parse().unwrap());
    let last = codes.unwrap().macs.pop().unwrap().recipient;
    let moved = anchor.replace(&last, recipient);
    fleet.alice.write(ANCHOR, &moved).unwrap();
}

/// Takes the last commit back.
fn reset(fleet: &Fleet) {
    let reset = ["reset", "--quiet", "--hard", "HEAD~"];
    fleet.alice.git(&reset).unwrap();
}

#[test]
fn no_recovery_key_comes_or_goes_by_an_anchor_whose_codes_nobody_signed_for() {
    let fleet = fleet();
    let (old, new) = (fleet.recovery(), new_key(&fleet));
    let out = text(&new);
    let words = [ANCHOR, "other codes than in the last good commit"];
    let unsigned = "this follows what is good before that";
    spoil_code(&fleet);
    fleet.alice.commit_unsigned("Spoil").unwrap();
    let vouching = ["--recovery-out", &*out, "--yes"];
    let said = rotate(&fleet, &old, &vouching).failed(1, &words);
    assert!(said.contains(unsigned), "{said}");
    reset(&fleet);
    spoil_code(&fleet);
    fleet.alice.commit("Spoil, and sign it").unwrap();
    rotate(&fleet, &old, &["--recovery-out", &out]).failed(1, &[ANCHOR, "proves nothing"]);
    reset(&fleet);
    assert!(!new.exists() && changed(&fleet).is_empty());

    begin(&fleet);
    spoil_code(&fleet);
    rotate(&fleet, &new, &["--yes"]).failed(1, &[ANCHOR, "proves nothing"]);
    fleet
        .alice
        .git(&["checkout", "--quiet", "--", "."])
        .unwrap();
    std::fs::remove_file(&new).unwrap();
    begin(&fleet);
    fleet.alice.commit("Rotate").unwrap();
    let (_, other) = another_key(&fleet, "other.key");
    spoil_code(&fleet);
    fleet.alice.commit_unsigned("Spoil").unwrap();
    let said = rotate(&fleet, &new, &["--yes"]).failed(1, &words);
    assert!(said.contains(unsigned), "{said}");
    reset(&fleet);
    move_code(&fleet, &other);
    fleet.alice.commit_unsigned("Move").unwrap();
    rotate(&fleet, &new, &["--yes"]).failed(1, &words);
    reset(&fleet);
    assert!(changed(&fleet).is_empty());

    rotate(&fleet, &new, &["--yes"]).succeeded();
    fleet.alice.commit("Take away").unwrap();
    fleet.alice.push().unwrap();
    recovers(&fleet, &new);
}

#[test]
fn a_recovery_recipient_that_only_the_work_tree_names_is_asked_about_and_none_comes_beside() {
    let fleet = fleet();
    let (old, new) = (fleet.recovery(), new_key(&fleet));
    // All files are sealed for it already.
    begin(&fleet);
    let (recipients, _) = named(&fleet);
    let asked = ["Only the work tree names", &recipients[0]];
    rotate(&fleet, &old, &[]).failed(1, &asked);
    fleet
        .alice
        .commit_unsigned("Rotate as alice would")
        .unwrap();
    let said = rotate(&fleet, &old, &[]).failed(1, &["HEAD is refused", "  signet/anchor.yaml\n"]);
    assert!(
        said.contains("this follows what is good before that"),
        "{said}"
    );
    let dry = rotate(&fleet, &old, &["--dry-run"]).succeeded().stderr;
    assert!(
        dry.contains(&format!("would be asked: {}", asked[0])),
        "{dry}"
    );
    reset(&fleet);
    std::fs::remove_file(&new).unwrap();

    begin(&fleet);
    fleet.alice.commit("Rotate").unwrap();
    let (_, evil) = another_key(&fleet, "evil.key");
    let (recipients, _) = named(&fleet);
    let both = format!("[{}, {evil}]", recipients[0]);
    next_policy(&fleet, &format!("[{}]", recipients[0]), &both);
    let files = [&["seal", "--yes"][..], &IDENTITIES, &[SECRET_PATH]].concat();
    with(&fleet, &old, &files).succeeded();
    assert!(fleet.alice.read(SECRET_PATH).unwrap().contains(&evil));
    fleet.alice.commit_unsigned("Plant").unwrap();
    let said = [&evil, "than a step of a rotation makes", POLICY];
    rotate(&fleet, &new, &["--yes"]).failed(1, &said);
    assert!(changed(&fleet).is_empty());
}

#[test]
fn an_old_recovery_key_does_not_come_back_by_what_nobody_signed() {
    let fleet = fleet();
    let new = new_key(&fleet);
    begin(&fleet);
    fleet.alice.commit("Rotate").unwrap();
    let (recipients, transitional) = named(&fleet);
    let there = format!(
        "recipients: [{}], transitional: [{}]",
        recipients[0], transitional[0]
    );
    for planted in [
        format!("recipients: [{}]", transitional[0]),
        format!(
            "recipients: [{}], transitional: [{}]",
            transitional[0], recipients[0]
        ),
    ] {
        next_policy(&fleet, &there, &planted);
        fleet.alice.commit_unsigned("Turn it round").unwrap();
        for key in [&new, &fleet.recovery()] {
            let words = [&*transitional[0], "a step of a rotation", POLICY];
            rotate(&fleet, key, &["--yes"]).failed(1, &words);
        }
        assert!(changed(&fleet).is_empty());
        reset(&fleet);
    }
}

#[test]
fn nothing_is_in_transition_that_was_no_recovery_key() {
    let fleet = fleet();
    let (recipients, _) = named(&fleet);
    let (_, evil) = another_key(&fleet, "evil.key");
    let own = format!("recipients: [{}]", recipients[0]);
    next_policy(&fleet, &own, &format!("{own}, transitional: [{evil}]"));
    rotate(&fleet, &fleet.recovery(), &["--yes"]).failed(1, &[&evil, "only what was there can go"]);
    assert_eq!(changed(&fleet), [POLICY]);
    signet(&fleet.alice, &["policy", "check"]).failed(1, &[]);
    fleet.alice.commit("Plant").unwrap();
    let said = signet(&fleet.alice, &["verify"]);
    assert_ne!(said.code, 0);
    let said = said.stdout + &said.stderr;
    assert!(said.contains("is none under the old one"), "{said}");
}

/// Puts dave into the root group, as a next version of the policy.
fn join_root(fleet: &Fleet) {
    next_policy(fleet, "root: [alice]", "root: [alice, dave]");
}

#[test]
fn no_rotation_of_a_recovery_key_vouches_for_what_else_stands_in_a_policy_that_nobody_signed() {
    let fleet = fleet();
    let (alice, old, new) = (&fleet.alice, fleet.recovery(), new_key(&fleet));
    let out = text(&new);
    let source = format!("--source={}", alice.head().unwrap());
    let restore = format!("`git restore {source} --staged --worktree -- :/{POLICY}`");
    let words = ["  /spec/groups/root/1\n", &*restore];
    join_root(&fleet);
    rotate(&fleet, &old, &["--recovery-out", &out]).failed(1, &words);
    assert_eq!(changed(&fleet), [POLICY]);
    alice.commit_unsigned("Plant").unwrap();
    let vouching = ["--recovery-out", &*out, "--yes"];
    rotate(&fleet, &old, &vouching).failed(1, &words);
    assert!(!new.exists() && changed(&fleet).is_empty());

    // As it says.
    let all = format!(":/{POLICY}");
    let words_of_git = ["restore", &source, "--staged", "--worktree", "--", &all];
    alice.git(&words_of_git).unwrap();
    begin(&fleet);
    let begun = alice.read(POLICY).unwrap();
    join_root(&fleet);
    rotate(&fleet, &old, &["--yes"]).failed(1, &words);
    alice.write(POLICY, &begun).unwrap();
    rotate(&fleet, &old, &["--yes"]).succeeded();
    alice.commit("Rotate the recovery key").unwrap();
    signet(alice, &["verify"]).succeeded();

    join_root(&fleet);
    alice.commit_unsigned("Plant").unwrap();
    rotate(&fleet, &new, &["--yes"]).failed(1, &words[..1]);
    assert!(changed(&fleet).is_empty());
    reset(&fleet);
    rotate(&fleet, &new, &["--yes"]).succeeded();
}

#[test]
fn the_last_step_of_a_recovery_key_has_the_version_that_follows_whatever_a_planted_one_has() {
    let fleet = fleet();
    let (alice, new) = (&fleet.alice, new_key(&fleet));
    begin(&fleet);
    alice.commit("Rotate").unwrap();
    rotate(&fleet, &new, &["--yes"]).succeeded();
    let policy = alice.read(POLICY).unwrap();
    let planted = policy.replace("  version: 4", "  version: 99");
    assert_ne!(policy, planted);
    alice.write(POLICY, &planted).unwrap();
    alice.commit_unsigned("Plant").unwrap();
    rotate(&fleet, &new, &["--yes"]).succeeded();
    assert_eq!(alice.read(POLICY).unwrap(), policy);
    alice.commit("Take away").unwrap();
    signet(alice, &["verify"]).succeeded();
}

#[test]
fn nobody_is_told_to_take_the_policy_back_while_a_recovery_key_comes() {
    let fleet = fleet();
    begin(&fleet);
    let key = fleet.alice.person().home().join("second.key.pub");
    let spare = signet_tests::person::Person::new("spare").unwrap();
    std::fs::write(&key, spare.public_key().unwrap()).unwrap();
    let words = ["rotate", "signer", "dave", "--key", &text(&key)];
    let first = [
        "/spec/recovery/transitional",
        "`signet rotate recovery` says how",
    ];
    let said = signet(&fleet.alice, &words).failed(1, &first);
    assert!(!said.contains("git restore"), "{said}");
    fleet.alice.commit("Rotate the recovery key").unwrap();
    signet(&fleet.alice, &words).succeeded();
}
