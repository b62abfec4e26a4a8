//! Documents without keys: the first of a stream gets the `sops` block all the same, for SOPS looks nowhere else.

use signet_yaml::{Document, Edit, Node, Position, Stream, Value};

use super::brackets::{self, is_in_brackets};
use super::{document_end, is_marker, line_end, line_start, margin_start};
use crate::layout::NoPlace;
use crate::layout::lines::indented;

/// The edits that make a mapping of the first document that holds nothing but the block; none if it has keys. Brackets with a
/// comment inside stay around both.
pub(super) fn fill_first(text: &str, stream: &Stream, block: &str) -> Result<Vec<Edit>, NoPlace> {
    let Some(Document { root, .. }) = stream.documents.first() else {
        return Ok(Vec::new());
    };
    let (emptied, within) = match root {
        Some(root) if root.pairs().next().is_some() => return Ok(Vec::new()),
        Some(root) if is_in_brackets(text, root) && text[root.span.clone()].contains('#') => {
            return brackets::append(text, root, block);
        }
        Some(root) => (Some(cut(text, root)?), root.span.end),
        None => (None, marker(text).ok_or(NoPlace(Position::START))?),
    };
    let end = document_end(text, within);
    if !text[..end].ends_with('\n') {
        let at = root.as_ref().map_or(Position::START, |root| root.at);
        return Err(NoPlace(at));
    }
    let filled = Edit {
        span: end..end,
        text: indented(block, "", text),
    };
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

/// The marker with which the first document begins, in front of which stand comments and directives alone.
fn marker(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let stands = line.trim_start_matches('\u{feff}');
        if is_marker(stands, "---") {
            return Some(at);
        }
        if !stands.starts_with('%') && !is_comment_or_blank(stands) {
            return None;
        }
        at += line.len();
    }
    None
}

fn is_comment_or_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}
