//! Who can sign the change from one policy to the one that follows it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Authority, Holder, ROOT};

/// Who can sign a change of the policy, and how many of them have to agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    /// The persons of the root group before and after it, each with the fingerprints of the keys that count under both policies.
    pub signers: BTreeMap<String, BTreeSet<String>>,
    /// How many of them have to sign or approve it, by the policy that asks for more.
    pub threshold: u32,
}

impl Succession {
    /// Whether there are as many as have to agree.
    pub fn is_possible(&self) -> bool {
        u64::try_from(self.signers.len()).unwrap_or(u64::MAX) >= u64::from(self.threshold)
    }
}

impl Authority {
    /// Who can sign the change of this policy to another one now: the root group's threshold has to be met under both, and the
    /// signer's key has to count under both.
    ///
    /// A key whose end comes nearer by the change counts for nothing here. It could sign the change, but the policy that it brings
    /// would refuse its own commit to all who see that first after the end, as every clone does that is made later.
    pub fn succession(&self, next: &Self, now: Timestamp) -> Succession {
        let counts = |key: &&Holder| key.is_person() && key.counts_at(now, &self.policy.revoked);
        let goes_on = |key: &&Holder| {
            let after = next.holder(&key.signing_fingerprint());
            after.is_some_and(|after| {
                let ends = |key: &Holder| key.valid_before.unwrap_or(Timestamp::MAX);
                let is_root = after.is_person() && next.is_root(&after.principal);
                is_root && ends(after) >= ends(key) && after.counts_at(now, &next.policy.revoked)
            })
        };
        let keys_of = |name: &String| -> BTreeSet<String> {
            let keys = self.keys.of_principal(name);
            let keys = keys.filter(|key| counts(key) && goes_on(key));
            keys.map(|key| key.fingerprint.clone()).collect()
        };
        let signers = self.members(ROOT).iter();
        let signers = signers.map(|name| (name.clone(), keys_of(name)));
        Succession {
            signers: signers.filter(|(_, keys)| !keys.is_empty()).collect(),
            threshold: self.root_threshold.max(next.root_threshold),
        }
    }
}

#[cfg(test)]
mod tests {
    use signet_api::{Policy, PolicyKey, Revocation, RevocationMode};

    use super::*;
    use crate::authority::fingerprint_of;
    use crate::authority::tests::{line, policy};
    use crate::{Authority, Certificates};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn with(change: impl FnOnce(&mut Policy)) -> Authority {
        let mut policy = policy();
        change(&mut policy);
        Authority::new(policy, &Certificates::default()).unwrap()
    }

    fn with_both(one: impl FnOnce(&mut Policy), other: impl FnOnce(&mut Policy)) -> Authority {
        with(|policy| {
            one(policy);
            other(policy);
        })
    }

    fn keys_of<'p>(policy: &'p mut Policy, name: &str) -> &'p mut Vec<PolicyKey> {
        &mut policy.principals.get_mut(name).unwrap().keys
    }

    /// Alice's key of seed 1 has given way to that of seed 5.
    fn exchanged(policy: &mut Policy) {
        *keys_of(policy, "alice") = vec![line(5).as_str().into()];
    }

    /// The new key of alice stands beside the old one.
    fn beside(policy: &mut Policy) {
        keys_of(policy, "alice").push(line(5).as_str().into());
    }

    /// Bob is not in the root group.
    fn sole(policy: &mut Policy) {
        policy
            .groups
            .insert("root".to_owned(), vec!["alice".to_owned()]);
    }

    fn signers(before: &Authority, after: &Authority) -> Vec<(String, Vec<String>)> {
        let signers = before.succession(after, NOW).signers.into_iter();
        signers
            .map(|(name, keys)| (name, keys.into_iter().collect()))
            .collect()
    }

    fn one(name: &str, seed: u8) -> (String, Vec<String>) {
        (name.to_owned(), vec![fingerprint_of(&line(seed)).unwrap()])
    }

    #[test]
    fn who_loses_a_key_by_a_change_of_the_policy_signs_it_with_neither_key() {
        let (before, after) = (with(|_| ()), with(exchanged));
        assert_eq!(signers(&before, &after), [one("bob", 2)]);
        let (before, after) = (with(sole), with_both(sole, exchanged));
        assert_eq!(signers(&before, &after), []);
        assert!(!before.succession(&after, NOW).is_possible());
    }

    #[test]
    fn a_sole_signer_gets_another_key_by_two_changes() {
        let before = with(sole);
        let both = with_both(sole, beside);
        let after = with_both(sole, exchanged);
        assert_eq!(signers(&before, &both), [one("alice", 1)]);
        assert_eq!(signers(&both, &after), [one("alice", 5)]);
        assert!(both.succession(&after, NOW).is_possible());
    }

    #[test]
    fn no_change_is_signed_with_a_key_whose_end_comes_nearer_by_it() {
        let ending = |at: &str| {
            with(|policy| {
                beside(policy);
                sole(policy);
                keys_of(policy, "alice")[0].valid_before = Some(at.parse().unwrap());
            })
        };
        let (never, late, soon) = (
            with(sole),
            ending("2001-01-01T00:00:00Z"),
            ending("2000-01-01T00:00:00Z"),
        );
        assert_eq!(signers(&never, &late), []);
        assert_eq!(signers(&late, &soon), [one("alice", 5)]);
        assert_eq!(signers(&soon, &late)[0].1.len(), 2);
    }

    #[test]
    fn the_stricter_policy_says_how_many_agree_and_no_revoked_key_counts() {
        let two = |policy: &mut Policy| policy.rules[0].threshold = 2;
        let (one_asked, two_asked) = (with(|_| ()), with(two));
        for (before, after) in [(&one_asked, &two_asked), (&two_asked, &one_asked)] {
            let succession = before.succession(after, NOW);
            assert_eq!(succession.threshold, 2);
            assert!(succession.is_possible());
        }
        let revoked = with(|policy| {
            policy.revoked.push(Revocation {
                key: line(1),
                mode: RevocationMode::Soft,
                since: NOW,
            });
        });
        assert_eq!(signers(&one_asked, &revoked), [one("bob", 2)]);
        assert!(!two_asked.succession(&revoked, NOW).is_possible());
    }
}
