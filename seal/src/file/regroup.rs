//! For whom a file is sealed after some have gone and some have come.

use std::collections::BTreeSet;

use signet_envelope::{Sealed, normal_recipient};

use super::{SealError, existing};
use crate::KeyGroups;

/// The key groups of a sealed file without those who go and with those who come, in the same number and under the same
/// threshold. Who comes stands in the first group, as with sops; who is there already stays where they are.
///
/// For a plain SOPS file: inside a fleet the path says who opens a file.
///
/// # Errors
/// [`SealError::Foreign`] if it is sealed for somebody for whom nothing can be wrapped, [`SealError::Abandoned`] if nobody
/// would be left in a group.
pub fn regroup(
    sealed: &Sealed,
    gone: &BTreeSet<String>,
    come: &BTreeSet<String>,
) -> Result<KeyGroups, SealError> {
    existing::refuse_foreign(sealed)?;
    let metadata = sealed.metadata();
    let group = |keys: &Vec<signet_envelope::WrappedKey>| -> BTreeSet<String> {
        let recipients = keys.iter().map(|key| normal_recipient(&key.recipient));
        recipients.collect()
    };
    let mut groups: Vec<BTreeSet<String>> = metadata.groups.iter().map(group).collect();
    let known: BTreeSet<String> = groups.iter().flatten().cloned().collect();
    let new = come.difference(&known).cloned();
    if let Some(first) = groups.first_mut() {
        first.extend(new);
    }
    for (number, group) in (1..).zip(&mut groups) {
        let removed: Vec<String> = group.intersection(gone).cloned().collect();
        group.retain(|recipient| !gone.contains(recipient));
        if group.is_empty() && !removed.is_empty() {
            return Err(SealError::Abandoned {
                path: sealed.path().clone(),
                number,
                groups: metadata.groups.len(),
                removed,
            });
        }
    }
    Ok(KeyGroups {
        groups,
        threshold: metadata.shamir_threshold,
    })
}
