use proptest::prelude::*;
use serde_json::json;

use super::*;

/// The set that the API server records for the applier of an object in which every list is a map keyed by `name` or atomic.
fn recorded(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let fields = map
                .iter()
                .map(|(key, value)| (format!("f:{key}"), recorded(value)));
            Value::Object(fields.collect())
        }
        Value::Array(items) if items.iter().all(|item| item["name"].is_string()) => {
            let element = |item: &Value| {
                let mut below = recorded(item);
                below["."] = json!({});
                (format!("k:{}", json!({"name": item["name"]})), below)
            };
            Value::Object(items.iter().map(element).collect())
        }
        _ => json!({}),
    }
}

/// Takes the `index`th leaf out of a recorded set, and what is empty then.
fn take_leaf(set: &mut Value, index: &mut usize) -> bool {
    let Some(map) = set.as_object_mut() else {
        return false;
    };
    let keys: Vec<String> = map.keys().filter(|key| *key != ".").cloned().collect();
    for key in keys {
        let below = &mut map[&key];
        let is_leaf = below
            .as_object()
            .is_some_and(|below| below.keys().all(|key| key == "."));
        if is_leaf && *index == 0 {
            map.remove(&key);
            return true;
        } else if is_leaf {
            *index -= 1;
        } else if take_leaf(below, index) {
            if map[&key].as_object().is_some_and(Map::is_empty) {
                map.remove(&key);
            }
            return true;
        }
    }
    false
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z]{0,3}".prop_map(Value::from)
    ]
}

fn object() -> impl Strategy<Value = Value> {
    let tree = leaf().prop_recursive(4, 24, 4, |below| {
        let field = "[a-z.:/]{1,4}";
        let map = prop::collection::btree_map(field, below.clone(), 1..4);
        let keyed = prop::collection::btree_map("[a-z]{1,3}", below, 1..3).prop_map(|items| {
            let item = |(name, value): (String, Value)| json!({"name": name, "value": value});
            Value::Array(items.into_iter().map(item).collect())
        });
        prop_oneof![
            map.prop_map(|map| Value::Object(map.into_iter().collect())),
            keyed
        ]
    });
    tree.prop_map(|tree| json!({"spec": tree}))
}

proptest! {
    #[test]
    fn the_applier_of_an_object_has_every_field_of_it(object in object()) {
        let set = FieldSet::read(&recorded(&object));
        for leaf in leaves(&object) {
            prop_assert!(set.has(leaf.steps()), "{leaf}");
        }
    }

    #[test]
    fn a_field_that_was_taken_away_is_missed(object in object(), index in 0_usize..8) {
        let mut set = recorded(&object);
        let before = set.clone();
        if take_leaf(&mut set, &mut index.clone()) {
            let set = FieldSet::read(&set);
            let lost = leaves(&object).into_iter().find(|leaf| !set.has(leaf.steps()));
            prop_assert!(lost.is_some(), "{before} without leaf {index}");
        }
    }

    #[test]
    fn reads_anything(text in "[fkvi.:{}\",a0]{0,12}") {
        let set = FieldSet::read(&json!({text: {}}));
        set.has(&[Step::Item { list: &[json!(1)], index: 0 }]);
    }
}

#[test]
fn an_item_that_leaves_a_key_to_the_default_is_not_taken_for_its_neighbour() {
    let ports = json!([{"port": 53}, {"port": 53, "protocol": "UDP"}]);
    let list = ports.as_array().unwrap();
    let path = |index, field| [Step::Item { list, index }, Step::Field(field)];
    let only_udp =
        FieldSet::read(&json!({r#"k:{"port":53,"protocol":"UDP"}"#: {".": {}, "f:port": {}}}));
    assert!(!only_udp.has(&path(0, "port")));
    assert!(only_udp.has(&path(1, "port")));
    let only_tcp =
        FieldSet::read(&json!({r#"k:{"port":53,"protocol":"TCP"}"#: {".": {}, "f:port": {}}}));
    assert!(only_tcp.has(&path(0, "port")));
    assert!(!only_tcp.has(&path(1, "port")));
}

#[test]
fn an_empty_set_has_nothing() {
    let set = FieldSet::read(&json!({}));
    assert!(!set.has(&[Step::Field("spec")]));
    assert!(!FieldSet::read(&Value::Null).has(&[Step::Field("spec")]));
}
