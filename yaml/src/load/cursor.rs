//! Finds the bytes that the parser's spans leave out: the header of a block scalar and the place of an absent value.

use granit_parser::Marker;

use crate::{Position, Span};

/// The end of what was read so far, from which the next indicator is searched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'t> {
    text: &'t str,
    offset: usize,
    at: Position,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            offset: 0,
            at: Position { line: 1, column: 1 },
        }
    }

    /// A cursor for offsets alone: it does not know its line.
    pub(crate) fn behind(text: &'t str, offset: usize) -> Self {
        let at = Position { line: 1, column: 1 };
        Self { text, offset, at }
    }

    /// Where it stands.
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    /// Moves to a later marker; an earlier one is left alone.
    pub(super) fn advance(&mut self, marker: &Marker) {
        self.reach(offset(marker), position(marker));
    }

    /// Moves to a later place; an earlier one is left alone.
    pub(super) fn reach(&mut self, offset: usize, at: Position) {
        if offset > self.offset {
            (self.offset, self.at) = (offset, at);
        }
    }

    /// The span of a block scalar with its header, and where it begins.
    ///
    /// The parser's span begins at the first line of content and ends at the next token. Ours begins at the indicator
    /// and ends with the last line that has text, its line break excluded; blanks that go further than the block are text.
    pub(super) fn block_scalar(self, content: &Span, read: &str) -> (Span, Position) {
        let header = self.walk_to(block_indicator);
        let header_end = self.text[header.offset..]
            .find(['\n', '\r', ' ', '\t'])
            .map_or(self.text.len(), |length| header.offset + length);
        let end = content.end.max(header_end);
        let indent = indent(&self.text[header_end..end], read);
        let end = last_text(self.text, header_end, end, indent);
        (header.offset..end, header.at)
    }

    /// The place of the first dash behind a key, if it is in front of the place given.
    pub(super) fn first_dash(self, place: (Span, Position)) -> (Span, Position) {
        let dash = self.walk_to(|rest| rest.starts_with('-'));
        if dash.offset < place.0.start {
            dash.nothing()
        } else {
            place
        }
    }

    /// The place behind a key's colon and the value's tag and anchor, where an absent value would be written.
    pub(crate) fn absent_value(self) -> (Span, Position) {
        let colon = self.walk_to(|rest| rest.starts_with(':'));
        let behind = if colon.rest().starts_with(':') {
            colon.skip(1)
        } else {
            self
        };
        behind.behind_properties().nothing()
    }

    /// The place behind an element's dash, tag and anchor, where an absent element would be written.
    pub(crate) fn absent_element(self) -> (Span, Position) {
        let dash = self.walk_to(|rest| rest.starts_with('-'));
        let behind = if dash.rest().starts_with('-') {
            dash.skip(1)
        } else {
            self
        };
        behind.behind_properties().nothing()
    }

    fn nothing(self) -> (Span, Position) {
        (self.offset..self.offset, self.at)
    }

    fn behind_properties(self) -> Self {
        let blanks = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        let property = self.skip(blanks);
        if !property.rest().starts_with(['!', '&']) {
            return self;
        }
        property.skip(word(property.rest())).behind_properties()
    }

    /// Walks over blanks, line breaks, comments, properties and indicators until `found` holds for the rest, or something
    /// else stands there.
    fn walk_to(self, found: impl Fn(&str) -> bool) -> Self {
        let mut here = self;
        loop {
            let rest = here.rest();
            let Some(first) = rest.chars().next() else {
                return here;
            };
            if found(rest) {
                return here;
            }
            here = match first {
                ' ' | '\t' | '\n' | '\r' | '-' | '?' | ':' | '.' => here.skip(1),
                '#' => here.skip(rest.find(['\n', '\r']).unwrap_or(rest.len())),
                '!' | '&' => here.skip(word(rest)),
                _ => return here,
            };
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.offset..]
    }

    fn skip(self, bytes: usize) -> Self {
        let offset = self.offset + bytes;
        let at = advance(self.at, &self.text[self.offset..offset]);
        Self { offset, at, ..self }
    }
}

fn block_indicator(rest: &str) -> bool {
    rest.starts_with(['|', '>'])
}

fn word(text: &str) -> usize {
    text.find([' ', '\t', '\n', '\r', ',', ']', '}'])
        .unwrap_or(text.len())
}

/// How far the lines of a block are indented: as far as its first line that is not blank, less the blanks that are text; where
/// all are blank, as far as the longest, less those of it that are text. Nothing for a block without text.
fn indent(lines: &str, read: &str) -> Option<usize> {
    let is_break = ['\n', '\r'];
    let first = |text: &str| {
        let mut lines = text.split(is_break);
        lines.find_map(|line| {
            let text = line.trim_start_matches(' ');
            (!text.is_empty()).then(|| line.len() - text.len())
        })
    };
    let longest = |text: &str| {
        let lengths = text.split(is_break).map(str::len);
        lengths.max().filter(|length| *length > 0)
    };
    // What stands behind the header is no line of the block.
    let (_, lines) = lines.split_once(is_break)?;
    let depth_and_text = first(lines).zip(first(read));
    let (depth, text) = depth_and_text.or_else(|| longest(lines).zip(longest(read)))?;
    depth.checked_sub(text)
}

/// The end of the last line in `start..end` that is not blank, or has blanks behind the indentation; its line break excluded, and
/// at least `start`.
fn last_text(text: &str, start: usize, end: usize, indent: Option<usize>) -> usize {
    let mut end = end;
    while let Some(break_at) = text[start..end].rfind(['\n', '\r']) {
        let line = &text[start + break_at + 1..end];
        let is_blank = line.trim_matches([' ', '\t']).is_empty();
        if !is_blank || indent.is_some_and(|indent| line.len() > indent) {
            return end;
        }
        end = start + break_at;
    }
    end
}

/// A marker as people count.
pub(super) fn position(marker: &Marker) -> Position {
    Position {
        line: marker.line(),
        column: marker.col() + 1,
    }
}

/// A marker's byte offset.
pub(super) fn offset(marker: &Marker) -> usize {
    marker
        .byte_offset()
        .expect("a parser over a string knows byte offsets")
}

/// The position of an offset, counted from the start of the text.
pub(crate) fn position_of(text: &str, offset: usize) -> Position {
    advance(Position { line: 1, column: 1 }, &text[..offset])
}

fn advance(from: Position, over: &str) -> Position {
    let bytes = over.as_bytes();
    let mut at = from;
    for (i, c) in over.char_indices() {
        match c {
            '\r' if bytes.get(i + 1) == Some(&b'\n') => {}
            // A byte order mark is no character of the line.
            '\u{FEFF}' => {}
            '\n' | '\r' => {
                at = Position {
                    line: at.line + 1,
                    column: 1,
                }
            }
            _ => at.column += 1,
        }
    }
    at
}
