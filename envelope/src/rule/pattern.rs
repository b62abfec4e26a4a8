//! Regular expressions with the meaning that Go gives them.

use regex::bytes::{Regex, RegexBuilder};

const SIZE_LIMIT: usize = 1 << 20;

/// A regular expression of Go's RE2 dialect, searched for anywhere in a key.
///
/// It differs from Rust's where files would be read differently: `\d`, `\w`, `\s`, `\b` are ASCII, `\Q…\E` quotes, and
/// a bracket has no set operations. Source: <https://pkg.go.dev/regexp/syntax>.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    /// Nothing for a list of words, as most patterns are: they need none, and it costs more than all else of a small file.
    regex: Option<Regex>,
}

/// A pattern that is no regular expression, or a huge one.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{source_text:?} is not a regular expression")]
pub struct PatternError {
    /// What was written.
    pub source_text: String,
    /// What is wrong with it.
    #[source]
    pub cause: Box<regex::Error>,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// [`PatternError`] if the text is no regular expression.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        let regex = match words(source) {
            Some(_) => None,
            None => Some(compiled(source)?),
        };
        let source = source.to_owned();
        Ok(Self { source, regex })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether it matches anywhere in the text.
    pub fn matches(&self, text: &str) -> bool {
        match &self.regex {
            Some(regex) => regex.is_match(text.as_bytes()),
            None => words(&self.source).is_some_and(|mut words| words.any(|word| word == text)),
        }
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

/// The words that a pattern takes and nothing else: `^word$`, `^(one|two)$`.
fn words(pattern: &str) -> Option<impl Iterator<Item = &str>> {
    let whole = pattern.strip_prefix('^')?.strip_suffix('$')?;
    let list = match whole.strip_prefix('(') {
        Some(list) => list.strip_suffix(')')?,
        None if whole.contains('|') => return None,
        None => whole,
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'|');
    list.bytes().all(is_plain).then(|| list.split('|'))
}

fn compiled(source: &str) -> Result<Regex, PatternError> {
    RegexBuilder::new(&in_rust(source))
        .size_limit(SIZE_LIMIT)
        .build()
        .map_err(|cause| PatternError {
            source_text: source.to_owned(),
            cause: Box::new(cause),
        })
}

/// The same expression in Rust's dialect.
fn in_rust(go: &str) -> String {
    let mut out = String::with_capacity(go.len() + 16);
    let mut in_bracket = false;
    let mut rest = go;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\\' => escape(rest, in_bracket, &mut out),
            '[' if in_bracket => bracket_in_bracket(rest, &mut out),
            '[' => {
                in_bracket = true;
                open_bracket(rest, &mut out)
            }
            ']' => {
                in_bracket = false;
                push(c, &mut out)
            }
            '&' | '~' if in_bracket => {
                out.push('\\');
                push(c, &mut out)
            }
            _ => push(c, &mut out),
        };
        rest = &rest[length..];
    }
    out
}

/// Copies one character and says how long it is.
fn push(c: char, out: &mut String) -> usize {
    out.push(c);
    c.len_utf8()
}

/// Translates what starts with a backslash and says how much of `rest` that was.
fn escape(rest: &str, in_bracket: bool, out: &mut String) -> usize {
    let Some(c) = rest[1..].chars().next() else {
        return push('\\', out);
    };
    let ascii = match c {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        's' => r"[\t\n\f\r ]",
        'S' => r"[^\t\n\f\r ]",
        'b' if !in_bracket => r"(?-u:\b)",
        'B' if !in_bracket => r"(?-u:\B)",
        'Q' => return quoted(rest, out),
        _ => {
            out.push('\\');
            return 1 + push(c, out);
        }
    };
    out.push_str(ascii);
    2
}

/// Translates `\Q…\E`, whose end may be missing.
fn quoted(rest: &str, out: &mut String) -> usize {
    let body = &rest[2..];
    let (literal, end) = body
        .split_once(r"\E")
        .map_or((body, 0), |(literal, _)| (literal, 2));
    out.push_str(&regex::escape(literal));
    2 + literal.len() + end
}

/// Copies `[`, `[^`, and a `]` right behind it, which is a member there.
fn open_bracket(rest: &str, out: &mut String) -> usize {
    let mut head = if rest.starts_with("[^") { 2 } else { 1 };
    out.push_str(&rest[..head]);
    if rest[head..].starts_with(']') {
        out.push_str(r"\]");
        head += 1;
    }
    head
}

/// Copies a class such as `[:alpha:]`; any other bracket inside one is a member.
fn bracket_in_bracket(rest: &str, out: &mut String) -> usize {
    let class = rest
        .strip_prefix("[:")
        .and_then(|name| name.find(":]"))
        .map(|end| &rest[..end + 4]);
    out.push_str(class.unwrap_or(r"\["));
    class.map_or(1, str::len)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_mean_what_the_expression_means(
            pattern in "\\^[(]?(data|a|-|_|[|.()$]){0,5}[)]?\\$",
            texts in prop::collection::vec("(data|a|-|_|[|.()$]|\\n){0,3}", 16),
        ) {
            let Ok(regex) = compiled(&pattern) else {
                return Ok(());
            };
            let pattern = Pattern::new(&pattern).unwrap();
            for text in texts {
                prop_assert_eq!(pattern.matches(&text), regex.is_match(text.as_bytes()), "{}", text);
            }
        }
    }

    #[test]
    fn what_selects_a_secret_is_a_list_of_words() {
        assert!(words("^(data|stringData)$").is_some() && words("^identity$").is_some());
        for other in [
            "data", "^data", "^a|b$", "^(a|b$", "^a)$", "^(?i)a$", "^a.b$", "^a+$",
        ] {
            assert!(words(other).is_none(), "{other}");
        }
    }
}
