//! Comments of templates, which nobody reads.

use super::next::Next;
use std::borrow::Cow;

/// What may stand behind `*/` at the end of a comment.
///
/// Source: Go, `text/template/parse`, `lexComment`: what else stands there is a mistake.
const ENDS: [&str; 5] = ["}}", " -}}", "\t-}}", "\n-}}", "\r\n-}}"];

/// The text without `{{/* … */}}`. Lines stay lines.
pub(in crate::inspection) fn without(text: &str) -> Cow<'_, str> {
    let mut ends = Next::of(text, |text| text.find("*/"));
    let (mut kept, mut done) = (String::new(), 0);
    for (at, _) in text.match_indices("{{") {
        if at < done {
            continue;
        }
        if let Some(end) = end_of(text, at, &mut ends) {
            let lines = text[at..end].matches('\n').count();
            kept.push_str(&text[done..at]);
            kept.push_str(&"\n".repeat(lines));
            done = end;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    Cow::Owned(kept + &text[done..])
}

fn end_of(text: &str, at: usize, ends: &mut Next) -> Option<usize> {
    let begin = text[at + 2..].trim_start_matches('-').trim_start();
    let begin = text.len() - begin.strip_prefix("/*")?.len();
    let end = ends.from(begin)? + 2;
    let mut found = ENDS.iter().filter(|mark| text[end..].starts_with(**mark));
    Some(end + found.next()?.len())
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn comments_are_gone_and_their_lines_stay() {
        for (text, rest) in [
            ("a{{/* b */}}c", "ac"),
            ("a{{- /* b\nc */ -}}d", "a\nd"),
            ("{{/*{{/* a */}}b*/}}", "b*/}}"),
            ("a: {{ b }}", "a: {{ b }}"),
            ("{{/* a", "{{/* a"),
            ("{{/* a */ b }}", "{{/* a */ b }}"),
        ] {
            assert_eq!(without(text), rest, "{text}");
        }
    }
}
