use std::collections::BTreeMap;

use signet_api::{
    AutomationRule, Class, PolicyKey, Principal, Recovery, Revocation, RevocationMode, Side,
};
use ssh_key::PrivateKey;
use ssh_key::private::Ed25519Keypair;

use super::*;

/// The public key that belongs to a seed.
pub(crate) fn line(seed: u8) -> String {
    let key = PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]));
    key.public_key().to_openssh().unwrap()
}

/// A principal with these keys.
pub(crate) fn principal(keys: &[String], class: Class) -> Principal {
    let key = |key: &String| PolicyKey {
        key: key.clone(),
        valid_after: None,
        valid_before: None,
        touch: None,
    };
    Principal {
        keys: keys.iter().map(key).collect(),
        class,
    }
}

/// A rule that needs one of a group.
pub(crate) fn rule(path: &str, signers: &str) -> Rule {
    let paths = vec![path.parse().unwrap()];
    Rule {
        paths,
        signers: signers.to_owned(),
        threshold: 1,
        side: Side::Net,
        automation: None,
    }
}

/// Alice and bob are root; bob is team, with a program and a forge.
pub(crate) fn policy() -> Policy {
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    Policy {
        version: 1,
        repository: "r".to_owned(),
        reference: "refs/heads/main".to_owned(),
        principals: BTreeMap::from([
            ("alice".to_owned(), principal(&[line(1)], Class::Person)),
            ("bob".to_owned(), principal(&[line(2)], Class::Person)),
            ("bot".to_owned(), principal(&[line(3)], Class::Automation)),
            ("hub".to_owned(), principal(&[line(4)], Class::Forge)),
        ]),
        groups: BTreeMap::from([
            ("root".to_owned(), names(&["alice", "bob"])),
            ("team".to_owned(), names(&["bob", "bot", "hub"])),
        ]),
        rules: vec![rule("signet/**", "root"), rule("team/**", "team")],
        recovery: Recovery {
            recipients: vec!["age1x".to_owned()],
            transitional: Vec::new(),
        },
        shared: Vec::new(),
        revoked: Vec::new(),
    }
}

fn refused(change: impl FnOnce(&mut Policy)) -> PolicyError {
    let mut policy = policy();
    change(&mut policy);
    Authority::new(policy, &Certificates::default()).unwrap_err()
}

#[test]
fn a_policy_that_locks_nobody_out_and_lets_nobody_in_may_govern() {
    assert_eq!(check_policy(&policy(), &Certificates::default()), Ok(()));
}

#[test]
fn others_than_root_must_not_change_the_policy() {
    assert_eq!(
        refused(|policy| policy.rules[0].signers = "team".to_owned()),
        PolicyError::RootUncovered
    );
    assert_eq!(
        refused(|policy| drop(policy.rules.remove(0))),
        PolicyError::RootUncovered
    );
    assert_eq!(
        refused(|policy| policy.rules[0].paths = vec!["signet/*".parse().unwrap()]),
        PolicyError::RootUncovered
    );
    let automation = AutomationRule {
        principals: vec!["bot".to_owned()],
        fields: Vec::new(),
    };
    assert_eq!(
        refused(|policy| policy.rules[0].automation = Some(automation)),
        PolicyError::RootUncovered
    );
}

#[test]
fn two_principals_must_not_share_a_key() {
    let error = refused(|policy| {
        drop(
            policy
                .principals
                .insert("mallory".into(), principal(&[line(1)], Class::Person)),
        );
    });
    assert!(
        matches!(error, PolicyError::SharedKey { one, other, .. } if one == "alice" && other == "mallory")
    );
    let error = refused(|policy| {
        drop(
            policy
                .principals
                .insert("bob".into(), principal(&[line(2), line(2)], Class::Person)),
        );
    });
    assert!(matches!(error, PolicyError::SharedKey { .. }));
}

#[test]
fn two_principals_must_not_share_an_openpgp_key_in_another_spelling() {
    let (key, certificates) = Certificates::any(9);
    let mut policy = policy();
    let spelled = key.to_lowercase();
    for (name, key) in [("carol", key), ("zoe", spelled)] {
        let holder = principal(&[key], Class::Person);
        policy.principals.insert(name.to_owned(), holder);
    }
    let error = check_policy(&policy, &certificates).unwrap_err();
    assert!(matches!(error, PolicyError::SharedKey { one, .. } if one == "carol"));
}

