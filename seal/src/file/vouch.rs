//! Whether the values that are sealed already may be kept: sealing again must not bless what somebody else put there.

mod altered;
mod earlier;

use signet_envelope::Sealed;

use super::{SealError, SealRequest, resume};
use crate::data_key::DataKey;
use crate::unlock::{open_slots, verify_mac, verify_seal};

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
    /// A version of the file that is known to be right: what is sealed there may stay.
    Earlier(&'a str),
    /// A person who was shown what [`SealError::Altered`] lists.
    Person,
}

/// Ensures that somebody answers for what is sealed already, and for the key if more is to be sealed under it.
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
    let holds = verify_seal(sealed, key).and_then(|()| verify_mac(sealed, key, &opened));
    let complete = resume::is_complete(sealed);
    let vouched = match (holds, &earlier) {
        (Ok(()), None) => complete,
        (Ok(()), Some(earlier)) if !earlier.is_stripped_in(sealed) => complete || earlier.has(key),
        (Err(wrong), None) if complete && sealed.signet().is_none() => return Err(wrong.into()),
        (Err(_), None) => false,
        (_, Some(earlier)) => earlier.vouches_for(sealed, key),
    };
    if vouched {
        return Ok(());
    }
    Err(SealError::Altered {
        path: request.path.clone(),
        parts: earlier::altered(earlier.as_ref(), sealed, key),
    })
}
