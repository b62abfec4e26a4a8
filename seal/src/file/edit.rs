//! Another plaintext for a file that is sealed already.

mod no_text;

use secrecy::ExposeSecret;
use signet_envelope::{Content, Enc, Sealed, Slot, parse_unfinished_as, walk};
use signet_yaml::Stream;

use super::content::Clear;
use super::existing::Existing;
use super::kept::Kept;
use super::{
    Draft, SealError, SealRequest, Wrapped, block, existing, finish, no_place, place, retouch,
    uncovered,
};
use crate::Random;
use crate::data_key::DataKey;
use crate::layout::Layout;
use crate::layout::flat::has_keys;
use crate::open::clear_text;
use crate::unlock::{self, Opened};

/// The sealed form of another plaintext, under the data key and the rule of the sealed file; the same bytes if the
/// plaintext is what opening the file gives.
///
/// A value or comment whose full position, type and text did not change keeps its ciphertext, and where the plaintext also
/// writes it as opening does, every byte of it. The plaintext may have any layout. The `sops` block stays as it is but for
/// the time, the MAC and the seal; a plain SOPS file gets a seal, and who was added to those that the path demands gets the
/// key. Nothing is changed under a key that nobody answers for, since the other values may be those of whoever chose it;
/// without a place that is so where an earlier version of the file is known. Where a person agreed to them, or to take in
/// a file that comes from elsewhere, it gets a new key. What is no text of a dotenv or INI file may only stay what it is.
///
/// # Errors
/// [`SealError`] as for [`seal_file`](crate::seal_file); [`SealError::HasBlock`] if the plaintext brings a `sops` block,
/// [`SealError::LooksSealed`] if it holds ciphertext, [`SealError::Uncovered`] if a comment that is not sealed shows what was.
pub fn edit_file(
    sealed: &str,
    plain: impl AsRef<[u8]>,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<String, SealError> {
    let before = parse_unfinished_as(request.store, sealed, request.path)?;
    let missing = place::check(&before, request)?;
    let key = existing::key(&before, request)?;
    let Existing { opened, vouched } = existing::open(&before, &key, request)?;
    vouched.in_fleet_or_where_known(&before, &key, request)?;
    if is_what_opens(plain.as_ref(), &before, &opened)? {
        return Ok(sealed.to_owned());
    }
    let with_sealed = no_text::left_sealed(plain.as_ref(), &opened, request)?;
    let plain = match &with_sealed {
        Some(text) => text.as_bytes(),
        None => plain.as_ref(),
    };
    let plain = Clear::of(plain, request)?;
    let stream = read(plain.text, &before, &opened, request)?;
    if place::is_answered_for(request) {
        return finish::finish(
            under_new_key(plain, &stream, &before, request, rng)?,
            request,
            rng,
        );
    }
    let text = with_block(
        plain.text,
        &stream,
        &block_of(&before, request)?,
        &before,
        request,
    )?;
    let retouched = if missing.is_empty() && place::new_place(&before, request).is_none() {
        None
    } else {
        let moved = parse_unfinished_as(request.store, &text, request.path)?;
        retouch::for_request(&moved, &key, &missing, request, rng)?
    };
    let mut kept = Kept::default();
    if plain.content.is_none() {
        kept.add(&before, opened);
    }
    let draft = Draft {
        text: retouched.unwrap_or(text),
        key,
        changed: true,
        kept,
        content: plain.content,
    };
    finish::finish(draft, request, rng)
}

/// Whether a plaintext is what opening the sealed file gives, to the byte.
#[expect(
    clippy::disallowed_methods,
    reason = "it is compared with the plaintext that the caller brings"
)]
fn is_what_opens(plain: &[u8], before: &Sealed, opened: &[Opened<'_>]) -> Result<bool, SealError> {
    Ok(clear_text(before, opened)?.expose_secret() == plain)
}

/// The plaintext's tree. Ciphertext may stand in it where opening the file left some.
fn read(
    plain: &str,
    before: &Sealed,
    opened: &[Opened<'_>],
    request: &SealRequest<'_>,
) -> Result<Stream, SealError> {
    let path = || request.path.clone();
    let stream = super::read(plain, request)?;
    if let Some(block) = finish::blocks(&stream).next() {
        return Err(SealError::HasBlock {
            path: path(),
            at: block.at,
        });
    }
    let slots = walk(&stream, &before.metadata().rule).map_err(|source| SealError::Tree {
        path: path(),
        source,
    })?;
    let left = opened.iter();
    let left = left.filter(|one| one.unopened().is_some() || one.is_no_text());
    let left: Vec<&str> = left.map(|one| unlock::text_of(&one.slot).0).collect();
    let pasted = |slot: &&Slot<'_>| looks_sealed(slot) && !left.contains(&unlock::text_of(slot).0);
    if let Some(slot) = slots.iter().find(pasted) {
        return Err(SealError::LooksSealed {
            path: path(),
            at: unlock::text_of(slot).1,
        });
    }
    match uncovered::first(&slots, opened) {
        Some(at) => Err(SealError::Uncovered { path: path(), at }),
        None => Ok(stream),
    }
}

fn looks_sealed(slot: &Slot<'_>) -> bool {
    let is_value = matches!(slot.content, Content::Scalar(_));
    (slot.selected || !is_value) && Enc::looks_sealed(unlock::text_of(slot).0)
}

pub(super) fn block_of(before: &Sealed, request: &SealRequest<'_>) -> Result<String, SealError> {
    let block = Layout::of_sealed(before).block();
    let block = block.map_err(|place| no_place(place, request))?;
    Ok(block.expect("a sealed file has a block"))
}

/// The plaintext with a block where the sealed file has one.
pub(super) fn with_block(
    plain: &str,
    stream: &Stream,
    block: &str,
    before: &Sealed,
    request: &SealRequest<'_>,
) -> Result<String, SealError> {
    let layout = Layout::of(request.store, plain, stream);
    let edits = layout.append(block, Some(&Layout::of_sealed(before)));
    if edits.as_ref().map_or(!has_keys(stream), Vec::is_empty) {
        return Err(SealError::Empty {
            path: request.path.clone(),
        });
    }
    let edits = edits.map_err(|place| no_place(place, request))?;
    finish::edited(plain, edits, request)
}

/// Nothing of what was sealed is kept.
fn under_new_key<'a>(
    plain: Clear<'a>,
    stream: &Stream,
    before: &Sealed,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<Draft<'a>, SealError> {
    let key = DataKey::generate(rng);
    let wrapped = Wrapped::instead(before, &key, request, rng)?;
    let block = block::with_keys(before, &wrapped, request)?;
    let printed = Layout::of_sealed(before).print(&block);
    Ok(Draft {
        text: with_block(plain.text, stream, &printed, before, request)?,
        key,
        changed: true,
        kept: Kept::default(),
        content: plain.content,
    })
}
