//! Random streams: nested, in every style, with comments, anchors, line breaks of both kinds and a byte order mark.

use proptest::prelude::*;

/// A node before it is written.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// A scalar in one of the styles on one line.
    Scalar(String),
    /// A block scalar: its header's letters and its lines.
    Lines(String, Vec<String>),
    Sequence(Vec<Entry>, Layout),
    Mapping(Vec<Entry>, Layout),
}

/// An element, or the value of a key that is made from its number.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    above: Option<String>,
    behind: Option<String>,
    key: Key,
    /// Whether a tab stands behind the value, in front of a comment or at the end of the line.
    tab: bool,
    value: Shape,
}

#[derive(Debug, Clone, Copy)]
enum Key {
    Plain,
    Single,
    Double,
    Tagged,
    Explicit,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    flow: bool,
    /// In brackets: each entry on a line of its own.
    tall: bool,
    indent: usize,
    blank: bool,
}

/// Streams of one to three documents.
pub(crate) fn streams() -> impl Strategy<Value = String> {
    let document = (collection(), any::<bool>(), comment());
    let documents = prop::collection::vec(document, 1..3);
    (documents, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(documents, windows, mark, end)| {
            let mut text = String::new();
            for (number, (root, dots, comment)) in documents.iter().enumerate() {
                if number > 0 {
                    text.push_str(if *dots { "...\n---\n" } else { "---\n" });
                }
                if let Some(comment) = comment {
                    put(&mut text, format_args!("#{comment}\n"));
                }
                write_root(root, &mut text);
            }
            if !end {
                text.truncate(text.trim_end_matches('\n').len());
            }
            let text = if windows {
                text.replace('\n', "\r\n")
            } else {
                text
            };
            format!("{}{text}", if mark { "\u{FEFF}" } else { "" })
        },
    )
}

fn put(text: &mut String, written: std::fmt::Arguments<'_>) {
    text.push_str(&written.to_string());
}

fn comment() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        4 => Just(None),
        1 => Just(Some(" a comment: - [x]".to_owned())),
        1 => Just(Some("\ttabs\tin it".to_owned())),
        1 => Just(Some(String::new())),
    ]
}

fn scalar() -> impl Strategy<Value = Shape> {
    let one_line = prop_oneof![
        Just("plain"),
        Just("two words"),
        Just("'it''s'"),
        Just("\"a\\n\\u0042\""),
        Just("0644"),
        Just("-1.5"),
        Just("true"),
        Just("null"),
        Just("2001-01-01"),
        Just("!!str 5"),
        Just("!!str &s 'x'"),
        Just("&a x"),
        Just("!local x"),
        Just(""),
        Just("ä ☃ x"),
        Just("a#b:c"),
        Just("'# no comment'"),
    ];
    let header = prop_oneof![
        Just("|"),
        Just("|-"),
        Just("|+"),
        Just(">"),
        Just(">-"),
        Just(">+"),
        Just("|2"),
        Just(">+2")
    ];
    let line = prop_oneof![
        Just("text"),
        Just("# text too"),
        Just("- x: y"),
        Just("  deeper"),
        Just(""),
        Just("\ttab")
    ];
    let lines = prop::collection::vec(line, 1..4);
    prop_oneof![
        4 => one_line.prop_map(|text| Shape::Scalar(text.to_owned())),
        1 => (header, lines).prop_map(|(header, lines)| {
            let lines = std::iter::once("first").chain(lines).map(str::to_owned).collect();
            Shape::Lines(header.to_owned(), lines)
        }),
    ]
}

fn layout() -> impl Strategy<Value = Layout> {
    (0..4_usize, any::<bool>(), 0..5_usize, 0..4_usize).prop_map(|(flow, tall, indent, blank)| {
        Layout {
            flow: flow == 0,
            tall,
            indent,
            blank: blank == 0,
        }
    })
}

fn entry(value: impl Strategy<Value = Shape>) -> impl Strategy<Value = Entry> {
    let key = prop_oneof![
        6 => Just(Key::Plain),
        1 => Just(Key::Single),
        1 => Just(Key::Double),
        1 => Just(Key::Tagged),
        1 => Just(Key::Explicit)
    ];
    (comment(), comment(), key, 0..4_usize, value).prop_map(|(above, behind, key, tab, value)| {
        Entry {
            above,
            behind,
            key,
            tab: tab == 0,
            value,
        }
    })
}

fn collection() -> impl Strategy<Value = Shape> {
    let nodes = scalar().prop_recursive(4, 24, 4, |inner| {
        let entries = prop::collection::vec(entry(inner), 0..4);
        (entries, layout(), any::<bool>()).prop_map(|(entries, layout, mapping)| {
            if mapping {
                Shape::Mapping(entries, layout)
            } else {
                Shape::Sequence(entries, layout)
            }
        })
    });
    let entries = prop::collection::vec(entry(nodes), 1..5);
    (entries, layout(), 0..4_usize).prop_map(|(entries, layout, kind)| match kind {
        0 => Shape::Sequence(entries, layout),
        _ => Shape::Mapping(entries, layout),
    })
}

fn write_root(root: &Shape, text: &mut String) {
    if is_flow(root) {
        write_flow(root, 0, text);
        text.push('\n');
    } else {
        write_block(root, 0, text);
    }
}

