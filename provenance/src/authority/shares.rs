//! Who signs which part of a change that nobody may sign as a whole.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use signet_api::RepoPath;

use super::{Authority, Demand, ROOT};

/// A part of a change, and who signs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share<'p> {
    /// The persons who are in the group of every rule that names one of the paths; none where the rules' groups share nobody.
    pub signers: BTreeSet<String>,
    /// Those groups.
    pub groups: BTreeSet<String>,
    /// What they sign.
    pub paths: Vec<&'p RepoPath>,
}

/// What the rules ask of a path.
struct Asked<'p> {
    path: &'p RepoPath,
    signers: BTreeSet<String>,
    groups: BTreeSet<String>,
}

impl<'p> Asked<'p> {
    fn of(path: &'p RepoPath, demands: &[Demand]) -> Self {
        let mut persons = demands.iter().map(|demand| demand.persons.iter().cloned());
        let first = persons.next().into_iter().flatten().collect();
        let signers = persons.fold(first, |all: BTreeSet<String>, some| {
            let some = some.collect();
            &all & &some
        });
        Self {
            path,
            signers,
            groups: demands.iter().map(|demand| demand.group.clone()).collect(),
        }
    }
}

impl Authority {
    /// A change of these paths as the parts that take a commit each: what one of the root group signs first, who is the one at hand
    /// where that is a signer of it and else whoever may sign most, and what then is left, by who signs it.
    ///
    /// How many have to approve a part beside its signer is not asked here.
    pub fn shares<'p>(
        &self,
        paths: &'p [RepoPath],
        at_hand: Option<&str>,
        now: Timestamp,
    ) -> Vec<Share<'p>> {
        let asked = paths.iter().map(|path| {
            let demands = self.demands(path.as_bytes(), now);
            Asked::of(path, &demands)
        });
        let asked: Vec<Asked> = asked.collect();
        let roots = self.signing(self.members(ROOT), super::Holder::is_person, now);
        let parts = |root: &String| {
            let signed = asked.iter();
            signed.filter(|path| path.signers.contains(root)).count()
        };
        let first = roots.iter().find(|root| Some(root.as_str()) == at_hand);
        let first = first.or_else(|| roots.iter().rev().max_by_key(|root| parts(root)));
        let mut shares = BTreeMap::new();
        let mut own = Vec::new();
        for asked in asked {
            if first.is_some_and(|first| asked.signers.contains(first)) {
                own.push(asked);
            } else {
                let paths: &mut Vec<_> = shares.entry((asked.groups, asked.signers)).or_default();
                paths.push(asked.path);
            }
        }
        let shares = shares.into_iter().map(|((groups, signers), paths)| Share {
            signers,
            groups,
            paths,
        });
        joined(own).into_iter().chain(shares).collect()
    }
}

/// Those that one person signs, as one share.
fn joined(all: Vec<Asked<'_>>) -> Option<Share<'_>> {
    let mut all = all.into_iter();
    let first = all.next()?;
    let share = Share {
        signers: first.signers,
        groups: first.groups,
        paths: vec![first.path],
    };
    Some(all.fold(share, |mut share, asked| {
        share.signers = &share.signers & &asked.signers;
        share.groups.extend(asked.groups);
        share.paths.push(asked.path);
        share
    }))
}

#[cfg(test)]
mod tests {
    use signet_api::Policy;

    use super::*;
    use crate::Certificates;
    use crate::authority::tests::{policy, rule};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn shares(change: impl FnOnce(&mut Policy), at_hand: Option<&str>) -> Vec<(String, String)> {
        let mut policy = policy();
        change(&mut policy);
        let authority = Authority::new(policy, &Certificates::default()).unwrap();
        let paths = ["signet/policy.yaml", "signet/x.yaml", "team/x.yaml"];
        let paths = paths.map(|path| path.parse::<RepoPath>().unwrap());
        let shares = authority.shares(&paths, at_hand, NOW);
        let text = |share: &Share| {
            let signers: Vec<&str> = share.signers.iter().map(String::as_str).collect();
            let paths: Vec<&str> = share.paths.iter().map(|path| path.as_str()).collect();
            (signers.join(" "), paths.join(" "))
        };
        shares.iter().map(text).collect()
    }

    fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
        pairs
            .map(|(signers, paths)| (signers.to_owned(), paths.to_owned()))
            .to_vec()
    }

    #[test]
    fn what_one_person_may_sign_is_one_share_whoever_else_may_sign_a_part_of_it() {
        let all = "signet/policy.yaml signet/x.yaml team/x.yaml";
        for at_hand in [None, Some("bob"), Some("hub"), Some("nobody")] {
            assert_eq!(
                shares(|_| {}, at_hand),
                pairs([("bob", all)]),
                "{at_hand:?}"
            );
        }
    }

    #[test]
    fn what_the_person_at_hand_may_not_sign_is_the_share_of_those_who_may() {
        let steering = ("alice bob", "signet/policy.yaml signet/x.yaml");
        assert_eq!(
            shares(|_| {}, Some("alice")),
            pairs([steering, ("bob", "team/x.yaml")])
        );
        let apart = |policy: &mut Policy| {
            let alone = ("alone".to_owned(), vec!["alice".to_owned()]);
            policy.groups.extend([alone]);
            policy.rules.push(rule("team/**", "alone"));
        };
        for at_hand in [None, Some("bob")] {
            assert_eq!(
                shares(apart, at_hand),
                pairs([steering, ("", "team/x.yaml")]),
                "whose groups share nobody is signed by nobody alone"
            );
        }
        assert_eq!(
            shares(
                |policy| {
                    policy.rules.pop();
                },
                None
            ),
            pairs([steering, ("", "team/x.yaml")]),
            "no rule names it"
        );
    }
}
