//! The collections that end together in front of a comment, and which of them it belongs to.
//!
//! go-yaml takes a comment for a foot of what went before if the next entry is dedented and does not begin at the comment's
//! column. It moves the end of the collection that begins at exactly that column behind the comment; where there is none, and
//! behind brackets and block scalars, the innermost one has it.

use crate::load::comments::extent::{Extent, Kind, kind};
use crate::{Node, Style, Value};

/// From the outermost collection that ends to the innermost.
pub(super) struct Trail {
    levels: Vec<Level>,
    /// Whether the column of a comment can choose among them.
    aligns: bool,
}

struct Level {
    column: usize,
    /// Whether it is indented further than the key in front: a sequence need not be.
    indented: bool,
}

impl Trail {
    /// What ends with an entry.
    pub(super) fn of(text: &str, entry: &Extent<'_>) -> Self {
        let mut levels = Vec::new();
        let (mut node, mut outer) = (entry.value, entry.column);
        while kind(text, node) == Kind::Block {
            levels.push(Level {
                column: node.at.column,
                indented: node.at.column > outer,
            });
            let last = node
                .pairs()
                .last()
                .map(|(key, value)| (value, key.at.column));
            let Some((below, column)) =
                last.or_else(|| node.items().last().map(|item| (item, node.at.column)))
            else {
                break;
            };
            (node, outer) = (below, column);
        }
        Self {
            levels,
            aligns: aligns(text, node),
        }
    }

    /// How many levels in a comment at the column `indent` belongs if the next entry begins at the column `next`.
    pub(super) fn levels_before(&self, indent: usize, next: usize) -> usize {
        let innermost = self
            .levels
            .iter()
            .rfind(|level| level.indented)
            .map_or(next, |level| level.column);
        if innermost <= next || indent == next {
            0
        } else {
            self.aligned(indent).unwrap_or(self.levels.len())
        }
    }

    /// The same at the end of a document whose root begins at the column `root`.
    pub(super) fn levels_at_end(&self, indent: usize, root: usize) -> usize {
        self.aligned(indent)
            .unwrap_or(if indent <= root { 0 } else { self.levels.len() })
    }

    fn aligned(&self, indent: usize) -> Option<usize> {
        let level = self.levels.iter().rposition(|level| level.column == indent);
        level.filter(|_| self.aligns).map(|level| level + 1)
    }
}

fn aligns(text: &str, last: &Node) -> bool {
    match &last.value {
        Value::Scalar(scalar) => !matches!(scalar.style, Style::Literal | Style::Folded),
        Value::Sequence(_) | Value::Mapping(_) => kind(text, last) == Kind::Scalar,
    }
}
