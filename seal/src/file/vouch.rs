//! Whether the values that are sealed already may be kept: sealing again must not bless what somebody else put there.

use std::collections::BTreeMap;
use std::fmt;

use signet_envelope::{Enc, Metadata, Pointer, Sealed, parse};

use super::{SealError, SealRequest, resume};
use crate::Identity;
use crate::data_key::DataKey;
use crate::unlock::{data_key, open_checked, open_slots, verify_mac, verify_seal};

/// Who answers for the values that a file holds sealed, where its own seal does not hold (any more).
///
/// A person who adds a value in the clear to a sealed file breaks its seal; so does somebody who moves sealed values
/// about without the key. An earlier version tells the two apart.
#[derive(Debug, Clone, Copy)]
pub enum Voucher<'a> {
    /// Nobody: only a file whose own seal and MAC hold is sealed again.
    Nobody,
    /// A version of the file that is known to be right: what is sealed there may stay.
    Earlier(&'a str),
    /// A person who was shown what [`SealError::Altered`] lists.
    Person,
}

/// A part of a sealed file that is not as in the version that vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Altered {
    /// Another sealed value stands there.
    Changed(Pointer),
    /// A sealed value stands there that the version does not have, or of which there is no version.
    Added(Pointer),
    /// The version has a sealed value there, the file none and no clear one in its place.
    Removed(Pointer),
    /// What is sealed under the data key, and what is not.
    Rule,
    /// The key under which everything is sealed.
    DataKey,
    /// The data key as wrapped for this recipient.
    WrappedKey(String),
    /// The seal was taken out.
    Seal,
}

impl fmt::Display for Altered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(pointer) => write!(f, "{pointer}: another sealed value"),
            Self::Added(pointer) => write!(f, "{pointer}: a sealed value that was not there"),
            Self::Removed(pointer) => write!(f, "{pointer}: no longer there"),
            Self::Rule => f.write_str("the rule that says what is sealed"),
            Self::DataKey => f.write_str("the data key, which whoever made the file knows"),
            Self::WrappedKey(recipient) => write!(f, "the data key as wrapped for {recipient}"),
            Self::Seal => f.write_str("the seal, which was taken out"),
        }
    }
}

/// Ensures that somebody answers for what is sealed already.
///
/// # Errors
/// [`SealError::Altered`] with every part that nobody answers for; [`SealError::Open`] if a value does not open in its
/// place, or if a plain SOPS file of which there is no earlier version has a wrong MAC.
pub(super) fn check(
    sealed: &Sealed,
    key: &DataKey,
    request: &SealRequest<'_>,
) -> Result<(), SealError> {
    let opened = open_slots(sealed, key)?;
    let earlier = match request.vouched_by {
        Voucher::Person => return Ok(()),
        Voucher::Nobody => None,
        Voucher::Earlier(text) => Earlier::read(text, request),
    };
    let stripped = sealed.signet().is_none()
        && earlier
            .as_ref()
            .is_some_and(|earlier| earlier.sealed.signet().is_some());
    let holds = verify_seal(sealed, key).and_then(|()| verify_mac(sealed, key, &opened));
    let parts = match (holds, earlier) {
        (Ok(()), _) if !stripped => return Ok(()),
        (_, Some(earlier)) => earlier.altered(sealed, key),
        (Err(wrong), None) if sealed.signet().is_none() && resume::is_complete(sealed) => {
            return Err(wrong.into());
        }
        (_, None) => leaves(sealed).into_keys().map(Altered::Added).collect(),
    };
    if parts.is_empty() {
        return Ok(());
    }
    Err(SealError::Altered {
        path: request.path.clone(),
        parts,
    })
}

/// An earlier version of the file that opens, and whose seal and MAC hold.
struct Earlier {
    sealed: Sealed,
    key: DataKey,
}

impl Earlier {
    /// None for a text that vouches for nothing: in the clear, sealed for others, or broken itself.
    fn read(text: &str, request: &SealRequest<'_>) -> Option<Self> {
        let sealed = parse(text, request.path).ok()?;
        let identities: Vec<&Identity> = request.identities.iter().collect();
        let key = data_key(&sealed, &identities).ok()?;
        open_checked(&sealed, &key).ok()?;
        Some(Self { sealed, key })
    }

    fn altered(&self, now: &Sealed, key: &DataKey) -> Vec<Altered> {
        let mut parts = altered_frame(self.sealed.metadata(), now.metadata());
        if !self.key.is(key) {
            parts.push(Altered::DataKey);
        }
        parts.extend(self.altered_leaves(now));
        parts
    }

    fn altered_leaves(&self, now: &Sealed) -> Vec<Altered> {
        let (before, after) = (leaves(&self.sealed), leaves(now));
        let rewritten = resume::clear_values(now);
        let kept = after.iter().filter_map(|(pointer, enc)| {
            let pointer = pointer.clone();
            match before.get(&pointer) {
                Some(there) if there == enc => None,
                Some(_) => Some(Altered::Changed(pointer)),
                None => Some(Altered::Added(pointer)),
            }
        });
        let gone = before
            .keys()
            .filter(|pointer| !after.contains_key(*pointer) && !rewritten.contains(*pointer))
            .map(|pointer| Altered::Removed(pointer.clone()));
        kept.chain(gone).collect()
    }
}

/// What differs around the leaves.
fn altered_frame(before: &Metadata, after: &Metadata) -> Vec<Altered> {
    let mut parts = Vec::new();
    if before.signet.is_some() && after.signet.is_none() {
        parts.push(Altered::Seal);
    }
    if (&before.rule, before.mac_only_encrypted) != (&after.rule, after.mac_only_encrypted) {
        parts.push(Altered::Rule);
    }
    let wrapped = after.keys().filter(|key| {
        !before
            .keys()
            .any(|there| (&there.recipient, &there.enc) == (&key.recipient, &key.enc))
    });
    parts.extend(wrapped.map(|key| Altered::WrappedKey(key.recipient.clone())));
    parts
}

fn leaves(sealed: &Sealed) -> BTreeMap<Pointer, &Enc> {
    let leaves = sealed.leaves().iter();
    leaves
        .map(|leaf| (leaf.pointer.clone(), &leaf.enc))
        .collect()
}
