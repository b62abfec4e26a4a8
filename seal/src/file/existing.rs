//! What is done first with a file that is sealed already, whatever is then done to it: its key, its values, and who answers
//! for them.

use signet_envelope::Sealed;

use super::{SealError, SealRequest, place, vouch};
use crate::Identity;
use crate::data_key::DataKey;
use crate::unlock::{Opened, data_key, open_slots, verify_mac, verify_seal};

/// A sealed file that opens.
pub(super) struct Existing<'a> {
    pub(super) opened: Vec<Opened<'a>>,
    pub(super) vouched: vouch::Vouched,
}

/// The data key, by one of the request's identities.
pub(super) fn key(sealed: &Sealed, request: &SealRequest<'_>) -> Result<DataKey, SealError> {
    if request.identities.is_empty() {
        return Err(SealError::NeedsIdentity {
            path: request.path.clone(),
        });
    }
    let identities: Vec<&Identity> = request.identities.iter().collect();
    Ok(data_key(sealed, &identities)?)
}

/// Everything that is sealed in the file, if somebody answers for it. What comes from another place is as its own seal says:
/// nothing else says where it comes from.
pub(super) fn open<'a>(
    sealed: &'a Sealed,
    key: &DataKey,
    request: &SealRequest<'_>,
) -> Result<Existing<'a>, SealError> {
    let opened = open_slots(sealed, key)?;
    if place::is_moved(sealed, request) {
        verify_seal(sealed, key)?;
        verify_mac(sealed, key, &opened)?;
    }
    let vouched = vouch::check(sealed, key, &opened, request)?;
    Ok(Existing { opened, vouched })
}

/// Refuses a file that is sealed for somebody for whom no new key can be wrapped.
pub(super) fn refuse_foreign(sealed: &Sealed) -> Result<(), SealError> {
    let keys = sealed.metadata().foreign_keys();
    let foreign: Vec<String> = keys
        .map(|key| match key.kind {
            "age" => format!("{} (a plugin's)", key.recipient),
            kind => format!("{} ({kind})", key.recipient),
        })
        .collect();
    if foreign.is_empty() {
        return Ok(());
    }
    Err(SealError::Foreign {
        path: sealed.path().clone(),
        foreign,
    })
}
