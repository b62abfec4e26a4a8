//! Brackets, all on one line.

use crate::emit::ordered::Ordered;
use crate::writing::{self, Context};

/// Which strings stand without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// None: the result is JSON.
    Always,
    /// Those that every reader takes as strings.
    WhereNeeded,
}

/// The value in brackets, or the scalar.
pub(crate) fn write(value: &Ordered, quotes: Quotes) -> String {
    match value {
        Ordered::Constant(token) => token.clone(),
        Ordered::String(text) => string(text, quotes),
        Ordered::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| write(item, quotes)).collect();
            format!("[{}]", items.join(", "))
        }
        Ordered::Object(pairs) => {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(key, value)| pair(key, value, quotes))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

/// A key and its value, without brackets.
pub(crate) fn pair(key: &str, value: &Ordered, quotes: Quotes) -> String {
    format!("{}: {}", string(key, quotes), write(value, quotes))
}

/// A string on one line.
pub(crate) fn string(text: &str, quotes: Quotes) -> String {
    match quotes {
        Quotes::Always => writing::double_quoted(text),
        Quotes::WhereNeeded => writing::on_one_line(text, Context::Flow),
    }
}
