//! JSON whose objects keep their order.

use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use crate::emit::EmitError;
use crate::{Node, Scalar, Style, Value, sops, typing};

/// A JSON value; numbers and other constants as they are written.
#[derive(Clone)]
pub(crate) enum Ordered {
    Constant(String),
    String(String),
    Array(Vec<Ordered>),
    Object(Vec<(String, Ordered)>),
}

impl Ordered {
    /// What a value serializes as, fields in the order of their type.
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, EmitError> {
        let json = serde_json::to_string(value).map_err(EmitError)?;
        serde_json::from_str(&json).map_err(EmitError)
    }

    /// Whether the value needs no lines of its own.
    pub(crate) fn is_inline(&self) -> bool {
        match self {
            Self::Constant(_) | Self::String(_) => true,
            Self::Array(items) => items.is_empty(),
            Self::Object(pairs) => pairs.is_empty(),
        }
    }

    /// Whether this is a text of several lines.
    pub(crate) fn is_multiline(&self) -> bool {
        matches!(self, Self::String(text) if text.contains('\n'))
    }

    /// Whether a node holds this value already, to Kubernetes and to SOPS.
    pub(crate) fn is(&self, node: &Node) -> bool {
        match (self, &node.value) {
            (_, Value::Sequence(_) | Value::Mapping(_)) if node.tag().is_some() => false,
            (Self::Array(items), Value::Sequence(_)) => {
                node.items().count() == items.len()
                    && items.iter().zip(node.items()).all(|(new, old)| new.is(old))
            }
            (Self::Object(pairs), Value::Mapping(_)) => {
                let same = |(new, old): (&(String, Self), (&Node, &Node))| {
                    old.0.text() == Some(&new.0) && new.1.is(old.1)
                };
                node.pairs().count() == pairs.len() && pairs.iter().zip(node.pairs()).all(same)
            }
            (_, Value::Scalar(scalar)) => self.is_scalar(node, scalar),
            (_, Value::Sequence(_) | Value::Mapping(_)) => false,
        }
    }

    fn is_scalar(&self, node: &Node, scalar: &Scalar) -> bool {
        match (self, sops::scalar(node)) {
            (Self::String(new), Ok(sops::Typed::Str(old))) => {
                *new == old && !(scalar.style == Style::Plain && typing::is_typed(&old))
            }
            (Self::Constant(new), Ok(_)) => {
                node.tag().is_none() && scalar.style == Style::Plain && scalar.text == *new
            }
            _ => false,
        }
    }
}

impl From<&Json> for Ordered {
    fn from(value: &Json) -> Self {
        match value {
            Json::Null | Json::Bool(_) | Json::Number(_) => Self::Constant(value.to_string()),
            Json::String(text) => Self::String(text.clone()),
            Json::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Json::Object(map) => Self::Object(
                map.iter()
                    .map(|(key, value)| (key.clone(), value.into()))
                    .collect(),
            ),
        }
    }
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OrderedVisitor)
    }
}

struct OrderedVisitor;

impl<'de> Visitor<'de> for OrderedVisitor {
    type Value = Ordered;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Ordered, E> {
        Ok(Ordered::Constant("null".to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Ordered, E> {
        Ok(Ordered::Constant(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Ordered, E> {
        Ok(Ordered::Constant(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Ordered, E> {
        Ok(Ordered::Constant(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Ordered, E> {
        Ok(Ordered::Constant(format!("{value:?}")))
    }

    fn visit_str<E>(self, text: &str) -> Result<Ordered, E> {
        Ok(Ordered::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Ordered, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Ordered::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Ordered, A::Error> {
        let mut object = Vec::new();
        while let Some(pair) = pairs.next_entry()? {
            object.push(pair);
        }
        Ok(Ordered::Object(object))
    }
}
