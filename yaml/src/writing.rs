//! How a string is written so that every reader gets it back.

use crate::typing;

/// Where a scalar stands: brackets and commas end a plain scalar inside brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    /// In a block collection, or at the root.
    Block,
    /// Inside `[…]` or `{…}`.
    Flow,
}

/// Plain if that is safe, else in double quotes.
pub(crate) fn on_one_line(text: &str, context: Context) -> String {
    if is_plain(text, context) {
        text.to_owned()
    } else {
        double_quoted(text)
    }
}

/// Whether the text, without quotes, is read as this very string by Kubernetes, by SOPS and by readers of YAML 1.1.
pub(crate) fn is_plain(text: &str, context: Context) -> bool {
    is_plain_token(text, context) && !typing::is_typed(text) && !is_base_60(text)
}

/// Whether the text can stand without quotes at all, whatever type it then has.
pub(crate) fn is_plain_token(text: &str, context: Context) -> bool {
    let ends_early = context == Context::Flow && text.contains(['[', ']', '{', '}', ',', '?']);
    let indicator = |c: char| "-?:,[]{}#&*!|>'\"%@`".contains(c) || c.is_whitespace();
    let starts_well = !text.starts_with(indicator)
        || is_negative_number(text)
        || context == Context::Block && is_harmless_indicator(text);
    !text.is_empty()
        && starts_well
        && !ends_early
        && is_printable_line(text)
        && !reads_on(text)
        && !text.ends_with(':')
        && !text.ends_with(' ')
        && !text.starts_with("...")
}

/// Whether a blank in the text makes a key of what is before it, or a comment of what is behind.
fn reads_on(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut blanks = memchr::memchr_iter(b' ', bytes);
    blanks.any(|at| bytes[..at].ends_with(b":") || bytes[at + 1..].starts_with(b"#"))
}

/// Whether the text is one line in which nothing needs an escape. Most are of ASCII, whose bytes are looked at many at a time.
fn is_printable_line(text: &str) -> bool {
    let is_glyph = |byte: &u8| matches!(byte, b' '..=b'~');
    let is_ascii_line = text.bytes().fold(true, |all, byte| all & is_glyph(&byte));
    is_ascii_line || text.chars().all(|c| c != '\n' && is_printable(c))
}

/// Whether the text begins with one of `-?:` that starts no collection, as no blank follows, and no document.
fn is_harmless_indicator(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '?', ':']).unwrap_or_default();
    rest.starts_with(|c: char| !c.is_whitespace()) && !text.starts_with("---")
}

fn is_negative_number(text: &str) -> bool {
    text.strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
}

/// `12:30:45` is a number to readers of YAML 1.1.
fn is_base_60(text: &str) -> bool {
    let digits = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_digit() || b == b'_' || b == b'.')
    };
    let unsigned = text.trim_start_matches(['-', '+']);
    unsigned.contains(':') && unsigned.split(':').all(digits)
}

/// What needs no escape in any style. The byte order mark and the line breaks of YAML 1.1 do, and blanks that one cannot tell apart.
fn is_printable(c: char) -> bool {
    let has_a_glyph = matches!(c, '\n' | ' '..='~' | '\u{A1}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}');
    has_a_glyph && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

fn escaped(c: char) -> String {
    match u32::from(c) {
        code @ ..=0xFFFF => format!("\\u{code:04X}"),
        code => format!("\\U{code:08X}"),
    }
}

/// The text in double quotes, on one line.
pub(crate) fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if is_printable(c) => quoted.push(c),
            c => quoted.push_str(&escaped(c)),
        }
    }
    quoted.push('"');
    quoted
}

/// The text in single quotes, if it can stand there on one line.
pub(crate) fn single_quoted(text: &str) -> Option<String> {
    is_printable_line(text).then(|| format!("'{}'", text.replace('\'', "''")))
}

/// A text as a literal block.
pub(crate) struct Literal<'t> {
    /// `|`, or `|-` for a text without a line break at its end.
    pub(crate) header: &'static str,
    lines: std::str::Lines<'t>,
}

impl Literal<'_> {
    /// The lines of content, each after a line break.
    pub(crate) fn content(self, indent: usize, line_break: &str) -> String {
        let blanks = " ".repeat(indent);
        self.lines.fold(String::new(), |content, line| {
            let margin = if line.is_empty() { "" } else { &blanks };
            content + line_break + margin + line
        })
    }
}

/// The text as a literal block, if it has several lines and reads well there.
///
/// A text that begins with a blank would need an indentation indicator, one that ends in empty lines would claim the empty lines
/// behind it: both are left to quotes.
pub(crate) fn literal(text: &str) -> Option<Literal<'_>> {
    let fits = text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with("\n\n")
        && text.chars().all(is_printable);
    let header = if text.ends_with('\n') { "|" } else { "|-" };
    fits.then(|| Literal {
        header,
        lines: text.lines(),
    })
}

#[cfg(test)]
mod tests;
