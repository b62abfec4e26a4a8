//! What a backslash begins, in a bracket or not.

use super::cursor::Cursor;
use super::unicode;

/// The class that is written behind a backslash, which is read already, in Rust's dialect; nothing if none is.
///
/// # Errors
/// If it is a class of Unicode that cannot be used.
pub(super) fn class(rest: &mut Cursor<'_>, folds: bool) -> Result<Option<String>, &'static str> {
    let mut next = *rest;
    let class = match next.next() {
        Some('d') => "[0-9]",
        Some('D') => "[^0-9]",
        Some('w') => "[0-9A-Za-z_]",
        Some('W') => "[^0-9A-Za-z_]",
        Some('s') => r"[\t\n\f\r ]",
        Some('S') => r"[^\t\n\f\r ]",
        Some(p @ ('p' | 'P')) => {
            let class = unicode::class(&mut next, p == 'P', folds)?;
            *rest = next;
            return Ok(Some(class));
        }
        _ => return Ok(None),
    };
    *rest = next;
    Ok(Some(class.to_owned()))
}

/// The character that is written behind a backslash, which is read already.
///
/// # Errors
/// If no character is written so.
pub(super) fn character(rest: &mut Cursor<'_>) -> Result<char, &'static str> {
    let first = rest.next().ok_or("nothing follows the last backslash")?;
    match first {
        '0'..='7' => octal(first, rest),
        'x' => hexadecimal(rest),
        'a' => Ok('\x07'),
        'f' => Ok('\x0c'),
        'n' => Ok('\n'),
        'r' => Ok('\r'),
        't' => Ok('\t'),
        'v' => Ok('\x0b'),
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(c),
        _ => Err("Go has no such escape"),
    }
}

/// Up to three digits; one alone would refer back to a group, unless it is 0.
fn octal(first: char, rest: &mut Cursor<'_>) -> Result<char, &'static str> {
    let digits = rest
        .0
        .chars()
        .take(2)
        .take_while(|c| ('0'..='7').contains(c));
    let more = digits.count();
    if more == 0 && first != '0' {
        return Err("Go has no references to groups");
    }
    let (digits, after) = rest.0.split_at(more);
    rest.0 = after;
    code_point(&format!("{first}{digits}"), 8)
}

/// Two digits, or any number in braces.
fn hexadecimal(rest: &mut Cursor<'_>) -> Result<char, &'static str> {
    let digits = if rest.take("{") {
        rest.until("}")
    } else {
        let digits = rest.0.get(..2);
        rest.0 = rest.0.get(2..).unwrap_or_default();
        digits
    };
    code_point(digits.unwrap_or_default(), 16)
}

fn code_point(digits: &str, radix: u32) -> Result<char, &'static str> {
    // `from_str_radix` would take a sign.
    let number = digits.chars().all(|c| c.is_digit(radix));
    let number = number.then(|| u32::from_str_radix(digits, radix).ok());
    number
        .flatten()
        .and_then(char::from_u32)
        .ok_or("the number is that of no character")
}
