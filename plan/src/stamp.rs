//! What Signet writes to an object beside what the source says.

use serde_json::{Map, Value};
use signet_api::{PART_OF, RENDERED};
use signet_render::DesiredObject;

use crate::ApplySetId;

/// The object with the label of its set and the annotation of its digest.
pub(crate) fn stamped(object: &DesiredObject, apply_set: &ApplySetId) -> Value {
    let mut json = object.json.clone();
    let marks = [
        ("labels", PART_OF, apply_set.as_str()),
        ("annotations", RENDERED, object.digest.as_str()),
    ];
    for (map, key, value) in marks {
        entry(entry(&mut json, "metadata"), map)[key] = value.into();
    }
    json
}

/// The mapping below a field, an empty one where there is none.
fn entry<'a>(value: &'a mut Value, field: &str) -> &'a mut Value {
    let below = &mut value[field];
    if !below.is_object() {
        *below = Value::Object(Map::new());
    }
    below
}
