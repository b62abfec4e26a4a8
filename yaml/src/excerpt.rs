//! The line of a text that a complaint is about.

use crate::Position;

/// How many characters of a line are shown on either side of the place.
const AROUND: usize = 60;

/// The line at a place, with its number, and below it a mark under the character; nothing if the text has no such line.
///
/// It quotes the text. So it is for texts that hold no secret: the documents that steer Signet, never a sealed or an opened
/// file. That is why no error of this crate has one of its own.
pub fn excerpt(text: &str, at: Position) -> Option<String> {
    let line = lines(text).nth(at.line.checked_sub(1)?)?;
    let column = at.column.saturating_sub(1);
    let skipped = column.saturating_sub(AROUND);
    let cut = if skipped > 0 { "…" } else { "" };
    let shown: String = line
        .chars()
        .skip(skipped)
        .take(2 * AROUND)
        .map(visible)
        .collect();
    let rest = if line.chars().count() > skipped + 2 * AROUND {
        "…"
    } else {
        ""
    };
    let number = at.line.to_string();
    let margin = " ".repeat(number.len());
    let before = " ".repeat(cut.chars().count() + column - skipped);
    Some(format!(
        "{number} | {cut}{shown}{rest}\n{margin} | {before}^"
    ))
}

/// The lines as positions count them.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// One column for each character, and no command for the terminal.
fn visible(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: usize, column: usize) -> Position {
        Position { line, column }
    }

    #[test]
    fn quotes_the_line_and_marks_the_character() {
        let text = "a: 1\r\nü:\t[b\nc: 1\n";
        assert_eq!(excerpt(text, at(2, 4)).unwrap(), "2 | ü: [b\n  |    ^");
        assert_eq!(
            excerpt("\u{FEFF}a: b", at(1, 4)).unwrap(),
            "1 | a: b\n  |    ^"
        );
        assert_eq!(excerpt("a\rb: x", at(2, 1)).unwrap(), "2 | b: x\n  | ^");
    }

    #[test]
    fn quotes_no_more_than_a_screen_is_wide() {
        let text = format!("{}x{}", "a".repeat(1000), "b".repeat(1000));
        let excerpt = excerpt(&text, at(1, 1001)).unwrap();
        let mut lines = excerpt.lines();
        let (quoted, marked) = (lines.next().unwrap(), lines.next().unwrap());
        assert!(
            quoted.chars().count() < 130 && quoted.starts_with("1 | …") && quoted.ends_with("b…")
        );
        assert_eq!(quoted.chars().nth(marked.chars().count() - 1), Some('x'));
    }

    #[test]
    fn quotes_no_command_for_the_terminal() {
        assert_eq!(
            excerpt("a\u{1b}[2J", at(1, 2)).unwrap(),
            "1 | a\u{FFFD}[2J\n  |  ^"
        );
    }

    #[test]
    fn there_is_nothing_to_quote_behind_the_end() {
        assert_eq!(excerpt("a", at(2, 1)), None);
        assert_eq!(excerpt("a", at(0, 1)), None);
        assert_eq!(excerpt("", at(1, 1)).unwrap(), "1 | \n  | ^");
    }
}