fn is_flow(shape: &Shape) -> bool {
    match shape {
        Shape::Scalar(_) | Shape::Lines(..) => false,
        Shape::Sequence(entries, layout) | Shape::Mapping(entries, layout) => {
            layout.flow || entries.is_empty()
        }
    }
}

/// Writes the entries of a block collection, each on lines of its own; the first one's margin is there already.
fn write_block(shape: &Shape, indent: usize, text: &mut String) {
    let (Shape::Sequence(entries, layout) | Shape::Mapping(entries, layout)) = shape else {
        unreachable!("scalars have no lines of their own")
    };
    let mapping = matches!(shape, Shape::Mapping(..));
    for (number, entry) in entries.iter().enumerate() {
        let margin = " ".repeat(indent);
        if number > 0 {
            if layout.blank {
                text.push('\n');
            }
            if let Some(comment) = &entry.above {
                put(text, format_args!("{margin}#{comment}\n"));
            }
            text.push_str(&margin);
        }
        if mapping {
            write_key(entry.key, number, &margin, text);
        } else {
            text.push('-');
        }
        write_value(entry, mapping, indent, layout, text);
    }
}

fn key(number: usize) -> String {
    format!("k{number}")
}

fn write_key(key_style: Key, number: usize, margin: &str, text: &mut String) {
    let name = key(number);
    let written = match key_style {
        Key::Plain => format!("{name}:"),
        Key::Single => format!("'{name}' :"),
        Key::Double => format!("\"{name}\":"),
        Key::Tagged => format!("!!str {name}:"),
        Key::Explicit => format!("? {name}\n{margin}:"),
    };
    text.push_str(&written);
}

fn write_value(entry: &Entry, mapping: bool, indent: usize, layout: &Layout, text: &mut String) {
    let comment = entry
        .behind
        .as_ref()
        .map(|comment| format!(" #{comment}"))
        .unwrap_or_default();
    let tab = if entry.tab { "\t" } else { "" };
    match &entry.value {
        Shape::Scalar(scalar) if scalar.is_empty() => put(text, format_args!("{comment}\n")),
        Shape::Scalar(scalar) => put(text, format_args!(" {scalar}{tab}{comment}\n")),
        Shape::Lines(header, lines) => {
            put(text, format_args!(" {header}{tab}{comment}\n"));
            // With an indicator the content stands exactly so far in.
            let step = 2;
            for line in lines {
                let margin = if line.is_empty() {
                    String::new()
                } else {
                    " ".repeat(indent + step)
                };
                put(text, format_args!("{margin}{line}\n"));
            }
        }
        flow if is_flow(flow) => {
            text.push(' ');
            write_flow(flow, indent + 1, text);
            put(text, format_args!("{tab}{comment}\n"));
        }
        block => {
            let sequence_below_key = mapping && matches!(block, Shape::Sequence(..));
            let step = layout.indent.max(usize::from(!sequence_below_key));
            if !mapping && comment.is_empty() && layout.indent > 1 {
                // On the line of the dash.
                text.push_str(&" ".repeat(step));
                write_block(block, indent + step + 1, text);
                return;
            }
            put(text, format_args!("{comment}\n"));
            if let Some(above) = &entry.above {
                put(
                    text,
                    format_args!("{}#{above}\n", " ".repeat(indent + step)),
                );
            }
            text.push_str(&" ".repeat(indent + step));
            write_block(block, indent + step, text);
        }
    }
}

fn write_flow(shape: &Shape, indent: usize, text: &mut String) {
    let (entries, layout, mapping) = match shape {
        Shape::Scalar(scalar) => return text.push_str(scalar),
        Shape::Lines(..) => return text.push_str("\"l1\\nl2\""),
        Shape::Sequence(entries, layout) => (entries, layout, false),
        Shape::Mapping(entries, layout) => (entries, layout, true),
    };
    text.push(if mapping { '{' } else { '[' });
    for (number, entry) in entries.iter().enumerate() {
        let last = number + 1 == entries.len();
        if layout.tall {
            let margin = " ".repeat(indent + 1);
            match &entry.above {
                Some(comment) => put(text, format_args!(" #{comment}\n{margin}")),
                None => put(text, format_args!("\n{margin}")),
            }
        }
        write_flow_entry(entry, number, mapping, indent, text);
        if !last || layout.blank && !is_absent(&entry.value) {
            text.push(',');
        }
        match &entry.behind {
            Some(comment) if layout.tall => {
                put(
                    text,
                    format_args!(" #{comment}\n{}", " ".repeat(indent + 1)),
                );
            }
            _ if last => {}
            _ => text.push(' '),
        }
    }
    text.push(if mapping { '}' } else { ']' });
}

fn is_absent(value: &Shape) -> bool {
    matches!(value, Shape::Scalar(scalar) if scalar.is_empty())
}

fn write_flow_entry(entry: &Entry, number: usize, mapping: bool, indent: usize, text: &mut String) {
    if mapping {
        let written = match entry.key {
            Key::Plain => format!("{}: ", key(number)),
            Key::Single => format!("'{}': ", key(number)),
            Key::Double => format!("\"{}\": ", key(number)),
            Key::Tagged => format!("!!str {}: ", key(number)),
            Key::Explicit => format!("? {} : ", key(number)),
        };
        text.push_str(&written);
    } else if is_absent(&entry.value) {
        // A sequence in brackets has no absent elements.
        return text.push('~');
    }
    write_flow(&entry.value, indent + 1, text);
}
