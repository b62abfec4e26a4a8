//! A file that is sealed already: what was added is sealed with the key it has, a plain SOPS file gets a seal, and who was
//! added to those that its path demands gets the key.

use signet_envelope::{Sealed, is_clear, is_clear_comment, parse_unfinished_as};

use super::existing::Existing;
use super::kept::Kept;
use super::{Draft, SealError, SealRequest, existing, place, retouch};
use crate::{OpenError, Random};

/// The draft to finish; nothing if there is nothing to add and nobody who could check more.
pub(super) fn resume(
    text: &str,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<Option<Draft<'static>>, SealError> {
    let sealed = parse_unfinished_as(request.store, text, request.path)?;
    let missing = place::check(&sealed, request)?;
    let adopts = place::new_place(&sealed, request).is_some();
    let idle = missing.is_empty() && !adopts && is_complete(&sealed);
    if request.identities.is_empty() && idle {
        return Ok(None);
    }
    let key = match existing::key(&sealed, request) {
        Err(SealError::Open(OpenError::NotForIdentity { .. })) if idle => return Ok(None),
        key => key?,
    };
    let Existing { opened, vouched } = existing::open(&sealed, &key, request)?;
    if request.place.is_none() && !missing.is_empty() {
        place::refuse_identity(&opened, request)?;
    }
    if !is_complete(&sealed) {
        vouched.for_more(&sealed, &key)?;
    }
    let retouched = retouch::for_request(&sealed, &key, &missing, request, rng)?;
    if retouched.is_some() {
        vouched.in_fleet_or_where_known(&sealed, &key, request)?;
    }
    Ok(Some(Draft {
        changed: retouched.is_some(),
        text: retouched.unwrap_or_else(|| text.to_owned()),
        key,
        kept: Kept::default(),
        content: None,
    }))
}

/// Whether everything that the rule selects is sealed.
pub(super) fn is_complete(sealed: &Sealed) -> bool {
    let slots = sealed.slots();
    !slots
        .iter()
        .any(|slot| is_clear(slot) || is_clear_comment(slot))
}
