//! A text without what spells the same in another way: comments, escapes, line ends, templates, the marks of a conflict.

use crate::inspection::template;
use std::collections::BTreeMap;

/// What each line begins with that Git puts around the sides of a conflict.
const MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// The text of a document.
pub(super) struct Spelling {
    pub(super) text: String,
    /// Whether something is merged into something.
    pub(super) merges: bool,
    /// Where something stands behind its anchor.
    anchors: BTreeMap<String, usize>,
    /// Where the blanks are.
    blanks: Vec<usize>,
}

/// What stands behind a key.
pub(super) struct Behind<'t> {
    /// Where the key begins.
    pub(super) at: usize,
    /// The key's indentation, if it is the first in its line.
    pub(super) column: Option<usize>,
    /// Where the value does, behind the colon.
    pub(super) begin: usize,
    /// The text from there to the end of the document.
    pub(super) value: &'t str,
}

impl Spelling {
    pub(super) fn of(document: &str) -> Self {
        let text = ended_by_feeds(document);
        let text = spelt(&template::without_comments(&text));
        Self::marked(template::marked(&text))
    }

    /// The same, and comments of a template are text.
    pub(super) fn with_comments(document: &str) -> Self {
        let text = spelt(&ended_by_feeds(document));
        Self::marked(template::marked_with_comments(&text))
    }

    fn marked(text: String) -> Self {
        let blanks = text.match_indices(char::is_whitespace).map(|(at, _)| at);
        Self {
            merges: text.contains("<<"),
            anchors: anchors(&text),
            blanks: blanks.collect(),
            text,
        }
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
            begin: self.text.len() - value.len(),
            value,
        })
    }

    /// The line of a key, from 1.
    pub(super) fn line_of(&self, key: &Behind) -> usize {
        self.text[..key.at].matches('\n').count() + 1
    }

    /// The word that a value begins with, an alias followed.
    pub(super) fn word(&self, key: &Behind) -> &str {
        let value = self.untagged(key.begin);
        let alias = value.strip_prefix('*').map(name_in);
        let anchored = alias.and_then(|alias| self.anchors.get(alias));
        let value = anchored.map_or(value, |at| self.untagged(*at));
        let value = value.trim_start_matches(['>', '|', '-', '+', ' ', '\n', '"', '\'']);
        value
            .split(|c: char| !is_of_word(c))
            .next()
            .unwrap_or_default()
    }

    /// The text from a place on without blanks, tags and anchors in front.
    fn untagged(&self, at: usize) -> &str {
        let mut rest = self.text[at..].trim_start();
        while rest.starts_with(['!', '&']) {
            let at = self.text.len() - rest.len();
            let next = self.blanks.partition_point(|blank| *blank < at);
            let Some(blank) = self.blanks.get(next) else {
                break;
            };
            rest = self.text[*blank..].trim_start();
        }
        rest
    }
}

fn ended_by_feeds(document: &str) -> String {
    document.replace("\r\n", "\n").replace('\r', "\n")
}

/// The text without comments of YAML and escapes, in lines that say one thing each.
fn spelt(text: &str) -> String {
    let text = joined(text);
    let lines = text.lines().map(without_comment);
    unescaped(&lines.fold(String::new(), |text, line| text + line + "\n"))
}

/// Where something stands behind each anchor, the first of those of a name.
fn anchors(text: &str) -> BTreeMap<String, usize> {
    let mut anchors = BTreeMap::new();
    for (at, mark) in text.match_indices('&') {
        let begin = at + mark.len();
        let name = name_in(&text[begin..]);
        let end = begin + name.len();
        if text[end..].starts_with(char::is_whitespace) {
            anchors.entry(name.to_owned()).or_insert(end);
        }
    }
    anchors
}

/// The name that a text begins with, of an anchor or an alias.
fn name_in(text: &str) -> &str {
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '&' | '*' | '[' | ']' | '{' | '}');
    text.split(ends).next().unwrap_or_default()
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
    let (mut is_quoted, mut last) = (false, '\0');
    let comment = line.char_indices().find(|(_, c)| {
        let begins = *c == '#' && last == ' ' && !is_quoted;
        is_quoted ^= *c == '"';
        last = *c;
        begins
    });
    comment.map_or(line, |(at, _)| &line[..at - 1])
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
