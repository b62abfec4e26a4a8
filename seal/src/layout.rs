//! How a text is laid out: what an edit in place has to know beyond the spans of its nodes.

pub(crate) mod block;
pub(crate) mod metadata;

use signet_yaml::{Node, Span, Stream, Value};

/// The outermost flow collections (`{…}`, `[…]`) of a text: a plain scalar means something else in them.
pub(crate) struct Flow(Vec<Span>);

impl Flow {
    /// The flow collections of all documents, in file order.
    pub(crate) fn of(text: &str, stream: &Stream) -> Self {
        let mut spans = Vec::new();
        for root in stream
            .documents
            .iter()
            .filter_map(|document| document.root.as_ref())
        {
            collect(text, root, &mut spans);
        }
        Self(spans)
    }

    /// Whether a byte stands inside one.
    pub(crate) fn contains(&self, at: usize) -> bool {
        let after = self.0.partition_point(|span| span.start <= at);
        after > 0 && self.0[after - 1].contains(&at)
    }
}

fn collect(text: &str, node: &Node, spans: &mut Vec<Span>) {
    if matches!(node.value, Value::Scalar(_)) {
        return;
    }
    if matches!(text.as_bytes().get(node.span.start), Some(b'{' | b'[')) {
        spans.push(node.span.clone());
        return;
    }
    node.pairs()
        .for_each(|(_, value)| collect(text, value, spans));
    node.items().for_each(|item| collect(text, item, spans));
}

/// The line break that the text uses: that of its first line.
pub(crate) fn line_break(text: &str) -> &'static str {
    match text.find('\n') {
        Some(end) if text[..end].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// The lines of a block, indented, with the line breaks of the text.
pub(crate) fn indented(block: &str, indent: &str, text: &str) -> String {
    let mut lines = String::with_capacity(2 * block.len());
    for line in block.lines() {
        lines.extend([indent, line, line_break(text)]);
    }
    lines
}

/// The first byte of the line that holds this byte.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The byte behind the line break of the line that holds this byte, or the end of the text.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline + 1)
}

/// The text as a double-quoted scalar: a JSON string in which everything that YAML cannot hold as it stands is escaped.
pub(crate) fn double_quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    let escaped = |c: char| {
        if block::fits(c) {
            c.to_string()
        } else {
            format!("\\u{:04x}", u32::from(c))
        }
    };
    json.chars().map(escaped).collect()
}
