//! A value: in quotes over one line or several, or as it stands, up to a comment or over lines that end in a backslash.

use signet_yaml::{Node, Position, Span, Style};

use super::super::ReadError;
use super::super::lines::{Line, Lines};
use super::syntax;

/// A value and what follows it in its last line.
pub(super) struct Value<'t> {
    text: String,
    span: Span,
    at: Position,
    pub(super) line: Line<'t>,
    pub(super) rest: &'t str,
}

impl Value<'_> {
    /// The value as a string, whatever it looks like.
    pub(super) fn node(self, text: impl FnOnce(String) -> String) -> Node {
        Node::scalar(text(self.text), Style::Double, self.span, self.at)
    }
}

/// Reads the value that begins in the rest of a line.
pub(super) fn read<'t>(
    text: &'t str,
    lines: &mut Lines<'t>,
    line: Line<'t>,
    rest: &'t str,
) -> Result<Value<'t>, ReadError> {
    let start = rest.trim_start();
    match quote(start) {
        _ if start.is_empty() => Ok(empty(line, rest)),
        Some(quote) => quoted(text, lines, line, start, quote),
        None if start.trim_end().ends_with('\\') => Ok(continued(text, lines, line, start)),
        None if start.starts_with(['#', ';']) => Ok(empty(line, rest)),
        None => Ok(plain(line, start)),
    }
}

/// It stands right behind the delimiter, so that what follows has one place whether a comment is there or was taken out.
fn empty<'t>(line: Line<'t>, rest: &'t str) -> Value<'t> {
    one_line(line, &rest[..0], "", rest)
}

fn one_line<'t>(line: Line<'t>, written: &str, text: &str, rest: &'t str) -> Value<'t> {
    let span = line.span(written);
    Value {
        text: text.to_owned(),
        at: line.at(span.start),
        span,
        line,
        rest,
    }
}

/// The quotes in which anything can stand. Simple and double quotes are taken off an ordinary value.
fn quote(start: &str) -> Option<&'static str> {
    if start.len() > 3 && start.starts_with(r#"""""#) {
        Some(r#"""""#)
    } else {
        start.starts_with('`').then_some("`")
    }
}

/// The last closing quotes of a line count.
fn quoted<'t>(
    text: &'t str,
    lines: &mut Lines<'t>,
    line: Line<'t>,
    start: &'t str,
    quote: &str,
) -> Result<Value<'t>, ReadError> {
    let begin = line.span(start).start;
    let body = begin + quote.len();
    let first = &start[quote.len()..];
    let (mut last, mut part) = (line, first);
    let end = loop {
        if let Some(end) = part.rfind(quote) {
            break end;
        }
        last = lines
            .next()
            .ok_or_else(|| syntax(&line, start, "the quotes of a value are not closed"))?;
        part = last.text;
    };
    let rest = &part[end + quote.len()..];
    if last.start != line.start && rest.trim_end().ends_with('\\') {
        let problem = "a backslash behind the quotes of a value is read in two ways";
        return Err(syntax(&last, rest, problem));
    }
    let end = last.span(part).start + end;
    Ok(Value {
        text: text[body..end].to_owned(),
        span: begin..end + quote.len(),
        at: line.at(begin),
        line: last,
        rest,
    })
}

/// Each line that ends in a backslash goes on in the next one, up to an empty line.
fn continued<'t>(
    text: &'t str,
    lines: &mut Lines<'t>,
    line: Line<'t>,
    start: &'t str,
) -> Value<'t> {
    let begin = line.span(start).start;
    let (mut last, mut part) = (line, start.trim());
    let mut value = String::new();
    while let Some(kept) = part.strip_suffix('\\') {
        value.push_str(kept);
        let Some(next) = lines.next() else { break };
        last = next;
        part = next.text.trim();
    }
    let end = last.span(part).end;
    value.push_str(part.strip_suffix('\\').map_or(part, |_| ""));
    let end = if part.is_empty() {
        text[..end].trim_end().len()
    } else {
        end
    };
    Value {
        text: value,
        span: begin..end,
        at: line.at(begin),
        line: last,
        rest: "",
    }
}

fn plain<'t>(line: Line<'t>, start: &'t str) -> Value<'t> {
    let comment = start.find(['#', ';']).unwrap_or(start.trim_end().len());
    let (written, rest) = start.split_at(start[..comment].trim_end().len());
    one_line(line, written, unquoted(written), rest)
}

/// The text without the quotes around it; they stay if there are more of them inside.
fn unquoted(text: &str) -> &str {
    let inside = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    ['\'', '"']
        .into_iter()
        .find_map(|quote| inside(quote).filter(|inside: &&str| !inside.contains(quote)))
        .unwrap_or(text)
}
