//! Changes to the `sops` block of a file whose values stay as they are.

use signet_envelope::Sealed;
use signet_yaml::Edit;

use super::{SealError, SealPlace, SealRequest, Wrapped, block, finish, no_place};
use crate::Random;
use crate::data_key::DataKey;
use crate::layout::Layout;

/// The text with a place for the seal where it lacks one, and with the data key wrapped for those who are missing; nothing
/// if that is all in order.
pub(super) fn for_request(
    sealed: &Sealed,
    key: &DataKey,
    missing: &[String],
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<Option<String>, SealError> {
    let adopter = request.place.as_ref().filter(|_| sealed.signet().is_none());
    if !missing.is_empty() {
        let wrapped = Wrapped::with(missing, sealed, key, request, rng)?;
        let edits = new_block(sealed, &wrapped, request)?;
        return Ok(Some(finish::edited(sealed.text(), edits, request)?));
    }
    adopter
        .map(|place| with_seal(sealed, place, request))
        .transpose()
}

/// The edits that write each block anew with these age keys, and with a place for the seal.
pub(super) fn new_block(
    sealed: &Sealed,
    wrapped: &Wrapped,
    request: &SealRequest<'_>,
) -> Result<Vec<Edit>, SealError> {
    let block = block::with_keys(sealed, wrapped, request)?;
    let layout = Layout::of_sealed(sealed);
    let edits = layout.replace(&layout.print(&block));
    edits.map_err(|place| no_place(place, request))
}

/// The text with a place for the seal in each `sops` block.
fn with_seal(
    sealed: &Sealed,
    place: &SealPlace<'_>,
    request: &SealRequest<'_>,
) -> Result<String, SealError> {
    let signet = block::signet(place, sealed.path().as_str());
    let edits = Layout::of_sealed(sealed).adopt(&signet);
    let edits = edits.map_err(|place| no_place(place, request))?;
    finish::edited(sealed.text(), edits, request)
}
