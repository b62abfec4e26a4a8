//! What templates and `envsubst` fill in later, told from what stands in a text already.

use std::borrow::Cow;

/// Stands for what is filled in: no text that is written by hand has it (U+FFFC, the object replacement character).
pub(super) const FILLED: char = '\u{fffc}';

/// What of a template is text all the same, as in `{{ "hunter2" | b64enc }}`.
const ENCODERS: [&str; 5] = ["b64enc", "print", "printf", "quote", "squote"];

/// The text with [`FILLED`] in place of `{{ … }}`, `${NAME}` and `${NAME:-…}`, whose default stays. Lines stay lines.
pub(super) fn marked(text: &str) -> String {
    let mut marked = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '$']) {
        let (before, from) = rest.split_at(at);
        marked.push_str(before);
        let found = action(from).or_else(|| variable(from));
        let (length, stands) = found.unwrap_or((1, Cow::Borrowed(&from[..1])));
        marked.push_str(&stands);
        rest = &from[length..];
    }
    marked + rest
}

/// Whether a value says something that nothing fills in: a word of its own, a password in an address.
pub(super) fn says_something(value: &str) -> bool {
    let marked = marked(value);
    if !marked.contains(FILLED) {
        return !marked.trim().is_empty();
    }
    let parts = |c: char| c.is_whitespace() || matches!(c, ';' | '&' | ',' | '?');
    let mut lines = marked.lines().flat_map(|line| line.split(parts));
    lines.any(is_said)
}

/// Whether a word of a template says something, its name apart (`password=`).
fn is_said(word: &str) -> bool {
    let is_text = |text: &str| text.contains(char::is_alphanumeric);
    if let Some((_, address)) = word.split_once("://") {
        let authority = address.split('/').next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        let password = user.map(|user| user.split_once(':').map_or(user, |(_, password)| password));
        return match password {
            Some(password) => is_text(password) || !password.contains(FILLED),
            None => !word.contains(FILLED),
        };
    }
    // What ends in `=` is no name but base64.
    let named = word.split_once(['=', ':']).filter(|_| !word.ends_with('='));
    is_text(named.map_or(word, |(_, value)| value))
}

/// The length of `{{ … }}` within its line, or of a comment `{{/* … */}}`, and what to take it for.
fn action(text: &str) -> Option<(usize, Cow<'static, str>)> {
    let inner = text.strip_prefix("{{")?;
    let begin = inner.trim_start_matches('-').trim_start();
    if begin.starts_with("/*") {
        let close = text.find("*/")?;
        let end = close + text[close..].find("}}")? + 2;
        let lines = text[..end].matches('\n').count();
        return Some((end, "\n".repeat(lines).into()));
    }
    let length = inner.find("}}")?;
    let inner = &inner[..length];
    let stands = literal(inner).map_or(Cow::Owned(FILLED.to_string()), Cow::Owned);
    (!inner.contains(['\n', '\r'])).then_some((length + 4, stands))
}

/// The text that an action brings itself, where it begins with one and names nothing to put in.
fn literal(action: &str) -> Option<String> {
    let action = action.trim_matches(['-', ' ', '\t']);
    let first = action.split_whitespace().next()?;
    let begins_so = first.starts_with(['"', '\'', '`']) || ENCODERS.contains(&first);
    let mut pieces = action.split(['"', '`', '\'']);
    let (mut texts, mut rest) = (String::new(), String::new());
    while let Some(outside) = pieces.next() {
        rest.push_str(outside);
        texts.push_str(pieces.next().unwrap_or_default());
    }
    (begins_so && !rest.contains(['.', '$'])).then_some(texts)
}

/// The length of `${NAME}`, and what to take it for.
fn variable(text: &str) -> Option<(usize, Cow<'static, str>)> {
    let inner = text.strip_prefix("${")?;
    let end = inner.find('}')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (name, rest) = match inner[..end].find(|c| !is_name(c)) {
        Some(at) => inner[..end].split_at(at),
        None => (&inner[..end], ""),
    };
    let is_named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let default = rest.trim_start_matches(':').strip_prefix(['-', '=']);
    let stands = format!("{FILLED}{}", default.unwrap_or_default());
    (is_named && !rest.contains(['\n', '\r'])).then_some((end + 3, stands.into()))
}

#[cfg(test)]
mod tests {
    use super::says_something;

    #[test]
    fn what_a_template_fills_in_says_nothing() {
        for value in [
            "",
            "{{ .Values.x }}",
            "{{- .Values.x | b64enc | quote -}}",
            r#"{{ include "a.b" . }}"#,
            r#"{{ default "x" .Values.x }}"#,
            "{{ if .x }}{{ .x }}{{ end }}",
            "${PASSWORD}",
            "${USER}:${PASSWORD}",
            "${PASSWORD:-}",
            "${{ secrets.TOKEN }}",
            "postgres://app:${PASSWORD}@db:5432/shop?sslmode=${MODE}",
            "https://{{ .Values.token }}@example.com/x.git",
            "password={{ .Values.p }}\nuser: {{ .Values.u }}\n",
            "{{/* why: so */}}",
        ] {
            assert!(!says_something(value), "{value}");
        }
    }

    #[test]
    fn what_stands_beside_a_template_or_in_it_is_said() {
        for value in [
            "hunter2",
            "!!!",
            "{}",
            "$PASSWORD",
            "${1}",
            "${PASSWORD:-hunter2}",
            "${PASSWORD:=hunter2}",
            "hunter2{{ .Values.x }}",
            r#"{{ "hunter2" | b64enc }}"#,
            r#"{{ b64enc "hunter2" }}"#,
            "{{ `hunter2` }}",
            "postgres://app:hunter2@db/${NAME}",
            "host={{ .Values.host }} password=hunter2",
            "host: {{ .Values.host }}\nhunter2\n",
            "a: {{ .Values.a }}\nb: aHVudGVyMg==\n",
            "{{ if true }}hunter2{{ end }}",
            "{{ \nhunter2",
        ] {
            assert!(says_something(value), "{value}");
        }
    }
}
