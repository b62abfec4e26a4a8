//! Adds entries to YAML that a person wrote, and leaves every other byte alone.

use signet_yaml::{Edit, Node, Value};

/// The edit that adds `key: value` as the last pair of a mapping, in the mapping's own style.
///
/// The value is flow text on one line. An absent value (`key:`) becomes a flow mapping.
pub(crate) fn add_pair(text: &str, mapping: &Node, key: &str, value: &str) -> Edit {
    let pair = format!("{key}: {value}");
    match text.as_bytes().get(mapping.span.start) {
        _ if mapping.span.is_empty() => insert(mapping.span.start, format!(" {{{pair}}}")),
        Some(b'{') => add_to_flow(text, mapping, &pair),
        _ => add_line(text, mapping, mapping.at.column - 1, &pair),
    }
}

/// The edit that adds an item at the end of a sequence, in the sequence's own style.
pub(crate) fn add_item(text: &str, sequence: &Node, item: &str) -> Edit {
    match text.as_bytes().get(sequence.span.start) {
        _ if sequence.span.is_empty() => insert(sequence.span.start, format!(" [{item}]")),
        Some(b'[') => add_to_flow(text, sequence, item),
        _ => add_line(
            text,
            sequence,
            dash_column(text, sequence),
            &format!("- {item}"),
        ),
    }
}

/// The comment lines (and blank lines between them) with which a text begins.
pub(crate) fn leading_comments(text: &str) -> &str {
    let length = text
        .split_inclusive('\n')
        .take_while(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
        .map(str::len)
        .sum();
    &text[..length]
}

fn insert(at: usize, text: String) -> Edit {
    Edit { span: at..at, text }
}

fn add_to_flow(text: &str, collection: &Node, addition: &str) -> Edit {
    let close = collection.span.end - 1;
    let inside = text[collection.span.start + 1..close].trim_end();
    let is_empty = match &collection.value {
        Value::Mapping(_) => collection.pairs().next().is_none(),
        Value::Sequence(_) => collection.items().next().is_none(),
        Value::Scalar(_) => true,
    };
    let separator = match (is_empty, inside.ends_with(',')) {
        (true, _) => "",
        (false, true) => " ",
        (false, false) => ", ",
    };
    insert(close, format!("{separator}{addition}"))
}

/// The column of the dashes of a block sequence, from 0: they may stand no deeper than the key above.
fn dash_column(text: &str, sequence: &Node) -> usize {
    let before = sequence
        .items()
        .next()
        .map_or("", |first| &text[..first.span.start]);
    let dash = before.rfind('-').unwrap_or_default();
    dash - before[..dash]
        .rfind('\n')
        .map_or(0, |line_end| line_end + 1)
}

fn add_line(text: &str, collection: &Node, column: usize, line: &str) -> Edit {
    let indent = " ".repeat(column);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let end = collection.span.end;
    if text[..end].ends_with('\n') {
        return insert(end, format!("{indent}{line}{newline}"));
    }
    match text[end..].find('\n') {
        Some(rest) => insert(end + rest + 1, format!("{indent}{line}{newline}")),
        None => insert(text.len(), format!("{newline}{indent}{line}")),
    }
}

#[cfg(test)]
mod tests;
