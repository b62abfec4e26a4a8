//! Opens a file for the person who asks: the text as it was before it was sealed.

use signet_api::RepoPath;
use signet_envelope::{Content, Scope, Sealed, Store, parse_as};
use signet_yaml::{Edit, Position, apply};
use zeroize::Zeroizing;

use crate::layout::{Layout, NoPlace};
use crate::unlock::{Opened, Value, text_of, unlock};
use crate::{Identity, OpenError};

/// The text that was sealed: each value in the style of the `ENC[…]` that stood for it, blocks as literal blocks, the
/// `sops` blocks removed and everything else byte for byte.
///
/// Without a scope the file's claims about its place are taken as they stand, and it may be a plain SOPS file. For the
/// command line alone: it opens a document that nobody verified, and gives out a whole text.
///
/// # Errors
/// [`OpenError`] in the order in which [`open`](crate::open()) meets them.
pub fn open_file(
    text: &str,
    store: Store,
    path: &RepoPath,
    identities: &[Identity],
    scope: Option<&Scope>,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let sealed = parse_as(store, text, path)?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the same, for a caller who needs nothing else of the file"
    )]
    let opened = open_sealed(&sealed, identities, scope)?;
    Ok(opened.text)
}

/// What was sealed in a file.
pub struct OpenedText {
    /// The text that was sealed.
    pub text: Zeroizing<Vec<u8>>,
    /// The comments that stand in it as they were sealed.
    pub unopened: Vec<UnopenedComment>,
}

/// A sealed comment that does not open in its place, in a file without a seal: sops moves comments when it writes a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{path}: {at}: the comment stays sealed: it was sealed in another place, under another key, or was changed"
)]
pub struct UnopenedComment {
    /// The file.
    pub path: RepoPath,
    /// Where it stands in the sealed file.
    pub at: Position,
}

/// As [`open_file`], for a file that was read already; says besides what did not open and was left.
///
/// # Errors
/// As [`open_file`].
pub fn open_sealed(
    sealed: &Sealed,
    identities: &[Identity],
    scope: Option<&Scope>,
) -> Result<OpenedText, OpenError> {
    let identities: Vec<&Identity> = identities.iter().collect();
    let opened = unlock(sealed, scope, &identities)?;
    let places = opened.iter().filter_map(Opened::unopened);
    let unopened = places.map(|at| UnopenedComment {
        path: sealed.path().clone(),
        at,
    });
    Ok(OpenedText {
        unopened: unopened.collect(),
        text: match sealed.store() {
            Store::Binary => content(opened),
            _ => clear_text(sealed, &opened)?,
        },
    })
}

/// What an envelope holds.
fn content(opened: Vec<Opened<'_>>) -> Zeroizing<Vec<u8>> {
    let mut values = opened.into_iter().filter_map(|one| one.value);
    values
        .next()
        .map(|value| value.bytes.into_own())
        .unwrap_or_default()
}

/// The text of a sealed file with its opened values in their places, the `sops` blocks removed; of the binary store, what
/// the envelope holds.
///
/// # Errors
/// [`OpenError::Layout`] and [`OpenError::Bytes`] where one cannot stand.
pub(crate) fn clear_text(
    sealed: &Sealed,
    opened: &[Opened<'_>],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    if sealed.store() == Store::Binary {
        let value = opened.iter().find_map(|one| one.value.as_ref());
        return Ok(Zeroizing::new(
            value.map(|value| value.bytes.to_vec()).unwrap_or_default(),
        ));
    }
    text_with(sealed, opened.iter())
}

/// As [`clear_text`], but only comments are opened: values stay sealed.
pub(crate) fn body_text(
    sealed: &Sealed,
    opened: &[Opened<'_>],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let is_value = |one: &Opened<'_>| matches!(one.slot.content, Content::Scalar(_));
    text_with(sealed, opened.iter().filter(|one| !is_value(one)))
}

fn text_with<'o>(
    sealed: &Sealed,
    opened: impl Iterator<Item = &'o Opened<'o>>,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let no_place = |at| OpenError::Layout {
        path: sealed.path().clone(),
        at,
    };
    let layout = Layout::of_sealed(sealed);
    let mut edits = layout.remove().map_err(|NoPlace(at)| no_place(at))?;
    for one in opened {
        edits.extend(edits_of(&layout, one).ok_or_else(|| unwritable(sealed, one))?);
    }
    let text = apply(sealed.text(), edits).map_err(|_| no_place(Position::START))?;
    Ok(Zeroizing::new(text.into_bytes()))
}

/// Why an opened value has no place in the text.
fn unwritable(sealed: &Sealed, opened: &Opened<'_>) -> OpenError {
    let (_, at) = text_of(&opened.slot);
    let path = sealed.path().clone();
    let value = opened.value.as_ref();
    if value.is_some_and(|value| std::str::from_utf8(&value.bytes).is_err()) {
        let pointer = opened.slot.pointer();
        return OpenError::Bytes { path, at, pointer };
    }
    OpenError::Layout { path, at }
}

/// How an opened slot stands in the sealed text, and how [`clear_text`] writes it; nothing if it was not sealed or has no
/// place there.
pub(crate) fn written(
    sealed: &Sealed,
    layout: &Layout<'_>,
    opened: &Opened<'_>,
) -> Option<(String, Zeroizing<String>)> {
    let mut edits = edits_of(layout, opened)?;
    let comment = match opened.slot.content {
        Content::Comment(comment) => Some(comment.span.start),
        Content::Scalar(_) | Content::SealedElement(_) => None,
    };
    let start = edits
        .iter()
        .map(|edit| edit.span.start)
        .chain(comment)
        .min()?;
    let end = edits.iter().map(|edit| edit.span.end).max()?;
    for edit in &mut edits {
        edit.span = edit.span.start - start..edit.span.end - start;
    }
    let part = &sealed.text()[start..end];
    let clear = Zeroizing::new(apply(part, edits).ok()?);
    Some((part.to_owned(), clear))
}

/// The edits that put an opened value in its place; nothing if it cannot stand there.
fn edits_of(layout: &Layout<'_>, opened: &Opened<'_>) -> Option<Vec<Edit>> {
    let Some(Value { kind, bytes }) = &opened.value else {
        return Some(Vec::new());
    };
    match std::str::from_utf8(bytes) {
        Ok(value) => layout.put_clear(&opened.slot, *kind, value),
        Err(_) => layout.put_bytes(&opened.slot, bytes),
    }
}
