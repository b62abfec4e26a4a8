//! Where the `sops` blocks stand in a text.

mod brackets;
mod empty;

use serde_json::{Value as Json, json};
use signet_yaml::{Edit, Node, Stream};

use self::brackets::{Pair, is_in_brackets};
use self::empty::Form;
use super::flow::Flow;
use crate::layout::NoPlace;
use crate::layout::lines::{indented, line_break, line_end, line_start};

/// The edits that append a block of lines to each document that has keys, to the first, of which alone SOPS reads the
/// block, and to those that had one in an earlier text; none if no document has keys.
///
/// The block goes behind everything else of its document, so no comment changes its container. A text that does not end
/// in a line break ends in none afterwards.
pub(in crate::layout) fn append(
    text: &str,
    stream: &Stream,
    block: &str,
    earlier: Option<(&str, &Stream)>,
) -> Result<Vec<Edit>, NoPlace> {
    if mappings(stream).next().is_none() {
        return Ok(Vec::new());
    }
    let had_block = |index: usize| {
        let (text, stream) = earlier?;
        let root = stream.documents.get(index)?.root.as_ref()?;
        root.get("sops")?;
        Some(if is_in_brackets(text, root) {
            Form::AsItStands
        } else {
            Form::Lines
        })
    };
    let form = |index| had_block(index).or_else(|| of_first(index));
    let mut edits = empty::fill(text, stream, block, form)?;
    for root in mappings(stream) {
        if is_in_brackets(text, root) {
            edits.extend(brackets::append(text, root, block)?);
        } else {
            edits.push(append_to(text, root, block)?);
        }
    }
    Ok(edits)
}

/// The form of a block that a document gets which had none: the first one alone gets it.
fn of_first(index: usize) -> Option<Form> {
    (index == 0).then_some(Form::AsItStands)
}

fn append_to(text: &str, root: &Node, block: &str) -> Result<Edit, NoPlace> {
    let (first, _) = root.pairs().next().ok_or(NoPlace(root.at))?;
    let indent = indent_of(text, first).ok_or(NoPlace(root.at))?;
    let end = document_end(text, first.span.start);
    Ok(insertion(text, end, indented(block, indent, text)))
}

/// The edit that puts lines in front of a byte at which a line ends; behind one without a line break they have none either.
fn insertion(text: &str, end: usize, mut lines: String) -> Edit {
    if !text[..end].ends_with('\n') {
        let line_break = line_break(text);
        lines.truncate(lines.len() - line_break.len());
        lines.insert_str(0, line_break);
    }
    Edit {
        span: end..end,
        text: lines,
    }
}

/// The blanks in front of the first pair of a mapping in block style. What follows them may be a tag or, in front of a key that
/// is long or has several lines, `?`.
fn indent_of<'a>(text: &'a str, first: &Node) -> Option<&'a str> {
    let margin = &text[margin_start(text, first.span.start)..first.span.start];
    let behind = margin.trim_start_matches(' ');
    let is_in_place = behind.is_empty() || behind.starts_with(['?', '!']);
    is_in_place.then(|| &margin[..margin.len() - behind.len()])
}

/// The edits that cut the `sops` block out of each document. One that held nothing else is still a document afterwards.
pub(in crate::layout) fn remove(text: &str, stream: &Stream) -> Result<Vec<Edit>, NoPlace> {
    let is_alone = stream.documents.len() == 1;
    let mut edits = Vec::new();
    for (root, key, value) in roots_with_block(stream) {
        if is_in_brackets(text, root) {
            edits.extend(brackets::remove(text, root, Pair { key, value })?);
            continue;
        }
        let is_all = root.pairs().nth(1).is_none();
        let is_kept = is_all && !is_alone && !empty::begins_with_marker(text, key.span.start);
        edits.push(if is_kept {
            put_in_place(text, key, value, "{}")?
        } else {
            remove_pair(text, key, value)?
        });
    }
    Ok(edits)
}

/// The lines of the first document's `sops` block without their indentation; nothing if it has none.
pub(in crate::layout) fn lines(text: &str, stream: &Stream) -> Result<Option<String>, NoPlace> {
    let Some((root, key, value)) = roots_with_block(stream).next() else {
        return Ok(None);
    };
    if is_in_brackets(text, root) {
        return brackets::lines(value).map(Some);
    }
    let Edit { span, .. } = remove_pair(text, key, value)?;
    let indent = key.span.start - margin_start(text, key.span.start);
    let unindented = |line: &str| line.get(indent..).unwrap_or_default().to_owned() + "\n";
    let block = text[span].trim_start_matches(['\r', '\n']);
    Ok(Some(block.lines().map(unindented).collect()))
}

