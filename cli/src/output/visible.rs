//! Text for people that anybody may have written a part of: a key, a path, the name of a recipient.

use std::borrow::Cow;

/// The text with everything escaped that controls a terminal or turns the order of what is read; tabs and line breaks stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// The same, and lines behind the first one cannot be taken for lines of our own.
pub(crate) fn one_remark(text: &str) -> String {
    visible(text).replace('\n', "\n    ")
}

/// Control characters, and those of Unicode's bidirectional algorithm that reorder what follows (UAX #9, section 2).
fn is_hidden(character: char) -> bool {
    let is_layout = matches!(character, '\n' | '\t');
    let reorders = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (character.is_control() && !is_layout) || reorders
}

#[cfg(test)]
mod tests {
    use super::{one_remark, visible};

    #[test]
    fn nothing_that_is_shown_controls_the_terminal() {
        let text = "a\u{1b}]0;x\u{7}\r\u{9b}31m\u{202e}b\tü 键";
        let shown = visible(text);
        assert_eq!(shown, r"a\u{1b}]0;x\u{7}\u{d}\u{9b}31m\u{202e}b	ü 键");
    }

    #[test]
    fn a_line_break_makes_no_hint_of_ours() {
        assert_eq!(one_remark("a\nhint: b"), "a\n    hint: b");
    }
}
