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
    regex: Regex,
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
        RegexBuilder::new(&in_rust(source))
            .size_limit(SIZE_LIMIT)
            .build()
            .map(|regex| Self {
                source: source.to_owned(),
                regex,
            })
            .map_err(|cause| PatternError {
                source_text: source.to_owned(),
                cause: Box::new(cause),
            })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether it matches anywhere in the text.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text.as_bytes())
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

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
