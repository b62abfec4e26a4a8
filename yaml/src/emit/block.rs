//! Block style: sequences stand below their key, a mapping's first pair on the line of its dash.

use crate::emit::ordered::Ordered;
use crate::writing::{self, Context};

/// How far in things stand, and what may be a literal block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    /// From a key to the pairs below it.
    pub(crate) pairs: usize,
    /// From a key to the dashes below it.
    pub(crate) dashes: usize,
    /// Whether text of several lines becomes a literal block.
    pub(crate) literals: bool,
}

impl Layout {
    /// The layout of new documents.
    pub(crate) const NEW: Self = Self {
        pairs: 2,
        dashes: 2,
        literals: true,
    };
}

/// From a dash to what stands behind it on the next lines.
pub(crate) const BEHIND_DASH: usize = 2;

/// From this length on a key needs a question mark in front (YAML 1.2.2, 7.4.2).
const IMPLICIT_KEY: usize = 1024;

/// The value as lines, the last one ended too.
pub(crate) fn write(value: &Ordered, layout: Layout) -> String {
    let mut block = Block {
        layout,
        text: String::new(),
    };
    match value {
        Ordered::Object(pairs) if !pairs.is_empty() => block.mapping(pairs, 0),
        Ordered::Array(items) if !items.is_empty() => block.sequence(items, 0),
        scalar => {
            block.inline(scalar, layout.pairs);
            block.text.push('\n');
        }
    }
    block.text
}

struct Block {
    layout: Layout,
    text: String,
}

impl Block {
    fn mapping(&mut self, pairs: &[(String, Ordered)], indent: usize) {
        for (i, (key, value)) in pairs.iter().enumerate() {
            if i > 0 {
                self.margin(indent);
            }
            self.key(&writing::on_one_line(key, Context::Block), indent);
            self.behind_key(value, indent);
        }
    }

    fn key(&mut self, written: &str, indent: usize) {
        if written.len() < IMPLICIT_KEY {
            self.text.push_str(written);
        } else {
            self.text.push_str("? ");
            self.text.push_str(written);
            self.text.push('\n');
            self.margin(indent);
        }
        self.text.push(':');
    }

    /// Writes a value behind its key's colon: a collection on lines of its own, anything else on the same line.
    fn behind_key(&mut self, value: &Ordered, indent: usize) {
        match value {
            Ordered::Object(pairs) if !pairs.is_empty() => {
                self.text.push('\n');
                self.margin(indent + self.layout.pairs);
                self.mapping(pairs, indent + self.layout.pairs);
            }
            Ordered::Array(items) if !items.is_empty() => {
                self.text.push('\n');
                self.margin(indent + self.layout.dashes);
                self.sequence(items, indent + self.layout.dashes);
            }
            scalar => {
                self.text.push(' ');
                self.inline(scalar, indent + self.layout.pairs);
                self.text.push('\n');
            }
        }
    }

    fn sequence(&mut self, items: &[Ordered], indent: usize) {
        let behind = indent + BEHIND_DASH;
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.margin(indent);
            }
            self.text.push_str("- ");
            match item {
                Ordered::Object(pairs) if !pairs.is_empty() => self.mapping(pairs, behind),
                Ordered::Array(items) if !items.is_empty() => self.sequence(items, behind),
                scalar => {
                    self.inline(scalar, behind);
                    self.text.push('\n');
                }
            }
        }
    }

    /// Writes a scalar or an empty collection; `indent` is for the content of a literal block.
    fn inline(&mut self, value: &Ordered, indent: usize) {
        match value {
            Ordered::Constant(token) => self.text.push_str(token),
            Ordered::Array(_) => self.text.push_str("[]"),
            Ordered::Object(_) => self.text.push_str("{}"),
            Ordered::String(string) => self.string(string, indent),
        }
    }

    fn string(&mut self, string: &str, indent: usize) {
        match writing::literal(string).filter(|_| self.layout.literals) {
            Some(literal) => {
                self.text.push_str(literal.header);
                self.text.push_str(&literal.content(indent, "\n"));
            }
            None => self
                .text
                .push_str(&writing::on_one_line(string, Context::Block)),
        }
    }

    fn margin(&mut self, indent: usize) {
        self.text.extend(std::iter::repeat_n(' ', indent));
    }
}
