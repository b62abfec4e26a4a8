//! Refuses tabs where go-yaml, and so SOPS and Kubernetes, sees no blank and the parser does.
//!
//! The rules are those of libyaml's scanner, which go-yaml keeps: `yaml_parser_scan_to_next_token`,
//! `yaml_parser_scan_plain_scalar` and `yaml_parser_scan_block_scalar`.

use crate::Span;

/// What stands around a part of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around {
    /// Whether a scalar without quotes ends in front of it.
    pub(super) plain: bool,
    /// Whether it stands in brackets.
    pub(super) flow: bool,
    /// The column of the innermost collection that does not, counted from 1; 0 where there is none.
    pub(super) column: usize,
}

/// The first tab between two tokens at which go-yaml stops; what the header of a block scalar begins is left out.
pub(super) fn between(text: &str, gap: Span, around: Around) -> Option<usize> {
    let bytes = &text.as_bytes()[..gap.end];
    let before = text[..gap.start].trim_end_matches([' ', '\t']);
    let mut plain = around.plain;
    let mut margin = before.is_empty() || before.ends_with(['\n', '\r']);
    let mut dash = !plain && before.ends_with(['-', '?']) && !before.ends_with("---");
    let mut blanks = gap.start - before.len();
    let mut at = gap.start;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\n' | b'\r' => (margin, dash, blanks) = (true, false, 0),
            b' ' => blanks += 1,
            b'\t' if margin && plain && blanks < around.column => return Some(at),
            b'\t' if margin && plain => margin = false,
            b'\t' if (margin || dash) && !around.flow => return Some(at),
            b'\t' => {}
            b'#' | b'%' => {
                plain = false;
                at = end_of_line(bytes, at);
                continue;
            }
            b'|' | b'>' if !around.flow => return None,
            b'!' | b'&' => {
                (margin, dash, plain) = (false, false, false);
                at = end_of_word(bytes, at);
                continue;
            }
            b'-' | b'.' if bytes[at..].starts_with(&[*byte; 3]) => {
                (margin, dash, plain) = (false, false, false);
                at += 2;
            }
            b'-' | b'?' => (margin, dash, plain) = (false, true, false),
            b':' => (margin, dash, plain) = (false, margin, false),
            _ => (margin, dash, plain) = (false, false, false),
        }
        at += 1;
    }
    None
}

/// The first tab in the lines of a scalar without quotes at which go-yaml stops.
pub(super) fn in_plain(text: &str, scalar: Span, column: usize) -> Option<usize> {
    let mut lines = text[scalar.clone()].split_inclusive(['\n', '\r']);
    let mut start = scalar.start + lines.next()?.len();
    for line in lines {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        if line[blanks..].starts_with('\t') && blanks < column {
            return Some(start + blanks);
        }
        start += line.len();
    }
    None
}

/// The first tab at which go-yaml stops in a block scalar, from its header to the next token, in a collection in this column.
pub(super) fn in_block(text: &str, scalar: Span, column: usize) -> Option<usize> {
    let mut lines = text[scalar.clone()].split_inclusive(['\n', '\r']);
    let header = lines.next()?;
    let word = header.split([' ', '\t', '\n', '\r']).next()?;
    let digit = word.bytes().find(u8::is_ascii_digit);
    let mut indent = digit.map(|digit| column.saturating_sub(1) + usize::from(digit - b'0'));
    let mut start = scalar.start + header.len();
    for line in lines {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        let rest = &line[blanks..];
        if rest.starts_with('\t') && indent.is_none_or(|indent| blanks < indent) {
            return Some(start + blanks);
        }
        if !rest.starts_with(['\n', '\r']) && !rest.is_empty() {
            let indent = *indent.get_or_insert(blanks.max(column).max(1));
            if blanks < indent {
                let around = Around {
                    plain: false,
                    flow: false,
                    column,
                };
                return between(text, start..scalar.end, around);
            }
        }
        start += line.len();
    }
    None
}

/// The text with blanks for the tabs in the margin in front of a byte, and for those in the margins of the lines behind it that
/// begin with one, which are content of no scalar: in a block scalar at the left margin, [`in_block`] refuses them.
///
/// The parser stops at a tab in front of the first element in brackets, and go-yaml does not.
pub(super) fn blanked(text: &str, at: usize) -> String {
    let start = text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let mut blanked = String::with_capacity(text.len());
    blanked.push_str(&text[..start]);
    for (number, line) in text[start..].split_inclusive(['\n', '\r']).enumerate() {
        let rest = line.trim_start_matches([' ', '\t']);
        if number == 0 || line.starts_with('\t') {
            blanked.extend(std::iter::repeat_n(' ', line.len() - rest.len()));
            blanked.push_str(rest);
        } else {
            blanked.push_str(line);
        }
    }
    blanked
}

fn end_of_line(bytes: &[u8], at: usize) -> usize {
    let behind = &bytes[at..];
    at + memchr::memchr2(b'\n', b'\r', behind).unwrap_or(behind.len())
}

fn end_of_word(bytes: &[u8], at: usize) -> usize {
    let is_end = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}');
    let behind = &bytes[at..];
    at + behind.iter().position(is_end).unwrap_or(behind.len())
}
