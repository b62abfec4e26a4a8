//! Opened values as sops prints them.

use serde_json::Value as Json;
use signet_envelope::LeafType;

use crate::value::{boolean, float};

/// The JSON of an opened value; nothing if JSON has none, as for infinity.
pub(in crate::layout) fn clear(kind: LeafType, value: &str) -> Option<String> {
    Some(match kind {
        LeafType::Int => value.parse::<i64>().ok()?.to_string(),
        LeafType::Float => number(float(value)?)?,
        LeafType::Bool => boolean(value)?.to_string(),
        LeafType::Str | LeafType::Time | LeafType::Comment => Json::from(value).to_string(),
    })
}

/// A float as Go's `encoding/json` writes it. A whole number has no point: before 3.13.2, sops made floats of all numbers.
fn number(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    if value == 0.0 || (1e-6..1e21).contains(&value.abs()) {
        return Some(value.to_string());
    }
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e')?;
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    Some(format!("{mantissa}e{sign}{exponent}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_go_writes_them_into_json() {
        let written = |text: &str| clear(LeafType::Float, text).unwrap();
        assert_eq!(written("5432"), "5432");
        assert_eq!(written("-0"), "-0");
        assert_eq!(written("0.5"), "0.5");
        assert_eq!(written("0.000001"), "0.000001");
        assert_eq!(written("0.0000001"), "1e-7");
        assert_eq!(written("12345678901234567000"), "12345678901234567000");
        assert_eq!(written("1000000000000000000000"), "1e+21");
        assert_eq!(clear(LeafType::Float, "+Inf"), None);
        assert_eq!(clear(LeafType::Int, "+5").unwrap(), "5");
        assert_eq!(clear(LeafType::Bool, "T").unwrap(), "true");
    }
}
