//! A text without what spells the same in another way: comments, escapes, line ends, templates, the marks of a conflict.

use super::super::template;
use super::Behind;

/// What each line begins with that Git puts around the sides of a conflict.
const MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// The text of a document.
pub(super) struct Spelling {
    text: String,
}

impl Spelling {
    pub(super) fn of(document: &str) -> Self {
        let text = document.replace("\r\n", "\n").replace('\r', "\n");
        let text = joined(&text);
        let lines = text.lines().map(without_comment);
        let text = lines.fold(String::new(), |text, line| text + line + "\n");
        Self {
            text: template::marked(&unescaped(&text)),
        }
    }

    /// Whether something is merged into something.
    pub(super) fn merges(&self) -> bool {
        self.text.contains("<<")
    }

    /// What stands behind each key of that name, in any style.
    pub(super) fn values<'t>(&'t self, name: &'t str) -> impl Iterator<Item = Behind<'t>> {
        let found = self.text.match_indices(name);
        found.filter_map(move |(at, _)| self.behind(at, name.len()))
    }

    fn behind(&self, at: usize, length: usize) -> Option<Behind<'_>> {
        let (before, rest) = (&self.text[..at], &self.text[at + length..]);
        if before.ends_with(is_of_word) {
            return None;
        }
        let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
        let value = rest.trim_start().strip_prefix(':')?;
        let lead = before.trim_end_matches(['"', '\'']);
        let above = lead.trim_end_matches([' ', '\t', '-', '?']);
        let is_first = above.is_empty() || above.ends_with('\n');
        // A mapping begins behind the dash of a list, and with the mark of an explicit key.
        let indent = &lead[above.len()..];
        let column = indent.find('?').unwrap_or(indent.len());
        Some(Behind {
            at,
            column: is_first.then_some(column),
            value,
        })
    }

    /// The line of a key, from 1.
    pub(super) fn line_of(&self, key: &Behind) -> usize {
        self.text[..key.at].matches('\n').count() + 1
    }

    /// The word that a value begins with, an alias followed.
    pub(super) fn word<'t>(&'t self, value: &'t str) -> &'t str {
        let value = bare(value.trim_start());
        let value = match value.strip_prefix('*') {
            Some(alias) => self.anchored(alias).unwrap_or(value),
            None => value,
        };
        let value = value.trim_start_matches(['>', '|', '-', '+', ' ', '\n', '"', '\'']);
        value
            .split(|c: char| !is_of_word(c))
            .next()
            .unwrap_or_default()
    }

    fn anchored(&self, alias: &str) -> Option<&str> {
        let name = alias
            .split(|c: char| c.is_whitespace() || c == ',')
            .next()?;
        let anchor = format!("&{name}");
        let mut found = self.text.match_indices(&anchor);
        found.find_map(|(at, _)| {
            let rest = &self.text[at + anchor.len()..];
            rest.starts_with(char::is_whitespace)
                .then(|| bare(rest.trim_start()))
        })
    }
}

/// A value without blanks around it and without tags and anchors in front.
pub(super) fn bare(value: &str) -> &str {
    let mut value = value.trim();
    while value.starts_with(['!', '&']) {
        let Some((_, rest)) = value.split_once(char::is_whitespace) else {
            break;
        };
        value = rest.trim_start();
    }
    value
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/')
}

/// A line without its comment, if it has one that stands in no double quotes; nothing of the mark of a conflict.
fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with('#') || is_mark(line) {
        return "";
    }
    let mut found = line.match_indices(" #");
    let comment = found.find(|(at, _)| line[..*at].matches('"').count().is_multiple_of(2));
    comment.map_or(line, |(at, _)| &line[..at])
}

fn is_mark(line: &str) -> bool {
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(' ');
    let mut found = MARKS.iter().filter_map(|mark| line.strip_prefix(mark));
    found.any(ends)
}

/// The text without the line breaks that are escaped. Its lines are counted as they stand in it, which is near enough.
fn joined(text: &str) -> String {
    let mut pieces = text.split("\\\n");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        text + piece.trim_start_matches([' ', '\t'])
    })
}

/// The text with the letters and digits that stand as `\x53`, `\u0053` or `\U00000053` in it.
fn unescaped(text: &str) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        whole.push_str(before);
        let read = escaped(from);
        let (length, stands) = read.unwrap_or((1, '\\'));
        whole.push(stands);
        rest = &from[length..];
    }
    whole + rest
}

fn escaped(text: &str) -> Option<(usize, char)> {
    let digits = match text.as_bytes().get(1)? {
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        _ => return None,
    };
    let code = u32::from_str_radix(text.get(2..2 + digits)?, 16).ok()?;
    let read = char::from_u32(code).filter(|c| c.is_alphanumeric())?;
    Some((2 + digits, read))
}
