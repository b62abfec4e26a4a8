//! Changes a text by spans; what no edit names stays byte for byte.

use crate::{Comment, Node, Span};

/// One replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What goes.
    pub span: Span,
    /// What comes in its place.
    pub text: String,
}

/// Edits that do not fit each other or the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Two edits name the same bytes, or insert at the same place.
    #[error("two edits touch byte {at}")]
    Overlap {
        /// Where the second one begins.
        at: usize,
    },
    /// An edit reaches beyond the text, or into a character.
    #[error("an edit of bytes {start}..{end} does not fit the text")]
    OutOfBounds {
        /// Its first byte.
        start: usize,
        /// The byte behind its last.
        end: usize,
    },
}

/// The text with all edits made, in whatever order they are given.
///
/// # Errors
/// [`EditError`]: nothing is changed then.
pub fn apply(text: &str, mut edits: Vec<Edit>) -> Result<String, EditError> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for (i, Edit { span, text: new }) in edits.iter().enumerate() {
        if span.start < done
            || (i > 0 && span.start == done && span.is_empty() && edits[i - 1].span == *span)
        {
            return Err(EditError::Overlap { at: span.start });
        }
        let kept = text
            .get(done..span.start)
            .filter(|_| text.get(span.clone()).is_some());
        result.push_str(kept.ok_or(EditError::OutOfBounds {
            start: span.start,
            end: span.end,
        })?);
        result.push_str(new);
        done = span.end;
    }
    result.push_str(&text[done..]);
    Ok(result)
}

/// Replaces a scalar's value and keeps its quoting.
pub fn scalar_edit(text: &str, node: &Node, new: &str) -> Vec<Edit> {
    let _ = text;
    vec![Edit {
        span: node.span.clone(),
        text: crate::quote(new),
    }]
}

/// Replaces what follows a comment's `#`.
pub fn comment_edit(comment: &Comment, new: &str) -> Edit {
    Edit {
        span: comment.span.start + 1..comment.span.end,
        text: new.to_owned(),
    }
}

/// Appends a pair to a block mapping.
pub fn append_pair(text: &str, mapping: &Node, key: &str, value: &serde_json::Value) -> Edit {
    let _ = text;
    let end = mapping.span.end;
    Edit {
        span: end..end,
        text: format!("\n{key}: {value}"),
    }
}
