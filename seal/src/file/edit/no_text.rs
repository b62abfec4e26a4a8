//! Values of dotenv and INI files that are no text: they stay sealed as they are.

use signet_envelope::walk;
use signet_yaml::apply;

use super::super::{SealError, SealRequest, place, read};
use crate::layout::Layout;
use crate::spelled::Spelled;
use crate::unlock::{Opened, text_of};
use zeroize::Zeroizing;

/// A new plaintext with ciphertext where the same bytes that are no text stand in the same place; nothing if it is text, or
/// is not of such a store.
///
/// # Errors
/// [`SealError::NotText`] where other bytes stand, and where nothing keeps its ciphertext.
pub(super) fn left_sealed(
    plain: &[u8],
    opened: &[Opened<'_>],
    request: &SealRequest<'_>,
) -> Result<Option<Zeroizing<String>>, SealError> {
    let Some(Spelled::Bytes(text, spelling)) = Spelled::of(request.store, plain) else {
        return Ok(None);
    };
    let not_text = || SealError::NotText {
        path: request.path.clone(),
    };
    if place::is_answered_for(request) {
        return Err(not_text());
    }
    let stream = read(&text, request)?;
    let layout = Layout::of(request.store, &text, &stream);
    let rule = signet_envelope::Rule::default();
    let slots = walk(&stream, &rule).map_err(|_| not_text())?;
    let spelled = slots.iter().filter(|slot| spelling.is_in(text_of(slot).0));
    let mut edits = Vec::new();
    for slot in spelled {
        let bytes = spelling.bytes(text_of(slot).0);
        let pointer = slot.pointer();
        let is_same = |one: &&Opened<'_>| {
            let value = one.value.as_ref();
            value.is_some_and(|value| *value.bytes == **bytes) && one.slot.pointer() == pointer
        };
        let same = opened.iter().find(is_same).ok_or_else(not_text)?;
        edits.extend(layout.put_sealed(slot, text_of(&same.slot).0));
    }
    let text = apply(&text, edits).map_err(|_| not_text())?;
    if spelling.is_in(&text) {
        return Err(not_text());
    }
    Ok(Some(Zeroizing::new(text)))
}
