//! For whom the result is sealed, and whether it may keep our key.

use std::collections::BTreeSet;

use signet_envelope::{Recipients, Sealed, normal_recipient};

use super::error::MergeError;
use crate::KeyGroups;
use crate::file::SealRequest;

/// The three versions' blocks.
pub(super) struct Blocks<'a> {
    pub(super) base: Option<&'a Sealed>,
    pub(super) ours: &'a Sealed,
    pub(super) theirs: &'a Sealed,
}

/// For whom the result is sealed.
pub(super) struct People {
    pub(super) recipients: Recipients,
    pub(super) groups: Option<KeyGroups>,
    /// Whether the key has to be split anew.
    pub(super) regrouped: bool,
    /// Whom one side alone names. Outside a fleet nothing covers the names, so whoever can write to the file, without
    /// opening it, could have put one there.
    pub(super) strangers: BTreeSet<String>,
}

impl Blocks<'_> {
    /// In a fleet those whom the path demands; elsewhere those of both sides without those that a side has taken out.
    ///
    /// # Errors
    /// [`MergeError::Recipients`] if the sides differ in how the key is split, or in whom it is wrapped for by other means
    /// than age.
    pub(super) fn people(&self, request: &SealRequest<'_>) -> Result<People, MergeError> {
        let mut people = self.named(request)?;
        if request.place.is_none() {
            let required = &people.recipients.required;
            people.strangers = required.difference(&self.known()).cloned().collect();
        }
        Ok(people)
    }

    fn named(&self, request: &SealRequest<'_>) -> Result<People, MergeError> {
        let differ = || MergeError::Recipients {
            path: request.path.clone(),
        };
        if foreign(self.ours) != foreign(self.theirs) {
            return Err(differ());
        }
        if request.place.is_some() {
            let recipients = request.recipients.clone();
            return Ok(People::of(recipients, request.key_groups.cloned(), false));
        }
        let (ours, theirs) = (groups(self.ours), groups(self.theirs));
        let base = self.base.map(groups);
        if [Some(&ours), Some(&theirs), base.as_ref()]
            .into_iter()
            .flatten()
            .all(is_one)
        {
            return Ok(People::of(required(self.union()), None, false));
        }
        let groups = match base {
            _ if ours == theirs => ours,
            Some(base) if base == theirs => ours,
            Some(base) if base == ours => {
                let recipients = required(theirs.recipients());
                return Ok(People::of(recipients, Some(theirs), true));
            }
            _ => return Err(differ()),
        };
        let recipients = required(groups.recipients());
        Ok(People::of(recipients, Some(groups), false))
    }

    /// Those whom the common version or both sides name.
    fn known(&self) -> BTreeSet<String> {
        let (ours, theirs) = (recipients(self.ours), recipients(self.theirs));
        let both = ours.intersection(&theirs).cloned();
        let before = self.base.map(recipients).into_iter().flatten();
        both.chain(before).collect()
    }

    fn union(&self) -> BTreeSet<String> {
        let (ours, theirs) = (recipients(self.ours), recipients(self.theirs));
        let base = self.base.map(recipients).unwrap_or_default();
        let taken_out = |name: &&String| {
            base.contains(*name) && !(ours.contains(*name) && theirs.contains(*name))
        };
        let all = ours.union(&theirs);
        all.filter(|name| !taken_out(name)).cloned().collect()
    }
}

impl People {
    fn of(recipients: Recipients, groups: Option<KeyGroups>, regrouped: bool) -> Self {
        Self {
            recipients,
            groups,
            regrouped,
            strangers: BTreeSet::new(),
        }
    }

    /// The request for the result.
    pub(super) fn request<'r>(&'r self, request: &SealRequest<'r>) -> SealRequest<'r> {
        SealRequest {
            path: request.path,
            store: request.store,
            place: request.place,
            in_fleet: request.in_fleet,
            recipients: &self.recipients,
            key_groups: self.groups.as_ref(),
            rule: None,
            mac_only_encrypted: request.mac_only_encrypted,
            identities: request.identities,
            vouched_by: request.vouched_by,
            now: request.now,
        }
    }
}

/// The age recipients of a file.
pub(super) fn recipients(sealed: &Sealed) -> BTreeSet<String> {
    let keys = sealed.metadata().age_keys();
    keys.map(|key| normal_recipient(&key.recipient)).collect()
}

fn required(required: BTreeSet<String>) -> Recipients {
    Recipients {
        required,
        transitional: BTreeSet::new(),
    }
}

fn foreign(sealed: &Sealed) -> BTreeSet<(&str, &str)> {
    let keys = sealed.metadata().keys().filter(|key| !key.is_age());
    keys.map(|key| (key.kind, key.recipient.as_str())).collect()
}

fn is_one(groups: &KeyGroups) -> bool {
    groups.groups.len() == 1
}

fn groups(sealed: &Sealed) -> KeyGroups {
    let metadata = sealed.metadata();
    let names = |group: &Vec<signet_envelope::WrappedKey>| {
        let keys = group.iter().filter(|key| key.is_age());
        keys.map(|key| normal_recipient(&key.recipient)).collect()
    };
    KeyGroups {
        groups: metadata.groups.iter().map(names).collect(),
        threshold: metadata.shamir_threshold,
    }
}
