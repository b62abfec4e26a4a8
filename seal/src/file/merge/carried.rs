//! A part of theirs as it is written into our text.

use serde::ser::{Error, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use signet_yaml::{Value as Yaml, sops};

use super::part::Part;
use super::values::Values;

/// A part, its sealed values under the result's key.
pub(super) struct Carried<'a>(pub(super) Part<'a>, pub(super) &'a Values);

impl Serialize for Carried<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(part, values) = *self;
        match &part.node.value {
            Yaml::Mapping(_) => {
                let mut map = serializer.serialize_map(None)?;
                for (key, value) in part.pairs() {
                    map.serialize_entry(key, &Self(value, values))?;
                }
                map.end()
            }
            Yaml::Sequence(_) => {
                let mut list = serializer.serialize_seq(None)?;
                for item in part.items() {
                    list.serialize_element(&Self(item, values))?;
                }
                list.end()
            }
            Yaml::Scalar(_) => match values.sealed(part.node) {
                Some(enc) => serializer.serialize_str(enc),
                None => clear(part, serializer),
            },
        }
    }
}

fn clear<S: Serializer>(part: Part<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    let unwritable = || S::Error::custom("JSON has no such value");
    match sops::scalar(part.node).map_err(|_| unwritable())? {
        sops::Typed::Null => serializer.serialize_unit(),
        sops::Typed::Bool(value) => serializer.serialize_bool(value),
        sops::Typed::Int(value) => serializer.serialize_i64(value),
        sops::Typed::Float(value) if value.is_finite() => serializer.serialize_f64(value),
        sops::Typed::Str(text) => serializer.serialize_str(&text),
        sops::Typed::Float(_) | sops::Typed::Time(_) | sops::Typed::Bytes(_) => Err(unwritable()),
    }
}
