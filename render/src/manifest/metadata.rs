//! What a manifest may say in `metadata`, and what only the API server says.

use serde_json::{Map, Value};
use signet_api::{HOOK, PART_OF, RENDERED};

use super::{Fault, ManifestError, mapping};

/// What Signet writes to every object: the label of KEP-3659 and the digest of the rendering.
const RESERVED: [(&str, &str); 3] = [
    ("labels", PART_OF),
    ("annotations", RENDERED),
    ("annotations", HOOK),
];

/// Fields of `metadata` that the API server sets.
const SERVER_SET: [&str; 8] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Ensures that labels and annotations are maps of texts and leave Signet's own alone.
///
/// # Errors
/// [`ManifestError::NotMapping`], [`ManifestError::NotText`], [`ManifestError::Reserved`]
pub(super) fn check(object: &Map<String, Value>) -> Result<(), Fault> {
    let Some(metadata) = mapping(object, "metadata")? else {
        return Ok(());
    };
    for (field, reserved) in RESERVED {
        let entries = match metadata.get(field) {
            None | Some(Value::Null) => continue,
            Some(Value::Object(entries)) => entries,
            Some(_) => {
                let name = format!("metadata.{field}");
                return Err(ManifestError::NotMapping { field: name }.at(["metadata", field]));
            }
        };
        for (key, value) in entries {
            check_entry(field, key, value, reserved)?;
        }
    }
    Ok(())
}

fn check_entry(map: &str, key: &str, value: &Value, reserved: &str) -> Result<(), Fault> {
    let field = || format!("metadata.{map}[{key}]");
    let error = if key == reserved {
        ManifestError::Reserved { field: field() }
    } else if value.is_string() {
        return Ok(());
    } else {
        ManifestError::NotText { field: field() }
    };
    Err(error.at(["metadata", map, key]))
}

/// Takes away what the API server sets and would not let us own, as in the output of `kubectl get -o yaml`.
pub(super) fn drop_what_the_server_sets(
    object: &mut Map<String, Value>,
    warnings: &mut Vec<String>,
) {
    let mut dropped = Vec::new();
    let mut drop = |map: &mut Map<String, Value>, key: &str, field: String| {
        // `creationTimestamp: null` and `status: {}` come from code generators and mean nothing.
        if map.remove(key).is_some_and(|value| !is_empty(&value)) {
            dropped.push(field);
        }
    };
    drop(object, "status", "status".to_owned());
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        for key in SERVER_SET {
            drop(metadata, key, format!("metadata.{key}"));
        }
    }
    if !dropped.is_empty() {
        warnings.push(format!(
            "left out, the API server sets it: {}",
            dropped.join(", ")
        ));
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty)
}
