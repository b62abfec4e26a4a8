//! Scenarios that other tools try on themselves, told again for ours.
//!
//! | whose, and what | test |
//! |---|---|
//! | guix: an unsigned commit | `stripping_the_signature_is_refused_as_unsigned` |
//! | guix: a signature over SHA-1 | `reads_exactly_the_fields_that_openssh_writes` |
//! | guix: default authorisations | `an_introduction_without_a_policy_or_with_one_that_may_not_govern_introduces_nothing`, `a_path_that_no_rule_names_is_denied` |
//! | guix: a key removed | [`whoever_was_removed_signs_nothing_from_then_on_and_what_they_signed_stays`] |
//! | guix: an unauthorised merge, an authorised one | `a_merge_by_somebody_else_does_not_vouch`, `a_merge_vouches_for_unsigned_commits_of_others` |
//! | guix: the authorisations' file removed | `a_policy_that_is_malformed_or_gone_is_refused_with_its_place` |
//! | guix: not below the introduction | `a_history_without_the_introduction_is_an_error` |
//! | sequoia-git: a key that expired, or was revoked | `refuses_a_key_outside_its_time`, `a_key_revoked_in_the_policy_signs_nothing_new` |
//! | sequoia-git: a key exchanged for another | [`a_principal_exchanges_their_key_by_two_policies`] |
//! | sequoia-git: who may authorise whom | `only_the_root_group_changes_the_policy`, [`who_was_let_in_lets_nobody_else_in`] |
//! | sequoia-git: tags | `approvals`, `compared` |
//! | sequoia-git: an unrelated repository | `a_policy_for_another_repository_is_refused` |
//! | gittuf: thresholds, of persons with several keys, under several rules | `a_threshold_counts_persons_not_keys`, `each_rule_counts_its_own_group_among_those_who_agree`, [`two_rules_are_not_met_by_one_approval_of_one_of_them`] |
//! | gittuf: the policy's own threshold | `the_root_threshold_must_be_met_under_the_new_policy_too`, `approvals::policy` |
//! | OpenSSH: sorts of key and hashes | [`what_ssh_keygen_signs_counts_for_each_sort_of_key_and_hash`], `a_security_key_counts_when_it_was_touched` |
//! | OpenSSH: namespaces, other texts | [`what_ssh_keygen_signs_for_another_purpose_or_of_another_text_does_not_count`] |
//! | OpenSSH: wrong principal | `refuses_a_stranger_whom_git_accepts`, `a_good_signer_does_not_vouch_for_anothers_paths` |
//! | OpenSSH: times before, within and after | `accepts_a_key_within_its_time`, `refuses_a_key_outside_its_time` |
//! | OpenSSH: revoked keys | `times`, `a_key_that_the_trust_anchor_revokes_does_not_approve` |
//! | OpenSSH: certificates, with other principals, wildcards and lifespans | [`what_ssh_keygen_signs_with_a_certificate_is_said_to_be_unsupported`] |
//! | OpenSSH: authorities and options in the list | [`a_policy_that_names_an_authority_or_another_option_of_allowed_signers_is_refused`] |
//! | OpenSSH: keys and signatures of sorts that are not taken | `keys_and_signatures_of_sorts_that_are_not_taken_are_named` |

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use signet_provenance::Reason;
use ssh_key::PublicKey;
use tempfile::TempDir;

use crate::commits::by_dave;
use crate::support::{History, PolicyText, public};

#[test]
fn whoever_was_removed_signs_nothing_from_then_on_and_what_they_signed_stays() {
    let mut history = History::new();
    let before = history.change("dave", "tenants/team-a/x", "1");
    let mut next = history.policy.next();
    next.principals.remove("dave");
    next.group("team-a", "[carol]");
    let good = history.write_policy(next).commit("alice");
    history.change("dave", "tenants/team-a/x", "2");
    history.refused(good, Reason::UnknownKey);
    let whole = history.verify();
    assert_eq!(whole.past(before).unwrap().commit(), before);
    let mut branch = history.branch_at(good, &history.files);
    branch.change("carol", "tenants/team-a/x", "3");
    branch.good();
}

