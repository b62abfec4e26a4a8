//! A file that was never sealed: a data key, wrapped for each recipient, and a block to hold it.

use serde_json::Value as Json;
use signet_envelope::Store;
use signet_yaml::Stream;

use super::content::Clear;
use super::finish::Filling;
use super::kept::Kept;
use super::{Draft, SealError, SealRequest, Wrapped, block, finish, no_place, selection};
use crate::Random;
use crate::data_key::DataKey;
use crate::layout::Layout;

/// The file, sealed.
pub(super) fn start(
    clear: Clear<'_>,
    stream: &Stream,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<String, SealError> {
    let Clear { text, content } = clear;
    let (rule, slots) = match content {
        Some(content) => selection::of_content(content, request).map(|()| (None, Vec::new()))?,
        None => selection::rule(stream, request).map(|(rule, slots)| (Some(rule), slots))?,
    };
    let key = DataKey::generate(rng);
    let wrapped = Wrapped::fresh(&key, request, rng)?;
    let block = block::fresh(&wrapped, rule.as_ref(), request);
    let mut with_block = None;
    if let Some(rule) = &rule
        && selection::has_comments_at_end(stream, &slots)
    {
        let text = with_block.insert(with(&block, text, stream, request)?);
        selection::refuse_left_clear(&slots, text, rule, request)?;
    }
    if let Some(rule) = &rule
        && !is_unended(text, request.store)
    {
        let filling = Filling {
            text,
            stream,
            key: &key,
            request,
            rule,
        };
        // Where that leads nowhere, the longer way says why, or finds one.
        if let Ok(sealed) = filling.at_once(slots, block.clone(), rng) {
            return Ok(sealed);
        }
    }
    let text = match with_block {
        Some(text) => text,
        None => with(&block, text, stream, request)?,
    };
    let draft = Draft {
        text,
        key,
        changed: true,
        kept: Kept::default(),
        content,
    };
    finish::finish(draft, request, rng)
}

/// The text with the block behind it.
fn with(
    block: &Json,
    text: &str,
    stream: &Stream,
    request: &SealRequest<'_>,
) -> Result<String, SealError> {
    let layout = Layout::of(request.store, text, stream);
    let edits = layout.append(&layout.print(block), None);
    finish::edited(
        text,
        edits.map_err(|place| no_place(place, request))?,
        request,
    )
}

/// Whether the text may end in a block scalar without a line break, of which Kubernetes reads one: it has to be read with
/// the block behind it, which ends its last line.
fn is_unended(text: &str, store: Store) -> bool {
    store == Store::Yaml && !text.ends_with('\n')
}
