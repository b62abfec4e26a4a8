//! Where the flow collections of a text stand.

use signet_yaml::{Node, Span, Stream, Value};

/// The outermost flow collections (`{…}`, `[…]`) of a text: a plain scalar means something else in them.
pub(super) struct Flow(Vec<Span>);

impl Flow {
    /// The flow collections of all documents, in file order.
    pub(super) fn of(text: &str, stream: &Stream) -> Self {
        let mut spans = Vec::new();
        for root in stream.roots() {
            collect(text, root, &mut spans);
        }
        Self(spans)
    }

    /// Whether a byte stands inside one.
    pub(super) fn contains(&self, at: usize) -> bool {
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