#[test]
fn a_principal_exchanges_their_key_by_two_policies() {
    let mut history = History::new();
    let both = format!("{{keys: [{:?}, {:?}]}}", public("alice"), public("alice-2"));
    let early = history.clone().change("alice-2", "clusters/x", "1");
    let mut next = history.policy.next();
    next.principal("alice", &both);
    let good = history.write_policy(next).commit("alice");
    let mut next = history.policy.next();
    next.principal("alice", &format!("{{keys: [{:?}]}}", public("alice-2")));
    // Who signs must stand in the policy that they bring.
    let mut by_old = history.clone();
    by_old.write_policy(next.clone()).commit("alice");
    by_old.refused(good, Reason::PolicyInvalid);
    let good = history.write_policy(next).commit("alice-2");
    history.change("alice", "clusters/x", "1");
    history.refused(good, Reason::UnknownKey);
    history.change("alice-2", "clusters/x", "2");
    history.good();
    // The new key's commits from before it was named count no more than a stranger's.
    history.tip = early;
    history.refused(history.introduction, Reason::UnknownKey);
}

#[test]
fn who_was_let_in_lets_nobody_else_in() {
    let mut history = History::new();
    let mut next = history.policy.next();
    next.principal("frank", &format!("{{keys: [{:?}]}}", public("frank")));
    next.group("team-a", "[dave, frank]");
    history.write_policy(next).commit("alice");
    let good = history.change("frank", "tenants/team-a/x", "1");
    let mut next = history.policy.next();
    next.principal("mallory", &format!("{{keys: [{:?}]}}", public("mallory")));
    next.group("team-a", "[dave, frank, mallory]");
    history.write_policy(next).commit("frank");
    history.refused(good, Reason::NotAllowed);
}

#[test]
fn two_rules_are_not_met_by_one_approval_of_one_of_them() {
    let mut policy = PolicyText::new();
    policy.group("everybody", "[alice, bob, carol, dave, erin]");
    policy.rule("{paths: [\"tenants/**\"], signers: everybody, threshold: 3}");
    policy.rule("{paths: [\"tenants/team-a/**\"], signers: platform}");
    let mut history = History::with_policy(policy);
    history.write("tenants/team-a/x", "1");
    history.approve("erin");
    history.approve("carol");
    let mut without = history.clone();
    without.commit("dave");
    without.refused(without.introduction, Reason::NotAllowed);
    history.approve("bob");
    history.commit("dave");
    history.good();
}

/// A key that `ssh-keygen` made, in a folder of its own.
struct MadeKey(TempDir);

