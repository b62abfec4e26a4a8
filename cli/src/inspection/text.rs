//! What the bytes of a file say to somebody who looks for secrets: a text that is no UTF-8 keeps none of them from being seen.

use std::borrow::Cow;

/// How many bytes a character has, and whether the low one is first.
type Form = (usize, bool);

/// The text of a file in UTF-8, UTF-16 or UTF-32; of bytes that are none, as much as can be read.
///
/// Source: YAML 1.2.2, section 5.2. go-yaml, and so SOPS and kubectl, reads UTF-16 with a byte order mark.
pub(super) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    match form(bytes) {
        Some((2, is_little)) => Cow::Owned(utf_16(bytes, is_little)),
        Some((_, is_little)) => Cow::Owned(utf_32(bytes, is_little)),
        None => String::from_utf8_lossy(bytes),
    }
}

/// The text of a file in UTF-8, UTF-16 or UTF-32; nothing of bytes that are none.
pub(super) fn whole(bytes: &[u8]) -> Option<Cow<'_, str>> {
    match form(bytes) {
        Some(_) => Some(decoded(bytes)),
        None => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    }
}

/// Whether a text is in UTF-16 or UTF-32.
pub(super) fn is_wide(bytes: &[u8]) -> bool {
    form(bytes).is_some()
}

/// What the byte order mark says, else where the zeros of the first character stand.
fn form(bytes: &[u8]) -> Option<Form> {
    match bytes {
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, _, ..] => Some((4, false)),
        [0xff, 0xfe, 0, 0, ..] | [_, 0, 0, 0, ..] => Some((4, true)),
        [0xfe, 0xff, ..] | [0, _, ..] => Some((2, false)),
        [0xff, 0xfe, ..] | [_, 0, ..] => Some((2, true)),
        _ => None,
    }
}

fn utf_16(bytes: &[u8], is_little: bool) -> String {
    let units = bytes.chunks(2).map(|unit| match *unit {
        [low, high] if is_little => u16::from_le_bytes([low, high]),
        [high, low] => u16::from_be_bytes([high, low]),
        _ => 0xfffd,
    });
    let read = char::decode_utf16(units);
    without_mark(read.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)))
}

fn utf_32(bytes: &[u8], is_little: bool) -> String {
    let units = bytes.chunks(4).map(|unit| {
        let unit = unit.try_into().unwrap_or([0xff; 4]);
        if is_little {
            u32::from_le_bytes(unit)
        } else {
            u32::from_be_bytes(unit)
        }
    });
    without_mark(units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)))
}

fn without_mark(read: impl Iterator<Item = char>) -> String {
    let mut read = read.peekable();
    read.next_if_eq(&'\u{feff}');
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    const TEXT: &str = "kind: Secret # ü🔑\n";

    #[test]
    fn a_text_says_the_same_in_each_form_of_unicode_with_a_mark_and_without() {
        for mark in ["", "\u{feff}"] {
            let text = format!("{mark}{TEXT}");
            let two = || text.encode_utf16();
            let four = || text.chars().map(u32::from);
            let forms: [Vec<u8>; 4] = [
                two().flat_map(u16::to_le_bytes).collect(),
                two().flat_map(u16::to_be_bytes).collect(),
                four().flat_map(u32::to_le_bytes).collect(),
                four().flat_map(u32::to_be_bytes).collect(),
            ];
            for bytes in forms {
                assert_eq!(decoded(&bytes), TEXT, "{bytes:?}");
            }
        }
        assert_eq!(decoded(TEXT.as_bytes()), TEXT);
    }

    #[test]
    fn what_is_no_text_hides_nothing_of_the_rest() {
        assert_eq!(
            decoded(b"a: \xe4\nkind: Secret"),
            "a: \u{fffd}\nkind: Secret"
        );
        assert_eq!(decoded(b"\xff\xfea\0\0\xd8b\0c"), "a\u{fffd}b\u{fffd}");
        assert_eq!(
            decoded(b"\0\0\xfe\xff\0\0\0a\0\xff\0\0b"),
            "a\u{fffd}\u{fffd}"
        );
    }
}
