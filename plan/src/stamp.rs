//! What Signet writes to an object beside what the source says.

use serde_json::{Map, Value};
use signet_api::{HOOK, PART_OF, RENDERED};
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

/// The same with the annotation of the run that it is written for.
pub(crate) fn stamped_as_hook(object: &DesiredObject, apply_set: &ApplySetId, run: &str) -> Value {
    let mut json = stamped(object, apply_set);
    json["metadata"]["annotations"][HOOK] = run.into();
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
