//! Changes to the `sops` block of a file whose values stay as they are.

use signet_envelope::Sealed;
use signet_yaml::{Edit, Node, apply};

use super::{SealError, SealPlace, SealRequest, Wrapped, block, finish};
use crate::Random;
use crate::data_key::DataKey;
use crate::layout::metadata::{self, NoPlace};
use crate::layout::{Flow, indented, line_start};

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
    adopter.map(|place| with_seal(sealed, place)).transpose()
}

/// The edits that write each block anew with these age keys, and with a place for the seal.
pub(super) fn new_block(
    sealed: &Sealed,
    wrapped: &Wrapped,
    request: &SealRequest<'_>,
) -> Result<Vec<Edit>, SealError> {
    let block = block::with_keys(sealed, wrapped, request)?;
    let edits = metadata::replace(sealed.text(), sealed.stream(), &block);
    edits.map_err(|NoPlace(at)| SealError::Layout {
        path: request.path.clone(),
        at,
    })
}

/// The text with a place for the seal in each `sops` block.
fn with_seal(sealed: &Sealed, place: &SealPlace<'_>) -> Result<String, SealError> {
    let text = sealed.text();
    let flow = Flow::of(text, sealed.stream());
    let edits: Vec<Edit> = finish::blocks(sealed.stream())
        .map(|node| append_signet(text, &flow, node, place, sealed))
        .collect::<Result<_, _>>()?;
    Ok(apply(text, edits).expect("each block has an end of its own"))
}

fn append_signet(
    text: &str,
    flow: &Flow,
    block: &Node,
    place: &SealPlace<'_>,
    sealed: &Sealed,
) -> Result<Edit, SealError> {
    let layout = || SealError::Layout {
        path: sealed.path().clone(),
        at: block.at,
    };
    let (first, _) = block.pairs().next().ok_or_else(layout)?;
    let start = line_start(text, first.span.start);
    let indent = &text[start..first.span.start];
    if flow.contains(first.span.start) || !indent.trim().is_empty() {
        return Err(layout());
    }
    // In front of the first key: no value and no comment of the block can be in the way there.
    let lines = block::signet_lines(place, sealed.path().as_str());
    Ok(Edit {
        span: start..start,
        text: indented(&lines, indent, text),
    })
}
