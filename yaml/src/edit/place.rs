//! Writes a value in the place of a node.

use crate::edit::Edit;
use crate::edit::lines::{
    self, before_blanks, is_first_on_line, line_break_at, line_end, line_start, next_line,
    skip_blanks,
};
use crate::edit::path::{Path, PathError};
use crate::edit::scalar::{self, remove_tag, scalar_edit, without_content};
use crate::edit::slot::{self, Holder, Slot};
use crate::emit::{BEHIND_DASH, Layout, Ordered, Quotes, flow_pair, write_block, write_flow};
use crate::writing::Context;
use crate::{Node, Span, Value};

/// How a document is written.
pub(super) struct Style {
    pub(super) layout: Layout,
    quotes: Quotes,
}

impl Style {
    pub(super) fn of(text: &str, root: &Node) -> Self {
        let json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        Self {
            layout: super::layout::of(text, root),
            quotes: if json {
                Quotes::Always
            } else {
                Quotes::WhereNeeded
            },
        }
    }

    pub(super) fn is_json(&self) -> bool {
        self.quotes == Quotes::Always
    }

    /// The value in brackets.
    pub(super) fn flow(&self, value: &Ordered) -> String {
        write_flow(value, self.quotes)
    }

    /// A pair for a mapping in brackets.
    pub(super) fn flow_pair(&self, key: &str, value: &Ordered) -> String {
        flow_pair(key, value, self.quotes)
    }
}

/// The edits that write the value where the slot's node stands.
pub(super) fn replace(text: &str, slot: Slot<'_>, value: &Ordered, style: &Style) -> Vec<Edit> {
    if slot.node.context == Context::Flow || style.is_json() {
        return in_brackets(text, slot.node, value, style);
    }
    match value.is_inline() {
        true => inline(text, slot, value),
        false if slot.is_block(text) => over_block(text, slot, value, style.layout),
        false => below(text, slot, value, style.layout),
    }
}

fn in_brackets(text: &str, node: &Node, value: &Ordered, style: &Style) -> Vec<Edit> {
    match value {
        Ordered::String(new) if !style.is_json() => scalar_edit(text, &as_scalar(text, node), new),
        _ => scalar::replace(text, node, &style.flow(value)),
    }
}

/// The node if it is a scalar of its own, else a plain scalar in its place.
fn as_scalar(text: &str, node: &Node) -> Node {
    match node.value {
        Value::Scalar(_) if !slot::is_alias(text, node) => node.clone(),
        _ => slot::in_place(node),
    }
}

/// Writes a scalar or an empty collection.
fn inline(text: &str, slot: Slot<'_>, value: &Ordered) -> Vec<Edit> {
    let node = slot.node;
    let place = slot.place(text);
    let Some(place) = place.filter(|place| slot.is_block(text) && breaks(text, *place, node))
    else {
        return write_inline(text, &as_scalar(text, node), value);
    };
    let lines = line_start(text, node.span.start)..next_line(text, node.span.end);
    // What stands behind the lines that go would follow a literal block.
    let style = if lines::swallows_comment(text, node.span.end, 1) && value.is_multiline() {
        crate::Style::Double
    } else {
        crate::Style::Plain
    };
    let behind_key = slot::written_at(node, place..place, style);
    let mut edits = write_inline(text, &behind_key, value);
    edits.push(Edit {
        span: lines,
        text: String::new(),
    });
    edits
}

/// Whether a node begins on a later line than `place`.
fn breaks(text: &str, place: usize, node: &Node) -> bool {
    text[place..node.span.start].contains(['\n', '\r'])
}

fn write_inline(text: &str, node: &Node, value: &Ordered) -> Vec<Edit> {
    match value {
        Ordered::String(new) => scalar_edit(text, node, new),
        Ordered::Constant(token) => scalar::replace(text, node, token),
        Ordered::Array(_) => scalar::replace(text, node, "[]"),
        Ordered::Object(_) => scalar::replace(text, node, "{}"),
    }
}

/// Writes a collection over the lines of another one.
fn over_block(text: &str, slot: Slot<'_>, value: &Ordered, layout: Layout) -> Vec<Edit> {
    let node = slot.node;
    let column = node.at.column - 1;
    let least = match slot.holder {
        // Dashes may stand right below their key, pairs may not.
        Some(holder) if column <= holder.indent() => holder.indent() + below_key(value, layout),
        _ => column,
    };
    let mut lines = " ".repeat(least - column);
    lines += &lines::block_before(text, value, layout, least, node.span.end);
    end_last_line(text, node.span.end, &mut lines);
    let mut edits = vec![Edit {
        span: node.span.clone(),
        text: lines,
    }];
    edits.extend(remove_tag(text, node));
    edits
}

