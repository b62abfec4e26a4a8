//! Documents without keys: the first of a stream gets the `sops` block all the same, for SOPS looks nowhere else. SOPS writes
//! one into each, and there it stays. Brackets stay around it, so that they are there once it is taken out.

use signet_yaml::{Document, Edit, Node, Position, Stream, Value};

use super::brackets::{self, is_in_brackets};
use super::{document_end, insertion, is_marker, line_end, line_start, margin_start};
use crate::layout::NoPlace;
use crate::layout::lines::indented;

/// How a block stands in a document that holds nothing else.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// On lines of its own, as SOPS writes it, which leaves no brackets.
    Lines,
    /// In the brackets that are there, else on lines.
    AsItStands,
}

/// The edits that make mappings of those of the chosen documents that have no keys, which then hold nothing but the block.
pub(super) fn fill(
    text: &str,
    stream: &Stream,
    block: &str,
    form: impl Fn(usize) -> Option<Form>,
) -> Result<Vec<Edit>, NoPlace> {
    let mut edits = Vec::new();
    let count = stream.documents.len();
    for (index, Document { root, .. }) in stream.documents.iter().enumerate() {
        let has_keys = |root: &Node| root.pairs().next().is_some();
        let form = form(index).filter(|_| !root.as_ref().is_some_and(has_keys));
        if let Some(form) = form {
            let marker = || marker(text, count - index);
            edits.extend(fill_one(text, root.as_ref(), marker, block, form)?);
        }
    }
    Ok(edits)
}

fn fill_one(
    text: &str,
    root: Option<&Node>,
    marker: impl FnOnce() -> Option<usize>,
    block: &str,
    form: Form,
) -> Result<Vec<Edit>, NoPlace> {
    let stays = |root: &Node| {
        let is_commented = text[root.span.clone()].contains('#');
        is_in_brackets(text, root) && (form == Form::AsItStands || is_commented)
    };
    let (emptied, within) = match root {
        Some(root) if stays(root) => return brackets::append(text, root, block),
        Some(root) => (Some(cut(text, root)?), root.span.end),
        None => (None, marker().ok_or(NoPlace(Position::START))?),
    };
    let end = document_end(text, within);
    let filled = insertion(text, end, indented(block, "", text));
    Ok(emptied.into_iter().chain([filled]).collect())
}

/// Whether a document begins with a marker, and is one whatever is cut out of it. Of the byte, only comments and other
/// markers stand in front in its document.
pub(super) fn begins_with_marker(text: &str, at: usize) -> bool {
    let mut lines = text[..line_start(text, at)].lines().rev();
    lines
        .find(|line| !is_comment_or_blank(line))
        .is_some_and(|line| is_marker(line, "---"))
}

/// The edit that cuts out `{}` or a null, with its tag, and with the line if nothing else stands on it.
fn cut(text: &str, root: &Node) -> Result<Edit, NoPlace> {
    let start = root.tag_span().map_or(root.span.start, |tag| tag.start);
    let span = start..root.span.end;
    let is_other = matches!(root.value, Value::Sequence(_)) || text[span.clone()].contains('#');
    if is_other || root.anchor {
        return Err(NoPlace(root.at));
    }
    let line = margin_start(text, start)..line_end(text, span.end);
    let is_blank = |part: &str| part.trim().is_empty();
    let in_front = &text[line.start..span.start];
    let span = if is_blank(in_front) && is_blank(&text[span.end..line.end]) {
        line
    } else {
        line.start + in_front.trim_end().len()..span.end
    };
    Ok(Edit {
        span,
        text: String::new(),
    })
}

/// The marker with which a document begins, this one from behind: of all documents the first alone may have none.
fn marker(text: &str, from_behind: usize) -> Option<usize> {
    let mut end = text.len();
    let mut lines = text.split_inclusive('\n').rev().filter_map(|line| {
        end -= line.len();
        let stands = line.trim_start_matches('\u{feff}');
        is_marker(stands, "---").then_some(end)
    });
    lines.nth(from_behind - 1)
}

fn is_comment_or_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}
