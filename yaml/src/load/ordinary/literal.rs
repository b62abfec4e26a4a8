//! Literal blocks whose first line says how far they are indented.

use crate::load::ordinary::{Reader, blanks};
use crate::{Scalar, Style};

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl Reader<'_> {
    /// Takes a literal block, whose header stands in a column, with all of its lines.
    pub(super) fn literal(&mut self, column: usize) -> Option<()> {
        let chomping = match &self.line[column..] {
            "|" => Chomping::Clip,
            "|-" => Chomping::Strip,
            "|+" => Chomping::Keep,
            _ => return None,
        };
        let mut token = self.token(column, self.line.len());
        let (lines, indent, end) = self.literal_lines()?;
        token.span.end = end;
        self.ends_like_a_block(indent)?;
        let (text, style) = (chomp(lines, chomping).into(), Style::Literal);
        self.builder.put(Scalar { text, style }, token).ok()
    }

    /// The lines of a block without their indentation, how far they are indented, and where the last one that is not blank
    /// ends.
    fn literal_lines(&mut self) -> Option<(String, usize, usize)> {
        let mut lines = String::new();
        let mut first = None;
        while let Some(line) = self.peek_line() {
            let depth = blanks(line);
            let is_blank = depth == line.len();
            let indent = match first {
                // Blanks that go further than the block's lines are text.
                _ if is_blank && depth > first.map_or(0, |(indent, _)| indent) => return None,
                None if is_blank => 0,
                None => depth,
                Some((indent, _)) if !is_blank && depth < indent => break,
                Some((indent, _)) => indent,
            };
            self.next_line()?;
            if !is_blank {
                lines.push_str(&line[indent..]);
                first = Some((indent, self.start + line.len()));
            }
            lines.push('\n');
        }
        first.map(|(indent, end)| (lines, indent, end))
    }

    /// The block is deeper than its collection; a line behind it that is deeper than that, but not as deep as the block, is
    /// the parser's.
    fn ends_like_a_block(&self, indent: usize) -> Option<()> {
        let (own, _) = self.innermost()?;
        let next = self.peek_line().map_or(0, blanks);
        (own < indent && next <= own).then_some(())
    }
}

/// The text with the line breaks at its end as the header says.
fn chomp(mut lines: String, chomping: Chomping) -> String {
    let content = lines.trim_end_matches('\n').len();
    match chomping {
        Chomping::Strip => lines.truncate(content),
        Chomping::Clip => lines.truncate(content + 1),
        Chomping::Keep => {}
    }
    lines
}
