//! The collections that end together in front of comments, and which of them the comments belong to.
//!
//! go-yaml's scanner cuts the comments between two entries into groups. A group is cut off, as a *foot* of what went before,
//! where the column changes and what follows is dedented, and at the first empty line; what remains is the *head* of the next
//! entry. The first foot hangs on the innermost collection. A later one, or one that an empty line cut off while it was
//! dedented, hangs on the collection that begins at exactly its column (for a sequence: on the sequence's key), else beside
//! the next entry, of which it is the foot if that is an element.

use crate::load::comments::extent::{Extent, Kind, kind};
use crate::{Comment, Value};

/// From the outermost collection that ends to the innermost.
pub(super) struct Trail<'t> {
    text: &'t str,
    /// Where the last value ends.
    end: usize,
    levels: Vec<Level>,
}

struct Level {
    column: usize,
    is_sequence: bool,
    /// Whether it is indented further than the key in front: a sequence need not be.
    indented: bool,
}

/// How many levels in a comment belongs.
#[derive(Clone, Copy)]
pub(super) struct Levels {
    pub(super) count: usize,
    /// Whether it is no head of the next entry, and yet hangs on that.
    pub(super) ahead: bool,
}

impl Levels {
    fn sure(count: usize) -> Self {
        Self {
            count,
            ahead: false,
        }
    }
}

/// How a group of comments hangs on what is around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Head,
    /// On the last thing before it.
    Attached,
    /// Cut off from that.
    Detached {
        column: usize,
    },
}

impl<'t> Trail<'t> {
    /// What ends with an entry.
    pub(super) fn of(text: &'t str, entry: &Extent<'_>) -> Self {
        let mut levels = Vec::new();
        let (mut node, mut outer) = (entry.value, entry.column);
        while kind(text, node) == Kind::Block {
            let is_sequence = matches!(node.value, Value::Sequence(_));
            levels.push(Level {
                column: node.at.column,
                is_sequence,
                indented: node.at.column > outer,
            });
            let last = node
                .pairs()
                .last()
                .map(|(key, value)| (value, key.at.column));
            let Some(below) =
                last.or_else(|| node.items().last().map(|item| (item, node.at.column)))
            else {
                break;
            };
            (node, outer) = below;
        }
        Self {
            text,
            end: entry.value.span.end,
            levels,
        }
    }

    /// For each comment how many levels in it belongs if `next` follows.
    pub(super) fn levels_before(&self, comments: &[&Comment], next: &Extent<'_>) -> Vec<Levels> {
        let innermost = self
            .levels
            .iter()
            .rfind(|level| level.indented)
            .map_or(next.column, |level| level.column);
        let mut outermost_taken = self.levels.len();
        let mut levels = Vec::with_capacity(comments.len());
        for (group, count) in self.groups(comments, next, innermost) {
            let level = match group {
                Group::Head => Levels::sure(0),
                Group::Attached => Levels::sure(self.levels.len()),
                Group::Detached { column } => {
                    let count = self.aligned(column, &mut outermost_taken);
                    Levels {
                        count,
                        ahead: count == 0,
                    }
                }
            };
            levels.extend(std::iter::repeat_n(level, count));
        }
        levels
    }

    /// For each comment how many levels in it belongs at the end of a document whose root begins at the column `root`.
    pub(super) fn levels_at_end(&self, comments: &[&Comment], root: usize) -> Vec<Levels> {
        let mut leftmost = usize::MAX;
        let level = |comment: &&Comment| {
            leftmost = leftmost.min(comment.at.column);
            let level = self
                .levels
                .iter()
                .rposition(|level| level.column == leftmost);
            Levels::sure(level.map_or(
                if leftmost <= root {
                    0
                } else {
                    self.levels.len()
                },
                |level| level + 1,
            ))
        };
        comments.iter().map(level).collect()
    }

    /// Cuts comments into groups, each with the number of its comments.
    fn groups(
        &self,
        comments: &[&Comment],
        next: &Extent<'_>,
        innermost: usize,
    ) -> Vec<(Group, usize)> {
        let mut groups: Vec<(Group, usize)> = Vec::new();
        let (mut first, mut no_empty_line) = (0, true);
        if let Some(comment) = comments.first() {
            no_empty_line = !self.has_empty_line(self.end, comment.span.start);
        }
        let below_content = no_empty_line;
        for (i, comment) in comments.iter().enumerate() {
            let column = comments[first].at.column;
            let (follows_at, following) = comments
                .get(i + 1)
                .map_or((next.start, next.column), |c| (c.span.start, c.at.column));
            let dedented = column < innermost;
            let cut_by_empty_line = self.has_empty_line(comment.span.end, follows_at)
                && std::mem::take(&mut no_empty_line);
            let group = if cut_by_empty_line && dedented {
                Group::Detached { column }
            } else if (cut_by_empty_line && first == 0 && below_content)
                || (following < innermost && following != column)
            {
                if groups.is_empty() {
                    Group::Attached
                } else {
                    Group::Detached { column }
                }
            } else {
                continue;
            };
            groups.push((group, i + 1 - first));
            first = i + 1;
        }
        groups.push((Group::Head, comments.len() - first));
        groups
    }

    fn has_empty_line(&self, from: usize, to: usize) -> bool {
        let between: Vec<&str> = self.text[from..to].split('\n').collect();
        between.len() > 2
            && between[1..between.len() - 1]
                .iter()
                .any(|line| line.trim().is_empty())
    }

    /// The level that begins at a column, if no comment before took it or one further out.
    fn aligned(&self, column: usize, outermost_taken: &mut usize) -> usize {
        let aligned = self
            .levels
            .iter()
            .rposition(|level| level.indented && level.column == column);
        let Some(level) = aligned.filter(|level| level < outermost_taken) else {
            return 0;
        };
        *outermost_taken = level;
        let on_its_key = self.levels[level].is_sequence && level + 1 < self.levels.len();
        if on_its_key { level } else { level + 1 }
    }
}
