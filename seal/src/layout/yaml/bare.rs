//! Lists without an element of their own: sops makes an element of each comment in a list, of an empty one too.

use std::cell::OnceCell;
use std::collections::HashSet;

use signet_envelope::is_sealed_comment;
use signet_yaml::{Node, Stream};

/// The places at which the last element of such lists begins, found when they are first asked for.
#[derive(Default)]
pub(super) struct Bare(OnceCell<HashSet<usize>>);

impl Bare {
    /// Whether a node is the last element of a list that holds sealed comments alone.
    pub(super) fn ends_at(&self, stream: &Stream, node: &Node) -> bool {
        let ends = self.0.get_or_init(|| {
            let mut ends = HashSet::new();
            for root in stream.roots() {
                collect(root, &mut ends);
            }
            ends
        });
        ends.contains(&node.span.start)
    }
}

fn collect(node: &Node, ends: &mut HashSet<usize>) {
    let last = node.items().last();
    if let Some(last) = last.filter(|_| node.items().all(is_sealed_comment)) {
        ends.insert(last.span.start);
    }
    let below = node.pairs().map(|(_, value)| value).chain(node.items());
    below.for_each(|node| collect(node, ends));
}
