//! Block scalars: sealed, one keeps its header and indentation as a block of one line; opened, it is a literal block.

use signet_yaml::{Edit, Node, Span};

use crate::layout::lines::{line_break, line_start};

/// The edits that put one line in the place of a block scalar's content; nothing if it has no content line.
///
/// The header becomes `|-`, so that the line is the whole text; a comment behind the header is left alone.
pub(super) fn replace_content(text: &str, node: &Node, line: &str) -> Option<Vec<Edit>> {
    let Block {
        header,
        content,
        indent,
    } = Block::of(text, node)?;
    Some(vec![
        Edit {
            span: header,
            text: "|-".to_owned(),
        },
        Edit {
            span: content,
            text: format!("{:indent$}{line}", ""),
        },
    ])
}

/// The edits that write a value as a literal block in the place of a block of one line; nothing if the value needs
/// quotes, or would take in what follows.
pub(super) fn restore_content(text: &str, node: &Node, value: &str) -> Option<Vec<Edit>> {
    let Block {
        header,
        content,
        indent,
    } = Block::of(text, node)?;
    let (chomping, lines) = literal(value, indent, line_break(text))?;
    if !ends(text, content.end, indent, chomping) {
        return None;
    }
    Some(vec![
        Edit {
            span: header,
            text: format!("|{chomping}"),
        },
        Edit {
            span: content,
            text: lines,
        },
    ])
}

/// The edits that write a quoted value in the place of a block; a comment behind the header stays behind the value.
pub(super) fn quoted_content(text: &str, node: &Node, quoted: String) -> Option<Vec<Edit>> {
    let Block {
        header, content, ..
    } = Block::of(text, node)?;
    let header_line = text[..content.start].trim_end_matches('\n');
    let header_line = header_line.trim_end_matches('\r').len();
    Some(vec![
        Edit {
            span: header,
            text: quoted,
        },
        Edit {
            span: header_line..content.end,
            text: String::new(),
        },
    ])
}

/// The edit that writes a value of several lines as a literal block in the place of a plain scalar; nothing if the value
/// needs quotes, or would take in what follows.
pub(super) fn literal_edit(text: &str, span: &Span, value: &str) -> Option<Edit> {
    if !value.contains('\n') {
        return None;
    }
    let before = &text[line_start(text, span.start)..span.start];
    let indent = before.len() - before.trim_start_matches([' ', '-']).len() + 4;
    let (chomping, lines) = literal(value, indent, line_break(text))?;
    ends(text, span.end, indent, chomping).then(|| Edit {
        span: span.clone(),
        text: format!("|{chomping}{}{lines}", line_break(text)),
    })
}

/// Whether a block of this indentation that is put in front of a byte ends there: else a comment on the line or below it, or
/// empty lines, would be its content, which no MAC and no seal covers.
fn ends(text: &str, end: usize, indent: usize, chomping: &str) -> bool {
    let mut lines = text[end..].split_inclusive('\n').map(without_end);
    let rest = lines.next().unwrap_or_default();
    let is_kept = |line: &str| {
        let is_blank = line.trim_matches([' ', '\t']).is_empty();
        (is_blank && (chomping == "+" || !line.is_empty())) || spaces(line) >= indent
    };
    let mut in_block = false;
    // The `sops` block is taken out, so what stands below it is below the value.
    let mut below = lines.filter(|line| {
        let is_part = line.starts_with([' ', '-']) && !line.trim_start().starts_with('#');
        in_block = line.starts_with("sops:") || in_block && is_part;
        !in_block
    });
    let next = below.find(|line| !line.is_empty() || is_kept(line));
    rest.is_empty() && !next.is_some_and(is_kept)
}

/// A line without its line break.
fn without_end(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

/// The bytes of a block scalar's header indicators and of its content, the last line break left out.
struct Block {
    header: Span,
    content: Span,
    indent: usize,
}

impl Block {
    fn of(text: &str, node: &Node) -> Option<Self> {
        let start = node.span.start;
        let block = &text[start..];
        let indicators =
            block.trim_start_matches(|c: char| matches!(c, '|' | '>' | '+' | '-' | '1'..='9'));
        let header = &block[..block.len() - indicators.len()];
        let end = if header.contains('+') {
            blank_lines_end(text, node.span.end)
        } else {
            node.span.end
        };
        let block = &text[start..end];
        let first = block.find('\n')? + 1;
        let lines = || block[first..].split_inclusive('\n');
        let indent = lines().find(|line| !line.trim().is_empty()).map(spaces)?;
        // Blank lines above the first line are content as well, those below the last one only if the header keeps them.
        let is_content =
            |line: &str| header.contains('+') || !line.trim().is_empty() || spaces(line) > indent;
        let mut end = first;
        let mut content_end = first;
        for line in lines() {
            if is_content(line) {
                content_end = end + line.trim_end_matches('\n').trim_end_matches('\r').len();
            }
            end += line.len();
        }
        Some(Self {
            header: start..start + header.len(),
            content: start + first..start + content_end,
            indent,
        })
    }
}

/// The byte behind the blank lines that follow, which are content where the header keeps them.
fn blank_lines_end(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    let blank = &rest[..rest.len() - rest.trim_start_matches([' ', '\r', '\n']).len()];
    blank.rfind('\n').map_or(from, |newline| from + newline + 1)
}

fn spaces(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The chomping indicator and the lines of a value, indented, without the last line break.
fn literal(value: &str, indent: usize, line_break: &str) -> Option<(&'static str, String)> {
    let body = value.trim_end_matches('\n');
    let last = body.rsplit('\n').next().unwrap_or_default();
    if body.starts_with([' ', '\t', '\n']) || last.trim().is_empty() || !body.chars().all(fits) {
        return None;
    }
    let (chomping, kept) = match value.len() - body.len() {
        0 => ("-", body),
        1 => ("", body),
        _ => ("+", &value[..value.len() - 1]),
    };
    let indented = |line: &str| {
        if line.is_empty() {
            String::new()
        } else {
            format!("{:indent$}{line}", "")
        }
    };
    Some((
        chomping,
        kept.split('\n')
            .map(indented)
            .collect::<Vec<_>>()
            .join(line_break),
    ))
}

/// Whether YAML 1.1 and 1.2 both take the character as it stands.
pub(super) fn fits(c: char) -> bool {
    matches!(c, '\n' | '\t' | ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}'
        | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
}
