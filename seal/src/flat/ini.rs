//! A key and its value are a line of a section, written as its neighbours are.

use signet_envelope::Store;
use signet_yaml::{Edit, Entry, Node, Stream, Value as Yaml};

use super::{FlatError, Place, cut, put_lines};
use crate::layout::ini::value::{put_clear, written};
use crate::layout::lines::{line_break, line_end, line_start};

const NO_VALUE: FlatError = FlatError::Value { store: Store::Ini };

pub(super) fn set(
    text: &str,
    stream: &Stream,
    place: &Place<'_>,
    value: &str,
) -> Result<Edit, FlatError> {
    let name = place.section.unwrap_or_default();
    if let Some((_, old)) = find(stream, name, place.key) {
        return put_clear(text, old, value).ok_or(NO_VALUE);
    }
    let value = written(value).ok_or(NO_VALUE)?;
    let key = spelled(place.key);
    Ok(match sections(stream, name).last() {
        Some((header, keys)) => behind_keys(text, header, keys, &key, &value),
        None if name == "DEFAULT" => {
            let start = text.len() - text.trim_start_matches('\u{feff}').len();
            put_lines(text, start, &format!("{key} = {value}"), line_break(text))
        }
        None => new_section(text, name, &format!("{key} = {value}")),
    })
}

pub(super) fn remove(text: &str, stream: &Stream, place: &Place<'_>) -> Result<Edit, FlatError> {
    let name = place.section.unwrap_or_default();
    let (key, value) = find(stream, name, place.key).ok_or(FlatError::Missing)?;
    let end = line_end(text, value.span.end);
    Ok(cut(text, line_start(text, key.span.start), end))
}

/// The edit that takes out a section, its comments and the blank lines behind it.
pub(super) fn without_section(text: &str, stream: &Stream, name: &str) -> Result<Edit, FlatError> {
    let mut found = sections(stream, name);
    let (header, keys) = found.next().ok_or(FlatError::Missing)?;
    if found.next().is_some() {
        return Err(FlatError::Unreadable { store: Store::Ini });
    }
    let spans = entries(keys).iter().map(|entry| match entry {
        Entry::Pair { key, value } => key.span.start..value.span.end,
        Entry::Comment(comment) => comment.span.clone(),
    });
    let all = spans.fold(header.span.clone(), |all, span| {
        all.start.min(span.start)..all.end.max(span.end)
    });
    let end = line_end(text, all.end);
    let blank = text[end..].len() - text[end..].trim_start_matches(['\n', '\r']).len();
    Ok(cut(text, line_start(text, all.start), end + blank))
}

fn sections<'n>(stream: &'n Stream, name: &str) -> impl Iterator<Item = (&'n Node, &'n Node)> {
    let pairs = stream.roots().flat_map(Node::pairs);
    pairs.filter(move |(header, _)| header.text() == Some(name))
}

fn find<'n>(stream: &'n Stream, section: &str, key: &str) -> Option<(&'n Node, &'n Node)> {
    let mut pairs = sections(stream, section).flat_map(|(_, keys)| keys.pairs());
    pairs.find(|(name, _)| name.text() == Some(key))
}

fn entries(keys: &Node) -> &[Entry] {
    match &keys.value {
        Yaml::Mapping(entries) => entries,
        Yaml::Scalar(_) | Yaml::Sequence(_) => &[],
    }
}

/// The name in the quotes that it needs.
fn spelled(key: &str) -> String {
    if key.contains(['=', ':', '"']) || key.starts_with(['#', ';', '[']) {
        format!("`{key}`")
    } else {
        key.to_owned()
    }
}

fn behind_keys(text: &str, header: &Node, keys: &Node, key: &str, value: &str) -> Edit {
    let last = keys.pairs().last();
    let end = last.map_or(header.span.end, |(_, value)| value.span.end);
    let line = format!("{}{value}", like_neighbours(text, keys, key));
    put_lines(text, line_end(text, end), &line, line_break(text))
}

/// The key and its delimiter, indented and spaced as in the line above.
fn like_neighbours(text: &str, keys: &Node, key: &str) -> String {
    let with_value = |(_, value): &(&Node, &Node)| !value.span.is_empty();
    let Some((above, value)) = keys.pairs().filter(with_value).last() else {
        return format!("{key} = ");
    };
    let indent =
        text[line_start(text, above.span.start)..above.span.start].trim_matches('\u{feff}');
    let gap = &text[above.span.end..value.span.start];
    let blanks = gap.len() - gap.trim_start().len();
    let width = if is_aligned(text, keys) {
        text[above.span.clone()].chars().count() + blanks
    } else {
        0
    };
    let least = " ".repeat(blanks.min(1));
    let delimiter = gap.trim_start();
    format!("{indent}{:width$}{delimiter}", format!("{key}{least}"))
}

/// Whether the delimiters of keys of several lengths stand below each other.
fn is_aligned(text: &str, keys: &Node) -> bool {
    let places = keys.pairs().map(|(key, value)| {
        let blanks = text[key.span.end..value.span.start].chars();
        let blanks = blanks.take_while(|c| c.is_whitespace()).count();
        let length = text[key.span.clone()].chars().count();
        (length, length + blanks)
    });
    let places: Vec<(usize, usize)> = places.collect();
    let all_same = |part: fn(&(usize, usize)) -> usize| {
        places.windows(2).all(|two| part(&two[0]) == part(&two[1]))
    };
    all_same(|place| place.1) && !all_same(|place| place.0)
}

/// A blank line stands in front of a section.
fn new_section(text: &str, name: &str, line: &str) -> Edit {
    let line_break = line_break(text);
    let is_apart = text.is_empty() || text.ends_with("\n\n") || text.ends_with("\n\r\n");
    let gap = if is_apart { "" } else { line_break };
    put_lines(
        text,
        text.len(),
        &format!("{gap}[{name}]{line_break}{line}"),
        line_break,
    )
}
