//! From a tree to a document of ours: strict, and with a place for every complaint.
//!
//! A serde `Deserializer` over [`Node`], typed as Kubernetes types. It differs from one over JSON in what it says when it fails: where, in
//! which field, and which field was probably meant.

mod access;
mod error;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, Error as _, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value as Json;

pub use error::FieldError;

use crate::fields::access::{Mapping, Sequence};
use crate::fields::error::Failure;
use crate::{Node, Value, kubernetes};

/// Reads a document from its tree.
///
/// With `#[serde(deny_unknown_fields)]`, a field too many is an error that names the nearest field there is. A string must be
/// a string to Kubernetes: `yes` or `007` need quotes. Merge keys are fields like any other, and so unknown.
///
/// # Errors
/// [`FieldError`] for the first field that is unknown, missing, of the wrong kind or refused by its type.
pub fn from_node<T: DeserializeOwned>(node: &Node) -> Result<T, FieldError> {
    T::deserialize(Fields(node)).map_err(|failure| failure.placed(node.at))
}

/// A node about to be read.
#[derive(Clone, Copy)]
struct Fields<'n>(&'n Node);

impl<'de> Fields<'_> {
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.0.value {
            Value::Sequence(_) => visitor.visit_seq(Sequence::new(self.0)),
            Value::Mapping(_) => visitor.visit_map(Mapping::new(self.0)),
            Value::Scalar(scalar) => {
                match kubernetes::scalar_to_json(self.0, scalar)
                    .map_err(|error| Failure::typed(&error))?
                {
                    Json::Null => visitor.visit_unit(),
                    Json::Bool(value) => visitor.visit_bool(value),
                    Json::Number(number) => visit_number(&number, visitor),
                    Json::String(text) => visitor.visit_string(text),
                    Json::Array(_) | Json::Object(_) => unreachable!("a scalar is no collection"),
                }
            }
        }
    }

    fn is_null(self) -> bool {
        let Value::Scalar(scalar) = &self.0.value else {
            return false;
        };
        matches!(kubernetes::scalar_to_json(self.0, scalar), Ok(Json::Null))
    }
}

fn visit_number<'de, V: Visitor<'de>>(
    number: &serde_json::Number,
    visitor: V,
) -> Result<V::Value, Failure> {
    match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(value), _, _) => visitor.visit_u64(value),
        (_, Some(value), _) => visitor.visit_i64(value),
        (_, _, Some(value)) => visitor.visit_f64(value),
        (None, None, None) => Err(Failure::invalid_type(Unexpected::Other("number"), &visitor)),
    }
}

impl<'de> serde::Deserializer<'de> for Fields<'_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.visit(visitor).map_err(|failure| failure.at(self.0.at))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.is_null() {
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor
            .visit_newtype_struct(self)
            .map_err(|failure| failure.at(self.0.at))
    }

    /// A mapping and nothing else: serde itself would take a sequence for a struct, field by field in their order.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        match self.0.value {
            Value::Mapping(_) => self.deserialize_any(visitor),
            Value::Sequence(_) => {
                Err(Failure::invalid_type(Unexpected::Seq, &"a mapping").at(self.0.at))
            }
            Value::Scalar(_) if self.is_null() => {
                Err(Failure::invalid_type(Unexpected::Unit, &"a mapping").at(self.0.at))
            }
            Value::Scalar(_) => {
                Err(Failure::custom("expected a mapping, found a scalar").at(self.0.at))
            }
        }
    }

    /// Variants without content alone: the documents have no others.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let name: String = serde::Deserialize::deserialize(self)?;
        visitor
            .visit_enum(StrDeserializer::<Failure>::new(&name))
            .map_err(|failure| failure.at(self.0.at))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

#[cfg(test)]
mod tests;
