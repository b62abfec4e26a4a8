//! The indentation that a document uses already.

use crate::edit::slot::is_block;
use crate::emit::Layout;
use crate::{Node, Value};

/// The layout of the first nested mapping and the first sequence below a key; that of new documents where there is none.
pub(super) fn of(text: &str, root: &Node) -> Layout {
    let mut steps = Steps::default();
    steps.look(text, root);
    let new = Layout::NEW;
    let pairs = steps.pairs.unwrap_or(new.pairs);
    Layout {
        pairs,
        dashes: steps.dashes.unwrap_or(pairs),
        ..new
    }
}

#[derive(Default)]
struct Steps {
    pairs: Option<usize>,
    dashes: Option<usize>,
}

impl Steps {
    fn look(&mut self, text: &str, node: &Node) {
        if self.pairs.is_some() && self.dashes.is_some() || !is_block(text, node) {
            return;
        }
        for (_, value) in node.pairs() {
            self.measure(text, node, value);
            self.look(text, value);
        }
        node.items().for_each(|item| self.look(text, item));
    }

    fn measure(&mut self, text: &str, mapping: &Node, value: &Node) {
        let Some(step) = value.at.column.checked_sub(mapping.at.column) else {
            return;
        };
        if !is_block(text, value) || step > MAX_STEP {
            return;
        }
        match value.value {
            Value::Mapping(_) if step > 0 => {
                self.pairs.get_or_insert(step);
            }
            Value::Sequence(_) => {
                self.dashes.get_or_insert(step);
            }
            Value::Mapping(_) | Value::Scalar(_) => {}
        }
    }
}

/// More than this is alignment, not indentation.
const MAX_STEP: usize = 8;
