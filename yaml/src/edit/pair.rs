//! Adds and removes pairs of a mapping.

use serde::Serialize;

use crate::edit::{Edit, line_break_at, line_end, line_start};
use crate::{EmitError, Entry, Item, Node, Span, Style, Value, quote, to_yaml};

/// Adds a pair behind everything that a mapping holds, comments included, in the mapping's own indentation and line breaks.
///
/// # Errors
/// [`EmitError`] if the value cannot be written.
pub fn append_pair<T: Serialize>(
    text: &str,
    mapping: &Node,
    key: &str,
    value: &T,
) -> Result<Edit, EmitError> {
    if is_flow(text, mapping) {
        return append_to_flow(text, mapping, key, value);
    }
    let at = end_of_block(text, mapping);
    let line_break = line_break_at(text, at);
    let indent = " ".repeat(mapping.at.column.saturating_sub(1));
    let pair = to_yaml(&std::collections::BTreeMap::from([(key, value)]))?;
    let mut added: String = pair
        .lines()
        .map(|line| indented(line, &indent, line_break))
        .collect();
    if at == text.len() {
        added.push_str(line_break);
    }
    let starts_line = text[..at].ends_with(['\n', '\r']);
    let added = if starts_line {
        added.split_off(line_break.len()) + line_break
    } else {
        added
    };
    Ok(Edit {
        span: at..at,
        text: added,
    })
}

fn indented(line: &str, indent: &str, line_break: &str) -> String {
    let margin = if line.is_empty() { "" } else { indent };
    format!("{line_break}{margin}{line}")
}

fn append_to_flow<T: Serialize>(
    text: &str,
    mapping: &Node,
    key: &str,
    value: &T,
) -> Result<Edit, EmitError> {
    let value = serde_json::to_string(value).map_err(EmitError::new)?;
    let last = mapping
        .pairs()
        .last()
        .map(|(key, value)| value.span.end.max(key.span.end));
    let at = last.unwrap_or(mapping.span.start + 1);
    let separator = if last.is_some() { ", " } else { "" };
    debug_assert!(text.is_char_boundary(at));
    Ok(Edit {
        span: at..at,
        text: format!("{separator}{}: {value}", quote(key)),
    })
}

/// Takes a pair and its lines out of a mapping; nothing if the mapping has no such key, or shares the key's line with something else.
pub fn remove_pair(text: &str, mapping: &Node, key: &str) -> Option<Edit> {
    let pairs: Vec<(&Node, &Node)> = mapping.pairs().collect();
    let number = pairs.iter().position(|(k, _)| k.text() == Some(key))?;
    let (key, value) = pairs[number];
    let end = value.span.end.max(key.span.end);
    let span = if !is_flow(text, mapping) {
        lines_of(text, key.span.start, end)?
    } else if let Some((next, _)) = pairs.get(number + 1) {
        key.span.start..next.span.start
    } else {
        let before = number
            .checked_sub(1)
            .map(|i| pairs[i].1.span.end.max(pairs[i].0.span.end));
        before.unwrap_or(key.span.start)..end
    };
    Some(Edit {
        span,
        text: String::new(),
    })
}

/// Whole lines, if nothing stands in front of the first byte.
fn lines_of(text: &str, first: usize, end: usize) -> Option<Span> {
    let start = line_start(text, first);
    if !text[start..first]
        .trim_matches([' ', '\u{FEFF}'])
        .is_empty()
    {
        return None;
    }
    let end = line_end(text, end);
    let line_break = if text[end..].starts_with("\r\n") {
        2
    } else {
        usize::from(end < text.len())
    };
    Some(first - (first - start).min(indent_of(&text[start..first]))..end + line_break)
}

fn indent_of(margin: &str) -> usize {
    margin.len() - margin.trim_end_matches(' ').len()
}

fn is_flow(text: &str, mapping: &Node) -> bool {
    text[mapping.span.clone()].starts_with('{')
}

/// Where a new line can begin behind all of a mapping: at the end of its last line.
fn end_of_block(text: &str, mapping: &Node) -> usize {
    let end = line_end(text, last_byte(mapping).max(mapping.span.end));
    if !keeps_empty_lines(text, mapping) {
        return end;
    }
    let behind = &text[end..];
    let empty_lines = behind.len() - behind.trim_start_matches(['\n', '\r', ' ']).len();
    // Up to the start of the next line that is not empty: those before it belong to the last value.
    line_start(text, end + empty_lines).max(end)
}

/// The end of the last value or comment.
fn last_byte(node: &Node) -> usize {
    match &node.value {
        Value::Scalar(_) => node.span.end,
        Value::Sequence(items) => items
            .iter()
            .map(|item| match item {
                Item::Node(node) => last_byte(node),
                Item::Comment(comment) => comment.span.end,
            })
            .max()
            .unwrap_or(node.span.end),
        Value::Mapping(entries) => entries
            .iter()
            .map(|entry| match entry {
                Entry::Pair { key, value } => last_byte(value).max(key.span.end),
                Entry::Comment(comment) => comment.span.end,
            })
            .max()
            .unwrap_or(node.span.end),
    }
}

/// Whether the last value is a block scalar with `+` in its header, which takes in the empty lines behind it.
fn keeps_empty_lines(text: &str, node: &Node) -> bool {
    match &node.value {
        Value::Scalar(scalar) => {
            let header = &text[node.span.start..line_end(text, node.span.start)];
            let word = header.split([' ', '\t']).next().unwrap_or_default();
            matches!(scalar.style, Style::Literal | Style::Folded) && word.contains('+')
        }
        Value::Sequence(_) => node
            .items()
            .last()
            .is_some_and(|node| keeps_empty_lines(text, node)),
        Value::Mapping(_) => node
            .pairs()
            .last()
            .is_some_and(|(_, node)| keeps_empty_lines(text, node)),
    }
}
