//! A document of Kubernetes that cannot be read, judged by its text: what stops a reader must not hide a Secret.

mod spelling;

use super::template::{FILLED, says_something};
use signet_envelope::{SECRET_FIELDS, is_of_another_group};
use spelling::Spelling;
use std::collections::BTreeSet;

/// The line of a document, from 1, that says `kind: Secret` where its data has a value that no template fills in.
pub(super) fn secret(document: &str) -> Option<usize> {
    let text = Spelling::of(document);
    let data = SECRET_FIELDS.iter().flat_map(|field| text.values(field));
    let data = data.filter(Behind::holds).map(|data| data.column);
    let data: BTreeSet<Option<usize>> = data.collect();
    let is_it = |kind: &Behind| {
        let mut data = data.iter();
        let is_list = text.word(kind.value) == "SecretList";
        let fits = |at| is_list || are_siblings(&text, kind.column, at);
        is_secret(&text, kind.value) && data.any(|at| fits(*at))
    };
    if data.is_empty() || is_foreign(&text) {
        return None;
    }
    let kind = text.values("kind").find(is_it)?;
    Some(text.line_of(&kind))
}

/// Whether a document says that it is a Secret.
pub(super) fn says_secret(document: &str) -> bool {
    let text = Spelling::of(document);
    text.values("kind").any(|kind| is_secret(&text, kind.value))
}

fn is_secret(text: &Spelling, value: &str) -> bool {
    let kind = text.word(value);
    matches!(kind, "Secret" | "SecretList")
}

fn is_foreign(text: &Spelling) -> bool {
    let mut versions = text
        .values("apiVersion")
        .map(|version| text.word(version.value))
        .peekable();
    versions.peek().is_some() && versions.all(is_of_another_group)
}

/// Whether two keys may stand in one mapping: by their indentation, unless one has none or something is merged.
fn are_siblings(text: &Spelling, one: Option<usize>, other: Option<usize>) -> bool {
    let are_apart = one.is_some() && other.is_some() && one != other;
    !are_apart || text.merges()
}

/// What stands behind a key.
struct Behind<'t> {
    /// Where the key begins.
    at: usize,
    /// The key's indentation, if it is the first in its line.
    column: Option<usize>,
    /// The text from behind the colon to the end of the document.
    value: &'t str,
}

impl Behind<'_> {
    /// Whether something is said there that no template fills in.
    fn holds(&self) -> bool {
        if self.value.trim_start().starts_with('{') {
            return flow(self.value).any(is_said);
        }
        let (first, below) = self.value.split_once('\n').unwrap_or((self.value, ""));
        if is_said(first) {
            return true;
        }
        let column = self.column.unwrap_or(0);
        let lines = below.lines().take_while(|line| is_below(line, column));
        lines
            .filter(|line| !line.trim().is_empty())
            .any(|line| is_said(value_of(line)))
    }
}

/// Whether a line is in the block of a key in this column, or may be: how deep something stands that a template fills in, or
/// whose key it does, nobody knows before.
fn is_below(line: &str, column: usize) -> bool {
    let text = line.trim_start_matches([' ', '\t', FILLED]);
    let lead = &line[..line.len() - text.len()];
    let has_filled_key = text.starts_with(':') && lead.contains(FILLED);
    let indent = lead.chars().filter(|c| *c != FILLED).count();
    text.is_empty() || has_filled_key || indent > column
}

/// What a line says of its key; without one all of it.
fn value_of(line: &str) -> &str {
    let line = line.trim();
    let behind = line.split_once(": ").map(|(_, value)| value);
    let value = behind.or_else(|| line.split_once(":\t").map(|(_, value)| value));
    value.unwrap_or_else(|| if line.ends_with(':') { "" } else { line })
}

/// The values in a flow mapping, to its end or that of the document.
fn flow(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    let mut quote = None;
    let end = text.char_indices().find(|(_, c)| {
        match (*c, quote) {
            (c, Some(mark)) if c == mark => quote = None,
            ('"' | '\'', None) => quote = Some(*c),
            ('{', None) => depth += 1,
            ('}', None) => depth = depth.saturating_sub(1),
            _ => {}
        }
        *c == '}' && depth == 0
    });
    let inner = &text[..end.map_or(text.len(), |(at, _)| at)];
    let pairs = inner.split([',', '\n', '{', '}']);
    pairs.map(|pair| pair.split_once(':').map_or(pair, |(_, value)| value))
}

/// Whether a value is one: not null, nor empty, nor the head of a block.
fn is_said(value: &str) -> bool {
    let value = spelling::bare(value);
    let is_head = value.starts_with(['|', '>']) && !value.contains(char::is_alphabetic);
    let is_null = matches!(
        value,
        "~" | "null" | "Null" | "NULL" | "[]" | "{}" | "[" | "]"
    );
    let value = value.trim_matches(['"', '\'', ' ']);
    !is_head && !is_null && says_something(value)
}
