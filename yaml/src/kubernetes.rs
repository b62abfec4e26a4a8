//! The typing of Kubernetes' tools: `sigs.k8s.io/yaml`, which is go-yaml version 2 and then JSON.
//!
//! `y`, `n`, `yes`, `no`, `on`, `off` are booleans, `0644` is 420, `1_000` is 1000, `1e3` is 1000. An integer that does
//! not fit into 64 bits with a sign becomes a float, a float that overflows stays a string, and so does a date. Keys
//! become strings. A block scalar with which the text ends has a line break at its end, for kubectl ends every line. `kubernetes/scalars.tsv` and `kubernetes/mappings.tsv` hold what kubectl makes of a table of values.

mod key;
mod scalar;

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

pub use key::key_to_string;
pub(crate) use scalar::{is_typed, scalar_to_json};

use crate::typing::{self, TypeError};
use crate::{Node, Position, Value};

/// The JSON that kubectl would send for this node.
///
/// Merge keys are carried out as kubectl does: in file order, so that the later one of two values wins, whether it
/// comes from a merge or stands there itself.
///
/// # Errors
/// [`TypeError`] where kubectl fails as well, and for two losses that kubectl is silent about: keys that become equal by
/// typing, and `!!binary` that is no text.
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

/// Of several mappings the first one wins.
fn merge(value: &Node, into: &mut Map<String, Json>) -> Result<(), TypeError> {
    let mappings: Vec<&Node> = match value.value {
        Value::Mapping(_) => vec![value],
        Value::Sequence(_) => value.items().collect(),
        Value::Scalar(_) => return Err(TypeError::Merge { at: value.at }),
    };
    for from in mappings.into_iter().rev() {
        let Value::Mapping(_) = from.value else {
            return Err(TypeError::Merge { at: from.at });
        };
        into.extend(mapping(from)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
