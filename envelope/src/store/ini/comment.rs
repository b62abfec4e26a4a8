//! Comments. SOPS seals what stands above a key or a section and behind it as one comment, without the indentation and the
//! first mark, and writes each line in one form (`; text`) above when it opens it.
//!
//! The text of ours says a little more, where sops trims it off. A line in another form has a vertical tab behind it, and
//! behind that its indentation; a comment that stood behind its key or section has there the blanks in front of it and its
//! mark. So opening gives the very lines that were sealed, and a comment sealed by sops is written as sops writes it.

use signet_yaml::{Comment, CommentPlace};

use super::super::lines::Line;
use crate::Enc;

const AS_IT_STOOD: char = '\u{b}';
const MARKS: [(char, char); 2] = [(';', '\u{c}'), ('#', '\r')];

/// A comment as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentLines {
    /// The lines above what it belongs to, behind the mark of the first one; nothing if it has none there.
    pub above: Option<String>,
    /// What stands behind its key or section, blanks and mark included.
    pub behind: Option<String>,
}

/// The lines of a comment.
pub fn comment_lines(text: &str) -> CommentLines {
    let mut behind = None;
    let mut above = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        match line.rsplit_once(AS_IT_STOOD) {
            Some((body, tail)) if is_indent(tail) => above.push(format!("{tail}{body}")),
            Some((body, tail)) if is_tail(tail) => {
                behind = Some(
                    MARKS.iter().fold(tail.to_owned(), |tail, (mark, hidden)| {
                        tail.replace(*hidden, &mark.to_string())
                    }) + body,
                );
            }
            _ => above.push(in_form(index, line)),
        }
    }
    CommentLines {
        above: (!above.is_empty()).then(|| above.join("\n")),
        behind,
    }
}

/// The comments that lines of comment make: one for those that follow each other, and one for each that is sealed.
pub(super) fn blocks(text: &str, lines: Vec<(Line<'_>, &str)>) -> Vec<Comment> {
    let mut blocks: Vec<Comment> = Vec::new();
    let mut is_open = false;
    for (line, content) in lines {
        let comment = of_line(&line, content.trim_end());
        let is_sealed = Enc::looks_sealed(&comment.text);
        match blocks.last_mut() {
            Some(block) if is_open && !is_sealed => {
                block.span.end = line.span(content.trim_end()).end;
            }
            _ => blocks.push(comment),
        }
        is_open = !is_sealed;
    }
    for block in &mut blocks {
        block.text = sealed_text(&text[block.span.clone()]);
    }
    blocks
}

/// The comment in a part of a line, which begins with its mark.
pub(super) fn of_line(line: &Line<'_>, part: &str) -> Comment {
    let text = without_mark(part);
    Comment {
        text: sealed_text(text),
        span: line.span(text),
        at: line.at(line.span(part).start),
        place: CommentPlace::OwnLine,
    }
}

/// Adds to the comment above a key or a section what stands behind it. One that is sealed, or none, is left alone.
pub(super) fn join(above: Option<&mut Comment>, line: &Line<'_>, rest: &str) -> bool {
    let Some(above) = above.filter(|above| !Enc::looks_sealed(&above.text)) else {
        return false;
    };
    if above.text.is_empty() {
        above.text.push(AS_IT_STOOD);
    }
    above.text = format!("{}\n{}", above.text, moved_text(rest));
    above.span.end = line.span(rest.trim_end()).end;
    true
}

/// The comment behind a section, which cannot be sealed in its place: what is sealed ends in a bracket, and so does the
/// section's name, at the last one of its line. It reaches from the section's bracket to its own end.
pub(super) fn behind_section(line: &Line<'_>, section: &str, rest: &str) -> Comment {
    Comment {
        text: moved_text(rest),
        span: line.span(section).start..line.span(rest.trim_end()).end,
        at: line.at(line.span(rest.trim()).start),
        place: CommentPlace::OwnLine,
    }
}

fn without_mark(part: &str) -> &str {
    let mark = if part.starts_with(';') { ';' } else { '#' };
    part.trim_start_matches([mark, ' '])
}

/// What is sealed of lines.
fn sealed_text(lines: &str) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines = lines.split('\n').enumerate().map(|(index, line)| {
        let is_marked = |line: &str| {
            line.rsplit_once(AS_IT_STOOD)
                .is_some_and(|(_, tail)| is_tail(tail))
        };
        if !line.is_empty() && in_form(index, line) == line && !is_marked(line) {
            return line.to_owned();
        }
        let body = line.trim_start_matches([' ', '\t']);
        let indent = &line[..line.len() - body.len()];
        format!("{body}{AS_IT_STOOD}{indent}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What is sealed of the comment in the rest of a line.
fn moved_text(rest: &str) -> String {
    let part = rest.trim();
    let body = without_mark(part);
    let gap = &rest[..rest.len() - rest.trim_start().len()];
    let mark = &part[..part.len() - body.len()];
    let hidden = MARKS.iter().fold(mark.to_owned(), |tail, (mark, hidden)| {
        tail.replace(*mark, &hidden.to_string())
    });
    format!("{body}{AS_IT_STOOD}{gap}{hidden}")
}

fn is_indent(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' ' | '\t'))
}

fn is_tail(text: &str) -> bool {
    let is_hidden = |c| MARKS.iter().any(|(_, hidden)| *hidden == c);
    text.chars()
        .all(|c| matches!(c, ' ' | '\t') || is_hidden(c))
}

/// A line as sops writes it; the mark of the first one is not part of it.
fn in_form(index: usize, line: &str) -> String {
    if index == 0 {
        return line.trim().to_owned();
    }
    match line.strip_prefix([';', '#']) {
        Some(rest) => format!("{} {}", &line[..1], rest.trim()),
        None => format!("; {}", line.trim()),
    }
}
