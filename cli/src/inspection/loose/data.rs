//! Where something is said behind the keys of a Secret's data.

use super::spelling::{self, Behind, Spelling};
use crate::inspection::template::{FILLED, says_something};
use signet_envelope::SECRET_FIELDS;
use std::collections::BTreeSet;

/// The columns of the keys behind which something is said that no template fills in.
pub(super) fn columns(text: &Spelling) -> BTreeSet<Option<usize>> {
    let lines = Lines::of(&text.text);
    let mut columns = BTreeSet::new();
    for field in SECRET_FIELDS {
        let mut last = Verdict::default();
        for key in text.values(field) {
            // What stands in what was looked at is no other than that, so nothing is looked at twice.
            if key.at >= last.end {
                last = Verdict::of(&key);
            }
            let below = || lines.say_below(&key);
            if last.is_said || !last.is_flow && below() {
                columns.insert(key.column);
            }
        }
    }
    columns
}

/// What was found behind a key, to the end of its line or of its flow mapping.
#[derive(Default)]
struct Verdict {
    is_said: bool,
    is_flow: bool,
    end: usize,
}

impl Verdict {
    fn of(key: &Behind) -> Self {
        let begin = key.begin;
        let value = key.value.trim_start();
        if value.starts_with('{') && !value.starts_with("{{") {
            let begin = begin + key.value.len() - value.len();
            let (is_said, length) = flow(value);
            return Self {
                is_said,
                is_flow: true,
                end: begin + length,
            };
        }
        let line = key.value.split('\n').next().unwrap_or_default();
        Self {
            is_said: is_said(line),
            is_flow: false,
            end: begin + line.len(),
        }
    }
}

/// Whether a value of a flow mapping says something, and how much of the mapping was looked at to tell.
fn flow(text: &str) -> (bool, usize) {
    let (mut depth, mut quote) = (0_usize, None);
    let mut begin = 0;
    for (at, c) in text.char_indices() {
        let ends = matches!(c, ',' | '\n' | '{' | '}');
        if ends && is_said(value_in(&text[begin..at])) {
            return (true, at);
        }
        if ends {
            begin = at + 1;
        }
        match (c, quote) {
            (c, Some(mark)) if c == mark => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            ('{', None) => depth += 1,
            ('}', None) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == '}' && depth == 0 {
            return (false, at);
        }
    }
    (is_said(value_in(&text[begin..])), text.len())
}

/// The value of a pair in a flow mapping.
fn value_in(pair: &str) -> &str {
    pair.split_once(':').map_or(pair, |(_, value)| value)
}

/// Of each line of a text, what is said from there on.
struct Lines(Vec<Line>);

struct Line {
    begin: usize,
    /// How deep all lines stand at least, from this one to the next that says something; nothing where none does.
    depth: Option<usize>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let mut end = text.len();
        let mut depth = None;
        let lines = text.split_inclusive('\n').rev().map(|line| {
            end -= line.len();
            let own = own_depth(line);
            let next = depth.map(|depth: usize| depth.min(own));
            let is_said = !line.trim().is_empty() && is_said(value_of(line));
            depth = if is_said { Some(own) } else { next };
            Line { begin: end, depth }
        });
        let mut lines: Vec<Line> = lines.collect();
        lines.reverse();
        Self(lines)
    }

    /// Whether something is said in the block of a key, below its line.
    fn say_below(&self, key: &Behind) -> bool {
        let first = self.0.partition_point(|line| line.begin <= key.begin);
        let depth = self.0.get(first).and_then(|line| line.depth);
        depth.is_some_and(|depth| depth > key.column.unwrap_or(0))
    }
}

/// How deep a line stands. How deep one does that a template fills in, or whose key it does, nobody knows before.
fn own_depth(line: &str) -> usize {
    let text = line.trim_start_matches([' ', '\t', '\n', FILLED]);
    let lead = &line[..line.len() - text.len()];
    let has_filled_key = text.starts_with(':') && lead.contains(FILLED);
    if text.is_empty() || has_filled_key {
        return usize::MAX;
    }
    lead.chars().filter(|c| *c != FILLED).count()
}

/// What a line says of its key; without one all of it.
fn value_of(line: &str) -> &str {
    let line = line.trim();
    let behind = line.split_once(": ").map(|(_, value)| value);
    let value = behind.or_else(|| line.split_once(":\t").map(|(_, value)| value));
    value.unwrap_or_else(|| if line.ends_with(':') { "" } else { line })
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
