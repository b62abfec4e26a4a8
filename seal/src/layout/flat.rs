//! What dotenv and INI have in common: metadata written flat, and values that are text whatever their type.

use serde_json::Value as Json;
use signet_envelope::LeafType;
use signet_yaml::Stream;

/// The fields of a block as SOPS flattens it: `age__list_0__map_enc`.
pub(super) fn fields(block: &Json) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for (key, value) in block.as_object().into_iter().flatten() {
        collect(key.clone(), value, &mut fields);
    }
    fields
}

fn collect(path: String, value: &Json, fields: &mut Vec<(String, String)>) {
    match value {
        Json::Null => {}
        Json::Bool(value) => fields.push((path, value.to_string())),
        Json::Number(value) => fields.push((path, value.to_string())),
        Json::String(value) => fields.push((path, escaped(value))),
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(format!("{path}__list_{index}"), item, fields);
            }
        }
        Json::Object(pairs) => {
            for (key, value) in pairs {
                collect(format!("{path}__map_{key}"), value, fields);
            }
        }
    }
}

/// Whether the text has a key that is none of the block's.
pub(crate) fn has_keys(stream: &Stream) -> bool {
    let mut pairs = stream.roots().flat_map(signet_yaml::Node::pairs);
    pairs.any(|(key, _)| key.text() != Some("sops"))
}

/// The text on one line: the only escape that SOPS knows here.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('\n', "\\n")
}

/// An opened value as SOPS writes it where all is text; values of other types come from files of other stores.
pub(super) fn clear(kind: LeafType, value: &str) -> String {
    match kind {
        LeafType::Bool => value.to_ascii_lowercase(),
        LeafType::Float => value.parse().map_or_else(|_| value.to_owned(), float),
        LeafType::Time => without_fraction(value),
        LeafType::Str | LeafType::Int | LeafType::Comment => value.to_owned(),
    }
}

/// A number as Go's `%G` writes it, with a decimal where it could be taken for an integer.
fn float(value: f64) -> String {
    if !value.is_finite() {
        let sign = if value < 0.0 { "-" } else { "+" };
        return if value.is_nan() {
            "NaN".to_owned()
        } else {
            format!("{sign}Inf")
        };
    }
    let scientific = format!("{value:E}");
    let (digits, exponent) = scientific.split_once('E').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent @ (..-4 | 6..)) => format!("{digits}E{exponent:+03}"),
        _ => format!("{value:?}"),
    }
}

fn without_fraction(time: &str) -> String {
    let Some((seconds, rest)) = time.split_once('.') else {
        return time.to_owned();
    };
    let zone = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{seconds}{zone}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_other_types_are_written_as_sops_writes_them() {
        for (kind, value, expected) in [
            (LeafType::Bool, "True", "true"),
            (LeafType::Float, "5432", "5432.0"),
            (LeafType::Float, "-0", "-0.0"),
            (LeafType::Float, "0.5", "0.5"),
            (LeafType::Float, "0.0001", "0.0001"),
            (LeafType::Float, "0.00001", "1E-05"),
            (LeafType::Float, "123456", "123456.0"),
            (LeafType::Float, "1234567", "1.234567E+06"),
            (LeafType::Float, "-1000000", "-1E+06"),
            (LeafType::Float, "10000000000000000000000", "1E+22"),
            (LeafType::Float, "+Inf", "+Inf"),
            (LeafType::Float, "-Inf", "-Inf"),
            (LeafType::Float, "NaN", "NaN"),
            (
                LeafType::Time,
                "2026-01-02T03:04:05Z",
                "2026-01-02T03:04:05Z",
            ),
            (
                LeafType::Time,
                "2026-01-02T03:04:05.678Z",
                "2026-01-02T03:04:05Z",
            ),
            (
                LeafType::Time,
                "2026-01-02T03:04:05.5+02:00",
                "2026-01-02T03:04:05+02:00",
            ),
            (LeafType::Int, "5432", "5432"),
            (LeafType::Str, "True", "True"),
        ] {
            assert_eq!(clear(kind, value), expected);
        }
    }
}
