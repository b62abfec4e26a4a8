//! What templates and `envsubst` fill in later, told from what stands in a text already.

mod comment;
mod literal;
mod next;

pub(super) use comment::without as without_comments;
use next::Next;

/// Stands for what is filled in: no text that is written by hand has it (U+FFFC, the object replacement character).
pub(super) const FILLED: char = '\u{fffc}';

/// What begins something to fill in: of Go, Jinja and Mustache, statements of Jinja, and ERB.
const ACTIONS: [&str; 3] = ["{{", "{%", "<%"];

/// The text with [`FILLED`] in place of `{{ … }}`, `{% … %}`, `<% … %>`, `${NAME}` and `${NAME:-…}`, of which a default stays.
/// Lines stay lines.
pub(super) fn marked(text: &str) -> String {
    marked_with_comments(&comment::without(text))
}

/// The same, and comments of a template are text: what looks like the marks of one may stand in quotes, or in a comment of
/// YAML.
pub(super) fn marked_with_comments(text: &str) -> String {
    let mut ends = Ends::of(text);
    let (mut marked, mut done) = (String::new(), 0);
    for (at, _) in text.match_indices(['{', '$', '<']) {
        if at < done {
            continue;
        }
        let found = action(text, at, &mut ends).or_else(|| variable(text, at, &mut ends));
        if let Some((end, stands)) = found {
            marked.push_str(&text[done..at]);
            marked.push_str(&stands);
            done = end;
        }
    }
    marked + &text[done..]
}

/// Whether a text is a template, by what begins something to fill in.
pub(super) fn is_in(text: &str) -> bool {
    ACTIONS.iter().any(|begin| text.contains(begin))
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

/// What may end next what fills something in.
struct Ends<'t> {
    line: Next<'t>,
    /// For each of [`ACTIONS`].
    actions: [Next<'t>; 3],
    variable: Next<'t>,
}

impl<'t> Ends<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            line: Next::of(text, |text| text.find(['\n', '\r'])),
            actions: [
                Next::of(text, |text| text.find("}}")),
                Next::of(text, |text| text.find("%}")),
                Next::of(text, |text| text.find("%>")),
            ],
            variable: Next::of(text, |text| text.find('}')),
        }
    }

    /// Whether a line ends between two places, of which the first only grows.
    fn has_line(&mut self, from: usize, to: usize) -> bool {
        self.line.from(from).is_some_and(|line| line < to)
    }
}

/// The end of `{{ … }}` and its like within its line, and what to take it for.
fn action(text: &str, at: usize, ends: &mut Ends) -> Option<(usize, String)> {
    let mut begins = ACTIONS.iter().zip(&mut ends.actions);
    let (_, ends_next) = begins.find(|(begin, _)| text[at..].starts_with(**begin))?;
    let begin = at + 2;
    let end = ends_next.from(begin)?;
    if ends.has_line(begin, end) {
        return None;
    }
    let action = &text[begin..end];
    let default = || format!("{FILLED}{}", literal::default(action).unwrap_or_default());
    Some((end + 2, literal::whole(action).unwrap_or_else(default)))
}

/// The end of `${NAME}`, and what to take it for.
fn variable(text: &str, at: usize, ends: &mut Ends) -> Option<(usize, String)> {
    let begin = text[at..].starts_with("${").then_some(at + 2)?;
    let end = ends.variable.from(begin)?;
    if ends.has_line(begin, end) {
        return None;
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let inner = &text[begin..end];
    let (name, rest) = inner.split_at(inner.find(|c| !is_name(c)).unwrap_or(inner.len()));
    let is_named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let default = rest.trim_start_matches(':').strip_prefix(['-', '=']);
    let stands = format!("{FILLED}{}", default.unwrap_or_default());
    is_named.then_some((end + 1, stands))
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
            r#"{{ default "" .Values.x }}"#,
            r#"{{ required "say a default" .Values.x }}"#,
            r#"{{ index .default "x" }}"#,
            "{{ if .x }}{{ .x }}{{ end }}",
            "${PASSWORD}",
            "${USER}:${PASSWORD}",
            "${PASSWORD:-}",
            "${{ secrets.TOKEN }}",
            "postgres://app:${PASSWORD}@db:5432/shop?sslmode=${MODE}",
            "https://{{ .Values.token }}@example.com/x.git",
            "password={{ .Values.p }}\nuser: {{ .Values.u }}\n",
            "{% if x %}{{ x }}{% endif %}",
            "{# why: so #}{{ x }}",
            "<%= ENV['X'] %>",
            "{{{ x }}}",
            "{{!-- why: so --}}",
            "{{/* why: so */}}",
            "{{- /* why:\nso */ -}}\n",
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
            "{% if x %}hunter2{% endif %}",
            "<%= 'hunter2' %>",
            "${#x} hunter2 #}",
            "{{#x}} hunter2 {{/x}}",
            r#"{{ default "hunter2" .Values.x }}"#,
            r#"{{- .Values.x | default "hunter2" | b64enc -}}"#,
            "{{ x|default('hunter2', true) }}",
            r#"{{ "a\".b" }}"#,
            "postgres://app:hunter2@db/${NAME}",
            "host={{ .Values.host }} password=hunter2",
            "host: {{ .Values.host }}\nhunter2\n",
            "a: {{ .Values.a }}\nb: aHVudGVyMg==\n",
            "{{ if true }}hunter2{{ end }}",
            "{{ \nhunter2",
            "{{/* a */ b\nhunter2 */}}",
            "{{/* a }} hunter2",
        ] {
            assert!(says_something(value), "{value}");
        }
    }
}
