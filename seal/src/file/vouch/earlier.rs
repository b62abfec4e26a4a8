//! The version of a file that vouches for what is sealed in a later one.

use signet_envelope::{Sealed, parse_as};

use super::altered::{self, Altered};
use crate::Identity;
use crate::data_key::DataKey;
use crate::file::SealRequest;
use crate::unlock::{data_key, open_checked};

/// An earlier version of the file that opens, and whose seal and MAC hold.
pub(super) struct Earlier {
    sealed: Sealed,
    key: DataKey,
}

impl Earlier {
    /// None for a text that vouches for nothing: in the clear, sealed for others, or broken itself.
    pub(super) fn read(text: &str, request: &SealRequest<'_>) -> Option<Self> {
        let sealed = parse_as(request.store, text, request.path).ok()?;
        let identities: Vec<&Identity> = request.identities.iter().collect();
        let key = data_key(&sealed, &identities).ok()?;
        open_checked(&sealed, &key).ok()?;
        Some(Self { sealed, key })
    }

    /// Whether everything that is sealed in the later version is sealed there as here, under the same key.
    pub(super) fn vouches_for(&self, now: &Sealed, key: &DataKey) -> bool {
        self.has(key) && altered::parts(Some(&self.sealed), now).is_empty()
    }

    /// Whether this is its data key.
    pub(super) fn has(&self, key: &DataKey) -> bool {
        self.key.is(key)
    }

    /// Whether it has a seal that the later version lacks.
    pub(super) fn is_stripped_in(&self, now: &Sealed) -> bool {
        self.sealed.signet().is_some() && now.signet().is_none()
    }
}

/// What nobody answers for: what is not as in the earlier version, and without one all that is sealed.
pub(super) fn altered(earlier: Option<&Earlier>, now: &Sealed, key: &DataKey) -> Vec<Altered> {
    let mut parts = altered::parts(earlier.map(|earlier| &earlier.sealed), now);
    if !earlier.is_some_and(|earlier| earlier.has(key)) {
        parts.push(Altered::DataKey);
    }
    parts
}
