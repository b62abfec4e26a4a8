//! Opens a file for the person who asks: the text as it was before it was sealed.

use signet_api::RepoPath;
use signet_envelope::{Content, LeafType, Scope, Sealed, parse};
use signet_yaml::{
    Edit, Node, Position, Scalar, Style, Value as YamlValue, apply, comment_edit, scalar_edit,
};
use zeroize::Zeroizing;

use crate::layout::{Flow, block, double_quoted, line_start, metadata};
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
    path: &RepoPath,
    identities: &[Identity],
    scope: Option<&Scope>,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let sealed = parse(text, path)?;
    let identities: Vec<&Identity> = identities.iter().collect();
    let opened = unlock(&sealed, scope, &identities)?;
    let mut text = clear_text(&sealed, &opened)?;
    Ok(Zeroizing::new(std::mem::take(&mut *text).into_bytes()))
}

/// The text of a sealed file with its opened values in their places, the `sops` blocks removed.
///
/// # Errors
/// [`OpenError::Layout`] where one cannot stand.
pub(crate) fn clear_text(
    sealed: &Sealed,
    opened: &[Opened<'_>],
) -> Result<Zeroizing<String>, OpenError> {
    let layout = |at| OpenError::Layout {
        path: sealed.path().clone(),
        at,
    };
    let text = sealed.text();
    let flow = Flow::of(text, sealed.stream());
    let mut edits =
        metadata::remove(text, sealed.stream()).map_err(|metadata::NoPlace(at)| layout(at))?;
    for slot in opened {
        let (_, at) = text_of(&slot.slot);
        edits.extend(edits_of(sealed, &flow, slot).ok_or_else(|| layout(at))?);
    }
    let text = apply(text, edits).map_err(|_| layout(Position { line: 1, column: 1 }))?;
    Ok(Zeroizing::new(text))
}

/// How an opened slot stands in the sealed text, and how [`clear_text`] writes it; nothing if it was not sealed or has no
/// place there.
pub(crate) fn written(
    sealed: &Sealed,
    flow: &Flow,
    opened: &Opened<'_>,
) -> Option<(String, Zeroizing<String>)> {
    let mut edits = edits_of(sealed, flow, opened)?;
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
fn edits_of(sealed: &Sealed, flow: &Flow, opened: &Opened<'_>) -> Option<Vec<Edit>> {
    let Opened {
        slot,
        value: Some(Value { kind, bytes }),
    } = opened
    else {
        return Some(Vec::new());
    };
    let value = std::str::from_utf8(bytes).ok()?;
    let text = sealed.text();
    match slot.content {
        Content::Scalar(node) => Some(scalar_edits(text, flow, node, *kind, value)),
        Content::Comment(comment) if !value.contains('\n') => {
            Some(vec![comment_edit(comment, value)])
        }
        Content::SealedElement(node) if !value.contains('\n') => {
            let start = line_start(text, node.span.start);
            let dash = start + text[start..node.span.start].rfind('-')?;
            Some(vec![Edit {
                span: dash..node.span.end,
                text: format!("#{value}"),
            }])
        }
        Content::Comment(_) | Content::SealedElement(_) => None,
    }
}

fn scalar_edits(text: &str, flow: &Flow, node: &Node, kind: LeafType, value: &str) -> Vec<Edit> {
    let YamlValue::Scalar(Scalar { style, .. }) = node.value else {
        return Vec::new();
    };
    let whole = |text: String| {
        vec![Edit {
            span: node.span.clone(),
            text,
        }]
    };
    match (kind, style) {
        (LeafType::Int | LeafType::Time, _) => whole(value.to_owned()),
        (LeafType::Float, _) => whole(float(value)),
        (LeafType::Bool, _) => whole(value.to_ascii_lowercase()),
        (_, Style::Literal | Style::Folded) => {
            block::restore_content(text, node, value).unwrap_or_else(|| whole(double_quoted(value)))
        }
        (_, Style::Plain) if flow.contains(node.span.start) => scalar_edit(text, node, value),
        (_, Style::Plain) => match block::literal_edit(text, &node.span, value) {
            Some(edit) => vec![edit],
            None => whole(signet_yaml::quote(value)),
        },
        (_, Style::Single | Style::Double) => scalar_edit(text, node, value),
    }
}

/// A number that YAML reads as a float again.
fn float(value: &str) -> String {
    match value {
        "+Inf" => ".inf".to_owned(),
        "-Inf" => "-.inf".to_owned(),
        "NaN" => ".nan".to_owned(),
        _ if value.contains('.') => value.to_owned(),
        _ => format!("{value}.0"),
    }
}
