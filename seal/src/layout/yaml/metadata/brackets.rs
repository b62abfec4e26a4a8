//! Documents in brackets, `{…}`: the block stands in them as in an object of JSON, behind everything else.

use serde_json::{Value as Json, json};
use signet_yaml::{Aliases, Edit, Limits, Node, Span, kubernetes};

use crate::layout::NoPlace;
use crate::layout::json::print::Style;
use crate::layout::lines::line_break;

/// Whether a mapping stands in brackets.
pub(super) fn is_in_brackets(text: &str, mapping: &Node) -> bool {
    text[mapping.span.start..].starts_with('{')
}

/// The edits that put a block of lines behind the last pair, or behind the comments if there is none. A comma that stands there
/// has one behind the block too.
pub(super) fn append(text: &str, root: &Node, block: &str) -> Result<Vec<Edit>, NoPlace> {
    let style = Style::of(text, root);
    let pair = style.with_margin(&pair(style, root, block)?);
    let last = root.pairs().last().map(end_of);
    let end = last.unwrap_or(root.span.start + 1);
    let rest = &text[end..root.span.end - 1];
    let is_commented = rest.contains('#');
    let separator = if is_commented && style.margin().is_none() {
        line_break(text)
    } else {
        style.separator()
    };
    let behind = end + rest.trim_end().len();
    if comma_behind(text, end).is_some() {
        return Ok(vec![insertion(behind, format!("{separator}{pair},"))]);
    }
    let is_tagged = |(_, value): (&Node, &Node)| value.tag().is_some() && value.text() == Some("");
    let end = if text[..end].ends_with(':') || root.pairs().last().is_some_and(is_tagged) {
        behind_blank(text, end)
    } else {
        end
    };
    Ok(if is_commented || last.is_none() {
        let comma = last.map(|_| insertion(end, ",".to_owned()));
        let separator = if is_commented { separator } else { "" };
        let pair = insertion(behind, format!("{separator}{pair}"));
        comma.into_iter().chain([pair]).collect()
    } else {
        vec![insertion(end, format!(",{separator}{pair}"))]
    })
}

/// The lines of the block that a pair is, as it would be written outside of brackets.
pub(super) fn lines(value: &Node) -> Result<String, NoPlace> {
    let block = kubernetes::to_json(value).map_err(|_| NoPlace(value.at))?;
    Ok(signet_yaml::emit(&json!({ "sops": block })))
}

/// The edit that puts a block of lines in the place of a pair.
pub(super) fn replace(
    text: &str,
    root: &Node,
    pair: Pair<'_>,
    block: &str,
) -> Result<Edit, NoPlace> {
    let style = Style::of(text, root);
    Ok(Edit {
        span: pair.key.span.start..pair.value.span.end,
        text: style.with_margin(&self::pair(style, root, block)?),
    })
}

/// The edits that cut a pair out, with the comma that it takes: the one behind it or, if it is the last, the one in front of it.
/// A comment in front of it stays on a line of its own; a tag or a `?` there would be left to what stands in front.
pub(super) fn remove(text: &str, root: &Node, pair: Pair<'_>) -> Result<Vec<Edit>, NoPlace> {
    let Pair { key, value } = pair;
    let before = root
        .pairs()
        .take_while(|(other, _)| other.span.start < key.span.start);
    let before = before
        .last()
        .map(end_of)
        .and_then(|end| comma_behind(text, end));
    let margin = &text[before.unwrap_or(root.span.start) + 1..key.span.start];
    let is_blank = |line: &str| line.trim_start().is_empty() || line.trim_start().starts_with('#');
    if !margin.lines().all(is_blank) {
        return Err(NoPlace(key.at));
    }
    let behind = comma_behind(text, value.span.end);
    let end = behind.map_or(value.span.end, |comma| comma + 1);
    let is_commented = margin.contains('#') && !text[end..].starts_with(['\r', '\n']);
    let start = if is_commented {
        key.span.start
    } else {
        text[..key.span.start].trim_end().len()
    };
    Ok(match (behind, before) {
        (None, Some(comma)) if comma + 1 == start => vec![cut(comma..end)],
        (None, Some(comma)) => vec![cut(comma..comma + 1), cut(start..end)],
        _ => vec![cut(start..end)],
    })
}

/// The edit that puts our part in front of the first pair of a block in brackets.
pub(super) fn adopt(text: &str, block: &Node, signet: &Json) -> Result<Edit, NoPlace> {
    let (first, _) = block.pairs().next().ok_or(NoPlace(block.at))?;
    let part = Style::of(text, block).in_front("signet", signet);
    Ok(insertion(first.span.start, part))
}

/// A key with its value.
#[derive(Clone, Copy)]
pub(super) struct Pair<'n> {
    pub(super) key: &'n Node,
    pub(super) value: &'n Node,
}

fn pair(style: Style<'_>, root: &Node, block: &str) -> Result<String, NoPlace> {
    let block = signet_yaml::parse(block, &Limits::SEALED, Aliases::Refuse).ok();
    let block = block.as_ref().and_then(|block| block.roots().next());
    let block = block.and_then(|block| kubernetes::to_json(block.get("sops")?).ok());
    Ok(style.pair("sops", &block.ok_or(NoPlace(root.at))?))
}

/// Where a pair ends.
fn end_of((key, value): (&Node, &Node)) -> usize {
    value.span.end.max(key.span.end)
}

/// The comma behind an entry, if one follows, behind line breaks and comments too.
fn comma_behind(text: &str, end: usize) -> Option<usize> {
    let mut at = end;
    loop {
        let rest = &text[at..];
        at = text.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        if text[at..].starts_with(',') {
            return Some(at);
        }
        at += text[at..].strip_prefix('#')?.find('\n')? + 1;
    }
}

/// The place behind an absent value's colon or tag where a comma may stand: go-yaml wants a blank between the two.
fn behind_blank(text: &str, end: usize) -> usize {
    let blank = ["\r\n", "\n", " ", "\t"].into_iter();
    let mut blank = blank.filter(|blank| text[end..].starts_with(blank));
    end + blank.next().map_or(0, str::len)
}

fn insertion(at: usize, text: String) -> Edit {
    Edit { span: at..at, text }
}

fn cut(span: Span) -> Edit {
    Edit {
        span,
        text: String::new(),
    }
}
