use data_encoding::BASE64;
use signet_api::{AutomationRule, Policy, Revocation, RevocationMode};

use super::*;
use crate::Certificates;
use crate::authority::tests::{line, policy, principal, rule};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// What is said of a policy in which everybody is used, once it is changed.
fn said(change: impl FnOnce(&mut Policy)) -> Vec<String> {
    let mut policy = policy();
    policy.rules[1].automation = Some(AutomationRule {
        principals: vec!["bot".to_owned()],
        fields: Vec::new(),
    });
    change(&mut policy);
    let (_, certificates) = Certificates::any(9);
    let remarks = Authority::new(policy, &certificates).unwrap().review(NOW);
    remarks
        .iter()
        .map(|one| format!("{} {one}", one.field().join(".")))
        .collect()
}

#[track_caller]
fn says_one(change: impl FnOnce(&mut Policy), begins: &str) {
    let said = said(change);
    assert!(said.len() == 1 && said[0].starts_with(begins), "{said:?}");
}

fn key<'p>(policy: &'p mut Policy, name: &str) -> &'p mut PolicyKey {
    &mut policy.principals.get_mut(name).unwrap().keys[0]
}

fn public(fields: &[&[u8]]) -> String {
    let mut blob = Vec::new();
    for field in fields {
        blob.extend(u32::try_from(field.len()).unwrap().to_be_bytes());
        blob.extend(*field);
    }
    let sort = std::str::from_utf8(fields[0]).unwrap();
    format!("{sort} {}", BASE64.encode(&blob))
}

#[test]
fn a_policy_that_means_what_it_says_is_left_alone() {
    assert_eq!(said(|_| {}), [""; 0]);
}

#[test]
fn a_rule_that_nobody_meets_now_is_told_of() {
    says_one(
        |policy| key(policy, "bob").valid_after = Some(NOW + jiff::SignedDuration::from_secs(1)),
        "rules.1 rule 2 needs 1 of group team, in which 0 have a key that counts now",
    );
}

#[test]
fn keys_that_ended_or_are_revoked_are_told_of() {
    let ended = said(|policy| key(policy, "alice").valid_before = Some(NOW));
    assert_eq!(ended.len(), 1, "{ended:?}");
    assert!(ended[0].starts_with("principals.alice.keys.0 a key of alice was valid only until"));
    let revocation = |key: String| Revocation {
        key,
        mode: RevocationMode::Hard,
        since: NOW,
    };
    says_one(
        |policy| policy.revoked.push(revocation(line(1))),
        "principals.alice.keys.0 a key of alice is revoked since 1970",
    );
    let (pgp, _) = Certificates::any(9);
    says_one(
        |policy| {
            policy.principals.insert(
                "carol".to_owned(),
                principal(&[pgp.to_lowercase()], Class::Person),
            );
            policy
                .groups
                .get_mut("team")
                .unwrap()
                .push("carol".to_owned());
            policy.revoked.push(revocation(pgp));
        },
        "principals.carol.keys.0 a key of carol is revoked",
    );
}

#[test]
fn who_signs_for_nothing_is_told_of_and_a_forge_is_not() {
    says_one(
        |policy| {
            policy
                .principals
                .insert("carol".to_owned(), principal(&[line(9)], Class::Person));
            policy
                .principals
                .insert("lab".to_owned(), principal(&[line(8)], Class::Forge));
        },
        "principals.carol carol is in no group",
    );
    says_one(
        |policy| policy.rules[1].automation = None,
        "principals.bot no rule names the program bot",
    );
}

#[test]
fn rsa_below_3072_bits_is_weak() {
    let rsa = |bytes: usize| {
        public(&[
            b"ssh-rsa",
            &[1, 0, 1],
            &[&[0][..], &vec![0xff; bytes]].concat(),
        ])
    };
    says_one(
        |policy| key(policy, "alice").key = rsa(256),
        "principals.alice.keys.0 an RSA key of alice has 2048 bits, fewer than 3072",
    );
    assert_eq!(said(|policy| key(policy, "alice").key = rsa(384)), [""; 0]);
}

#[test]
fn a_security_key_that_need_not_be_touched_is_told_of_and_no_other_key() {
    let sk = public(&[b"sk-ssh-ed25519@openssh.com", &[7; 32], b"ssh:"]);
    says_one(
        |policy| {
            key(policy, "alice").key.clone_from(&sk);
            key(policy, "alice").touch = Some(false);
        },
        "principals.alice.keys.0 a security key of alice signs without a touch",
    );
    assert_eq!(
        said(|policy| key(policy, "alice").key.clone_from(&sk)),
        [""; 0]
    );
    assert_eq!(
        said(|policy| key(policy, "alice").touch = Some(false)),
        [""; 0]
    );
}

/// Adds a rule for the team, of which carol is who is not root.
fn lax(policy: &mut Policy, pattern: &str) {
    let carol = principal(&[line(9)], Class::Person);
    policy.principals.insert("carol".to_owned(), carol);
    let team = policy.groups.get_mut("team").unwrap();
    team.push("carol".to_owned());
    policy.rules.push(rule(pattern, "team"));
}

#[test]
fn who_changes_clusters_and_could_not_change_the_policy_is_told_of() {
    for pattern in ["clusters/**", "**/x", "*/prod/**"] {
        says_one(|policy| lax(policy, pattern), "rules.2 rule 3");
    }
    for elsewhere in ["cluster/**", "clusters", "tenants/**"] {
        assert_eq!(said(|policy| lax(policy, elsewhere)), [""; 0]);
    }
    says_one(
        |policy| {
            policy.rules[0].threshold = 2;
            policy.rules.push(rule("clusters/**", "root"));
        },
        "rules.2 rule 3 (clusters/**) asks for less than 2 of group root",
    );
    let program = AutomationRule {
        principals: vec!["bot".to_owned()],
        fields: Vec::new(),
    };
    says_one(
        |policy| {
            policy.rules.push(rule("clusters/**", "root"));
            policy.rules[2].automation = Some(program);
        },
        "rules.2",
    );
}

#[test]
fn a_rule_for_clusters_may_ask_for_less_where_another_asks_for_enough() {
    let both = |pattern: &str, strict: &str| {
        said(|policy| {
            lax(policy, pattern);
            policy.rules.push(rule(strict, "root"));
        })
    };
    for pattern in ["**/x", "clusters/**", "clusters/prod/a"] {
        assert_eq!(both(pattern, "clusters/**"), [""; 0]);
    }
    assert_eq!(both("clusters/prod/a/**", "clusters/prod/**"), [""; 0]);
    assert_eq!(both("clusters/prod/*", "clusters/prod/*"), [""; 0]);
    assert_eq!(both("clusters/**", "clusters/prod/**").len(), 1);
    assert_eq!(both("clusters/production", "clusters/prod/**").len(), 1);
    assert_eq!(both("clusters/prod/a", "clusters/*/**").len(), 1);
}

#[test]
fn a_smaller_group_of_root_persons_asks_for_as_much() {
    let smaller = said(|policy| {
        let few = vec!["alice".to_owned()];
        policy.groups.insert("few".to_owned(), few);
        policy.rules.push(rule("clusters/**", "few"));
    });
    assert_eq!(smaller, [""; 0]);
}
