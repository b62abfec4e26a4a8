//! Changes a text by spans; what no edit names stays byte for byte.

mod apply;
mod pair;
mod scalar;

pub use apply::{Edit, EditError, apply};
pub use pair::{append_pair, remove_pair};
pub use scalar::{comment_edit, plain_edit, scalar_edit};

/// The line break that a text uses where `at` stands: the nearest one before it, else the first one.
fn line_break_at(text: &str, at: usize) -> &'static str {
    let line_feed = text[..at].rfind('\n').or_else(|| text.find('\n'));
    match line_feed {
        Some(end) if text[..end].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// The end of the line that `at` stands in, its line break excluded.
fn line_end(text: &str, at: usize) -> usize {
    text[at..]
        .find(['\n', '\r'])
        .map_or(text.len(), |length| at + length)
}

/// The start of the line that `at` stands in.
fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1)
}

#[cfg(test)]
mod tests;
