//! For whom a file is sealed outside a fleet: groups of recipients, of which so many are needed.

use std::collections::BTreeSet;

/// SOPS' key groups. One group: each recipient opens the file. Several: the data key is split, each recipient of a group
/// gets that group's share, and a threshold of groups has to come together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyGroups {
    /// The recipients of each group.
    pub groups: Vec<BTreeSet<String>>,
    /// How many groups are needed; 0 for all. Means nothing for one group.
    pub threshold: u32,
}

/// Groups or a threshold that no key can be split for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyGroupsError {
    /// There is no group.
    #[error("there is no key group")]
    NoGroup,
    /// A group is empty.
    #[error("key group {number} has no recipient")]
    EmptyGroup {
        /// Which, from 1.
        number: usize,
    },
    /// One group of several is to be enough.
    #[error(
        "shamir_threshold is 1 for {groups} key groups: put all recipients in one group instead"
    )]
    One {
        /// How many groups there are.
        groups: usize,
    },
    /// More groups are needed than there are.
    #[error("shamir_threshold is {threshold}, but there are {groups} key groups")]
    TooLarge {
        /// The threshold.
        threshold: u32,
        /// How many groups there are.
        groups: usize,
    },
    /// There are more groups than a key can be split for.
    #[error("there are {groups} key groups, and a key is split for 255 at most")]
    TooMany {
        /// How many groups there are.
        groups: usize,
    },
}

impl KeyGroups {
    /// One group.
    pub fn one(recipients: BTreeSet<String>) -> Self {
        Self {
            groups: vec![recipients],
            threshold: 0,
        }
    }

    /// The groups, if there is more than one.
    #[must_use]
    pub fn if_split(self) -> Option<Self> {
        (self.groups.len() > 1).then_some(self)
    }

    /// The recipients of all groups.
    pub fn recipients(&self) -> BTreeSet<String> {
        self.groups.iter().flatten().cloned().collect()
    }

    /// Those who have more by these groups than by the ones that are known: who stands in no group there, or here in one more
    /// or another one; everybody where fewer groups are needed.
    pub fn strangers_to(&self, known: &Self) -> BTreeSet<String> {
        let needed = |groups: &Self| groups.needed().unwrap_or(u8::MAX);
        if needed(self) < needed(known) {
            return self.recipients();
        }
        let mut left: Vec<Option<&BTreeSet<String>>> = known.groups.iter().map(Some).collect();
        let mut strangers = BTreeSet::new();
        for (index, group) in self.groups.iter().enumerate() {
            let shared = |other: usize| left[other].map(|other| other.intersection(group).count());
            // Of several that share as much, the one in the same place; none that was taken is before those that are left.
            let best = (0..left.len()).max_by_key(|other| (shared(*other), *other == index));
            let best = best.and_then(|best| left[best].take());
            let is_known = |one: &&String| best.is_some_and(|best| best.contains(*one));
            strangers.extend(group.iter().filter(|one| !is_known(one)).cloned());
        }
        strangers
    }

    /// How many groups are needed.
    ///
    /// # Errors
    /// [`KeyGroupsError`] if a key cannot be split so.
    pub fn needed(&self) -> Result<u8, KeyGroupsError> {
        match self.groups.iter().position(BTreeSet::is_empty) {
            Some(index) => Err(KeyGroupsError::EmptyGroup { number: index + 1 }),
            None => needed(self.groups.len(), self.threshold),
        }
    }
}

/// How many of so many groups are needed under a threshold, which SOPS ignores for one group and takes as all if it is 0.
pub(crate) fn needed(groups: usize, threshold: u32) -> Result<u8, KeyGroupsError> {
    let all = u8::try_from(groups).map_err(|_| KeyGroupsError::TooMany { groups })?;
    match threshold {
        _ if all == 0 => Err(KeyGroupsError::NoGroup),
        _ if all == 1 => Ok(1),
        0 => Ok(all),
        1 => Err(KeyGroupsError::One { groups }),
        _ => match u8::try_from(threshold) {
            Ok(threshold) if threshold <= all => Ok(threshold),
            _ => Err(KeyGroupsError::TooLarge { threshold, groups }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_impossible_threshold_is_its_own_error() {
        assert_eq!(needed(0, 0), Err(KeyGroupsError::NoGroup));
        assert_eq!(needed(3, 1), Err(KeyGroupsError::One { groups: 3 }));
        let large = |threshold, groups| Err(KeyGroupsError::TooLarge { threshold, groups });
        assert_eq!(needed(3, 4), large(4, 3));
        assert_eq!(needed(3, 258), large(258, 3));
        let groups = 256;
        assert_eq!(needed(groups, 2), Err(KeyGroupsError::TooMany { groups }));
        let groups = KeyGroups {
            groups: vec![["age1".to_owned()].into(), [].into()],
            threshold: 2,
        };
        assert_eq!(
            groups.needed(),
            Err(KeyGroupsError::EmptyGroup { number: 2 })
        );
    }

    #[test]
    fn no_threshold_means_all_groups_and_one_group_needs_none() {
        assert_eq!(
            [needed(3, 0), needed(3, 2), needed(3, 3)],
            [Ok(3), Ok(2), Ok(3)]
        );
        assert_eq!([needed(1, 0), needed(1, 1), needed(1, 2)], [Ok(1); 3]);
    }

    fn groups_of(groups: &[&[&str]], threshold: u32) -> KeyGroups {
        let group = |names: &&[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        KeyGroups {
            groups: groups.iter().map(group).collect(),
            threshold,
        }
    }

    #[test]
    fn who_has_more_by_other_groups_is_a_stranger_to_the_known_ones() {
        let known = groups_of(&[&["a", "b"], &["a", "c"]], 2);
        for (groups, threshold, strangers) in [
            (&[&["a", "b"][..], &["a", "c"]][..], 2, &[][..]),
            (&[&["a", "c"], &["a", "b"]], 0, &[]),
            (&[&["a"], &["a"]], 2, &[]),
            (&[&["a", "b"], &["a", "b", "c"]], 2, &["b"]),
            (&[&["a", "b"], &["a", "x"]], 2, &["x"]),
            (&[&["a", "b"], &["a", "c"], &["b"]], 2, &["b"]),
            (&[&["a", "b", "c"]], 0, &["a", "b", "c"]),
        ] {
            let groups = groups_of(groups, threshold);
            let found: Vec<String> = groups.strangers_to(&known).into_iter().collect();
            assert_eq!(found, strangers, "{groups:?}");
        }
        let one = groups_of(&[&["a"]], 0);
        let split = groups_of(&[&["a"], &["x"]], 2);
        assert_eq!(split.strangers_to(&one), ["x".to_owned()].into());
        let three = groups_of(&[&["a"], &["b"], &["c"]], 3);
        let two_of_three = groups_of(&[&["a"], &["b"], &["c"]], 2);
        assert_eq!(two_of_three.strangers_to(&three).len(), 3);
        assert_eq!(three.strangers_to(&two_of_three).len(), 0);
    }

    #[test]
    fn more_than_one_group_is_split() {
        let groups = |names: &[&str]| {
            let names: Vec<&[&str]> = names.chunks(1).collect();
            groups_of(&names, 2)
        };
        assert_eq!(groups(&["age1"]).if_split(), None);
        let two = groups(&["age1", "age2"]);
        assert_eq!(two.clone().if_split(), Some(two));
    }
}
