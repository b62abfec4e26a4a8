//! A new data key for a sealed file.

use signet_envelope::{Sealed, parse_unfinished_as};
use signet_yaml::Edit;

use super::existing::Existing;
use super::kept::Kept;
use super::{Draft, SealError, SealRequest, Wrapped, existing, finish, place, retouch};
use crate::cipher::encrypt;
use crate::data_key::DataKey;
use crate::layout::Layout;
use crate::random::Ahead;
use crate::unlock::Opened;
use crate::{OpenError, Random};

/// The file under a new data key, wrapped for the request's required recipients and nobody else; each value and comment is
/// encrypted anew in its place, and what is clear stays byte for byte.
///
/// Whoever held the old key opens nothing of it, but knows what the file held until then.
///
/// # Errors
/// [`SealError`] as for [`seal_file`](crate::seal_file); [`SealError::Foreign`] if somebody would lose the file for whom
/// nothing can be wrapped here, [`SealError::Ungrouped`] if one recipient would do where several were needed.
pub fn rotate_file(
    text: &str,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<String, SealError> {
    let sealed = parse_unfinished_as(request.store, text, request.path)?;
    place::check_claims(&sealed, request)?;
    let old = existing::key(&sealed, request)?;
    let Existing { opened, .. } = existing::open(&sealed, &old, request)?;
    refuse_unopened(&sealed, &opened)?;
    let key = DataKey::generate(rng);
    let wrapped = Wrapped::instead(&sealed, &key, request, rng)?;
    let mut edits = retouch::new_block(&sealed, &wrapped, request)?;
    edits.extend(encrypt_anew(&sealed, &opened, &key, rng));
    let draft = Draft {
        text: finish::edited(text, edits, request)?,
        key,
        changed: true,
        kept: Kept::default(),
        content: None,
    };
    finish::finish(draft, request, rng)
}

/// A comment that does not open would be lost with the key.
fn refuse_unopened(sealed: &Sealed, opened: &[Opened<'_>]) -> Result<(), SealError> {
    let path = || sealed.path().clone();
    match opened.iter().find_map(Opened::unopened) {
        Some(at) => Err(OpenError::Comment { path: path(), at }.into()),
        None => Ok(()),
    }
}

fn encrypt_anew(
    sealed: &Sealed,
    opened: &[Opened<'_>],
    key: &DataKey,
    rng: &mut dyn Random,
) -> Vec<Edit> {
    let layout = Layout::of_sealed(sealed);
    let mut rng = Ahead::of(rng);
    let mut edits = Vec::new();
    for Opened { slot, value } in opened {
        if let Some(value) = value {
            let enc = encrypt(key, &value.bytes, &slot.aad, value.kind, &mut rng);
            edits.extend(layout.put_sealed(slot, &enc.to_string()));
        }
    }
    edits
}
