//! A file that was never sealed: a data key, wrapped for each recipient, and a block to hold it.

use signet_yaml::{Stream, apply};

use super::kept::Kept;
use super::{Draft, SealError, SealRequest, Wrapped, block, selection};
use crate::Random;
use crate::data_key::DataKey;
use crate::layout::metadata::{self, NoPlace};

pub(super) fn start(
    text: &str,
    stream: &Stream,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<Draft, SealError> {
    let rule = selection::rule(stream, request)?;
    let key = DataKey::generate(rng);
    let wrapped = Wrapped::fresh(&key, request, rng)?;
    let lines = block::fresh(
        &wrapped,
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
