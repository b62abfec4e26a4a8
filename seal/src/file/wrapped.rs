//! The data key of a file as its block lists it: wrapped for each recipient, or in shares for each of several groups.

use serde_json::{Value as Json, json};
use signet_envelope::{Sealed, WrappedKey, normal_recipient};

use super::{SealError, SealRequest, existing};
use crate::data_key::DataKey;
use crate::wrap::wrap_groups;
use crate::{KeyGroups, Random};

/// The lists of wrapped keys in a block.
pub(super) struct Wrapped {
    groups: Vec<Vec<WrappedKey>>,
    threshold: u32,
}

impl Wrapped {
    /// The key for everybody whom the request names.
    pub(super) fn fresh(
        key: &DataKey,
        request: &SealRequest<'_>,
        rng: &mut dyn Random,
    ) -> Result<Self, SealError> {
        let recipients = &request.recipients.required;
        if recipients.is_empty() {
            return Err(SealError::NoRecipients {
                path: request.path.clone(),
            });
        }
        let one = KeyGroups::one(recipients.clone());
        let groups = request.key_groups.unwrap_or(&one);
        Self::of(key, groups, request, rng)
    }

    /// The key for everybody whom the request names, in the place of those that a file is sealed for.
    pub(super) fn instead(
        before: &Sealed,
        key: &DataKey,
        request: &SealRequest<'_>,
        rng: &mut dyn Random,
    ) -> Result<Self, SealError> {
        if before.metadata().groups.len() > 1 && request.key_groups.is_none() {
            return Err(SealError::Ungrouped {
                path: request.path.clone(),
            });
        }
        existing::refuse_foreign(before)?;
        Self::fresh(key, request, rng)
    }

    /// The file's own age keys and the key for those who are missing. Where there are groups, the key is split anew.
    pub(super) fn with(
        missing: &[String],
        before: &Sealed,
        key: &DataKey,
        request: &SealRequest<'_>,
        rng: &mut dyn Random,
    ) -> Result<Self, SealError> {
        if before.metadata().groups.len() > 1 || request.key_groups.is_some() {
            return Self::instead(before, key, request, rng);
        }
        let missing = KeyGroups::one(missing.iter().cloned().collect());
        let mut wrapped = Self::of(key, &missing, request, rng)?;
        let ours = before.metadata().age_keys();
        wrapped.groups[0].splice(..0, ours.cloned());
        Ok(wrapped)
    }

    /// The file's own age keys and, as another version of it has them, those of the missing.
    pub(super) fn taken_from(other: &Sealed, missing: &[String], before: &Sealed) -> Self {
        let age = |sealed: &Sealed| -> Vec<WrappedKey> {
            let keys = sealed.metadata().age_keys();
            keys.cloned().collect()
        };
        let theirs = age(other).into_iter();
        let wanted = theirs.filter(|key| missing.contains(&normal_recipient(&key.recipient)));
        Self {
            groups: vec![age(before).into_iter().chain(wanted).collect()],
            threshold: 0,
        }
    }

    fn of(
        key: &DataKey,
        groups: &KeyGroups,
        request: &SealRequest<'_>,
        rng: &mut dyn Random,
    ) -> Result<Self, SealError> {
        let wrapped = wrap_groups(key, groups, rng);
        Ok(Self {
            groups: wrapped.map_err(|source| SealError::Wrap {
                path: request.path.clone(),
                source,
            })?,
            threshold: groups.threshold,
        })
    }

    /// Writes the lists in a block in the place of those that it has.
    pub(super) fn write(&self, block: &mut Json) {
        if let Some(fields) = block.as_object_mut() {
            for field in ["age", "key_groups", "shamir_threshold"] {
                fields.remove(field);
            }
        }
        if let [group] = &self.groups[..] {
            block["age"] = age(group);
            return;
        }
        let groups = self.groups.iter();
        block["key_groups"] = groups.map(|group| json!({ "age": age(group) })).collect();
        block["shamir_threshold"] = match self.threshold {
            0 => self.groups.len().into(),
            threshold => threshold.into(),
        };
    }
}

fn age(group: &[WrappedKey]) -> Json {
    let entries = group
        .iter()
        .map(|key| json!({"enc": key.enc, "recipient": key.recipient}));
    entries.collect()
}
