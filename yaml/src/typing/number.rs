//! Numbers as go-yaml reads them (`resolve.go`).

use crate::typing::Version;

/// A number that fits its kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    /// 64 bits with sign.
    Int(i64),
    /// An integer that needs the 64th bit.
    Big(u64),
    /// Finite, or one of `.inf`, `-.inf`, `.nan`.
    Float(f64),
}

/// The number that a plain text stands for, if it stands for one.
///
/// Underscores are ignored where the text begins with a digit or a sign. Integers may be `0x`, `0o`, `0b` or, with a
/// leading zero, octal. A decimal that overflows is no number.
pub(crate) fn number(text: &str, version: Version) -> Option<Number> {
    if let Some(special) = special(text) {
        return Some(Number::Float(special));
    }
    match text.bytes().next()? {
        b'.' if separates_digits(text) => float(&text.replace('_', "")).map(Number::Float),
        b'0'..=b'9' | b'+' | b'-' => {
            let plain = text.replace('_', "");
            integer(&plain)
                .or_else(|| float(&plain).map(Number::Float))
                .or_else(|| prefixed(&plain, version))
        }
        _ => None,
    }
}

fn special(text: &str) -> Option<f64> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// Go's `ParseInt` and `ParseUint` with base 0.
fn integer(text: &str) -> Option<Number> {
    let (sign, digits) = split_sign(text);
    let (radix, digits) = radix(digits);
    let magnitude = unsigned(digits, radix)?;
    match (i64::try_from(magnitude), sign) {
        (Ok(value), '-') => Some(Number::Int(-value)),
        (Ok(value), _) => Some(Number::Int(value)),
        (Err(_), '-') => (magnitude == i64::MIN.unsigned_abs()).then_some(Number::Int(i64::MIN)),
        // `ParseUint` takes no sign at all.
        (Err(_), '+') => None,
        (Err(_), _) => Some(Number::Big(magnitude)),
    }
}

/// What go-yaml tries last: `0b`, and in version 3 `0o`, in front of a number that may have a sign of its own.
fn prefixed(text: &str, version: Version) -> Option<Number> {
    let (radix, signed) = match (text.get(..2)?, version) {
        ("0b", _) => (2, &text[2..]),
        ("0o", Version::Three) => (8, &text[2..]),
        _ => return None,
    };
    let (sign, digits) = split_sign(signed);
    let value = i64::try_from(unsigned(digits, radix)?).ok()?;
    Some(Number::Int(if sign == '-' { -value } else { value }))
}

fn split_sign(text: &str) -> (char, &str) {
    match text.as_bytes().first() {
        Some(b'-') => ('-', &text[1..]),
        Some(b'+') => ('+', &text[1..]),
        _ => (' ', text),
    }
}

fn radix(digits: &str) -> (u32, &str) {
    match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    }
}

fn unsigned(digits: &str, radix: u32) -> Option<u64> {
    // Rust takes a sign here, Go does not.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, unless it overflows.
fn float(text: &str) -> Option<f64> {
    let (_, unsigned) = split_sign(text);
    let (mantissa, exponent) = unsigned.find(['e', 'E']).map_or((unsigned, None), |i| {
        (&unsigned[..i], Some(&unsigned[i + 1..]))
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_number = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| {
            let (_, number) = split_sign(exponent);
            !number.is_empty() && digits(number)
        });
    let value: f64 = is_number.then(|| text.parse().ok())??;
    value.is_finite().then_some(value)
}

/// Whether each underscore stands between two digits, as Go's `ParseFloat` wants it.
fn separates_digits(text: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    let mut parts = text.split('_');
    let Some(mut left) = parts.next() else {
        return true;
    };
    parts.all(|right| {
        std::mem::replace(&mut left, right).ends_with(digit) && right.starts_with(digit)
    })
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}
