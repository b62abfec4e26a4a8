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
pub fn apply(text: &str, edits: Vec<Edit>) -> Result<String, EditError> {
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let removed: usize = edits.iter().map(|edit| edit.span.len()).sum();
    let mut rewrite = Rewrite::of(text, (text.len() + added).saturating_sub(removed));
    rewrite.waiting = edits;
    rewrite.finish()
}

/// A text that is rewritten from its beginning to its end while its edits are still being made, about in the order of the
/// text: so that not all of them stand in memory.
pub struct Rewrite<'t> {
    text: &'t str,
    result: String,
    /// The byte behind what is in the result.
    done: usize,
    last: Option<Span>,
    waiting: Vec<Edit>,
}

/// So many edits wait for others that stand before them.
const WAITING: usize = 512;

impl<'t> Rewrite<'t> {
    /// The text without an edit, and room for a result of so many bytes.
    pub fn of(text: &'t str, room: usize) -> Self {
        Self {
            text,
            result: String::with_capacity(room),
            done: 0,
            last: None,
            waiting: Vec::new(),
        }
    }

    /// Adds edits. One may stand before others that were added earlier, unless very many of those stand behind it.
    ///
    /// # Errors
    /// As for [`apply`], and where an edit comes too late.
    pub fn add(&mut self, edits: impl IntoIterator<Item = Edit>) -> Result<(), EditError> {
        self.waiting.extend(edits);
        match self.waiting.len() {
            many if many >= 2 * WAITING => self.make(many - WAITING),
            _ => Ok(()),
        }
    }

    /// The text with all edits made.
    ///
    /// # Errors
    /// As for [`apply`].
    pub fn finish(mut self) -> Result<String, EditError> {
        self.make(self.waiting.len())?;
        self.result.push_str(&self.text[self.done..]);
        Ok(self.result)
    }

    /// Makes the first so many of those that wait.
    fn make(&mut self, count: usize) -> Result<(), EditError> {
        self.waiting
            .sort_by_key(|edit| (edit.span.start, edit.span.end));
        for Edit { span, text } in self.waiting.drain(..count) {
            let Span { start, end } = span;
            if start < self.done || self.last.as_ref() == Some(&span) {
                return Err(EditError::Overlap { at: start });
            }
            let fits = self.text.get(start..end).is_some();
            let kept = self
                .text
                .get(self.done..start)
                .filter(|_| fits)
                .ok_or(EditError::OutOfBounds { start, end })?;
            self.result.push_str(kept);
            self.result.push_str(&text);
            (self.done, self.last) = (end, Some(span));
        }
        Ok(())
    }
}
