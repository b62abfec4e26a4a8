use signet_api::{Class, Revocation};

use super::*;
use crate::authority::Certificates;
use crate::authority::tests::{line, policy, principal};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn key(seed: u8) -> String {
    line(seed).split(' ').take(2).collect::<Vec<_>>().join(" ")
}

fn signers_of(policy: Policy) -> AllowedSigners {
    let (_, certificates) = Certificates::any(9);
    allowed_signers(&Authority::new(policy, &certificates).unwrap())
}

/// The line or omission of alice's key, the first one, once the policy is changed.
fn of_alice(change: impl FnOnce(&mut Policy, &mut PolicyKey)) -> Result<String, Omission> {
    let mut policy = policy();
    let mut alice = policy.principals["alice"].keys[0].clone();
    change(&mut policy, &mut alice);
    policy.principals.get_mut("alice").unwrap().keys = vec![alice];
    let signers = signers_of(policy);
    match signers.left_out.first() {
        Some(left_out) => {
            assert_eq!((&*left_out.principal, signers.lines.len()), ("alice", 3));
            Err(left_out.why)
        }
        None => Ok(signers.lines[0].clone()),
    }
}

/// The options of alice's key that is valid between these times.
fn between(after: Option<&str>, before: Option<&str>) -> Result<String, Omission> {
    let line = of_alice(|_, key| {
        key.valid_after = after.map(at);
        key.valid_before = before.map(at);
    })?;
    let options = line.strip_prefix("alice namespaces=\"git\"").unwrap();
    let options = options.strip_suffix(&key(1)).unwrap().trim_end();
    Ok(options.to_owned())
}

#[test]
fn each_key_has_a_line_without_its_comment() {
    let mut policy = policy();
    policy.principals.get_mut("alice").unwrap().keys[0].key += " a comment";
    let lines = signers_of(policy).lines;
    let expected = [("alice", 1), ("bob", 2), ("bot", 3), ("hub", 4)]
        .map(|(name, seed)| format!("{name} namespaces=\"git\" {}", key(seed)));
    assert_eq!(lines, expected);
}

#[test]
fn the_last_second_is_the_one_before_the_end() {
    let options = between(
        Some("2026-01-02T03:04:05Z"),
        Some("2027-01-01T01:00:00+01:00"),
    );
    let expected = r#",valid-after="20260102030405Z",valid-before="20261231235959Z""#;
    assert_eq!(options.unwrap(), expected);
}

#[test]
fn parts_of_seconds_let_no_second_count_that_does_not() {
    let options = between(
        Some("2026-01-01T00:00:00.5Z"),
        Some("2026-01-01T00:00:09.5Z"),
    );
    let expected = r#",valid-after="20260101000001Z",valid-before="20260101000009Z""#;
    assert_eq!(options.unwrap(), expected);
}

#[test]
fn what_begins_before_git_has_no_beginning() {
    assert_eq!(
        between(Some("1970-01-01T00:00:00Z"), None),
        Ok(String::new())
    );
    assert_eq!(
        between(Some("1900-01-01T00:00:00Z"), None),
        Ok(String::new())
    );
}

#[test]
fn a_key_that_counts_at_no_time_is_left_out() {
    for (after, before) in [
        (Some("2026-01-01T00:00:00Z"), "2026-01-01T00:00:00Z"),
        (Some("2026-01-01T00:00:00Z"), "2026-01-01T00:00:01Z"),
        (Some("2026-01-02T00:00:00Z"), "2026-01-01T00:00:00Z"),
        (None, "1970-01-01T00:00:01Z"),
        (None, "1960-01-01T00:00:00Z"),
    ] {
        assert_eq!(
            between(after, Some(before)),
            Err(Omission::NeverValid),
            "{before}"
        );
    }
}

#[test]
fn a_soft_revocation_ends_a_key_and_a_hard_one_leaves_it_out() {
    let revoked = |mode, since: &str, before: &str| {
        of_alice(|policy, key| {
            key.valid_before = Some(at(before));
            policy.revoked.push(Revocation {
                key: line(1),
                mode,
                since: at(since),
            });
        })
    };
    let (early, late) = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    for (since, before) in [(early, late), (late, early)] {
        let line = revoked(RevocationMode::Soft, since, before).unwrap();
        assert!(line.contains("valid-before=\"20251231235959Z\""), "{line}");
    }
    assert_eq!(
        revoked(RevocationMode::Hard, late, late),
        Err(Omission::Revoked)
    );
}

#[test]
fn an_openpgp_key_is_left_out() {
    let (pgp, _) = Certificates::any(9);
    assert_eq!(
        of_alice(|policy, key| {
            policy
                .groups
                .get_mut("root")
                .unwrap()
                .push("bob".to_owned());
            key.key = pgp;
        }),
        Err(Omission::OpenPgp)
    );
}

#[test]
fn a_name_is_quoted_or_left_out_so_that_it_stands_for_itself_alone() {
    let named = |name: &str| {
        let mut policy = policy();
        let carol = principal(&[line(9)], Class::Person);
        policy.principals.insert(name.to_owned(), carol);
        signers_of(policy)
    };
    for (name, word) in [
        ("carol@example.org", "carol@example.org "),
        ("carol of team-a", "\"carol of team-a\" "),
        ("#carol", "\"#carol\" "),
        ("größe", "\"größe\" "),
    ] {
        let lines = named(name).lines;
        assert!(lines.iter().any(|line| line.starts_with(word)), "{lines:?}");
    }
    let long = "a".repeat(1_023);
    for name in ["", "a,b", "*", "a?", "!a", "a\"b", "a\nb", "a\tb", &long] {
        let AllowedSigners { lines, left_out } = named(name);
        let left_out: Vec<_> = left_out
            .iter()
            .filter(|key| key.principal == name)
            .collect();
        assert!(
            matches!(
                left_out[..],
                [LeftOut {
                    why: Omission::Name,
                    ..
                }]
            ),
            "{left_out:?}"
        );
        assert!(!lines.is_empty());
    }
    let lines = named(&long[1..]).lines;
    assert!(lines.iter().any(|line| line.starts_with(&long[1..])));
}
