//! Letters that show a text otherwise than it is.

/// Whether a character controls a terminal, breaks a line or reorders what follows (UAX #9, section 2), or is not seen, which
/// makes one name look like another (of Unicode's default ignorable ones those that stand in no ordinary text, as variation
/// selectors do; the fillers of Hangul among them, which count as letters).
pub fn is_hidden(character: char) -> bool {
    let breaks_or_reorders =
        matches!(character, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}');
    let is_filler = matches!(character, '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{3164}' | '\u{ffa0}');
    let is_unseen = matches!(character, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    character.is_control() || breaks_or_reorders || is_filler || is_unseen
}
