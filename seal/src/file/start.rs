//! A file that was never sealed: a data key, wrapped for each recipient, and a block to hold it.

use signet_envelope::WrappedKey;
use signet_yaml::{Stream, apply};

use super::kept::Kept;
use super::{Draft, SealError, SealRequest, block, selection};
use crate::Random;
use crate::data_key::DataKey;
use crate::layout::metadata::{self, NoPlace};
use crate::wrap;

pub(super) fn start(
    text: &str,
    stream: &Stream,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<Draft, SealError> {
    let rule = selection::rule(stream, request)?;
    let key = DataKey::generate(rng);
    let keys = wrapped(&key, request.recipients.required.iter(), request)?;
    let lines = block::fresh(
        &keys,
        &rule,
        request.mac_only_encrypted,
        request.now,
        request.place.as_ref(),
        request.path.as_str(),
    );
    let layout = |at| SealError::Layout {
        path: request.path.clone(),
        at,
    };
    let edits = metadata::append(text, stream, &lines).map_err(|NoPlace(at)| layout(at))?;
    let text = apply(text, edits).expect("each document has an end of its own");
    Ok(Draft {
        text,
        key,
        changed: true,
        kept: Kept::default(),
    })
}

/// The data key, wrapped for each of the recipients.
///
/// # Errors
/// [`SealError::NoRecipients`] if there is none, [`SealError::Recipient`] for one that cannot be used.
pub(super) fn wrapped<'a>(
    key: &DataKey,
    recipients: impl Iterator<Item = &'a String>,
    request: &SealRequest<'_>,
) -> Result<Vec<WrappedKey>, SealError> {
    let wrap = |recipient: &String| {
        let enc = wrap::wrap(key, recipient).map_err(|source| SealError::Recipient {
            path: request.path.clone(),
            source,
        })?;
        Ok(WrappedKey {
            kind: "age",
            recipient: recipient.clone(),
            enc,
        })
    };
    let keys: Vec<WrappedKey> = recipients.map(wrap).collect::<Result<_, SealError>>()?;
    if keys.is_empty() {
        return Err(SealError::NoRecipients {
            path: request.path.clone(),
        });
    }
    Ok(keys)
}
