//! Puts values into a tree by path.

use serde::Serialize;

use crate::edit::lines::{self, line_end};
use crate::edit::path::{self, Path, PathError, Step};
use crate::edit::place::{self, Style};
use crate::edit::slot::{self, Holder, Slot};
use crate::edit::{Edit, brackets};
use crate::emit::Ordered;
use crate::writing::Context;
use crate::{Node, Position, Stream, Value};

/// The edits that make a value what stands at a path.
///
/// What is there is replaced in its own style where the new value allows that; an anchor stays, a tag goes. What is not there
/// is added, with all that the path needs on the way: a key makes a mapping, a number a sequence, and a null or absent value
/// gives way. In brackets everything stays in brackets, a text that is JSON stays JSON, and elsewhere the new lines take the
/// indentation of the document's own. Nothing is changed if the very value stands there already.
///
/// The stream must have been read from `text`; the edits are for [`apply`](crate::apply).
///
/// # Errors
/// [`PathError`] where the path meets a value of another kind, an element too far, an alias or an anchor.
pub fn set<T: Serialize + ?Sized>(
    text: &str,
    stream: &Stream,
    path: &Path,
    value: &T,
) -> Result<Vec<Edit>, PathError> {
    let value = Ordered::of(value)?;
    let Some(root) = path::root(stream, path)? else {
        let value = nested(&path.steps, value, START)?;
        return place::in_empty_document(text, path, &value);
    };
    let (slot, missing) = path::walk(text, root, &path.steps)?;
    let change = Change::of(text, root);
    match missing {
        [] => change.replace(slot, &value),
        [step, below @ ..] => {
            let value = nested(below, value, slot.node.at)?;
            change.add(slot, step, value)
        }
    }
}

/// The edits that put a value in front of the element that a path names, or at a key that is not there yet.
///
/// The number behind the last element appends. Everything else is as in [`set`].
///
/// # Errors
/// As [`set`], and [`PathError::Exists`] if the path ends in a key that is there.
pub fn insert<T: Serialize + ?Sized>(
    text: &str,
    stream: &Stream,
    path: &Path,
    value: &T,
) -> Result<Vec<Edit>, PathError> {
    let Some(root) = path::root(stream, path)? else {
        return set(text, stream, path, value);
    };
    let (slot, missing) = path::walk(text, root, &path.steps)?;
    match slot.holder.filter(|_| missing.is_empty()) {
        Some(holder) if holder.is_sequence() => {
            Ok(Change::of(text, root).insert_element(holder, &Ordered::of(value)?))
        }
        _ if missing.is_empty() => Err(PathError::Exists { at: slot.node.at }),
        _ => set(text, stream, path, value),
    }
}

const START: Position = Position { line: 1, column: 1 };

/// A text that is about to change, one document of it at a time.
struct Change<'t> {
    text: &'t str,
    root: &'t Node,
    style: Style,
}

impl<'t> Change<'t> {
    fn of(text: &'t str, root: &'t Node) -> Self {
        let style = Style::of(text, root);
        Self { text, root, style }
    }

    fn replace(&self, slot: Slot<'_>, value: &Ordered) -> Result<Vec<Edit>, PathError> {
        if value.is(slot.node) {
            return Ok(Vec::new());
        }
        refuse_anchored(self.text, self.root, slot.node)?;
        Ok(place::replace(self.text, slot, value, &self.style))
    }

    /// Adds what a step names to a collection, or to a null that becomes one.
    fn add(&self, slot: Slot<'_>, step: &Step, value: Ordered) -> Result<Vec<Edit>, PathError> {
        let node = slot.node;
        if self.gives_way(node) {
            return self.replace(slot, &nested(std::slice::from_ref(step), value, node.at)?);
        }
        let number = slot::entries(node);
        let holder = Holder {
            collection: node,
            number,
        };
        match (&node.value, step) {
            (Value::Mapping(_), Step::Key(key)) => Ok(self.append_pair(node, key, value)),
            _ => Ok(self.insert_element(holder, &value)),
        }
    }

