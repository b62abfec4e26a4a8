//! Replaces scalars and comments.

use crate::edit::Edit;
use crate::edit::lines::{line_break_at, line_end, line_start, swallows_comment};
use crate::writing::{self, Context, Literal};
use crate::{Comment, Node, Style, Value};

/// Makes a scalar this string, in the style it has.
///
/// Whatever the style, Kubernetes and SOPS read the result as the string `new`: what cannot be plain or in single quotes moves
/// into double quotes. A plain scalar that becomes a text of several lines is written as a literal block; a block scalar is
/// replaced as a whole, and only the comment in its header stays. A tag goes, as it spoke of the old value; an anchor stays.
///
/// Gives no edit for a collection.
pub fn scalar_edit(text: &str, node: &Node, new: &str) -> Vec<Edit> {
    let Value::Scalar(scalar) = &node.value else {
        return Vec::new();
    };
    let written = match scalar.style {
        Style::Single => writing::single_quoted(new).unwrap_or_else(|| writing::double_quoted(new)),
        Style::Double => writing::double_quoted(new),
        Style::Plain | Style::Literal | Style::Folded => match writing::literal(new) {
            Some(literal) if node.context == Context::Block && !literal_swallows(text, node) => {
                return literal_edits(text, node, literal);
            }
            _ => writing::on_one_line(new, node.context),
        },
    };
    replace(text, node, &written)
}

/// Makes a scalar this token, without quotes: a number, a boolean, a date, `null`.
///
/// For a text that cannot stand without quotes this is [`scalar_edit`].
pub fn plain_edit(text: &str, node: &Node, token: &str) -> Vec<Edit> {
    if !writing::is_plain_token(token, node.context) {
        return scalar_edit(text, node, token);
    }
    replace(text, node, token)
}

/// Makes a comment this text, which follows the `#`. Line breaks in it become blanks.
pub fn comment_edit(comment: &Comment, new: &str) -> Edit {
    Edit {
        span: comment.span.start + 1..comment.span.end,
        text: new.replace(['\n', '\r'], " "),
    }
}

/// Writes a token in the place of a node.
pub(super) fn replace(text: &str, node: &Node, written: &str) -> Vec<Edit> {
    let value = without_content(text, node);
    let mut edits = vec![Edit {
        span: value.clone(),
        text: separated(text, node, written),
    }];
    edits.extend(remove_tag(text, node));
    edits.extend(remove_content(text, node, value.end));
    edits
}

/// Writes lines in the place of a node, a block scalar's content included.
pub(super) fn replace_all(text: &str, node: &Node, written: &str) -> Vec<Edit> {
    vec![Edit {
        span: node.span.clone(),
        text: separated(text, node, written),
    }]
}

/// Whether a literal block in the node's place would take in a comment behind it.
fn literal_swallows(text: &str, node: &Node) -> bool {
    let header = without_content(text, node);
    let end = node.span.end.max(line_end(text, header.end));
    swallows_comment(text, end, indent_for_content(text, header.start))
}

fn literal_edits(text: &str, node: &Node, literal: Literal<'_>) -> Vec<Edit> {
    let value = without_content(text, node);
    let end = line_end(text, value.end);
    let line_break = line_break_at(text, value.start);
    let header = separated(text, node, literal.header);
    let mut content = literal.content(indent_for_content(text, value.start), line_break);
    if node.span.end.max(end) == text.len() {
        // Without it the last line would end with the text, and so without a line break of its own.
        content.push_str(line_break);
    }
    let old_content = end..node.span.end.max(end);
    let mut edits = if value.end == end {
        vec![Edit {
            span: value.start..old_content.end,
            text: header + &content,
        }]
    } else {
        vec![
            Edit {
                span: value,
                text: header,
            },
            Edit {
                span: old_content,
                text: content,
            },
        ]
    };
    edits.extend(remove_tag(text, node));
    edits
}

/// The span without a block scalar's lines of content: its header, up to a comment that may stand there.
pub(super) fn without_content(text: &str, node: &Node) -> crate::Span {
    if !is_block(node) {
        return node.span.clone();
    }
    let value = &text[node.span.clone()];
    let header = value.find([' ', '\t', '\n', '\r']).unwrap_or(value.len());
    node.span.start..node.span.start + header
}

fn remove_content(text: &str, node: &Node, header_end: usize) -> Option<Edit> {
    if !is_block(node) {
        return None;
    }
    let content = line_end(text, header_end)..node.span.end;
    (!content.is_empty()).then(|| Edit {
        span: content,
        text: String::new(),
    })
}

fn is_block(node: &Node) -> bool {
    matches!(&node.value, Value::Scalar(scalar) if matches!(scalar.style, Style::Literal | Style::Folded))
}

pub(super) fn remove_tag(text: &str, node: &Node) -> Option<Edit> {
    let tag = node.tag_span()?;
    let behind = &text[tag.end..];
    let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
    let end = (tag.end + blanks).min(node.span.start);
    Some(Edit {
        span: tag.start..end,
        text: String::new(),
    })
}

/// What comes in the place of an absent value needs a blank in front, and a colon if that is absent too (`{key}`, `? key`).
fn separated(text: &str, node: &Node, written: &str) -> String {
    let before = &text[..node.span.start];
    if !node.span.is_empty()
        || node.tag_span().is_some()
        || before.is_empty()
        || before.ends_with(char::is_whitespace)
    {
        return written.to_owned();
    }
    if before.ends_with([':', '-']) || node.anchor {
        return format!(" {written}");
    }
    if node.context == Context::Flow {
        return format!(": {written}");
    }
    let line = &text[line_start(text, before.len())..];
    let indent = &line[..line.len() - line.trim_start_matches(' ').len()];
    format!("{}{indent}: {written}", line_break_at(text, before.len()))
}

/// How far the content of a block scalar whose header stands at `at` must be indented: two more than the key, or as far as an
/// element itself.
fn indent_for_content(text: &str, at: usize) -> usize {
    let line = &text[line_start(text, at)..at];
    let key = line.trim_start_matches([' ', '-', '?', '\u{FEFF}']);
    let column = line[..line.len() - key.len()]
        .chars()
        .filter(|c| *c != '\u{FEFF}')
        .count();
    if key.is_empty() {
        column.max(1)
    } else {
        column + 2
    }
}
