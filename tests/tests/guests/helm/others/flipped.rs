//! Other values for a chart than its own.

use serde_json::{Map, Value, json};
use signet_tests::dice::Dice;
use signet_yaml::{Aliases, Limits, kubernetes, parse};

/// Some of a chart's switches turned over and some of its numbers raised.
pub(super) fn values(own: &str, dice: &mut Dice) -> String {
    let stream = parse(own, &Limits::SEALED, Aliases::Expand).unwrap();
    let own = stream.roots().next().map(kubernetes::to_json);
    let own = own.map_or(Value::Null, Result::unwrap);
    turned(&own, dice).unwrap_or_else(|| json!({})).to_string()
}

fn turned(own: &Value, dice: &mut Dice) -> Option<Value> {
    match own {
        Value::Bool(value) => dice.once_in(3).then(|| json!(!value)),
        Value::Number(number) if dice.once_in(4) => number.as_u64().map(|number| json!(number + 1)),
        Value::Object(entries) => {
            let entries = entries
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), turned(value, dice)?)));
            let entries: Map<String, Value> = entries.collect();
            (!entries.is_empty()).then_some(Value::Object(entries))
        }
        _ => None,
    }
}
