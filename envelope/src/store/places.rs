//! Lines and columns on the way through a text.

use signet_yaml::Position;

/// A place that moves forward through a text, each byte counted once.
pub(super) struct Places<'t> {
    text: &'t str,
    offset: usize,
    at: Position,
}

impl<'t> Places<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text,
            offset: 0,
            at: Position::START,
        }
    }

    /// The place of a byte that is not in front of the one that was asked for last.
    pub(super) fn at(&mut self, offset: usize) -> Position {
        let passed = &self.text[self.offset..offset];
        if let Some(newline) = passed.rfind('\n') {
            self.at.line += passed.bytes().filter(|byte| *byte == b'\n').count();
            self.at.column = 1 + passed[newline + 1..].chars().count();
        } else {
            self.at.column += passed.chars().count();
        }
        self.offset = offset;
        self.at
    }
}
