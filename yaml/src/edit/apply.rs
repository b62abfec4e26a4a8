//! Edits, and the text they make.

use crate::Span;

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
    /// Two edits name the same bytes, or insert at the same place, so that their order would decide.
    #[error("two edits touch byte {at}")]
    Overlap {
        /// Where the second one begins.
        at: usize,
    },
    /// An edit reaches beyond the text, or into a character.
    #[error("an edit of bytes {start} to {end} does not fit the text")]
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
/// [`EditError`] if they overlap or do not fit; nothing is made then.
pub fn apply(text: &str, mut edits: Vec<Edit>) -> Result<String, EditError> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let removed: usize = edits.iter().map(|edit| edit.span.len()).sum();
    let mut result = String::with_capacity((text.len() + added).saturating_sub(removed));
    let mut done = 0;
    let mut last: Option<&Edit> = None;
    for edit in &edits {
        let Span { start, end } = edit.span;
        if start < done || last.is_some_and(|last| last.span == edit.span) {
            return Err(EditError::Overlap { at: start });
        }
        let fits = text.get(start..end).is_some();
        let kept = text
            .get(done..start)
            .filter(|_| fits)
            .ok_or(EditError::OutOfBounds { start, end })?;
        result.push_str(kept);
        result.push_str(&edit.text);
        (done, last) = (end, Some(edit));
    }
    result.push_str(&text[done..]);
    Ok(result)
}
