//! Numbers as SOPS reads them: integers of 64 bits with sign, everything else as a float.

/// The text of a number that every typing reads as SOPS does; what is wrong with it, if it is none.
pub(super) fn read(word: &str) -> Result<String, &'static str> {
    if !is_number(word) {
        return Err("neither a string nor a number, true, false or null");
    }
    if word.parse::<i64>().is_ok() {
        return Ok(word.to_owned());
    }
    match word.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(format!("{value:e}")),
        _ => Err("the number is too large"),
    }
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
fn is_number(word: &str) -> bool {
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let exponent = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    is_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(is_digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
