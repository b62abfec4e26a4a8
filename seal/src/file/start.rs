//! A file that was never sealed: a data key, wrapped for each recipient, and a block to hold it.

use signet_yaml::{Stream, apply};

use super::content::Clear;
use super::kept::Kept;
use super::{Draft, SealError, SealRequest, Wrapped, block, no_place, selection};
use crate::Random;
use crate::data_key::DataKey;
use crate::layout::Layout;

pub(super) fn start<'a>(
    clear: Clear<'a>,
    stream: &Stream,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<Draft<'a>, SealError> {
    let Clear { text, content } = clear;
    let rule = match content {
        Some(content) => selection::of_content(content, request).map(|()| None)?,
        None => Some(selection::rule(stream, request)?),
    };
    let key = DataKey::generate(rng);
    let wrapped = Wrapped::fresh(&key, request, rng)?;
    let block = block::fresh(&wrapped, rule.as_ref(), request);
    let layout = Layout::of(request.store, text, stream);
    let edits = layout.append(&layout.print(&block));
    let edits = edits.map_err(|place| no_place(place, request))?;
    let text = apply(text, edits).expect("each document has an end of its own");
    Ok(Draft {
        text,
        key,
        changed: true,
        kept: Kept::default(),
        content,
    })
}
