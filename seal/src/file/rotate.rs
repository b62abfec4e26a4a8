//! A new data key for a sealed file.

use serde_json::json;
use signet_envelope::Sealed;

use super::existing::Existing;
use super::finish::Filling;
use super::{SealError, SealRequest, Wrapped, block, existing, place};
use crate::data_key::DataKey;
use crate::unlock::Opened;
use crate::{OpenError, Random};

/// The file under a new data key, wrapped for the request's required recipients and nobody else; each value and comment is
/// encrypted anew in its place, and what is clear stays byte for byte.
///
/// Whoever held the old key opens nothing of it, but knows what the file held until then. The file may be unfinished:
/// what has become clear in it is sealed as well. Where an earlier version is known and nobody answers for the old key, it is
/// refused: the values may be those of whoever chose the key.
///
/// # Errors
/// [`SealError`] as for [`seal_file`](crate::seal_file); [`SealError::Foreign`] if somebody would lose the file for whom
/// nothing can be wrapped here, [`SealError::Ungrouped`] if one recipient would do where several were needed.
pub fn rotate_file(
    sealed: &Sealed,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<String, SealError> {
    place::check_claims(sealed, request)?;
    let old = existing::key(sealed, request)?;
    let Existing { opened, vouched } = existing::open(sealed, &old, request)?;
    // Under a key that nobody answers for, whoever made it chose the values too.
    vouched.where_known(sealed, &old, request)?;
    refuse_unopened(sealed, &opened)?;
    if request.place.is_none() {
        place::refuse_identity(&opened, request)?;
    }
    let key = DataKey::generate(rng);
    let wrapped = Wrapped::instead(sealed, &key, request, rng)?;
    let mut block = block::with_keys(sealed, &wrapped, request)?;
    block["lastmodified"] = json!(block::time(request.now));
    let filling = Filling {
        text: sealed.text(),
        stream: sealed.stream(),
        key: &key,
        request,
        rule: &sealed.metadata().rule,
    };
    filling.anew(sealed, opened, block, rng)
}

/// A comment that does not open would be lost with the key.
fn refuse_unopened(sealed: &Sealed, opened: &[Opened<'_>]) -> Result<(), SealError> {
    let path = || sealed.path().clone();
    match opened.iter().find_map(Opened::unopened) {
        Some(at) => Err(OpenError::Comment { path: path(), at }.into()),
        None => Ok(()),
    }
}
