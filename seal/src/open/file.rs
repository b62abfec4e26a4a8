//! Opens a file for the person who asks: the text as it was before it was sealed.

use signet_api::RepoPath;
use signet_envelope::{Content, Scope, Sealed, Store, parse_as};
use signet_yaml::{Edit, Position, apply};
use zeroize::Zeroizing;

use crate::layout::{Layout, NoPlace};
use crate::spelled::Spelling;
use crate::unlock::{Opened, Value, text_of, unlock};
use crate::{ClearText, Identity, OpenError};

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
) -> Result<ClearText, OpenError> {
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
    pub text: ClearText,
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
            Store::Binary => content(opened).into(),
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
pub(crate) fn clear_text(sealed: &Sealed, opened: &[Opened<'_>]) -> Result<ClearText, OpenError> {
    if sealed.store() == Store::Binary {
        let value = opened.iter().find_map(|one| one.value.as_ref());
        let bytes = value.map(|value| value.bytes.to_vec());
        return Ok(Zeroizing::new(bytes.unwrap_or_default()).into());
    }
    Ok(text_with(sealed, opened.iter())?.into())
}

/// As [`clear_text`], but only comments are opened, and of them those that are text: values stay sealed.
pub(crate) fn body_text(
    sealed: &Sealed,
    opened: &[Opened<'_>],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let is_value = |one: &Opened<'_>| matches!(one.slot.content, Content::Scalar(_));
    let is_opened = |one: &&Opened<'_>| !is_value(one) && !one.is_no_text();
    text_with(sealed, opened.iter().filter(is_opened))
}

fn text_with<'o>(
    sealed: &Sealed,
    opened: impl Iterator<Item = &'o Opened<'o>> + Clone,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let no_place = |at| OpenError::Layout {
        path: sealed.path().clone(),
        at,
    };
    let layout = Layout::of_sealed(sealed);
    let mut edits = layout.remove().map_err(|NoPlace(at)| no_place(at))?;
    let spelling = spelling(sealed, opened.clone());
    for one in opened {
        let edits_of = edits_of(&layout, one, spelling.as_ref());
        edits.extend(edits_of.ok_or_else(|| unwritable(sealed, one))?);
    }
    let text = apply(sealed.text(), edits).map_err(|_| no_place(Position::START))?;
    let mut text = Zeroizing::new(text);
    Ok(match spelling {
        Some(spelling) => spelling.bytes(&text),
        None => Zeroizing::new(std::mem::take(&mut *text).into_bytes()),
    })
}

/// How to spell values that are no text, if there are some and the store takes them.
fn spelling<'o>(
    sealed: &Sealed,
    mut opened: impl Iterator<Item = &'o Opened<'o>> + Clone,
) -> Option<Spelling> {
    let values = opened.clone().filter_map(|one| one.value.as_ref());
    let texts = values
        .map(|value| &*value.bytes)
        .chain([sealed.text().as_bytes()]);
    opened.any(Opened::is_no_text).then_some(())?;
    Spelling::in_store(sealed.store(), texts)
}

/// Why an opened value has no place in the text.
fn unwritable(sealed: &Sealed, opened: &Opened<'_>) -> OpenError {
    let (_, at) = text_of(&opened.slot);
    let path = sealed.path().clone();
    if opened.is_no_text() {
        let pointer = opened.slot.pointer();
        return OpenError::Bytes { path, at, pointer };
    }
    OpenError::Layout { path, at }
}

/// How opened slots that follow each other stand in the sealed text, and how [`clear_text`] writes them; nothing if they were
/// not sealed or have no place there.
pub(crate) fn written(
    sealed: &Sealed,
    layout: &Layout<'_>,
    opened: &[Opened<'_>],
) -> Option<(String, Zeroizing<String>)> {
    let mut edits = Vec::new();
    for one in opened {
        edits.extend(edits_of(layout, one, None)?);
    }
    let comment = opened.iter().filter_map(|one| match one.slot.content {
        Content::Comment(comment) => Some(comment.span.start),
        Content::Scalar(_) | Content::SealedElement(_) => None,
    });
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
fn edits_of(
    layout: &Layout<'_>,
    opened: &Opened<'_>,
    spelling: Option<&Spelling>,
) -> Option<Vec<Edit>> {
    let Some(Value { kind, bytes }) = &opened.value else {
        return Some(Vec::new());
    };
    match (std::str::from_utf8(bytes), spelling) {
        (Ok(value), _) => layout.put_clear(&opened.slot, *kind, value),
        (Err(_), Some(spelling)) => layout.put_clear(&opened.slot, *kind, &spelling.text(bytes)),
        (Err(_), None) => layout.put_bytes(&opened.slot, bytes),
    }
}
