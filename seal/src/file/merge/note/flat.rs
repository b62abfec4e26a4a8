//! Comments of dotenv and INI: each belongs to the key or section below it, or in whose line it stands.

use signet_envelope::Store;
use signet_envelope::ini::comment_lines;
use signet_yaml::{Comment, Edit, Span};

use super::{Change, Edits};
use crate::file::merge::part::Part;
use crate::flat::put_lines;
use crate::layout::lines::{line_break, line_end, line_start};

/// What comments belong to: from its name to the end of its value, or to the bracket of a section.
pub(super) type Owner = Span;

/// Adds the edits that put comments in the place of those of an owner.
pub(super) fn put(found: Part<'_>, owner: &Owner, change: &Change<'_>, edits: &mut Edits) {
    let text = found.text;
    for comment in &change.old {
        take_out(text, comment, owner, edits);
    }
    let line_break = line_break(text);
    for new in change.new {
        if found.store == Store::Dotenv {
            edits.insert(line_start(text, owner.start), format!("#{new}\n"));
            continue;
        }
        let lines = comment_lines(new);
        if let Some(above) = lines.above {
            let start = line_start(text, owner.start);
            let start =
                start + text[start..].len() - text[start..].trim_start_matches('\u{feff}').len();
            edits.insert(start, format!("; {above}{line_break}"));
        }
        if let Some(behind) = lines.behind {
            edits.insert(owner.end, behind);
        }
    }
}

/// Adds the edits that put comments in the line of an owner.
pub(super) fn put_beside(owner: &Owner, change: &Change<'_>, text: &str, edits: &mut Edits) {
    for comment in &change.old {
        take_out(text, comment, owner, edits);
    }
    for new in change.new {
        edits.insert(owner.end, format!(" ; {new}"));
    }
}

/// Adds the edits that put comments below all keys.
pub(super) fn put_below(found: Part<'_>, change: &Change<'_>, edits: &mut Edits) {
    let text = found.text;
    let last = found.node.pairs().last();
    let end = line_end(
        text,
        last.map_or(found.node.span.end, |(_, value)| value.span.end),
    );
    for comment in &change.old {
        take_out(text, comment, &(text.len()..text.len()), edits);
    }
    for new in change.new {
        let line = match found.store {
            Store::Dotenv => format!("#{new}"),
            _ => format!("; {}", comment_lines(new).above.unwrap_or_default()),
        };
        let Edit { span, text } = put_lines(text, end, &line, line_break(text));
        edits.insert(span.start, text);
    }
}

/// Its lines above the owner, and what stands behind that.
fn take_out(text: &str, comment: &Comment, owner: &Owner, edits: &mut Edits) {
    let mut cut = |span: Span| {
        edits.0.push(Edit {
            span,
            text: String::new(),
        });
    };
    let start = line_start(text, comment.span.start);
    let line = line_start(text, owner.start);
    if start < line {
        cut(start..line_end(text, comment.span.end).min(line));
    }
    if owner.end < comment.span.end && comment.span.end <= line_end(text, owner.end) {
        cut(owner.end..comment.span.end);
    }
}
