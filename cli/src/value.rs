//! The value that a person wants set.

use crate::failure::{Explain, Result, failed, usage};
use crate::reading;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;
use zeroize::Zeroizing;

/// VALUE and how it is meant.
#[derive(clap::Args)]
pub(crate) struct ValueArgs {
    /// The value as JSON; `-` reads it from stdin
    #[arg(value_name = "VALUE", allow_negative_numbers = true)]
    value: String,
    /// VALUE names a file that holds the value
    #[arg(long)]
    value_file: bool,
    /// The value is this text as it is, its last line end included, and not JSON
    #[arg(long)]
    string: bool,
}

/// JSON in the order in which it was written. What it holds is secret.
pub(crate) enum Value {
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(Zeroizing<String>),
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl ValueArgs {
    /// The value.
    ///
    /// # Errors
    /// When it is not JSON, and was not said to be text; the error holds nothing of it.
    pub(crate) fn read(self) -> Result<Value> {
        let (string, is_piped) = (self.string, self.value == "-" && !self.value_file);
        let text = self.text()?;
        if string {
            return Ok(Value::Text(text));
        }
        if is_piped && text.is_empty() {
            return Err(reading::nothing_piped().hint("--string takes an empty text as it is"));
        }
        // The parser's own words may quote what it did not expect.
        serde_json::from_str(&text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            if error.is_data() {
                return usage(format!(
                    "the value has a key twice (line {line}, column {column})"
                ));
            }
            usage(format!(
                "the value is no JSON (line {line}, column {column})"
            ))
            .hint("text stands in double quotes ('\"secret\"'), or --string takes it as it is")
        })
    }

    fn text(self) -> Result<Zeroizing<String>> {
        let bytes = match self.value.as_str() {
            _ if self.value_file => {
                let file = Path::new(&self.value);
                let read = File::open(file).and_then(reading::all);
                read.with_context(|| format!("read the value from {}", file.display()))?
            }
            "-" => reading::all(io::stdin().lock()).context("read the value from stdin")?,
            _ => Zeroizing::new(self.value.into_bytes()),
        };
        let text = reading::text(bytes).map(Zeroizing::new);
        text.ok_or_else(|| failed("the value is not UTF-8").hint("binary values stand in base64"))
    }
}

impl Value {
    /// The value where all is text: numbers and truth as JSON writes them; nothing for what is not one text.
    pub(crate) fn as_text(&self) -> Option<Zeroizing<String>> {
        let text = match self {
            Self::Bool(value) => value.to_string(),
            Self::Signed(value) => value.to_string(),
            Self::Unsigned(value) => value.to_string(),
            Self::Float(value) => serde_json::to_string(value).ok()?,
            Self::Text(text) => return Some(text.clone()),
            Self::Null | Self::Array(_) | Self::Object(_) => return None,
        };
        Some(Zeroizing::new(text))
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Signed(value) => serializer.serialize_i64(*value),
            Self::Unsigned(value) => serializer.serialize_u64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(pairs) => {
                serializer.collect_map(pairs.iter().map(|(key, value)| (key, value)))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(Value::Signed(value))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(Value::Unsigned(value))
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Value, E> {
        Ok(Value::Text(Zeroizing::new(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Value, A::Error> {
        let (mut pairs, mut keys) = (Vec::new(), BTreeSet::new());
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            if !keys.insert(key.clone()) {
                return Err(de::Error::custom("a key twice"));
            }
            pairs.push((key, value));
        }
        Ok(Value::Object(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, ValueArgs};
    use crate::failure::Result;

    fn read(value: &str, string: bool) -> Result<Value> {
        let value = value.to_owned();
        ValueArgs {
            value,
            value_file: false,
            string,
        }
        .read()
    }

    fn written(value: &Value) -> String {
        serde_json::to_string(value).unwrap()
    }

    #[test]
    fn json_keeps_its_order_and_its_types() {
        let text = r#"{"b":[null,true,-1,18446744073709551615,1.5,"x"],"a":{}}"#;
        assert_eq!(written(&read(text, false).unwrap()), text);
    }

    #[test]
    fn where_all_is_text_numbers_are_what_json_writes() {
        for value in ["true", "-1", "18446744073709551615", "1.5"] {
            assert_eq!(
                read(value, false).unwrap().as_text().unwrap().as_str(),
                value
            );
        }
        for value in ["null", "[]", "{}"] {
            assert!(read(value, false).unwrap().as_text().is_none(), "{value}");
        }
    }

    #[test]
    fn text_is_taken_as_it_is_where_the_person_says_so() {
        assert_eq!(written(&read("5\n", true).unwrap()), r#""5\n""#);
    }

    #[test]
    fn of_a_key_that_is_there_twice_neither_value_is_taken() {
        for value in [r#"{"a":1,"a":2}"#, r#"[{"b":{"a":1,"\u0061":1}}]"#] {
            let report = read(value, false).err().unwrap().report(false);
            assert!(report.contains("a key twice (line 1, "), "{report}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused_without_showing_it() {
        for value in ["canary", "\"canary", "[1, canary]", "{\"a\": canary}"] {
            let report = read(value, false).err().unwrap().report(false);
            assert!(!report.contains("canary"), "{report}");
            assert!(report.contains("--string"), "{report}");
        }
    }
}
