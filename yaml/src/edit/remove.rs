//! Takes values out of a tree by path.

use crate::edit::Edit;
use crate::edit::brackets::{self, skip_space};
use crate::edit::change::refuse_anchored;
use crate::edit::lines::{self, before_blanks, is_first_on_line, line_end, line_start, next_line};
use crate::edit::path::{self, Path, PathError};
use crate::edit::place::{self, Style};
use crate::edit::slot::{self, Holder, Slot, entries, entry_end};
use crate::emit::Ordered;
use crate::{Node, Stream, Value};

/// The edits that take out the pair or the element that a path names.
///
/// Its lines go, with a comment behind it on them; comments on lines of their own stay. What it was the last one of becomes
/// `{}` or `[]`.
///
/// The stream must have been read from `text`; the edits are for [`apply`](crate::apply).
///
/// # Errors
/// [`PathError`] where the path leads nowhere or through an alias, for the root, for what an alias may mean, and where the
/// layout ties a pair to something that stays.
pub fn remove(text: &str, stream: &Stream, path: &Path) -> Result<Vec<Edit>, PathError> {
    let root = path::root(stream, path)?.ok_or(PathError::Missing { step: 1 })?;
    let (slot, missing) = path::walk(text, root, &path.steps)?;
    if !missing.is_empty() {
        let step = path.steps.len() - missing.len() + 1;
        return Err(PathError::Missing { step });
    }
    let holder = slot.holder.ok_or(PathError::Root)?;
    refuse_anchored(text, root, slot.node)?;
    if let Some((key, _)) = holder.collection.pairs().nth(holder.number) {
        refuse_anchored(text, root, key)?;
    }
    if !slot::is_block(text, holder.collection) {
        return Ok(brackets::remove(text, holder.collection, holder.number));
    }
    if entries(holder.collection) == 1 {
        let slot = parent(text, root, path)?;
        return Ok(place::replace(
            text,
            slot,
            &empty(slot.node),
            &Style::of(text, root),
        ));
    }
    Ok(vec![lines_of(text, holder)?])
}

/// The collection that holds what the path names.
fn parent<'n>(text: &str, root: &'n Node, path: &Path) -> Result<Slot<'n>, PathError> {
    let above = &path.steps[..path.steps.len() - 1];
    path::walk(text, root, above).map(|(slot, _)| slot)
}

fn empty(collection: &Node) -> Ordered {
    match collection.value {
        Value::Sequence(_) => Ordered::Array(Vec::new()),
        Value::Mapping(_) | Value::Scalar(_) => Ordered::Object(Vec::new()),
    }
}

/// One of several entries.
fn lines_of(text: &str, entry: Holder<'_>) -> Result<Edit, PathError> {
    let start = start(text, entry)?;
    let end = entry_end(entry.collection, entry.number);
    let span = if is_first_on_line(text, start) {
        line_start(text, start)..behind(text, entry, end)
    } else {
        behind_indicator(text, start, end)
    };
    Ok(Edit {
        span,
        text: String::new(),
    })
}

/// Where an entry begins: its dash, or its key with `?`, anchor and tag.
fn start(text: &str, entry: Holder<'_>) -> Result<usize, PathError> {
    let Some(before) = entry.number.checked_sub(1) else {
        return first_start(text, entry.collection);
    };
    Ok(skip_space(text, entry_end(entry.collection, before)))
}

fn first_start(text: &str, collection: &Node) -> Result<usize, PathError> {
    let Some((key, _)) = collection.pairs().next() else {
        return Ok(collection.span.start);
    };
    let start = behind_margin(text, key.span.start);
    let own = &text[start..key.span.start];
    // A key without its anchor or tag would leave them to the next one.
    if own
        .split_whitespace()
        .any(|word| !word.starts_with(['&', '!', '?']))
    {
        return Err(PathError::Layout { at: key.at });
    }
    Ok(start)
}

/// The first byte on the line of `at` that is neither a blank nor a dash or colon in front of blanks.
fn behind_margin(text: &str, at: usize) -> usize {
    let mut start = line_start(text, at);
    loop {
        let here = lines::skip_blanks(text, start);
        let indicator = text[here..].strip_prefix(['-', ':']);
        if here >= at || !indicator.is_some_and(|rest| rest.starts_with([' ', '\t'])) {
            return here.min(at);
        }
        start = here + 1;
    }
}

/// The end of an entry's lines. Behind a block scalar, which would take them in, blank lines and deeper comments go too.
fn behind(text: &str, entry: Holder<'_>, end: usize) -> usize {
    let lines = next_line(text, end);
    let before = entry.number.checked_sub(1).and_then(|number| {
        let value = entry.collection.pairs().nth(number).map(|(_, value)| value);
        value.or_else(|| entry.collection.items().nth(number))
    });
    match before {
        Some(before) if lines::ends_in_block_scalar(text, before) => {
            behind_swallowed(text, lines, entry.indent())
        }
        _ => lines,
    }
}

fn behind_swallowed(text: &str, from: usize, indent: usize) -> usize {
    let (mut at, mut end) = (from, from);
    while at < text.len() {
        let line = &text[at..line_end(text, at)];
        let content = line.trim_start_matches([' ', '\t']);
        let comment = content.starts_with('#') && line.len() - content.len() > indent;
        if !content.is_empty() && !comment {
            break;
        }
        at = next_line(text, at);
        end = at;
    }
    end
}

/// An entry that shares its first line with what holds the collection: the next one takes its place there, unless a
/// comment stands between them.
fn behind_indicator(text: &str, start: usize, end: usize) -> crate::Span {
    let next = skip_space(text, end);
    let between = &text[line_end(text, end)..next.max(line_end(text, end))];
    if between.contains('#') {
        before_blanks(text, start)..line_end(text, end)
    } else {
        start..next
    }
}
