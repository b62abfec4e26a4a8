//! Block style: two blanks a level, sequences indented below their key, a mapping's first pair on the line of its dash.

use crate::emit::ordered::Ordered;
use crate::writing::{self, Context};

const STEP: usize = 2;

pub(super) fn write(value: &Ordered) -> String {
    let mut text = String::new();
    match value {
        Ordered::Object(pairs) if !pairs.is_empty() => mapping(pairs, 0, &mut text),
        Ordered::Array(items) if !items.is_empty() => sequence(items, 0, &mut text),
        scalar => {
            inline(scalar, STEP, &mut text);
            text.push('\n');
        }
    }
    text
}

fn mapping(pairs: &[(String, Ordered)], indent: usize, text: &mut String) {
    for (i, (key, value)) in pairs.iter().enumerate() {
        if i > 0 {
            margin(indent, text);
        }
        text.push_str(&writing::on_one_line(key, Context::Block));
        text.push(':');
        behind_key(value, indent + STEP, text);
    }
}

/// Writes a value behind its key's colon: a collection on lines of its own, anything else on the same line.
fn behind_key(value: &Ordered, indent: usize, text: &mut String) {
    match value {
        Ordered::Object(pairs) if !pairs.is_empty() => {
            text.push('\n');
            margin(indent, text);
            mapping(pairs, indent, text);
        }
        Ordered::Array(items) if !items.is_empty() => {
            text.push('\n');
            margin(indent, text);
            sequence(items, indent, text);
        }
        scalar => {
            text.push(' ');
            inline(scalar, indent, text);
            text.push('\n');
        }
    }
}

fn sequence(items: &[Ordered], indent: usize, text: &mut String) {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            margin(indent, text);
        }
        text.push_str("- ");
        match item {
            Ordered::Object(pairs) if !pairs.is_empty() => mapping(pairs, indent + STEP, text),
            Ordered::Array(items) if !items.is_empty() => sequence(items, indent + STEP, text),
            scalar => {
                inline(scalar, indent + STEP, text);
                text.push('\n');
            }
        }
    }
}

/// Writes a scalar or an empty collection; `indent` is for the content of a literal block.
fn inline(value: &Ordered, indent: usize, text: &mut String) {
    match value {
        Ordered::Constant(token) => text.push_str(token),
        Ordered::Array(_) => text.push_str("[]"),
        Ordered::Object(_) => text.push_str("{}"),
        Ordered::String(string) => match writing::literal(string) {
            Some(literal) => {
                text.push_str(literal.header);
                text.push_str(&literal.content(indent, "\n"));
            }
            None => text.push_str(&writing::on_one_line(string, Context::Block)),
        },
    }
}

fn margin(indent: usize, text: &mut String) {
    text.extend(std::iter::repeat_n(' ', indent));
}
