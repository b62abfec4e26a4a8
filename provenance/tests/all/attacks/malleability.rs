//! Commits that are signed alike and differ all the same.

use std::collections::BTreeSet;

use signet_provenance::{Kind, ObjectId, Reason, VerifyError};
use ssh_key::{HashAlg, LineEnding};

use crate::crafted::{armour, dearmour};
use crate::support::{History, fingerprint, key, payload, sign, with_signature};

/// Commits with one payload, by dave.
fn variants(history: &History, tree: ObjectId) -> Vec<ObjectId> {
    let text = payload(tree, &[history.tip], history.clock);
    let signature = sign(&key("dave"), &text);
    let sha256 = key("dave").sign("git", HashAlg::Sha256, &text).unwrap();
    let sha256 = sha256.to_pem(LineEnding::LF).unwrap();
    let plain = String::from_utf8(with_signature(&text, &signature)).unwrap();
    let wrapped = with_signature(&text, &armour(&dearmour(&signature), 64));
    let junk = plain.replacen("\n\nwork", "\ngpgsig-sha256 junk\n\nwork", 1);
    let blank = plain.replacen("\n\nwork", "\n \n\nwork", 1);
    let variants = [
        plain.into_bytes(),
        wrapped,
        junk.into_bytes(),
        blank.into_bytes(),
        with_signature(&text, &sha256),
    ];
    let written = variants.map(|bytes| history.objects.write(Kind::Commit, bytes));
    assert_eq!(BTreeSet::from(written).len(), 5);
    written.to_vec()
}

#[test]
fn malleability_changes_a_commits_name_and_not_its_payload() {
    let mut history = History::new();
    let tree = history.write("tenants/team-a/x", "1").tree();
    let mut payloads = BTreeSet::new();
    for variant in variants(&history, tree) {
        history.tip = variant;
        payloads.insert(history.good().steps[0].payload_sha256.clone());
    }
    assert_eq!(payloads.len(), 1);
}

#[test]
fn malleability_brings_no_revoked_key_back() {
    let mut history = History::new();
    let mut next = history.policy.next();
    next.revoked.push(format!(
        "{{key: {:?}, mode: soft, since: 2026-01-01T00:00:00Z}}",
        fingerprint("dave")
    ));
    let good = history.write_policy(next).commit("alice");
    history.clock += 60;
    let tree = history.write("tenants/team-a/x", "1").tree();
    for variant in variants(&history, tree) {
        let mut history = history.clone();
        history.tip = variant;
        history.refused(good, Reason::Revoked);
    }
}

#[test]
fn malleability_makes_another_history_of_the_last_good_commit() {
    let mut history = History::new();
    let tree = history.write("tenants/team-a/x", "1").tree();
    let variants = variants(&history, tree);
    history.tip = variants[0];
    let state = history.good().state;
    for variant in &variants[1..] {
        let mut history = history.clone();
        history.tip = *variant;
        history.change("dave", "tenants/team-a/x", "2");
        let error = history.verify_from(&state).unwrap_err();
        assert!(matches!(error, VerifyError::Rewritten { .. }), "{error}");
    }
}
