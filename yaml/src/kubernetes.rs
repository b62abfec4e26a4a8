//! The typing of Kubernetes' tools: `sigs.k8s.io/yaml`, which is go-yaml version 2 and then JSON.
//!
//! `y`, `n`, `yes`, `no`, `on`, `off` are booleans, `0644` is 420, `1_000` is 1000, `1e3` is 1000. An integer that does not fit into
//! 64 bits with a sign becomes a float, a float that overflows stays a string, and so does a date. Keys
//! become strings. `kubernetes/oracle.tsv` holds what kubectl makes of a table of scalars.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::typing::{self, Hint, Number, TypeError};
use crate::{Node, Position, Scalar, Value};

/// The JSON that kubectl would send for this node.
///
/// Merge keys are carried out as kubectl does: in file order, so that the later one of two values wins, whether it
/// comes from a merge or stands there itself.
///
/// # Errors
/// [`TypeError`] where kubectl fails as well, and for keys that become equal by typing, of which kubectl keeps one in silence.
pub fn to_json(node: &Node) -> Result<Json, TypeError> {
    match &node.value {
        Value::Scalar(scalar) => scalar_to_json(node, scalar),
        Value::Sequence(_) => Ok(Json::Array(
            node.items().map(to_json).collect::<Result<_, _>>()?,
        )),
        Value::Mapping(_) => Ok(Json::Object(mapping(node)?)),
    }
}

fn mapping(node: &Node) -> Result<Map<String, Json>, TypeError> {
    let mut object = Map::new();
    let mut seen: HashMap<String, Position> = HashMap::new();
    for (key, value) in node.pairs() {
        if typing::is_merge(key) {
            merge(value, &mut object)?;
            continue;
        }
        let name = key_to_string(key)?;
        if let Some(first) = seen.insert(name.clone(), key.at) {
            return Err(TypeError::DuplicateKey {
                key: name,
                at: key.at,
                first,
            });
        }
        object.insert(name, to_json(value)?);
    }
    Ok(object)
}

fn merge(value: &Node, into: &mut Map<String, Json>) -> Result<(), TypeError> {
    let at = value.at;
    match &value.value {
        Value::Mapping(_) => into.extend(mapping(value)?),
        Value::Sequence(_) => {
            let mappings: Vec<&Node> = value.items().collect();
            for item in mappings.into_iter().rev() {
                let Value::Mapping(_) = item.value else {
                    return Err(TypeError::Merge { at: item.at });
                };
                into.extend(mapping(item)?);
            }
        }
        Value::Scalar(_) => return Err(TypeError::Merge { at }),
    }
    Ok(())
}

fn key_to_string(key: &Node) -> Result<String, TypeError> {
    let bad = TypeError::Key { at: key.at };
    let Value::Scalar(scalar) = &key.value else {
        return Err(bad);
    };
    match scalar_to_json(key, scalar)? {
        Json::String(text) => Ok(text),
        Json::Bool(value) => Ok(value.to_string()),
        Json::Number(number) => number_key(&number).ok_or(bad),
        Json::Null | Json::Array(_) | Json::Object(_) => Err(bad),
    }
}

fn number_key(number: &serde_json::Number) -> Option<String> {
    number.as_i64().map(|n| n.to_string())
}

/// The JSON value of a scalar.
pub(crate) fn scalar_to_json(node: &Node, scalar: &Scalar) -> Result<Json, TypeError> {
    let text = &scalar.text;
    match typing::hint(node, scalar, false) {
        Hint::String => Ok(Json::String(text.clone())),
        Hint::Look => look(text).map_or_else(
            || Ok(Json::String(text.clone())),
            |looks| looks.to_json(node),
        ),
        Hint::Tagged(tag) => tagged(node, tag, text),
        Hint::Binary => Err(TypeError::Tag {
            at: node.at,
            tag: "!!binary".to_owned(),
        }),
    }
}

fn tagged(node: &Node, tag: &str, text: &str) -> Result<Json, TypeError> {
    let contradiction = || TypeError::Tag {
        at: node.at,
        tag: tag.to_owned(),
    };
    let looks = look(text);
    match (tag, looks) {
        ("!!null", Some(Looks::Null))
        | ("!!bool", Some(Looks::Bool(_)))
        | ("!!int", Some(Looks::Number(Number::Int(_) | Number::Big(_))))
        | ("!!float", Some(Looks::Number(Number::Int(_) | Number::Float(_)))) => {
            looks.ok_or_else(contradiction)?.to_json(node)
        }
        _ => Err(contradiction()),
    }
}

#[derive(Clone, Copy)]
enum Looks {
    Null,
    Bool(bool),
    Number(Number),
}

fn look(text: &str) -> Option<Looks> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Looks::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(Looks::Bool(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Looks::Bool(false))
        }
        _ => typing::number(text).map(Looks::Number),
    }
}

impl Looks {
    fn to_json(self, node: &Node) -> Result<Json, TypeError> {
        match self {
            Self::Null => Ok(Json::Null),
            Self::Bool(value) => Ok(Json::Bool(value)),
            Self::Number(Number::Int(value)) => Ok(Json::from(value)),
            #[expect(
                clippy::cast_precision_loss,
                reason = "kubectl reads what exceeds i64 as a float"
            )]
            Self::Number(Number::Big(value)) => Ok(Json::from(value as f64)),
            Self::Number(Number::Float(value)) => {
                float(value).ok_or(TypeError::NotFinite { at: node.at })
            }
        }
    }
}

/// An integral float is printed by Go without a point, and read back as an integer if it fits.
fn float(value: f64) -> Option<Json> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if value.fract() == 0.0 && (-LIMIT..LIMIT).contains(&value) {
        #[expect(clippy::cast_possible_truncation, reason = "integral and in range")]
        return Some(Json::from(value as i64));
    }
    serde_json::Number::from_f64(value).map(Json::Number)
}
