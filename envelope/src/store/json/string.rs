//! Strings, unescaped.

use std::borrow::Cow;

/// Where a string goes wrong, in bytes behind its first quote, and how.
pub(super) struct Wrong {
    pub(super) offset: usize,
    pub(super) problem: &'static str,
}

/// The text of the string with which this begins, and how many bytes it takes with its quotes.
pub(super) fn read(quoted: &str) -> Result<(Cow<'_, str>, usize), Wrong> {
    let mut text = Cow::Borrowed("");
    let mut offset = 1;
    loop {
        let rest = &quoted[offset..];
        let run = run(rest.as_bytes());
        text += &rest[..run];
        offset += run;
        match quoted.as_bytes().get(offset) {
            Some(b'"') => return Ok((text, offset + 1)),
            Some(b'\\') => {
                let wrong = |problem| Wrong { offset, problem };
                let (c, length) = escape(&quoted[offset..]).map_err(wrong)?;
                text.to_mut().push(c);
                offset += length;
            }
            Some(_) => {
                let problem = "a control character stands in a string unescaped";
                return Err(Wrong { offset, problem });
            }
            None => {
                let problem = "the string has no end";
                return Err(Wrong { offset, problem });
            }
        }
    }
}

/// How many bytes stand for themselves.
fn run(bytes: &[u8]) -> usize {
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    bytes.iter().position(special).unwrap_or(bytes.len())
}

/// The character that an escape stands for, and how many bytes it takes.
fn escape(escaped: &str) -> Result<(char, usize), &'static str> {
    let c = match escaped.as_bytes().get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(escaped),
        _ => return Err("an unknown escape"),
    };
    Ok((c, 2))
}

/// `\uXXXX`, or two of them for a character beyond 16 bits. Half of such a pair is no character.
fn unicode(escaped: &str) -> Result<(char, usize), &'static str> {
    let first = unit(escaped).ok_or("four hexadecimal digits are missing")?;
    if let Some(c) = char::from_u32(first) {
        return Ok((c, 6));
    }
    let half = "half of a surrogate pair";
    let second = unit(&escaped[6..]).ok_or(half)?;
    let is_pair = (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second);
    let code = is_pair.then(|| 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
    Ok((code.and_then(char::from_u32).ok_or(half)?, 12))
}

fn unit(escaped: &str) -> Option<u32> {
    let digits = escaped.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(is_hex.then_some(digits)?, 16).ok()
}
