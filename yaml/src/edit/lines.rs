//! Lines, and what the lines behind a place would do to it.

use crate::edit::Edit;
use crate::emit::{Layout, Ordered, write_block};
use crate::{Entry, Item, Node, Style, Value};

/// The line break that a text uses where `at` stands: the nearest one before it, else the first one.
pub(super) fn line_break_at(text: &str, at: usize) -> &'static str {
    let line_feed = text[..at].rfind('\n').or_else(|| text.find('\n'));
    match line_feed {
        Some(end) if text[..end].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// The end of the line that `at` stands in, its line break excluded.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..]
        .find(['\n', '\r'])
        .map_or(text.len(), |length| at + length)
}

/// The start of the next line, or the end of the text.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    let end = line_end(text, at);
    let line_break = if text[end..].starts_with("\r\n") {
        2
    } else {
        usize::from(end < text.len())
    };
    end + line_break
}

/// The start of the line that `at` stands in, behind a byte order mark.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let start = text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let mark = text[start..at].len() - text[start..at].trim_start_matches('\u{FEFF}').len();
    start + mark
}

/// Whether nothing but blanks stands in front on the same line.
pub(super) fn is_first_on_line(text: &str, at: usize) -> bool {
    text[line_start(text, at)..at]
        .trim_matches([' ', '\t'])
        .is_empty()
}

/// The place behind blanks.
pub(super) fn skip_blanks(text: &str, at: usize) -> usize {
    text.len() - text[at..].trim_start_matches([' ', '\t']).len()
}

/// The place in front of the blanks that end at `at`.
pub(super) fn before_blanks(text: &str, at: usize) -> usize {
    text[..at].trim_end_matches([' ', '\t']).len()
}

/// Whether the next line with text in it is a comment that a block scalar with content so far in would swallow.
pub(super) fn swallows_comment(text: &str, at: usize, indent: usize) -> bool {
    let mut start = next_line(text, at);
    while start < text.len() {
        let line = &text[start..line_end(text, start)];
        let content = line.trim_start_matches([' ', '\t']);
        if !content.is_empty() {
            let margin = &line[..line.len() - content.len()];
            return content.starts_with('#') && (margin.len() >= indent || margin.contains('\t'));
        }
        start = next_line(text, start);
    }
    false
}

/// The lines of a collection in front of what stands behind `end`, on its line and below; see [`block`].
///
/// There is no literal block in it that would take that in.
pub(super) fn block_before(
    text: &str,
    value: &Ordered,
    layout: Layout,
    indent: usize,
    end: usize,
) -> String {
    let alone = line_end(text, end) == end;
    let literals = alone && !swallows_comment(text, end, indent + 1);
    block(
        value,
        Layout { literals, ..layout },
        indent,
        line_break_at(text, end),
    )
}

/// The lines of a collection that begins `indent` blanks in: the first one without margin, the last one without line break.
pub(super) fn block(value: &Ordered, layout: Layout, indent: usize, line_break: &str) -> String {
    let written = write_block(value, layout);
    let mut lines = String::with_capacity(written.len() * 2);
    for (number, line) in written.lines().enumerate() {
        if number > 0 {
            lines.push_str(line_break);
            if !line.is_empty() {
                lines.extend(std::iter::repeat_n(' ', indent));
            }
        }
        lines.push_str(line);
    }
    lines
}

/// New lines behind the line of `at`, which ends there.
pub(super) fn behind_line(text: &str, at: usize, indent: usize, lines: &str) -> Edit {
    let line_break = line_break_at(text, at);
    let margin = " ".repeat(indent);
    let starts_line = at > 0 && text[..at].ends_with(['\n', '\r']);
    let added = match (starts_line, at == text.len()) {
        (true, _) => format!("{margin}{lines}{line_break}"),
        (false, true) => format!("{line_break}{margin}{lines}{line_break}"),
        (false, false) => format!("{line_break}{margin}{lines}"),
    };
    Edit {
        span: at..at,
        text: added,
    }
}

/// Where a new line can begin behind all of a node: at the end of its last line.
pub(super) fn end_of_block(text: &str, node: &Node) -> usize {
    let end = line_end(text, last_byte(node).max(node.span.end));
    if !keeps_empty_lines(text, node) {
        return end;
    }
    // Those before the next line that is not empty belong to the last value.
    behind_empty_lines(text, end)
}

/// The start of the next line that is not empty; `end` itself, the end of a line, if that is the next one.
pub(super) fn behind_empty_lines(text: &str, end: usize) -> usize {
    let behind = &text[end..];
    let empty_lines = behind.len() - behind.trim_start_matches(['\n', '\r', ' ']).len();
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

/// The edit that keeps a block scalar without a line break at its end so, where a text that ends with it goes on.
pub(super) fn stays_unended(text: &str, node: &Node) -> Option<Edit> {
    let (leaf, style) = last_leaf(text, node)?;
    let is_last = leaf.span.end == text.len() && leaf.text() != Some("");
    if !is_last || !is_block_style(style) {
        return None;
    }
    let start = leaf.span.start;
    let header = text[start..].find([' ', '\t', '\n', '\r'])?;
    let word = &text[start..start + header];
    (!word.contains('-')).then(|| Edit {
        span: start..start + header,
        text: word.replace('+', "") + "-",
    })
}

/// Whether the last value is a block scalar with `+` in its header, which takes in the empty lines behind it.
pub(super) fn keeps_empty_lines(text: &str, node: &Node) -> bool {
    let Some((leaf, _)) = last_leaf(text, node).filter(|(_, style)| is_block_style(*style)) else {
        return false;
    };
    let header = &text[leaf.span.start..line_end(text, leaf.span.start)];
    let word = header.split([' ', '\t']).next().unwrap_or_default();
    word.contains('+')
}

/// Whether the last value is a block scalar.
pub(super) fn ends_in_block_scalar(text: &str, node: &Node) -> bool {
    last_leaf(text, node).is_some_and(|(_, style)| is_block_style(style))
}

fn is_block_style(style: Style) -> bool {
    matches!(style, Style::Literal | Style::Folded)
}

/// The last scalar as it is written, an alias left out.
fn last_leaf<'n>(text: &str, node: &'n Node) -> Option<(&'n Node, Style)> {
    if super::slot::is_alias(text, node) {
        return None;
    }
    match &node.value {
        Value::Scalar(scalar) => Some((node, scalar.style)),
        Value::Sequence(_) => last_leaf(text, node.items().last()?),
        Value::Mapping(_) => last_leaf(text, node.pairs().last()?.1),
    }
}
