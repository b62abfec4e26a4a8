//! Whether the values that are sealed already may be kept: sealing again must not bless what somebody else put there.

mod altered;
mod earlier;

use signet_envelope::Sealed;

use super::{SealError, SealRequest, place, resume};
use crate::data_key::DataKey;
use crate::unlock::{Opened, verify_mac, verify_seal};

pub use altered::Altered;
use earlier::Earlier;

/// Who answers for the values that a file holds sealed, where its own seal does not hold (any more), and for the key
/// under which more is to be sealed.
///
/// A person who adds a value in the clear to a sealed file breaks its seal; so does somebody who moves sealed values
/// about without the key. An earlier version tells the two apart, and whether the key is one that somebody planted.
#[derive(Debug, Clone, Copy)]
pub enum Voucher<'a> {
    /// Nobody: only a file whose own seal and MAC hold is kept, and nothing is added to it.
    Nobody,
    /// Versions of the file that are known to be right: what is sealed in one of them may stay, and more is sealed under
    /// their keys.
    Earlier(&'a [String]),
    /// While both sides of a merge are brought together: the same, and the versions of the other side. What is sealed in
    /// those may stay too, under a key of the former: theirs may be one that ours has done away with.
    Merge {
        /// Versions that vouch for values and keys.
        ours: &'a [String],
        /// Versions that vouch for values alone.
        theirs: &'a [String],
    },
    /// A person who was shown what [`SealError::Incoming`] says or [`SealError::Altered`] lists and, where versions are merged, whom
    /// [`MergeError::Strangers`](crate::MergeError::Strangers) names.
    Person,
}

/// What of a sealed file somebody answers for.
pub(super) struct Vouched {
    /// Whether for its key too, so that more may be sealed under it.
    pub(super) key: bool,
    earlier: Option<Earlier>,
}

impl Vouched {
    /// Ensures that somebody answers for the key under which more is to be sealed.
    ///
    /// # Errors
    /// [`SealError::Altered`] with every part that nobody answers for.
    pub(super) fn for_more(&self, sealed: &Sealed, key: &DataKey) -> Result<(), SealError> {
        if self.key {
            return Ok(());
        }
        Err(altered(self.earlier.as_ref(), sealed, key))
    }

    /// The same in a fleet, where what no verified commit has may be anybody's; outside of one where a version of the file is
    /// known.
    ///
    /// # Errors
    /// As [`Self::for_more`].
    pub(super) fn in_fleet_or_where_known(
        &self,
        sealed: &Sealed,
        key: &DataKey,
        request: &SealRequest<'_>,
    ) -> Result<(), SealError> {
        match request.place {
            Some(_) => self.for_more(sealed, key),
            None => self.where_known(sealed, key, request),
        }
    }

    /// The same where a version of the file is known, for work that also does without one.
    ///
    /// # Errors
    /// As [`Self::for_more`].
    pub(super) fn where_known(
        &self,
        sealed: &Sealed,
        key: &DataKey,
        request: &SealRequest<'_>,
    ) -> Result<(), SealError> {
        match request.vouched_by {
            Voucher::Nobody | Voucher::Person => Ok(()),
            Voucher::Earlier(_) | Voucher::Merge { .. } => self.for_more(sealed, key),
        }
    }
}

/// Ensures that somebody answers for what is sealed already.
///
/// In a fleet, that includes its place: a data key is one of the place's if a version that was sealed for it has that key, else
/// the file's own seal has to say so.
///
/// # Errors
/// [`SealError::Altered`] with every part that nobody answers for; [`SealError::Incoming`] if nothing says that a file without
/// a seal belongs to its place; [`SealError::Open`] if the seal of one with a key that no version has does not hold, or if a
/// plain SOPS file of which there is no earlier version has a wrong MAC.
pub(super) fn check(
    sealed: &Sealed,
    key: &DataKey,
    opened: &[Opened<'_>],
    request: &SealRequest<'_>,
) -> Result<Vouched, SealError> {
    let earlier = match request.vouched_by {
        Voucher::Person => {
            return Ok(Vouched {
                key: true,
                earlier: None,
            });
        }
        Voucher::Nobody => None,
        Voucher::Earlier(ours) => Earlier::read(ours, &[], sealed, request),
        Voucher::Merge { ours, theirs } => Earlier::read(ours, theirs, sealed, request),
    };
    if let Some(place) = &request.place
        && !earlier
            .as_ref()
            .is_some_and(|earlier| earlier.has_placed(key))
    {
        match sealed.signet() {
            // Whoever cannot open the file can write into it where it belongs.
            Some(_) => verify_seal(sealed, key)?,
            None => place::refuse_unplaced(sealed, opened, place, request)?,
        }
    }
    let holds = verify_seal(sealed, key).and_then(|()| verify_mac(sealed, key, opened));
    let vouched = match (holds, &earlier) {
        (Ok(()), None) => true,
        (Ok(()), Some(earlier)) if !earlier.is_stripped_in(sealed) => true,
        (Err(wrong), None) if sealed.signet().is_none() && resume::is_complete(sealed) => {
            return Err(wrong.into());
        }
        (Err(_), None) => false,
        (_, Some(earlier)) => earlier.vouches_for(sealed, key),
    };
    if !vouched {
        return Err(altered(earlier.as_ref(), sealed, key));
    }
    Ok(Vouched {
        key: earlier.as_ref().is_some_and(|earlier| earlier.has(key)),
        earlier,
    })
}

fn altered(earlier: Option<&Earlier>, sealed: &Sealed, key: &DataKey) -> SealError {
    SealError::Altered {
        path: sealed.path().clone(),
        parts: earlier::altered(earlier, sealed, key),
    }
}