/// The edits that put a block of lines in the place of the `sops` block of each document, and into the first if that is
/// empty and has none.
pub(in crate::layout) fn replace(
    text: &str,
    stream: &Stream,
    block: &str,
) -> Result<Vec<Edit>, NoPlace> {
    let mut edits = empty::fill(text, stream, block, of_first)?;
    for (root, key, value) in roots_with_block(stream) {
        edits.push(if is_in_brackets(text, root) {
            brackets::replace(text, root, Pair { key, value }, block)?
        } else {
            put_in_place(text, key, value, block)?
        });
    }
    Ok(edits)
}

/// The edit that puts lines in the place of a pair.
fn put_in_place(text: &str, key: &Node, value: &Node, lines: &str) -> Result<Edit, NoPlace> {
    let Edit { span, .. } = remove_pair(text, key, value)?;
    let start = margin_start(text, key.span.start);
    let mut lines = indented(lines, &text[start..key.span.start], text);
    if !text[..span.end].ends_with('\n') {
        lines.truncate(lines.len() - line_break(text).len());
    }
    Ok(Edit {
        span: start..span.end,
        text: lines,
    })
}

/// The edits that put our part in front of the first key of each block: no value and no comment of it can be in the way there.
pub(in crate::layout) fn adopt(
    text: &str,
    flow: &Flow,
    stream: &Stream,
    signet: &Json,
) -> Result<Vec<Edit>, NoPlace> {
    let lines = signet_yaml::emit(&json!({ "signet": signet }));
    roots_with_block(stream)
        .map(|(_, _, block)| {
            if is_in_brackets(text, block) {
                brackets::adopt(text, block, signet)
            } else {
                adopt_in(text, flow, block, &lines)
            }
        })
        .collect()
}

fn adopt_in(text: &str, flow: &Flow, block: &Node, lines: &str) -> Result<Edit, NoPlace> {
    let (first, _) = block.pairs().next().ok_or(NoPlace(block.at))?;
    let start = line_start(text, first.span.start);
    let indent = &text[start..first.span.start];
    if flow.contains(first.span.start) || !indent.trim().is_empty() {
        return Err(NoPlace(block.at));
    }
    Ok(Edit {
        span: start..start,
        text: indented(lines, indent, text),
    })
}

fn remove_pair(text: &str, key: &Node, value: &Node) -> Result<Edit, NoPlace> {
    let mut start = margin_start(text, key.span.start);
    if !text[start..key.span.start].chars().all(|c| c == ' ') {
        return Err(NoPlace(key.at));
    }
    let last = last_byte(value).max(key.span.end);
    let end = if text[..last].ends_with('\n') {
        last
    } else {
        line_end(text, last)
    };
    if end == text.len() && !text.ends_with('\n') && start > 0 {
        let before = &text[..start];
        // The break in front of the block is of its own kind: a carriage return before it may be the text's.
        let own = if text[start..end].contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        start = before
            .strip_suffix(own)
            .or_else(|| before.strip_suffix('\n'))
            .map_or(start, str::len);
    }
    Ok(Edit {
        span: start..end,
        text: String::new(),
    })
}

/// The first byte of the line that holds this byte, behind a byte order mark: that belongs to the text and not to the line.
fn margin_start(text: &str, at: usize) -> usize {
    let start = line_start(text, at);
    let mark = text[start..].strip_prefix('\u{feff}');
    mark.map_or(start, |line| text.len() - line.len())
}

/// The root of each document that has a `sops` pair, and the pair.
fn roots_with_block(stream: &Stream) -> impl Iterator<Item = (&Node, &Node, &Node)> {
    mappings(stream).filter_map(|root| {
        let mut pairs = root.pairs();
        let (key, value) = pairs.find(|(key, _)| key.text() == Some("sops"))?;
        Some((root, key, value))
    })
}

/// The roots that have keys.
fn mappings(stream: &Stream) -> impl Iterator<Item = &Node> {
    let roots = stream.roots();
    roots.filter(|root| root.pairs().next().is_some())
}

fn last_byte(node: &Node) -> usize {
    let below = node
        .pairs()
        .map(|(_, value)| value)
        .chain(node.items())
        .map(last_byte);
    below.max().unwrap_or(node.span.end).max(node.span.end)
}

/// The first byte of the next document marker, or the end of the text. A marker at the start of a line ends a document
/// even inside a scalar.
fn document_end(text: &str, within: usize) -> usize {
    let mut at = line_end(text, within);
    while at < text.len() {
        let line = &text[at..line_end(text, at)];
        if is_marker(line, "---") || is_marker(line, "...") {
            return at;
        }
        at += line.len();
    }
    text.len()
}

fn is_marker(line: &str, marker: &str) -> bool {
    let rest = line.strip_prefix(marker);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}