    /// Whether a node without entries makes place for a collection with some.
    fn gives_way(&self, node: &Node) -> bool {
        let written = &self.text[node.span.clone()];
        match node.value {
            Value::Scalar(_) => true,
            Value::Sequence(_) | Value::Mapping(_) => {
                let empty = slot::entries(node) == 0 && !written.contains('#');
                empty && node.context == Context::Block && !self.style.is_json()
            }
        }
    }

    fn append_pair(&self, mapping: &Node, key: &str, value: Ordered) -> Vec<Edit> {
        if !slot::is_block(self.text, mapping) {
            let pair = self.style.flow_pair(key, &value);
            return brackets::append(self.text, mapping, &pair);
        }
        let at = lines::end_of_block(self.text, mapping);
        let indent = mapping.at.column - 1;
        let pair = Ordered::Object(vec![(key.to_owned(), value)]);
        let lines = lines::block_before(self.text, &pair, self.style.layout, indent, at);
        let mut edits = vec![lines::behind_line(self.text, at, indent, &lines)];
        edits.extend(lines::stays_unended(self.text, mapping));
        edits
    }

    fn insert_element(&self, at: Holder<'_>, value: &Ordered) -> Vec<Edit> {
        let sequence = at.collection;
        if !slot::is_block(self.text, sequence) {
            return brackets::insert(self.text, sequence, at.number, &self.style.flow(value));
        }
        let element = Ordered::Array(vec![value.clone()]);
        let mut edits = vec![self.element_lines(at, &element)];
        if at.number == slot::entries(sequence) {
            edits.extend(lines::stays_unended(self.text, sequence));
        }
        edits
    }

    fn element_lines(&self, at: Holder<'_>, element: &Ordered) -> Edit {
        let (text, sequence, indent) = (self.text, at.collection, at.indent());
        let Some(before) = at.number.checked_sub(1) else {
            let dash = sequence.span.start;
            let line_break = lines::line_break_at(text, line_end(text, dash));
            // What follows is an element, which no literal block takes in.
            let lines = lines::block(element, self.style.layout, indent, line_break);
            return Edit {
                span: dash..dash,
                text: lines + line_break + &" ".repeat(indent),
            };
        };
        let last = at.number == slot::entries(sequence);
        let before = sequence.items().nth(before).filter(|_| !last);
        let end = lines::end_of_block(text, before.unwrap_or(sequence));
        let lines = lines::block_before(text, element, self.style.layout, indent, end);
        lines::behind_line(text, end, indent, &lines)
    }
}

/// The collections that the steps need around a value.
fn nested(steps: &[Step], value: Ordered, at: Position) -> Result<Ordered, PathError> {
    steps
        .iter()
        .rev()
        .try_fold(value, |value, step| match step {
            Step::Key(key) => Ok(Ordered::Object(vec![(key.clone(), value)])),
            Step::Index(0) => Ok(Ordered::Array(vec![value])),
            Step::Index(_) => Err(PathError::Index { at, length: 0 }),
        })
}

/// Refuses to touch what an alias behind it may stand for.
pub(super) fn refuse_anchored(text: &str, root: &Node, node: &Node) -> Result<(), PathError> {
    let Some(at) = anchor_in(text, node) else {
        return Ok(());
    };
    if has_alias_behind(text, root, node.span.end) {
        return Err(PathError::Anchored { at });
    }
    Ok(())
}

fn anchor_in(text: &str, node: &Node) -> Option<Position> {
    if slot::is_alias(text, node) {
        return None;
    }
    if node.anchor {
        return Some(node.at);
    }
    children(node).find_map(|child| anchor_in(text, child))
}

fn has_alias_behind(text: &str, node: &Node, place: usize) -> bool {
    if slot::is_alias(text, node) {
        return node.span.start >= place;
    }
    children(node).any(|child| has_alias_behind(text, child, place))
}

fn children(node: &Node) -> impl Iterator<Item = &Node> {
    let pairs = node.pairs().flat_map(|(key, value)| [key, value]);
    pairs.chain(node.items())
}
