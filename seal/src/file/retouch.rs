//! Changes to the `sops` block of a file whose values stay as they are.

use serde_json::Value as Json;
use signet_envelope::Sealed;
use signet_yaml::Edit;

use super::place::new_place;
use super::{SealError, SealRequest, Wrapped, block, finish, no_place};
use crate::Random;
use crate::data_key::DataKey;
use crate::layout::Layout;

/// The text with a place for the seal where it lacks one or has another's, and with the data key wrapped for those who are missing; nothing
/// if that is all in order.
pub(super) fn for_request(
    sealed: &Sealed,
    key: &DataKey,
    missing: &[String],
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<Option<String>, SealError> {
    if !missing.is_empty() {
        let wrapped = Wrapped::with(missing, sealed, key, request, rng)?;
        let edits = new_block(sealed, &wrapped, request)?;
        return Ok(Some(finish::edited(sealed.text(), edits, request)?));
    }
    let Some(place) = new_place(sealed, request) else {
        return Ok(None);
    };
    let edits = if sealed.signet().is_some() {
        written(sealed, &block::placed(sealed, request)?, request)?
    } else {
        let signet = block::signet(place, sealed.path().as_str());
        let edits = Layout::of_sealed(sealed).adopt(&signet);
        edits.map_err(|place| no_place(place, request))?
    };
    Ok(Some(finish::edited(sealed.text(), edits, request)?))
}

/// The edits that write each block anew with these age keys, and with a place for the seal.
pub(super) fn new_block(
    sealed: &Sealed,
    wrapped: &Wrapped,
    request: &SealRequest<'_>,
) -> Result<Vec<Edit>, SealError> {
    written(
        sealed,
        &block::with_keys(sealed, wrapped, request)?,
        request,
    )
}

/// The edits that write each block of the file as this one.
fn written(
    sealed: &Sealed,
    block: &Json,
    request: &SealRequest<'_>,
) -> Result<Vec<Edit>, SealError> {
    let layout = Layout::of_sealed(sealed);
    let edits = layout.replace(&layout.print(block));
    edits.map_err(|place| no_place(place, request))
}
