//! Looking through the texts of an object.

use serde_json::Value;
use signet_envelope::Pointer;

/// The place of the first text below a value of which something holds, keys of mappings left out.
pub(crate) fn find(value: &Value, holds: &dyn Fn(&str) -> bool) -> Option<Pointer> {
    below(value, &Pointer::whole_file(), holds)
}

fn below(value: &Value, at: &Pointer, holds: &dyn Fn(&str) -> bool) -> Option<Pointer> {
    match value {
        Value::String(text) => holds(text).then(|| at.clone()),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(index, item)| below(item, &at.child(index), holds))
        }
        Value::Object(map) => {
            let mut entries = map.iter();
            entries.find_map(|(key, value)| below(value, &at.child(key), holds))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
