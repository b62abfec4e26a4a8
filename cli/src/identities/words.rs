//! Splits a command line into words as a shell does, without a shell.

use crate::failure::{Result, refused};

/// The words of the line; quotes and backslashes keep blanks together, nothing is expanded.
///
/// # Errors
/// When a quote is not closed.
pub(crate) fn split(line: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(characters.next()),
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    if quote.is_some() {
        return Err(refused("a quote is not closed"));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn keeps_quoted_blanks_together() {
        let words = split(r#"pass  show 'my key' "a \" b" c\ d ''"#).expect("closed quotes");
        assert_eq!(words, ["pass", "show", "my key", "a \" b", "c d", ""]);
    }

    #[test]
    fn refuses_an_open_quote() {
        assert!(split("pass 'show").is_err());
    }
}
