//! Where in an object the stand-ins are.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use serde_json::Value;
use signet_envelope::{Pointer, StandIn};

use crate::{ObjectRef, Placement};

/// Every stand-in of an object with its field; in a Secret's `data` also those in base64.
pub(crate) fn placements(id: &ObjectRef, object: &Value) -> BTreeSet<Placement> {
    let mut search = Search {
        found: BTreeSet::new(),
        secret: id.is("", "Secret"),
    };
    search.value(object, &Pointer::whole_file());
    search.found
}

struct Search {
    found: BTreeSet<Placement>,
    secret: bool,
}

impl Search {
    fn value(&mut self, value: &Value, at: &Pointer) {
        match value {
            Value::String(text) => self.text(text, at),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, &at.child(index));
                }
            }
            Value::Object(map) => {
                for (key, value) in map {
                    let field = at.child(key);
                    self.plain(key, &field);
                    self.value(value, &field);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&mut self, text: &str, at: &Pointer) {
        self.plain(text, at);
        if self.secret && at.as_str().starts_with("/data/") {
            let decoded = BASE64.decode(text.as_bytes()).unwrap_or_default();
            self.plain(&String::from_utf8_lossy(&decoded), at);
        }
    }

    fn plain(&mut self, text: &str, at: &Pointer) {
        let placement = |(_, stand_in)| Placement {
            stand_in,
            field: at.to_string(),
        };
        self.found.extend(StandIn::find_all(text).map(placement));
    }
}
