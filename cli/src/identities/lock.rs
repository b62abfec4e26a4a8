//! What has to be opened: the key groups of a sealed file.

use signet_api::RepoPath;
use signet_envelope::{Sealed, Store, normal_recipient, parse_unfinished_as};
use signet_seal::KeyGroups;

/// For whom the data key of a file is wrapped.
pub(crate) struct Lock {
    /// The age recipients of each key group.
    pub(super) groups: Vec<Vec<String>>,
    /// How many of the groups have to be opened.
    pub(super) needed: usize,
}

impl Lock {
    /// That of a sealed file.
    pub(crate) fn of(sealed: &Sealed) -> Self {
        let metadata = sealed.metadata();
        let groups = metadata.groups.iter().map(|group| {
            let age = group.iter().filter(|key| key.is_age());
            age.map(|key| key.recipient.clone()).collect()
        });
        Self::new(groups.collect(), metadata.shamir_threshold)
    }

    /// That of a file that is to be sealed for these groups.
    pub(crate) fn of_groups(groups: &KeyGroups) -> Self {
        let all = groups.groups.iter();
        let all = all.map(|group| group.iter().cloned().collect());
        Self::new(all.collect(), groups.threshold)
    }

    /// Whether the data key is wrapped for this recipient, written as its identity writes it.
    pub(super) fn names(&self, recipient: &str) -> bool {
        let mut people = self.groups.iter().flatten();
        people.any(|one| normal_recipient(one) == recipient)
    }

    fn new(groups: Vec<Vec<String>>, threshold: u32) -> Self {
        // As in SOPS, which takes no threshold as all groups.
        let needed = match threshold.try_into() {
            Ok(0) | Err(_) => groups.len(),
            Ok(threshold) => groups.len().min(threshold),
        };
        Self { groups, needed }
    }
}

/// The lock of a text that is sealed, finished or not; none of any other.
pub(crate) fn lock_in(store: Store, path: &RepoPath, bytes: &[u8]) -> Option<Lock> {
    let text = str::from_utf8(bytes).ok()?;
    let sealed = parse_unfinished_as(store, text, path).ok()?;
    Some(Lock::of(&sealed))
}
