//! Where in an object the stand-ins are.

use std::collections::BTreeSet;

use serde_json::Value;
use signet_envelope::{Pointer, TooMuchWork, occurrences};

use crate::Placement;

/// Every stand-in of an object with its field, those in base64 too.
///
/// # Errors
/// [`TooMuchWork`] for an object made to be searched for ever.
pub(crate) fn placements(object: &Value) -> Result<BTreeSet<Placement>, TooMuchWork> {
    let mut found = BTreeSet::new();
    collect(object, &Pointer::whole_file(), &mut found)?;
    Ok(found)
}

fn collect(
    value: &Value,
    at: &Pointer,
    found: &mut BTreeSet<Placement>,
) -> Result<(), TooMuchWork> {
    match value {
        Value::String(text) => search(text, at, found),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.try_for_each(|(index, item)| collect(item, &at.child(index), found))
        }
        // Keys are never sealed, and files that name stand-ins themselves are refused.
        Value::Object(map) => {
            let mut fields = map.iter();
            fields.try_for_each(|(key, value)| collect(value, &at.child(key), found))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn search(text: &str, at: &Pointer, found: &mut BTreeSet<Placement>) -> Result<(), TooMuchWork> {
    for occurrence in occurrences(text.as_bytes())? {
        let stand_ins = occurrence.stand_ins().into_iter().cloned();
        found.extend(stand_ins.map(|stand_in| Placement {
            stand_in,
            field: at.to_string(),
        }));
    }
    Ok(())
}