#[test]
fn a_group_must_have_as_many_persons_as_its_threshold() {
    let error = refused(|policy| policy.rules[1].threshold = 2);
    assert!(matches!(
        error,
        PolicyError::TooFewPersons {
            rule: 2,
            persons: 1,
            threshold: 2,
            ..
        }
    ));
    // Naming a person twice does not make two.
    let error = refused(|policy| {
        policy
            .groups
            .get_mut("team")
            .unwrap()
            .push("bob".to_owned());
        policy.rules[1].threshold = 2;
    });
    assert!(matches!(
        error,
        PolicyError::TooFewPersons { persons: 1, .. }
    ));
}

#[test]
fn a_key_that_does_not_count_is_refused_with_its_principal() {
    for key in [
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        "ssh-ed25519-cert-v01@openssh.com AAAA",
        "openpgp:968479A1",
        "ssh-dss AAAA",
    ] {
        let error = refused(|policy| {
            policy.principals.get_mut("bob").unwrap().keys[0].key = key.to_owned();
        });
        assert!(
            matches!(error, PolicyError::Key { ref principal, .. } if principal == "bob"),
            "{key}: {error}"
        );
    }
}

#[test]
fn an_openpgp_key_makes_a_person_with_its_certificate_and_none_without() {
    let (key, certificates) = Certificates::any(9);
    let mut policy = policy();
    policy
        .principals
        .insert("carol".to_owned(), principal(&[key], Class::Person));
    policy.groups.insert(
        "root".to_owned(),
        vec!["alice".to_owned(), "carol".to_owned()],
    );
    policy.rules[0].threshold = 2;
    assert_eq!(check_policy(&policy, &certificates), Ok(()));
    let error = check_policy(&policy, &Certificates::default()).unwrap_err();
    let PolicyError::Key { principal, source } = error else {
        panic!("{error}");
    };
    assert_eq!(principal, "carol");
    assert!(source.to_string().contains("reading signet/keys/"));
}

#[test]
fn names_that_lead_nowhere_are_refused() {
    type Change = fn(&mut Policy);
    let automation = AutomationRule {
        principals: vec!["bob".to_owned()],
        fields: Vec::new(),
    };
    let wrong: [(Change, &str); 3] = [
        (
            |policy| policy.rules[1].signers = "nobody".to_owned(),
            "rules.1.signers: there is no group \"nobody\"",
        ),
        (
            |policy| {
                let team = policy.groups.get_mut("team").unwrap();
                *team = vec!["zoe".to_owned()];
            },
            "groups.team.0: there is no principal \"zoe\"",
        ),
        (
            |policy| policy.rules[1].threshold = 0,
            "rules.1.threshold: thresholds begin at 1",
        ),
    ];
    for (change, complaint) in wrong {
        assert_eq!(refused(change).to_string(), complaint);
    }
    let error = refused(|policy| policy.rules[1].automation = Some(automation));
    assert!(matches!(error, PolicyError::Fault(_)), "{error}");
}

#[test]
fn a_revocation_that_cannot_be_read_is_refused_and_revokes_everybody() {
    let revocation = Revocation {
        key: "SHA256:short".to_owned(),
        mode: RevocationMode::Soft,
        since: jiff::Timestamp::UNIX_EPOCH,
    };
    let error = refused(|policy| policy.revoked.push(revocation.clone()));
    assert_eq!(
        error,
        PolicyError::Revocation {
            key: "SHA256:short".to_owned()
        }
    );
    assert!(revokes(&revocation, "SHA256:anything"));
}

#[test]
fn a_key_can_be_revoked_by_fingerprint_or_by_itself() {
    let fingerprint = crate::signature::Key::from_line(&line(1))
        .unwrap()
        .fingerprint()
        .to_owned();
    for key in [fingerprint.clone(), line(1)] {
        let revocation = Revocation {
            key,
            mode: RevocationMode::Soft,
            since: jiff::Timestamp::UNIX_EPOCH,
        };
        assert!(revokes(&revocation, &fingerprint));
        assert!(!revokes(&revocation, "SHA256:another"));
    }
}
