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
}

impl Blocks<'_> {
    /// In a fleet those whom the path demands; elsewhere those of both sides without those that a side has taken out.
    ///
    /// # Errors
    /// [`MergeError::Recipients`] if the sides differ in how the key is split, or in whom it is wrapped for by other means
    /// than age.
    pub(super) fn people(&self, request: &SealRequest<'_>) -> Result<People, MergeError> {
        let differ = || MergeError::Recipients {
            path: request.path.clone(),
        };
        if foreign(self.ours) != foreign(self.theirs) {
            return Err(differ());
        }
        if request.place.is_some() {
            return Ok(People {
                recipients: request.recipients.clone(),
                groups: request.key_groups.cloned(),
                regrouped: false,
            });
        }
        let (ours, theirs) = (groups(self.ours), groups(self.theirs));
        let base = self.base.map(groups);
        if [Some(&ours), Some(&theirs), base.as_ref()]
            .into_iter()
            .flatten()
            .all(is_one)
        {
            return Ok(People {
                recipients: required(self.union()),
                groups: None,
                regrouped: false,
            });
        }
        let groups = match base {
            _ if ours == theirs => ours,
            Some(base) if base == theirs => ours,
            Some(base) if base == ours => {
                return Ok(People {
                    recipients: required(theirs.recipients()),
                    groups: Some(theirs),
                    regrouped: true,
                });
            }
            _ => return Err(differ()),
        };
        Ok(People {
            recipients: required(groups.recipients()),
            groups: Some(groups),
            regrouped: false,
        })
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

/// The age recipients of a file.
pub(super) fn recipients(sealed: &Sealed) -> BTreeSet<String> {
    let keys = sealed.metadata().keys().filter(|key| key.kind == "age");
    keys.map(|key| normal_recipient(&key.recipient)).collect()
}

fn required(required: BTreeSet<String>) -> Recipients {
    Recipients {
        required,
        transitional: BTreeSet::new(),
    }
}

fn foreign(sealed: &Sealed) -> BTreeSet<(&str, &str)> {
    let keys = sealed.metadata().keys().filter(|key| key.kind != "age");
    keys.map(|key| (key.kind, key.recipient.as_str())).collect()
}

fn is_one(groups: &KeyGroups) -> bool {
    groups.groups.len() == 1
}

fn groups(sealed: &Sealed) -> KeyGroups {
    let metadata = sealed.metadata();
    let names = |group: &Vec<signet_envelope::WrappedKey>| {
        let keys = group.iter().filter(|key| key.kind == "age");
        keys.map(|key| normal_recipient(&key.recipient)).collect()
    };
    KeyGroups {
        groups: metadata.groups.iter().map(names).collect(),
        threshold: metadata.shamir_threshold,
    }
}
