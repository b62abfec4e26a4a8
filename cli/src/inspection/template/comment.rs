//! Comments of templates, which nobody reads.

use super::next::Next;
use std::borrow::Cow;

/// What may stand behind `*/` at the end of a comment.
///
/// Source: Go, `text/template/parse`, `lexComment`: what else stands there is a mistake.
const ENDS: [&str; 5] = ["}}", " -}}", "\t-}}", "\n-}}", "\r\n-}}"];

/// Where each kind of comment may end next.
struct Ends<'t> {
    go: Next<'t>,
    jinja: Next<'t>,
    handlebars: Next<'t>,
}

/// The text without `{{/* … */}}`, `{# … #}` and `{{!-- … --}}`. Lines stay lines.
pub(in crate::inspection) fn without(text: &str) -> Cow<'_, str> {
    let mut ends = Ends {
        go: Next::of(text, |text| text.find("*/")),
        jinja: Next::of(text, |text| text.find("#}")),
        handlebars: Next::of(text, |text| text.find("--}}")),
    };
    let (mut kept, mut done) = (String::new(), 0);
    for (at, _) in text.match_indices('{') {
        if at < done {
            continue;
        }
        if let Some(end) = ends.of_comment(text, at) {
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

impl Ends<'_> {
    /// The end of the comment that begins at a place.
    fn of_comment(&mut self, text: &str, at: usize) -> Option<usize> {
        let rest = &text[at..];
        if rest.starts_with("{{!--") {
            return Some(self.handlebars.from(at + 5)? + 4);
        }
        match rest.strip_prefix("{{") {
            Some(inner) => self.of_go(text, inner),
            None => self.of_jinja(text, at),
        }
    }

    fn of_go(&mut self, text: &str, inner: &str) -> Option<usize> {
        let begin = inner.trim_start_matches('-').trim_start();
        let begin = text.len() - begin.strip_prefix("/*")?.len();
        let end = self.go.from(begin)? + 2;
        let mut found = ENDS.iter().filter(|mark| text[end..].starts_with(**mark));
        Some(end + found.next()?.len())
    }

    /// One of Jinja has blanks at both ends, as `${#NAME}` of a shell and `{{#if}}` of Handlebars have not.
    fn of_jinja(&mut self, text: &str, at: usize) -> Option<usize> {
        let is_apart = |c: char| c.is_whitespace() || c == '-';
        let is_more = text[..at].ends_with(['{', '$']);
        let begins = text[at..].strip_prefix("{#")?.starts_with(is_apart) && !is_more;
        let end = self.jinja.from(at + 2).filter(|_| begins)?;
        let is_one = end > at + 2 && text[..end].ends_with(is_apart);
        is_one.then_some(end + 2)
    }
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
            ("a{# b\nc -#}d", "a\nd"),
            ("a{{!-- b }} --}}c", "ac"),
            ("${#a} #}", "${#a} #}"),
            ("{{# a }} #}", "{{# a }} #}"),
            ("a: {{ b }}", "a: {{ b }}"),
            ("{{/* a", "{{/* a"),
            ("{{/* a */ b }}", "{{/* a */ b }}"),
        ] {
            assert_eq!(without(text), rest, "{text}");
        }
    }
}