/// From a key to the collection below it.
fn below_key(value: &Ordered, layout: Layout) -> usize {
    match value {
        Ordered::Array(_) => layout.dashes,
        _ => layout.pairs,
    }
}

/// A literal block at the very end has no line break of its own there.
fn end_last_line(text: &str, end: usize, lines: &mut String) {
    if end == text.len() {
        lines.push_str(line_break_at(text, end));
    }
}

/// Writes a collection in the place of a scalar, or of a collection in brackets.
fn below(text: &str, slot: Slot<'_>, value: &Ordered, layout: Layout) -> Vec<Edit> {
    let node = slot.node;
    match column_in_place(text, slot) {
        Some(column) => {
            let mut lines = lines::block_before(text, value, layout, column, node.span.end);
            end_last_line(text, node.span.end, &mut lines);
            scalar::replace_all(text, node, &lines)
        }
        None => on_next_lines(text, slot, value, layout),
    }
}

/// How far in the collection stands that can begin where the node does, with nothing behind it on the line.
fn column_in_place(text: &str, slot: Slot<'_>) -> Option<usize> {
    let node = slot.node;
    let alone = line_end(text, node.span.end) == node.span.end;
    if !alone || node.anchor && !slot.is_alias(text) || node.tag_span().is_some() {
        return None;
    }
    let column = node.at.column - 1;
    if is_first_on_line(text, node.span.start) && !node.span.is_empty() {
        return Some(column);
    }
    let holder = slot.holder.filter(Holder::is_sequence)?;
    let dash_line = !breaks(text, slot.place(text)?, node);
    let compact = if node.span.is_empty() {
        holder.indent() + BEHIND_DASH
    } else {
        column
    };
    dash_line.then_some(compact)
}

/// Writes a collection on the lines behind the one that the node begins on, whose comment stays.
fn on_next_lines(text: &str, slot: Slot<'_>, value: &Ordered, layout: Layout) -> Vec<Edit> {
    let node = slot.node;
    let header = without_content(text, node);
    let (end, content_end) = (line_end(text, header.end), node.span.end);
    let content_end = content_end.max(line_end(text, header.end));
    let indent = indent_below(text, slot, value, layout);
    let line_break = line_break_at(text, header.start);
    let mut lines = format!("{line_break}{}", " ".repeat(indent));
    lines += &lines::block_before(text, value, layout, indent, content_end);
    end_last_line(text, content_end, &mut lines);
    let start = match node.tag_span() {
        None if !is_first_on_line(text, header.start) => before_blanks(text, header.start),
        _ => header.start,
    };
    let mut edits = vec![Edit {
        span: end..content_end,
        text: lines,
    }];
    let (goes, instead) = with_tabs_behind(text, start..header.end);
    if !goes.is_empty() {
        edits.push(Edit {
            span: goes,
            text: instead.to_owned(),
        });
    }
    edits.extend(remove_tag(text, node));
    edits
}

/// What goes with a value, and what comes in its place: sops reads no tab between a dash and a comment or the end of the line.
fn with_tabs_behind(text: &str, value: Span) -> (Span, &'static str) {
    let end = skip_blanks(text, value.end);
    if !text[value.end..end].contains('\t') {
        return (value, "");
    }
    let is_comment = end < line_end(text, end);
    (value.start..end, if is_comment { " " } else { "" })
}

fn indent_below(text: &str, slot: Slot<'_>, value: &Ordered, layout: Layout) -> usize {
    let node = slot.node;
    if is_first_on_line(text, node.span.start) && !node.span.is_empty() {
        return node.at.column - 1;
    }
    slot.holder.map_or(0, |holder| {
        let step = if holder.is_sequence() {
            BEHIND_DASH
        } else {
            below_key(value, layout)
        };
        holder.indent() + step
    })
}

/// Writes the root of a document that holds nothing, at the end of the text.
pub(super) fn in_empty_document(
    text: &str,
    path: &Path,
    value: &Ordered,
) -> Result<Vec<Edit>, PathError> {
    let last_line = text.lines().rfind(|line| !line.trim().is_empty());
    if last_line.is_some_and(|line| line.starts_with("...")) {
        return Err(PathError::NoDocument {
            document: path.document,
        });
    }
    let line_break = line_break_at(text, text.len());
    let ended = text.trim_start_matches('\u{FEFF}').is_empty() || text.ends_with(['\n', '\r']);
    let before = if ended { "" } else { line_break };
    let lines = write_block(value, Layout::NEW).replace('\n', line_break);
    Ok(vec![Edit {
        span: text.len()..text.len(),
        text: format!("{before}{lines}"),
    }])
}
