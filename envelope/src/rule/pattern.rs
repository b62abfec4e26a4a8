//! Regular expressions with the meaning that Go gives them.

mod class;
mod cursor;
mod escape;
mod flags;
mod go;
mod repetition;
mod unicode;

use regex::bytes::{Regex, RegexBuilder};

const SIZE_LIMIT: usize = 1 << 20;
/// So many characters of a pattern are shown.
const MOST_QUOTED: usize = 80;

/// A regular expression of Go's RE2 dialect, searched for anywhere in a key.
///
/// What Go would not compile is refused, and so is the little that it compiles and Rust's engine cannot search for in the
/// same way. Letters that are younger than Go's tables of Unicode have the classes of Rust's.
/// Source: <https://pkg.go.dev/regexp/syntax>.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    /// Nothing for a list of words, as most patterns are: they need none, and it costs more than all else of a small file.
    regex: Option<Regex>,
}

/// A pattern that is no regular expression, or a huge one.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{} is not a regular expression", Pattern::quoted(source_text))]
pub struct PatternError {
    /// What was written.
    pub source_text: String,
    /// What is wrong with it.
    #[source]
    pub cause: PatternFault,
}

/// What is wrong with a regular expression.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PatternFault {
    /// Go does not compile it, or finds what Rust's engine would not.
    #[error("character {at}: {what}")]
    Syntax {
        /// Where it begins: a character, from 1.
        at: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// It is nested too deeply, or takes too much memory.
    #[error("it is too large")]
    TooLarge,
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

    /// The beginning of a pattern in quotes, with `…` where there is more: whoever writes into a file may write a long one.
    pub fn quoted(source: &str) -> String {
        match source.char_indices().nth(MOST_QUOTED) {
            Some((end, _)) => format!("{:?}…", &source[..end]),
            None => format!("{source:?}"),
        }
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
    let refused = |cause| PatternError {
        source_text: source.to_owned(),
        cause,
    };
    let in_rust = go::in_rust(source).map_err(refused)?;
    // Its syntax is our own, so only a limit can be in the way.
    RegexBuilder::new(&in_rust)
        .size_limit(SIZE_LIMIT)
        .build()
        .map_err(|_| refused(PatternFault::TooLarge))
}

#[cfg(test)]
mod tests;
