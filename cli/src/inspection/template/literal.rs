//! What of a template is text that stands there already.

/// What only encodes its text, as in `{{ "hunter2" | b64enc }}`.
const ENCODERS: [&str; 5] = ["b64enc", "print", "printf", "quote", "squote"];

/// The text that an action brings itself, where it begins with one and names nothing to put in.
pub(super) fn whole(action: &str) -> Option<String> {
    let action = action.trim_matches(['-', '=', ' ', '\t']);
    let first = action.split_whitespace().next()?;
    let begins_so = first.starts_with(['"', '\'', '`']) || ENCODERS.contains(&first);
    let (mut texts, mut rest) = (String::new(), String::new());
    for (outside, quoted) in pieces(action) {
        rest.push_str(outside);
        texts.push_str(quoted);
    }
    (begins_so && !rest.contains(['.', '$'])).then_some(texts)
}

/// The text that an action puts in where nothing else says what to: `{{ default "hunter2" .x }}`, `{{ x | default('a') }}`.
pub(super) fn default(action: &str) -> Option<String> {
    let defaults = pieces(action).into_iter().filter(|(outside, _)| {
        let words = outside.trim_end_matches([' ', '\t', '(']);
        let before = words.strip_suffix("default");
        before.is_some_and(|before| !before.ends_with(is_of_name))
    });
    let texts: String = defaults.map(|(_, quoted)| quoted).collect();
    (!texts.is_empty()).then_some(texts)
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '$')
}

/// What stands outside of quotes, each time with the text in the quotes behind it.
fn pieces(action: &str) -> Vec<(&str, &str)> {
    let mut pieces = Vec::new();
    let mut rest = action;
    while let Some(begin) = rest.find(['"', '\'', '`']) {
        let (outside, quoted) = rest.split_at(begin);
        let (mark, inner) = quoted.split_at(1);
        let end = end_of(mark, inner);
        pieces.push((outside, &inner[..end]));
        rest = inner.get(end + 1..).unwrap_or_default();
    }
    pieces.push((rest, ""));
    pieces
}

/// Where a text in quotes ends.
fn end_of(mark: &str, inner: &str) -> usize {
    let mut is_escaped = false;
    let end = inner.find(|c: char| {
        let ends = mark.starts_with(c) && !is_escaped;
        is_escaped = c == '\\' && !is_escaped && mark != "`";
        ends
    });
    end.unwrap_or(inner.len())
}
