//! The lines of a text.

/// The line break that the text uses: that of its first line.
pub(crate) fn line_break(text: &str) -> &'static str {
    match text.find('\n') {
        Some(end) if text[..end].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// The lines of a block, indented, with the line breaks of the text.
pub(crate) fn indented(block: &str, indent: &str, text: &str) -> String {
    let mut lines = String::with_capacity(2 * block.len());
    for line in block.lines() {
        lines.extend([indent, line, line_break(text)]);
    }
    lines
}

/// The first byte of the line that holds this byte.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The byte behind the line break of the line that holds this byte, or the end of the text.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline + 1)
}