impl MadeKey {
    fn new(arguments: &[&str]) -> Self {
        let made = Self(tempfile::tempdir().unwrap());
        let key = made.path("key");
        run(Command::new("ssh-keygen")
            .args(["-q", "-N", "", "-f"])
            .arg(key)
            .args(arguments));
        made
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn public(&self) -> PublicKey {
        let line = fs::read_to_string(self.path("key.pub")).unwrap();
        PublicKey::from_openssh(&line).unwrap()
    }

    /// What `ssh-keygen -Y sign` makes of a text, with this key or a certificate for it.
    fn sign(&self, with: &str, arguments: &[&str], text: &[u8]) -> String {
        let file = self.path("text");
        fs::write(&file, text).unwrap();
        let signature = self.path("text.sig");
        fs::remove_file(&signature).ok();
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-Y", "sign", "-f"]).arg(self.path(with));
        run(keygen.args(arguments).arg(&file));
        fs::read_to_string(signature).unwrap()
    }

    /// A certificate for this key, as a file beside it.
    fn certify(&self, authority: &Path, arguments: &[&str]) {
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-q", "-I", "id"]).args(arguments).arg("-s");
        run(keygen.arg(authority).arg(self.path("key.pub")));
    }
}

fn run(command: &mut Command) {
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| {
            panic!(
                "{command:?}: {error}; ssh-keygen (apt install openssh-client) must be installed"
            )
        });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

#[test]
fn what_ssh_keygen_signs_counts_for_each_sort_of_key_and_hash() {
    let sorts: [&[&str]; 5] = [
        &["-t", "ed25519"],
        &["-t", "rsa", "-b", "2048"],
        &["-t", "ecdsa", "-b", "256"],
        &["-t", "ecdsa", "-b", "384"],
        &["-t", "ecdsa", "-b", "521"],
    ];
    for sort in sorts {
        let key = MadeKey::new(sort);
        for hash in ["hashalg=sha256", "hashalg=sha512"] {
            let sign = |text: &[u8]| key.sign("key", &["-n", "git", "-O", hash], text);
            by_dave(&key.public(), None, sign).good();
        }
    }
}

#[test]
fn what_ssh_keygen_signs_for_another_purpose_or_of_another_text_does_not_count() {
    let key = MadeKey::new(&["-t", "ed25519"]);
    for namespace in ["file", "Git", "git@example.org", "git,file"] {
        let sign = |text: &[u8]| key.sign("key", &["-n", namespace], text);
        let history = by_dave(&key.public(), None, sign);
        let refusal = history.refused(history.introduction, Reason::BadSignature);
        assert!(refusal.message.contains("namespace"), "{refusal}");
    }
    let sign = |text: &[u8]| key.sign("key", &["-n", "git"], &[text, b"\n"].concat());
    let history = by_dave(&key.public(), None, sign);
    history.refused(history.introduction, Reason::BadSignature);
}

#[test]
fn what_ssh_keygen_signs_with_a_certificate_is_said_to_be_unsupported() {
    let sorts: [&[&str]; 3] = [
        &["-t", "ed25519"],
        &["-t", "rsa", "-b", "2048"],
        &["-t", "ecdsa", "-b", "384"],
    ];
    let certificates: [&[&str]; 7] = [
        &["-n", "dave"],
        &["-n", "erin"],
        &["-n", "*"],
        &[],
        &["-n", "dave", "-V", "20200101:20200201"],
        &["-n", "dave", "-V", "20400101:20410101"],
        &["-n", "dave", "-h"],
    ];
    let authority = MadeKey::new(sorts[0]);
    for sort in sorts {
        let key = MadeKey::new(sort);
        for arguments in certificates {
            key.certify(&authority.path("key"), arguments);
            let sign = |text: &[u8]| key.sign("key-cert.pub", &["-n", "git"], text);
            // Neither for whom the policy has the key within nor for whom it has the authority's.
            for public in [key.public(), authority.public()] {
                let history = by_dave(&public, None, sign);
                let refusal = history.refused(history.introduction, Reason::Unsupported);
                assert!(refusal.message.contains("certificate"), "{refusal}");
            }
        }
    }
}

#[test]
fn a_policy_that_names_an_authority_or_another_option_of_allowed_signers_is_refused() {
    for option in [
        "cert-authority",
        "cert-authority,namespaces=\"git\"",
        "namespaces=\"git\"",
        "valid-before=\"20300101\"",
    ] {
        let mut history = History::new();
        let mut next = history.policy.next();
        let line = format!("{option} {}", public("dave"));
        next.principal("dave", &format!("{{keys: [{line:?}]}}"));
        history.write_policy(next).commit("alice");
        let refusal = history.refused(history.introduction, Reason::PolicyInvalid);
        let name = option.replace('"', "\\\"");
        for part in [
            "a key of principal dave cannot be used",
            &format!("\"{name}\" keys are not supported"),
        ] {
            assert!(refusal.message.contains(part), "{refusal}");
        }
    }
}
