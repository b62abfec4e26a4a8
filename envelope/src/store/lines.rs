//! The lines of a text whose store knows nothing above a line.

use signet_yaml::{Limits, ParseError, Position, Span};

/// The lines not read yet, within the limits of a sealed file.
pub(super) struct Lines<'t> {
    text: &'t str,
    next: usize,
    number: usize,
    nodes: usize,
}

/// A line with its line break, if it has one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    pub(super) text: &'t str,
    /// Its first byte.
    pub(super) start: usize,
    number: usize,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Result<Self, ParseError> {
        let limit = Limits::SEALED.bytes;
        if text.len() > limit {
            return Err(ParseError::TooLarge { limit });
        }
        Ok(Self {
            text,
            next: 0,
            number: 0,
            nodes: 0,
        })
    }

    /// Pays for the nodes that a line makes.
    pub(super) fn spend(&mut self, nodes: usize, at: Position) -> Result<(), ParseError> {
        let limit = Limits::SEALED.nodes;
        self.nodes += nodes;
        if self.nodes > limit {
            return Err(ParseError::TooManyNodes { at, limit });
        }
        Ok(())
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        let rest = &self.text[self.next..];
        let text = rest.split_inclusive('\n').next()?;
        self.number += 1;
        let start = self.next;
        self.next += text.len();
        Some(Line {
            text,
            start,
            number: self.number,
        })
    }
}

impl Line<'_> {
    /// The bytes of a part of the line in the text.
    pub(super) fn span(&self, part: &str) -> Span {
        let start = self.start + (part.as_ptr() as usize - self.text.as_ptr() as usize);
        start..start + part.len()
    }

    /// The place of a byte of the text that stands in this line.
    pub(super) fn at(&self, byte: usize) -> Position {
        let before = &self.text[..byte - self.start];
        Position {
            line: self.number,
            column: before.chars().count() + 1,
        }
    }
}
