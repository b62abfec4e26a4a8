//! Scalars that stand on one line.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr2_iter};

use crate::Style;

/// A key longer than this may be none: YAML wants its colon within 1,024 characters.
const LONGEST_KEY: usize = 1_000;

/// A scalar's length as written, its text and its style.
type Found<'t> = (usize, Cow<'t, str>, Style);

/// The word in front of a colon that ends a key.
pub(super) fn key(rest: &str) -> Option<&str> {
    let bytes = rest.as_bytes();
    if bytes.first().is_none_or(|first| *first == b'-') {
        return None;
    }
    let length = bytes.iter().position(|byte| !is_word(*byte))?;
    let is_key = bytes[length] == b':' && matches!(bytes.get(length + 1), None | Some(b' '));
    (is_key && (1..=LONGEST_KEY).contains(&length)).then(|| &rest[..length])
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/')
}

/// A plain scalar up to the end of the line or a comment. A colon that would end a key is the parser's to refuse.
pub(super) fn plain(rest: &str) -> Option<Found<'_>> {
    let bytes = rest.as_bytes();
    if !begins_plain(bytes) {
        return None;
    }
    let mut end = bytes.len();
    for at in memchr2_iter(b':', b'#', bytes) {
        if bytes[at] == b':' && matches!(bytes.get(at + 1), None | Some(b' ')) {
            return None;
        }
        if bytes[at] == b'#' && bytes[at - 1] == b' ' {
            end = at;
            break;
        }
    }
    let text = rest[..end].trim_end_matches(' ');
    Some((text.len(), Cow::Borrowed(text), Style::Plain))
}

/// Whether no byte here begins anything but a plain scalar.
fn begins_plain(bytes: &[u8]) -> bool {
    match *bytes {
        [b'-', second, ..] => second != b' ',
        [first, ..] => {
            first.is_ascii_alphanumeric()
                || matches!(
                    first,
                    b'_' | b'.'
                        | b'/'
                        | b'+'
                        | b'('
                        | b')'
                        | b'$'
                        | b'~'
                        | b'^'
                        | b'='
                        | b'<'
                        | b';'
                        | b'\\'
                )
        }
        [] => false,
    }
}

/// A scalar in double quotes that closes on its line and has no escapes but the ordinary ones.
pub(super) fn double_quoted(rest: &str) -> Option<Found<'_>> {
    let inner = &rest[1..];
    let mut text = Cow::Borrowed("");
    let mut from = 0;
    loop {
        let at = from + memchr2(b'"', b'\\', &inner.as_bytes()[from..])?;
        text += &inner[from..at];
        if inner.as_bytes()[at] == b'"' {
            return Some((at + 2, text, Style::Double));
        }
        text.to_mut().push(match inner.as_bytes().get(at + 1)? {
            b'n' => '\n',
            b't' => '\t',
            b'"' => '"',
            b'\\' => '\\',
            _ => return None,
        });
        from = at + 2;
    }
}

/// A scalar in single quotes that closes on its line.
pub(super) fn single_quoted(rest: &str) -> Option<Found<'_>> {
    let inner = &rest[1..];
    let mut text = Cow::Borrowed("");
    let mut from = 0;
    loop {
        let at = from + memchr(b'\'', &inner.as_bytes()[from..])?;
        text += &inner[from..at];
        if inner.as_bytes().get(at + 1) != Some(&b'\'') {
            return Some((at + 2, text, Style::Single));
        }
        text.to_mut().push('\'');
        from = at + 2;
    }
}
