//! The line breaks that YAML 1.1 has and 1.2 has not (LS and PS), where SOPS writes them: in single quotes.
//!
//! go-yaml, and so SOPS and Kubernetes, ends a line with them wherever they stand unescaped, and its emitter puts no others
//! there than into single quotes and block scalars. Of the latter nothing is read here.

use crate::Span;
use crate::load::{ParseError, cursor};

const BREAKS: [char; 2] = ['\u{2028}', '\u{2029}'];

/// The first of them at or behind an offset.
pub(super) fn first(text: &str, from: usize) -> Option<usize> {
    if text.is_ascii() {
        return None;
    }
    text[from..].find(BREAKS).map(|offset| from + offset)
}

/// Ensures that none stands elsewhere than in these parts of the text, which are in its order.
///
/// # Errors
/// [`ParseError::Character`] at the first one that does.
pub(super) fn refuse_outside(text: &str, parts: &[Span]) -> Result<(), ParseError> {
    let mut from = 0;
    let mut parts = parts.iter();
    while let Some(offset) = first(text, from) {
        match parts.next() {
            Some(part) if part.start < offset => from = part.end,
            _ => return Err(refusal(text, offset)),
        }
    }
    Ok(())
}

fn refusal(text: &str, offset: usize) -> ParseError {
    ParseError::Character {
        at: cursor::position_of(text, offset),
        code: text[offset..].chars().next().map_or(0, u32::from),
    }
}

/// What go-yaml makes of a scalar in single quotes (`yaml_parser_scan_flow_scalar`); nothing where the span is none of these,
/// has none of the breaks, or go-yaml sees a marker of documents in it.
pub(super) fn in_single_quotes(text: &str, span: &Span) -> Option<String> {
    let quoted = text.get(span.clone())?;
    let inner = quoted.strip_prefix('\'')?.strip_suffix('\'')?;
    first(inner, 0).filter(|_| !inner.contains('\r'))?;
    let inner = inner.replace("''", "'");
    let mut lines = inner.split_inclusive(is_break);
    let mut read = String::new();
    let mut line = lines.next()?;
    loop {
        let content = line.trim_end_matches(is_break);
        let ended = &line[content.len()..];
        read.push_str(content);
        if ended.is_empty() {
            return Some(read);
        }
        // A break takes the blanks around it along.
        read.truncate(read.trim_end_matches([' ', '\t']).len());
        let mut breaks = vec![ended];
        loop {
            let next = lines.next().unwrap_or_default();
            if next.starts_with("---") || next.starts_with("...") {
                return None;
            }
            line = next.trim_start_matches([' ', '\t']);
            if line.is_empty() || !line.starts_with(is_break) {
                break;
            }
            breaks.push(line);
        }
        read.push_str(&folded(&breaks));
    }
}

fn is_break(c: char) -> bool {
    c == '\n' || BREAKS.contains(&c)
}

/// What so many breaks after each other stand for: a single line feed for a blank.
fn folded(breaks: &[&str]) -> String {
    match breaks {
        ["\n"] => " ".to_owned(),
        ["\n", rest @ ..] => rest.concat(),
        all => all.concat(),
    }
}
