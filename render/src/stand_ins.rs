//! Where in an object the stand-ins are.

use std::collections::BTreeSet;

use serde_json::Value;
use signet_envelope::{Pointer, StandIn, TooMuchWork, occurrences};

use crate::{Escape, Placement};

/// Every stand-in of an object with its field, those in base64 too, all to be escaped alike.
///
/// # Errors
/// [`TooMuchWork`] for an object made to be searched for ever.
pub(crate) fn placements(
    object: &Value,
    escape: Escape,
) -> Result<BTreeSet<Placement>, TooMuchWork> {
    let mut fields = BTreeSet::new();
    collect(object, &Pointer::whole_file(), &mut fields)?;
    let place = |(stand_in, field)| Placement {
        stand_in,
        field,
        escape,
    };
    Ok(fields.into_iter().map(place).collect())
}

type Found = BTreeSet<(StandIn, String)>;

fn collect(value: &Value, at: &Pointer, found: &mut Found) -> Result<(), TooMuchWork> {
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

fn search(text: &str, at: &Pointer, found: &mut Found) -> Result<(), TooMuchWork> {
    for occurrence in occurrences(text.as_bytes())? {
        let stand_ins = occurrence.stand_ins().into_iter().cloned();
        found.extend(stand_ins.map(|stand_in| (stand_in, at.to_string())));
    }
    Ok(())
}
