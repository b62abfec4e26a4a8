//! Adds and removes what stands inside brackets.

use crate::edit::Edit;
use crate::edit::lines::{
    before_blanks, is_first_on_line, line_break_at, line_end, line_start, next_line, skip_blanks,
};
use crate::edit::slot::{entries, entry_end, is_brackets};
use crate::{Node, Span};

/// The edits that add an entry behind all others; in a line of its own if the last one has one.
pub(super) fn append(text: &str, collection: &Node, written: &str) -> Vec<Edit> {
    let Some(last) = entries(collection).checked_sub(1) else {
        return vec![insertion(collection.span.start + 1, written.to_owned())];
    };
    let end = entry_end(collection, last);
    let blank = blank_behind(text, end);
    if !is_brackets(text, collection) {
        // A single pair in a sequence, `[a: 1]`, needs braces to have company.
        return vec![
            insertion(collection.span.start, "{".to_owned()),
            insertion(end, format!("{blank}, {written}}}")),
        ];
    }
    let start = entry_start(text, collection, last);
    let comma = comma_behind(text, end).filter(|comma| *comma < line_end(text, end));
    let behind = skip_blanks(text, comma.map_or(end, |comma| comma + 1));
    let rest = &text[behind..line_end(text, end)];
    if !is_first_on_line(text, start) || !(rest.is_empty() || rest.starts_with('#')) {
        return vec![insertion(end, format!("{blank}, {written}"))];
    }
    let line_break = line_break_at(text, end);
    let margin = &text[line_start(text, start)..start];
    let line = |comma: &str| format!("{line_break}{margin}{written}{comma}");
    match comma {
        Some(_) => vec![insertion(line_end(text, end), line(","))],
        None if rest.is_empty() => vec![insertion(end, format!("{blank},{}", line("")))],
        None => vec![
            insertion(end, format!("{blank},")),
            insertion(line_end(text, end), line("")),
        ],
    }
}

/// What has to stand between an entry that ends there and a comma or bracket: a colon without a blank behind it is no colon to
/// go-yaml.
fn blank_behind(text: &str, end: usize) -> &'static str {
    if text[..end].ends_with(':') { " " } else { "" }
}

/// The edits that put an element in front of the one of that number, or behind the last one.
pub(super) fn insert(text: &str, sequence: &Node, number: usize, written: &str) -> Vec<Edit> {
    if number == entries(sequence) {
        return append(text, sequence, written);
    }
    let start = entry_start(text, sequence, number);
    let separator = if is_first_on_line(text, start) {
        let margin = &text[line_start(text, start)..start];
        format!("{}{margin}", line_break_at(text, start))
    } else {
        " ".to_owned()
    };
    vec![insertion(start, format!("{written},{separator}"))]
}

/// The edits that take an entry out; comments on other lines stay.
pub(super) fn remove(text: &str, collection: &Node, number: usize) -> Vec<Edit> {
    if !is_brackets(text, collection) {
        return vec![replacement(collection.span.clone(), "{}")];
    }
    let (start, end) = (
        entry_start(text, collection, number),
        entry_end(collection, number),
    );
    let comma = comma_behind(text, end);
    if let Some(comma) = comma {
        return vec![replacement(with_line(text, start, comma + 1), "")];
    }
    let Some(before) = number.checked_sub(1).map(|n| entry_end(collection, n)) else {
        return vec![replacement(only(text, collection, start, end), "")];
    };
    let between = &text[before..start];
    if !between.contains('#') {
        return vec![replacement(before..end, blank_behind(text, before))];
    }
    // JSON has no comments, so the comma in front may stay behind.
    vec![replacement(with_line(text, start, end), "")]
}

/// The only entry, with the blank lines that would be left in otherwise empty brackets.
fn only(text: &str, collection: &Node, start: usize, end: usize) -> Span {
    let inside = collection.span.start + 1..collection.span.end - 1;
    let rest = [&text[inside.start..start], &text[end..inside.end]];
    if rest.iter().any(|rest| rest.contains('#')) {
        return with_line(text, start, end);
    }
    inside
}

/// The bytes of an entry, or its whole lines if nothing else stands there but a comment.
fn with_line(text: &str, start: usize, end: usize) -> Span {
    let behind = skip_blanks(text, end);
    let rest = &text[behind..line_end(text, end)];
    if rest.is_empty() || rest.starts_with('#') {
        return if is_first_on_line(text, start) {
            line_start(text, start)..next_line(text, end)
        } else {
            before_blanks(text, start).max(start)..end
        };
    }
    start..behind
}

/// The first byte of an entry, its `?`, anchor and tag included.
pub(super) fn entry_start(text: &str, collection: &Node, number: usize) -> usize {
    let before = match number.checked_sub(1) {
        Some(before) => entry_end(collection, before),
        None => collection.span.start + usize::from(is_brackets(text, collection)),
    };
    let start = skip_space(text, before);
    if number > 0 && text[start..].starts_with(',') {
        skip_space(text, start + 1)
    } else {
        start
    }
}

/// The comma behind an entry.
fn comma_behind(text: &str, end: usize) -> Option<usize> {
    let place = skip_space(text, end);
    text[place..].starts_with(',').then_some(place)
}

/// The place behind blanks, line breaks and comments.
pub(super) fn skip_space(text: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = text.as_bytes().get(at) {
        at = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => at + 1,
            b'#' => line_end(text, at),
            _ => break,
        };
    }
    at
}

fn insertion(at: usize, text: String) -> Edit {
    Edit { span: at..at, text }
}

fn replacement(span: Span, text: &str) -> Edit {
    Edit {
        span,
        text: text.to_owned(),
    }
}
